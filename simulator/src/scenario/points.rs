//! The points of a sweep: the scenario once for each combination of settings.

use std::fmt;
use std::path::Path;

use toml::Value;

use super::load::{parse, read, resolve};
use super::sweep::Axis;
use super::{Loaded, Overrides};
use crate::error::Error;

/// A setting of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub(super) path: Vec<String>,
    /// As a scenario would have it.
    pub value: Value,
    /// Where it is written: `sweep.toml:9`.
    pub(super) place: String,
}

impl Setting {
    /// As `--set` has it: `policy.0.config.ttl`.
    #[must_use]
    pub fn key(&self) -> String {
        self.path.join(".")
    }
}

/// A value as people write it after `key=`: text without its quotes.
#[must_use]
pub fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One point of a sweep: some settings, and the scenario with them.
#[derive(Clone, Debug)]
pub struct Point {
    pub settings: Vec<Setting>,
    pub loaded: Loaded,
}

/// A scenario with a `[sweep]` and all of its points.
#[derive(Debug)]
pub struct Swept {
    /// The scenario as it would be without the settings of any point.
    pub base: Loaded,
    /// The keys of all settings, in the order in which they are first written.
    pub keys: Vec<String>,
    /// First those of the grid, in the order of its keys, of which the last one changes fastest; then those
    /// of the list.
    pub points: Vec<Point>,
    /// Where the figures to compare by are named.
    pareto: String,
}

impl Swept {
    /// An error about the figures to compare by, with where they are named.
    #[must_use]
    pub fn pareto_error(&self, message: impl fmt::Display) -> Error {
        Error::usage(format_args!("{}: {message}", self.pareto))
    }
}

/// Each point is kept in memory with the scenario that it makes.
const MOST_POINTS: usize = 100_000;

/// What names the sweep or is one, and is no setting of a run.
const NO_SETTINGS: [&str; 2] = ["sweep", "name"];

/// Loads a scenario and the points of its sweep from a file.
///
/// # Errors
///
/// The file cannot be read or says something wrong; it has no `[sweep]`; a point is no scenario: one line
/// with file, line and key.
pub fn load_sweep(path: &Path, overrides: &Overrides) -> Result<Swept, Error> {
    let (text, name) = read(path)?;
    let base_dir = path.parent().unwrap_or(Path::new(""));
    sweep_from_str(&text, &name, base_dir, overrides)
}

/// As [`load_sweep`], from a text. `origin_name` is what errors call it; paths in it are relative to
/// `base_dir`.
///
/// # Errors
///
/// As those of [`load_sweep`].
pub fn sweep_from_str(
    text: &str,
    origin_name: &str,
    base_dir: &Path,
    overrides: &Overrides,
) -> Result<Swept, Error> {
    let (tree, mut source) = parse(text, origin_name)?;
    let base = resolve(tree.clone(), &mut source, base_dir, overrides, None)?;
    let Some(sweep) = &base.scenario.sweep else {
        return Err(Error::usage(format_args!(
            "{origin_name}: there is no [sweep]; write one, such as \
             [sweep] grid = {{ \"policy.0.config.ttl\" = [\"1s\", \"10s\", \"60s\"] }}"
        )));
    };
    // Once more, for where a `--set` wrote what.
    let written = overrides.apply(&mut tree.clone())?;
    let axes = sweep.axes(&source, &written)?;
    let listed = sweep.listed(&source, &written)?;
    let at = |key: &str| ["sweep".to_owned(), key.to_owned()];
    if axes.is_empty() && listed.is_empty() {
        let message = "there is nothing to go through: `grid` has no key and `list` no point";
        return Err(source.error(&at("grid")[..1], &written, message));
    }
    check_axes(&axes)?;
    let grid = axes.iter().map(|axis| (&axis.path, &axis.place));
    let in_list = listed.iter().flatten();
    let in_list = in_list.map(|setting| (&setting.path, &setting.place));
    for (path, place) in grid.chain(in_list) {
        check_key(path, place, overrides)?;
    }
    let count = match axes.is_empty() {
        true => Some(0),
        false => axes
            .iter()
            .try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len())),
    };
    let count = count.and_then(|count| count.checked_add(listed.len()));
    let count = count.filter(|count| *count <= MOST_POINTS).ok_or_else(|| {
        let message = format!("more than {MOST_POINTS} points: leave some values out");
        source.error(&at("grid"), &written, message)
    })?;

    let mut keys: Vec<String> = axes.iter().map(Axis::key).collect();
    for key in listed.iter().flatten().map(Setting::key) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut points = Vec::with_capacity(count);
    for settings in combinations(&axes).chain(listed) {
        let loaded = resolve(
            tree.clone(),
            &mut source,
            base_dir,
            overrides,
            Some(&settings),
        );
        let loaded = loaded.map_err(|error| at_point(&error, points.len(), &settings))?;
        points.push(Point { settings, loaded });
    }
    let pareto = source.place(&at("pareto"), &written);
    Ok(Swept {
        base,
        keys,
        points,
        pareto,
    })
}

