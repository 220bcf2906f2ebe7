//! What the command line changes in a scenario: `--set key=value`, `--seed N`, `--policy SPEC`.

use toml::{Table, Value};

use super::spec::PATTERNS;
use crate::error::Error;

/// What the command line changes in a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--seed N`.
    pub seed: Option<u64>,
    /// `--set key=value`, in order. A key is a dotted path such as `origin.latency` or
    /// `policy.0.config.ttl`; a value is TOML, or else text as it stands.
    pub set: Vec<String>,
    /// `--policy SPEC`. Where there are any, they take the place of the scenario's policies.
    pub policies: Vec<String>,
    /// Where neither the scenario nor the command line names a policy: all that are built in.
    pub or_all_built_in: bool,
}

/// The paths that something else than the scenario's own tables wrote to, with where that stands:
/// `--set seed=8`, or the line of a sweep.
#[derive(Default)]
pub(super) struct Written(Vec<(Vec<String>, String)>);

impl Written {
    /// What decided the value at `path`, if anything did.
    pub(super) fn by(&self, path: &[String]) -> Option<&str> {
        let related = |at: &[String]| path.starts_with(at);
        self.0
            .iter()
            .rev()
            .find(|(at, _)| related(at))
            .map(|(_, text)| text.as_str())
    }

    /// What wrote somewhere below `path`, if anything did.
    pub(super) fn below(&self, path: &[String]) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(at, _)| at.starts_with(path))
            .map(|(_, text)| text.as_str())
    }

    /// Writes a value into the tree and remembers the `place` that says so.
    pub(super) fn put(
        &mut self,
        tree: &mut Table,
        path: &[String],
        value: Value,
        place: &str,
    ) -> Result<(), Error> {
        put(tree, path, value).map_err(|why| Error::usage(format_args!("{place}: {why}")))?;
        self.0.push((path.to_vec(), place.to_owned()));
        Ok(())
    }
}

impl Overrides {
    /// Puts the policies of the command line into the tree, so that a `--set` reaches them too. Gives
    /// whether it has: what the tree says of policies is then not what is written in a file.
    pub(super) fn choose_policies(&self, tree: &mut Table) -> bool {
        let policy = |spec: &str| {
            let uses = ("use".to_owned(), Value::from(spec));
            Value::Table(Table::from_iter([uses]))
        };
        let chosen: Vec<Value> = if !self.policies.is_empty() {
            self.policies.iter().map(|spec| policy(spec)).collect()
        } else if self.or_all_built_in && names_no_policy(tree) {
            PATTERNS.into_iter().map(policy).collect()
        } else {
            return false;
        };
        tree.insert("policy".to_owned(), Value::Array(chosen));
        true
    }

    /// Writes every `--set` into the tree.
    pub(super) fn apply(&self, tree: &mut Table) -> Result<Written, Error> {
        let mut written = Written::default();
        for text in &self.set {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                Error::usage(format_args!(
                    "--set {text}: write it as key=value, such as origin.latency=5ms"
                ))
            })?;
            let place = format!("--set {text}");
            written.put(tree, &path_of(key, &place)?, parse(value.trim()), &place)?;
        }
        Ok(written)
    }

    /// The paths that `--set` writes to. Those that are none are passed over: they are refused elsewhere.
    pub(super) fn paths(&self) -> impl Iterator<Item = (Vec<String>, &str)> {
        let sets = self.set.iter();
        sets.filter_map(|text| Some((path_of(text.split_once('=')?.0, "").ok()?, text.as_str())))
    }
}

/// A dotted path such as `origin.latency`, part by part. `place` is where it was written.
pub(super) fn path_of(key: &str, place: &str) -> Result<Vec<String>, Error> {
    let parts = key.trim().split('.').map(|part| part.trim().to_owned());
    let path: Vec<String> = parts.collect();
    if path.iter().any(String::is_empty) {
        return Err(Error::usage(format_args!(
            "{place}: `{key}` is not a dotted path such as origin.latency"
        )));
    }
    Ok(path)
}

