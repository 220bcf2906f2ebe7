//! Settings that differ by key.

use super::json::{self, Value};
use super::schema::{Field, Schema};
use super::setting::Given;
use super::table::{Entries, Settings, Table};
use super::wrong::Wrong;
use crate::plan::{Plan, Rule};

/// Settings that may differ by key: one set for every key, and rules that override some of them for
/// the keys with a prefix.
///
/// A setting with `#[setting(whole_policy)]` is refused in a rule. Of those with `#[setting(either)]`, which
/// exclude each other, a rule that sets one does not take the others over.
///
/// ```
/// use shelflife_policy::Settings;
/// use shelflife_policy::config::{self, ByPrefix};
///
/// #[derive(Settings)]
/// struct Mine {
///     size: u32,
///     colour: String,
/// }
///
/// let settings: ByPrefix<Mine> = config::read(
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

impl<S: Table + Settings> Settings for ByPrefix<S> {
    const SCHEMA: Schema = <S as Settings>::SCHEMA.by_prefix();
    const ABOUT: &'static str = S::ABOUT;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let (shared, rules) = split(given)?;
        let every_key = S::from_entries(&Entries::new(shared.clone(), S::FIELDS, Some("rules"))?)?;
        let mut sorted: Vec<(String, S)> = Vec::with_capacity(rules.len());
        for rule in rules {
            let (prefix, own) = ruled(rule)?;
            if sorted.iter().any(|(known, _)| known == prefix) {
                return Err(Wrong::new(format!("`rules`: two are for `{prefix}`")));
            }
            let settings = overridden(&shared, own, S::FIELDS)
                .and_then(|entries| S::from_entries(&entries))
                .map_err(|wrong| Wrong::new(about(prefix, wrong.into_text())))?;
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

/// Names and values.
type Written<'a> = Vec<(&'a str, &'a Value)>;

/// The settings for every key, and the rules.
fn split(given: Given<'_>) -> Result<(Written<'_>, &[Value]), Wrong> {
    let (shared, rules) = without(table(given)?, "rules");
    match rules {
        None => Ok((shared, &[])),
        Some(Value::List(rules)) => Ok((shared, rules)),
        Some(other) => Err(given
            .other(other)
            .is_not("a list of tables")
            .within("rules")),
    }
}

/// The prefix that a rule is for, and its own settings.
fn ruled(rule: &Value) -> Result<(&str, Written<'_>), Wrong> {
    let table =
        table(Given::new(rule)).map_err(|wrong| Wrong::new(format!("`rules`: each {wrong}")))?;
    match without(table, "prefix") {
        (own, Some(Value::Text(prefix))) if !prefix.is_empty() => Ok((prefix, own)),
        _ => Err(Wrong::new(
            "`rules`: each should have a `prefix`, as text that is not empty; \
             the settings for every key stand outside of `rules`",
        )),
    }
}

/// The shared settings, with those of a rule over them.
fn overridden<'a>(
    shared: &[(&'a str, &'a Value)],
    own: Written<'a>,
    fields: &'static [Field],
) -> Result<Entries<'a>, Wrong> {
    let field = |name: &str| fields.iter().find(|field| field.name == name);
    let is_either = |name: &str| field(name).is_some_and(|field| field.either);
    for (name, _) in &own {
        if field(name).is_some_and(|field| field.whole_policy) {
            return Err(Wrong::new(format!(
                "`{name}` cannot differ by key: set it outside of `rules`"
            )));
        }
    }
    let replaces = own.iter().any(|(name, _)| is_either(name));
    let mut merged = own.clone();
    for &(name, value) in shared {
        let is_own = own.iter().any(|(set, _)| *set == name);
        if is_own || (replaces && is_either(name)) {
            continue;
        }
        merged.push((name, value));
    }
    Entries::new(merged, fields, Some("prefix"))
}

fn table(given: Given<'_>) -> Result<&json::Table, Wrong> {
    match given.value {
        Value::Table(table) => Ok(table),
        _ => Err(given.is_not("a table")),
    }
}

/// All but the value with this name, and that value.
fn without<'a>(table: &'a json::Table, name: &str) -> (Written<'a>, Option<&'a Value>) {
    let mut others = Vec::with_capacity(table.len());
    let mut found = None;
    for (known, value) in table {
        if known == name {
            found = Some(value);
        } else {
            others.push((known.as_str(), value));
        }
    }
    (others, found)
}