/// An error about a point: which one it is.
#[must_use]
pub fn at_point(error: &Error, index: usize, settings: &[Setting]) -> Error {
    if settings.is_empty() {
        return error.within(format_args!("point {index} of the sweep"));
    }
    let words = settings
        .iter()
        .map(|setting| format!("{}={}", setting.key(), value_text(&setting.value)));
    let words: Vec<String> = words.collect();
    error.within(format_args!(
        "point {index} of the sweep: {}",
        words.join(", ")
    ))
}

/// Every combination of the values of the axes, the last of which changes fastest. None without any axis.
fn combinations(axes: &[Axis]) -> impl Iterator<Item = Vec<Setting>> + '_ {
    let count = match axes.is_empty() {
        true => 0,
        false => axes.iter().map(|axis| axis.values.len()).product(),
    };
    (0..count).map(|number| {
        let mut rest = number;
        let backwards = axes.iter().rev().map(|axis| {
            let n = axis.values.len();
            let value = axis.values[rest % n].clone();
            rest /= n;
            Setting {
                path: axis.path.clone(),
                value,
                place: axis.place.clone(),
            }
        });
        let mut settings: Vec<Setting> = backwards.collect();
        settings.reverse();
        settings
    })
}

/// Of two keys of a grid that set the same, one would win.
fn check_axes(axes: &[Axis]) -> Result<(), Error> {
    for (index, axis) in axes.iter().enumerate() {
        let clash = |other: &&Axis| {
            other.path.starts_with(&axis.path) || axis.path.starts_with(&other.path)
        };
        if let Some(other) = axes[..index].iter().find(clash) {
            return Err(Error::usage(format_args!(
                "{}: `{}` and `{}` in [sweep.grid] set the same: leave one of them out",
                axis.place,
                other.key(),
                axis.key()
            )));
        }
    }
    Ok(())
}

/// A key that is no setting, or that the command line sets as well.
fn check_key(path: &[String], place: &str, overrides: &Overrides) -> Result<(), Error> {
    let key = path.join(".");
    if path
        .first()
        .is_some_and(|first| NO_SETTINGS.contains(&first.as_str()))
    {
        return Err(Error::usage(format_args!(
            "{place}: `{key}` is no setting of a run"
        )));
    }
    if let Some((_, set)) = overrides.paths().find(|(at, _)| at.starts_with(path)) {
        return Err(Error::usage(format_args!(
            "--set {set}: the sweep goes through `{key}` itself ({place})"
        )));
    }
    if let Some(seed) = overrides.seed.filter(|_| key == "seed") {
        return Err(Error::usage(format_args!(
            "--seed {seed}: the sweep goes through `seed` itself ({place})"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
