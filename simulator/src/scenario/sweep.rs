//! `[sweep]`: settings that are gone through, and what they are to be compared by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::overrides::{Written, path_of};
use super::points::Setting;
use super::range;
use super::source::Source;
use super::tables::holds_settings;
use crate::error::Error;

/// Settings that are gone through. A key is a path as `--set` takes it, `"policy.0.config.ttl"`, or the same
/// in tables, `policy.0.config.ttl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sweep {
    /// Every combination of the values of these settings. A setting has an array of values, or a range:
    /// `{ from = "1s", to = "1h", steps = 7, scale = "log" }`, both ends included.
    #[schemars(schema_with = "super::schema::grid")]
    pub grid: Table,
    /// Points as they stand, after those of the grid. What a point leaves out is as the scenario says.
    #[schemars(schema_with = "super::schema::list")]
    pub list: Vec<Table>,
    /// By which figures of a summary points are compared: `["stale_ratio", "origin_loads"]`.
    pub pareto: Vec<String>,
}

/// A setting of the grid and its values.
pub(super) struct Axis {
    pub path: Vec<String>,
    pub values: Vec<Value>,
    pub place: String,
    offset: Option<usize>,
}

impl Axis {
    /// As `--set` has it.
    pub fn key(&self) -> String {
        self.path.join(".")
    }
}

impl Sweep {
    /// The settings of the grid in the order in which they are written; those of the command line last, by
    /// their names.
    pub(super) fn axes(&self, source: &Source<'_>, written: &Written) -> Result<Vec<Axis>, Error> {
        let mut axes = Vec::new();
        let mut at = place_of(&["sweep", "grid"]);
        axes_in(&self.grid, &mut at, &[], source, written, &mut axes)?;
        axes.sort_by_cached_key(|axis| (axis.offset.unwrap_or(usize::MAX), axis.key()));
        Ok(axes)
    }

    /// The settings of each point of the list, in the order in which they are written.
    pub(super) fn listed(
        &self,
        source: &Source<'_>,
        written: &Written,
    ) -> Result<Vec<Vec<Setting>>, Error> {
        let points = self.list.iter().enumerate();
        let points = points.map(|(index, table)| {
            let mut settings = Vec::new();
            let mut at = place_of(&["sweep", "list", &index.to_string()]);
            settings_in(table, &mut at, &[], source, written, &mut settings)?;
            settings.sort_by_cached_key(|(offset, setting): &(Option<usize>, Setting)| {
                (offset.unwrap_or(usize::MAX), setting.key())
            });
            Ok(settings.into_iter().map(|(_, setting)| setting).collect())
        });
        points.collect()
    }
}

fn place_of(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// Goes through the tables of the grid: `at` is where in the text, `path` which setting.
fn axes_in(
    table: &Table,
    at: &mut Vec<String>,
    path: &[String],
    source: &Source<'_>,
    written: &Written,
    axes: &mut Vec<Axis>,
) -> Result<(), Error> {
    for (key, value) in table {
        at.push(key.clone());
        let place = source.place(at, written);
        let path = [path, &path_of(key, &place)?].concat();
        let wrong = |why: String| {
            let key = path.join(".");
            Error::usage(format_args!("{place}: `{key}` in [sweep.grid]: {why}"))
        };
        let values = match value {
            Value::Array(values) if values.is_empty() => {
                Err(wrong("there are no values to go through".to_owned()))?
            }
            Value::Array(values) => values.clone(),
            Value::Table(inner) if range::is_range(inner) => range::values(inner).map_err(wrong)?,
            Value::Table(inner) => {
                axes_in(inner, at, &path, source, written, axes)?;
                at.pop();
                continue;
            }
            other => Err(wrong(format!(
                "{other} where values belong: an array of them, or a range such as \
                 {{ from = 1, to = 100, steps = 5 }}"
            )))?,
        };
        let offset = source.offset(at);
        axes.push(Axis {
            path,
            values,
            place,
            offset,
        });
        at.pop();
    }
    Ok(())
}

/// Goes through the tables of a point, down to what is no table of a scenario but a setting in it.
fn settings_in(
    table: &Table,
    at: &mut Vec<String>,
    path: &[String],
    source: &Source<'_>,
    written: &Written,
    settings: &mut Vec<(Option<usize>, Setting)>,
) -> Result<(), Error> {
    for (key, value) in table {
        at.push(key.clone());
        let place = source.place(at, written);
        let path = [path, &path_of(key, &place)?].concat();
        match value {
            Value::Table(inner) if holds_settings(&path) => {
                settings_in(inner, at, &path, source, written, settings)?;
            }
            value => {
                let setting = Setting {
                    path,
                    value: value.clone(),
                    place,
                };
                settings.push((source.offset(at), setting));
            }
        }
        at.pop();
    }
    Ok(())
}
