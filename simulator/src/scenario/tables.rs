//! Which paths of a scenario are tables, whatever stands in them.

use toml::{Table, Value};

/// `*` is every element of an array.
const TABLES: [&str; 23] = [
    "workload",
    "workload.reads",
    "workload.writes",
    "workload.tags",
    "workload.embeddings",
    "workload.phase.*",
    "workload.phase.*.reads",
    "workload.phase.*.writes",
    "workload.burst.*",
    "trace",
    "trace.columns",
    "trace.columns.ops",
    "origin",
    "cache",
    "writes",
    "bus",
    "feed",
    "feed.outages.*",
    "faults.*",
    "policy.*",
    "sweep",
    "sweep.grid",
    "sweep.list.*",
];

/// Whether `path` is a table or leads to one: what stands there is no setting but holds some. The settings
/// of a policy are a table too.
pub(super) fn holds_settings(path: &[String]) -> bool {
    let leads_to = |table: &str| {
        let parts: Vec<&str> = table.split('.').collect();
        let fits = |(part, known): (&String, &&str)| match *known {
            "*" => part.bytes().all(|byte| byte.is_ascii_digit()),
            known => part == known,
        };
        path.len() <= parts.len() && path.iter().zip(&parts).all(fits)
    };
    TABLES.into_iter().any(leads_to) || leads_to("policy.*.config")
}

/// The path of an array that stands where a table belongs: a `[[origin]]`. Serde would read its elements
/// as the values of the table, one after the other.
pub(super) fn array_for_table(tree: &Table) -> Option<Vec<String>> {
    fn find(value: &Value, parts: &[&str], path: &mut Vec<String>) -> bool {
        let Some((part, rest)) = parts.split_first() else {
            return value.is_array();
        };
        let mut enter = |key: String, value: &Value| {
            path.push(key);
            let found = find(value, rest, path);
            if !found {
                path.pop();
            }
            found
        };
        match value {
            Value::Array(elements) if *part == "*" => elements
                .iter()
                .enumerate()
                .any(|(index, element)| enter(index.to_string(), element)),
            Value::Table(table) => table
                .get(*part)
                .is_some_and(|value| enter((*part).to_owned(), value)),
            _ => false,
        }
    }
    TABLES.into_iter().find_map(|table| {
        let parts: Vec<&str> = table.split('.').collect();
        let (first, rest) = parts.split_first()?;
        let mut path = vec![(*first).to_owned()];
        find(tree.get(*first)?, rest, &mut path).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_holds_settings_and_a_setting_does_not() {
        for (path, holds) in [
            ("origin", true),
            ("policy", true),
            ("policy.0", true),
            ("policy.0.config", true),
            ("workload.phase.1.reads", true),
            ("origin.latency", false),
            ("policy.0.config.scope", false),
            ("policy.x", false),
            ("seed", false),
        ] {
            let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
            assert_eq!(holds_settings(&parts), holds, "{path}");
        }
    }
}