fn names_no_policy(tree: &Table) -> bool {
    let policies = tree.get("policy");
    policies.is_none_or(|policies| policies.as_array().is_some_and(Vec::is_empty))
}

/// A value as TOML; what is not TOML is text, so that `60s` needs no quotes.
fn parse(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    match parsed
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("value"))
    {
        // No setting is a date; `2024-01-01` is somebody's name for a run.
        None | Some(Value::Datetime(_)) => Value::String(text.to_owned()),
        Some(value) => value,
    }
}

fn put(tree: &mut Table, path: &[String], value: Value) -> Result<(), String> {
    let mut root = Value::Table(std::mem::take(tree));
    let place = path.iter().try_fold(&mut root, |at, part| enter(at, part));
    let done = place.map(|place| *place = value);
    if let Value::Table(table) = root {
        *tree = table;
    }
    done
}

fn enter<'a>(value: &'a mut Value, part: &str) -> Result<&'a mut Value, String> {
    if let Value::Array(array) = value {
        return element(array, part);
    }
    if !value.is_table() {
        // `origin.latency.exponential=5ms` over `latency = "20ms"`: the new form replaces the old.
        *value = Value::Table(Table::new());
    }
    match value {
        Value::Table(table) => Ok(table_entry(table, part)),
        _ => Err(format!("`{part}` has no place here")),
    }
}

fn table_entry<'a>(table: &'a mut Table, part: &str) -> &'a mut Value {
    table
        .entry(part)
        .or_insert_with(|| Value::Table(Table::new()))
}

fn element<'a>(array: &'a mut [Value], part: &str) -> Result<&'a mut Value, String> {
    let n = array.len();
    part.parse::<usize>()
        .ok()
        .and_then(|index| array.get_mut(index))
        .ok_or_else(|| format!("`{part}` is not an index from 0 to {}", n.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(toml: &str, text: &str) -> Result<String, String> {
        let mut tree: Table = toml::from_str(toml).unwrap();
        let overrides = Overrides {
            set: vec![text.to_owned()],
            ..Overrides::default()
        };
        overrides
            .apply(&mut tree)
            .map_err(|error| error.to_string())?;
        Ok(tree.to_string().replace('\n', " ").trim().to_owned())
    }

    #[test]
    fn a_value_is_toml_or_else_text() {
        assert_eq!(set("", "a=60s").unwrap(), "a = \"60s\"");
        assert_eq!(set("", "a=0.5").unwrap(), "a = 0.5");
        assert_eq!(set("", "a=\"5\"").unwrap(), "a = \"5\"");
        assert_eq!(set("", "a={ zipf = 1.1 }").unwrap(), "[a] zipf = 1.1");
        assert_eq!(set("", "a=2024-01-01").unwrap(), "a = \"2024-01-01\"");
        assert_eq!(set("", "a=b=c").unwrap(), "a = \"b=c\"");
    }

    #[test]
    fn a_path_reaches_into_tables_and_arrays_and_makes_what_is_missing() {
        assert_eq!(set("", "a.b.c=1").unwrap(), "[a.b] c = 1");
        assert_eq!(set("a = [1, 2]", "a.1=3").unwrap(), "a = [1, 3]");
        assert_eq!(
            set("[[p]]\nu = 1", "p.0.c.ttl=2s").unwrap(),
            "[[p]] u = 1  [p.c] ttl = \"2s\""
        );
        assert_eq!(
            set("l = \"20ms\"", "l.exponential=5ms").unwrap(),
            "[l] exponential = \"5ms\""
        );
    }

    #[test]
    fn what_cannot_be_set_says_why() {
        assert!(set("", "seed").unwrap_err().contains("key=value"));
        assert!(set("", "a..b=1").unwrap_err().contains("dotted path"));
        assert!(
            set("a = [1, 2]", "a.2=3")
                .unwrap_err()
                .contains("index from 0 to 1")
        );
    }
}
