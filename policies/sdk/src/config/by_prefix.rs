//! Settings that differ by key.

use serde::de::DeserializeOwned;

use super::error::{Error, unknown};
use super::json::{Table, Value};
use super::value::{Fields, not};
use super::{Config, Read};
use crate::plan::{Plan, Rule};

/// Settings that may differ by key.
pub trait Settings: DeserializeOwned {
    /// The settings that hold for the whole policy, and are refused in a rule.
    const WHOLE: &'static [&'static str] = &["listen"];

    /// Settings that exclude each other: a rule that sets one does not take the others over.
    const EITHER: &'static [&'static str] = &[];
}

/// Settings that may differ by key: one set for every key, and rules that override some of them for
/// the keys with a prefix.
///
/// ```
/// use serde::Deserialize;
/// use shelflife_policy::config::{self, ByPrefix};
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {
///     size: u32,
///     colour: String,
/// }
/// impl config::Settings for Settings {}
///
/// let settings: ByPrefix<Settings> = config::read(
///     r#"{ "size": 1, "colour": "red", "rules": [{ "prefix": "user:", "size": 2 }] }"#,
/// )?;
/// assert_eq!(settings.of("page:7").size, 1);
/// assert_eq!(settings.of("user:7").size, 2);
/// assert_eq!(settings.of("user:7").colour, "red");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct ByPrefix<S> {
    every_key: S,
    /// Longest prefix first, so that the first that fits is the one that counts.
    rules: Vec<(String, S)>,
}

impl<S> ByPrefix<S> {
    /// The settings outside of the rules.
    pub fn every_key(&self) -> &S {
        &self.every_key
    }

    /// The settings of one key: those of the longest prefix that it begins with.
    pub fn of(&self, key: &str) -> &S {
        self.rules
            .iter()
            .find(|(prefix, _)| key.starts_with(prefix.as_str()))
            .map_or(&self.every_key, |(_, settings)| settings)
    }

    /// Every set of settings with its prefix, the empty one first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &S)> {
        std::iter::once(("", &self.every_key)).chain(
            self.rules
                .iter()
                .map(|(prefix, settings)| (prefix.as_str(), settings)),
        )
    }

    /// A plan with one rule for each set of settings; the prefixes are filled in.
    ///
    /// # Errors
    ///
    /// The first error of `rule`, with the prefix it is about.
    pub fn plan(&self, rule: impl Fn(&S) -> Result<Rule, String>) -> Result<Plan, String> {
        let mut plan = Plan::default();
        for (prefix, settings) in self.iter() {
            let rule = rule(settings).map_err(|text| about(prefix, text))?;
            plan = plan.rule(Rule {
                prefix: prefix.to_owned(),
                ..rule
            });
        }
        Ok(plan)
    }

    /// The same settings in another form, for a policy that prepares them once.
    ///
    /// # Errors
    ///
    /// The first error of `prepare`, with the prefix it is about.
    pub fn try_map<T>(
        self,
        prepare: impl Fn(S) -> Result<T, String>,
    ) -> Result<ByPrefix<T>, String> {
        let every_key = prepare(self.every_key)?;
        let mut rules = Vec::with_capacity(self.rules.len());
        for (prefix, settings) in self.rules {
            let prepared = prepare(settings).map_err(|text| about(&prefix, text))?;
            rules.push((prefix, prepared));
        }
        Ok(ByPrefix { every_key, rules })
    }
}

/// Says which rule a text is about; nothing for the settings outside of the rules.
fn about(prefix: &str, text: String) -> String {
    if prefix.is_empty() {
        text
    } else {
        format!("rule for `{prefix}`: {text}")
    }
}

impl<S: Settings> Config for ByPrefix<S> {
    fn read(Read(settings): &Read) -> Result<Self, String> {
        let shared = table(settings).map_err(|text| format!("the settings {text}"))?;
        let rules = match value(shared, "rules") {
            None => &[][..],
            Some(Value::List(rules)) => rules,
            Some(other) => return Err(format!("`rules` {}", not("a list of tables", other))),
        };
        let shared: Vec<_> = others(shared, "rules").collect();
        let every_key = settings_of(shared.clone(), "rules")?;
        let mut sorted: Vec<(String, S)> = Vec::with_capacity(rules.len());
        for rule in rules {
            let rule = table(rule).map_err(|text| format!("`rules`: each {text}"))?;
            let prefix = prefix(rule)?;
            if sorted.iter().any(|(known, _)| known == prefix) {
                return Err(format!("`rules`: two are for `{prefix}`"));
            }
            let settings = overridden(&shared, rule).map_err(|text| about(prefix, text))?;
            // Insertion: rules are few, and a sort is 4 KiB of code.
            let place = sorted
                .iter()
                .position(|(other, _)| other.len() < prefix.len())
                .unwrap_or(sorted.len());
            sorted.insert(place, (prefix.to_owned(), settings));
        }
        Ok(ByPrefix {
            every_key,
            rules: sorted,
        })
    }
}

/// The prefix that a rule is for.
fn prefix(rule: &Table) -> Result<&str, String> {
    match value(rule, "prefix") {
        Some(Value::Text(prefix)) if !prefix.is_empty() => Ok(prefix),
        _ => Err(
            "`rules`: each should have a `prefix`, as text that is not empty; \
                  the settings for every key stand outside of `rules`"
                .into(),
        ),
    }
}

/// The shared settings, with those of a rule over them.
fn overridden<S: Settings>(shared: &[(&str, &Value)], rule: &Table) -> Result<S, String> {
    let own: Vec<_> = others(rule, "prefix").collect();
    if let Some((name, _)) = own.iter().find(|(name, _)| S::WHOLE.contains(name)) {
        return Err(format!(
            "`{name}` cannot differ by key: set it outside of `rules`"
        ));
    }
    let replaces = own.iter().any(|(name, _)| S::EITHER.contains(name));
    let mut merged = shared.to_vec();
    merged
        .retain(|(name, _)| value(rule, name).is_none() && !(replaces && S::EITHER.contains(name)));
    merged.extend(own);
    settings_of(merged, "prefix")
}

/// Reads one set of settings. `also` is a name that stands beside them, and may be what an unknown one
/// was meant to be.
fn settings_of<S: Settings>(fields: Vec<(&str, &Value)>, also: &'static str) -> Result<S, String> {
    S::deserialize(Fields(fields)).map_err(|error| match error {
        Error::UnknownSetting { name, known } => {
            let mut known = known.to_vec();
            known.push(also);
            unknown("setting", &name, &known)
        }
        Error::Text(text) => text,
    })
}

fn table(value: &Value) -> Result<&Table, String> {
    match value {
        Value::Table(table) => Ok(table),
        other => Err(not("a table", other)),
    }
}

/// The value with this name.
fn value<'a>(table: &'a Table, name: &str) -> Option<&'a Value> {
    table
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// All but the value with this name.
fn others<'a>(table: &'a Table, name: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    table
        .iter()
        .filter(move |(known, _)| known != name)
        .map(|(known, value)| (known.as_str(), value))
}
