//! What to put into the application: the configuration of the cache that it embeds.

use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::Proposal;
use crate::scenario::Loaded;

/// The configuration of a recommended policy, for the crate `shelflife`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paste {
    /// A cache built in code.
    pub rust: String,
    /// A file that `shelflife::Config` reads.
    pub toml: String,
    /// What the application has to do besides, a sentence each.
    pub notes: Vec<String>,
}

/// The configuration of a proposal.
pub fn paste(proposal: Proposal<'_>, loaded: &Loaded) -> Paste {
    let uses = &proposal.candidate.policy.uses;
    let policy = uses.strip_prefix("native:").unwrap_or(uses);
    let mut notes = Vec::new();
    let config = for_a_host(policy, &proposal.trial.config, &mut notes);
    let capacity = loaded.scenario.cache.capacity;
    if loaded.scenario.cache.nodes > 1 {
        notes.push(format!(
            "There are {} caches: each of them has to hear of every write.",
            loaded.scenario.cache.nodes
        ));
    }
    Paste {
        rust: rust(policy, &config, capacity),
        toml: toml(policy, &config, capacity),
        notes,
    }
}

/// An application announces captured changes itself: to the cache all changes are `writes`.
fn for_a_host(
    policy: &str,
    config: &Map<String, Value>,
    notes: &mut Vec<String>,
) -> Map<String, Value> {
    let mut config = without_nulls(config);
    let listens = config.get("listen").and_then(Value::as_str);
    let listens = listens.or(match policy {
        "cdc" => Some("capture"),
        "write-through" | "tags" | "versions" | "semantic" | "adaptive" => Some("writes"),
        _ => None,
    });
    match listens {
        Some("writes") => notes.push(
            "Announce each write after it is committed: cache.announce(Write::of(key)).".to_owned(),
        ),
        Some("capture") => {
            config.insert("listen".to_owned(), Value::from("writes"));
            notes.push(
                "Announce each captured change as it arrives: cache.announce(Write::of(key))."
                    .to_owned(),
            );
        }
        Some("both") => {
            config.insert("listen".to_owned(), Value::from("writes"));
            notes.push(
                "Announce each write after it is committed, and each captured change as it arrives: \
                 cache.announce(Write::of(key))."
                    .to_owned(),
            );
        }
        _ => {}
    }
    let replaces = config.get("on_write").and_then(Value::as_str) == Some("replace");
    if replaces || policy == "adaptive" {
        notes.push(
            "Announce writes with their new value: Write::of(key).with_value(value).".to_owned(),
        );
    }
    config
}

/// TOML has no null, and to a policy it says no more than a setting that is not there.
fn without_nulls(config: &Map<String, Value>) -> Map<String, Value> {
    fn prune(value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(without_nulls(fields)),
            Value::Array(elements) => elements.iter().map(prune).collect(),
            other => other.clone(),
        }
    }
    let present = config.iter().filter(|(_, value)| !value.is_null());
    present
        .map(|(key, value)| (key.clone(), prune(value)))
        .collect()
}

fn rust(policy: &str, config: &Map<String, Value>, capacity: u64) -> String {
    let mut lines = vec!["let cache = shelflife::sync::Cache::<String>::builder()".to_owned()];
    if capacity > 0 {
        lines.push(format!("    .max_capacity({capacity})"));
    }
    lines.push(format!("    .policy({policy:?})"));
    let config = Value::Object(config.clone()).to_string();
    // As many as close nothing within the text.
    let mut hashes = "#".to_owned();
    while config.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    lines.push(format!("    .policy_config(r{hashes}\"{config}\"{hashes})"));
    lines.push("    .build()?;".to_owned());
    lines.join("\n") + "\n"
}

fn toml(policy: &str, config: &Map<String, Value>, capacity: u64) -> String {
    let mut table = toml::Table::new();
    if capacity > 0 {
        // What a scenario has is a whole number of TOML.
        let capacity = i64::try_from(capacity).unwrap_or(i64::MAX);
        table.insert("max_capacity".to_owned(), capacity.into());
    }
    table.insert("policy".to_owned(), policy.into());
    if let Ok(config) = toml::Value::try_from(config) {
        table.insert("policy_config".to_owned(), config);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn captured_changes_are_announced_by_the_application() {
        let mut notes = Vec::new();
        let listen = |policy: &str, value, notes: &mut Vec<String>| {
            for_a_host(policy, &config(value), notes)
                .get("listen")
                .cloned()
        };
        assert_eq!(listen("cdc", json!({}), &mut notes), Some(json!("writes")));
        assert!(notes[0].contains("captured change"));
        let both = json!({ "listen": "both" });
        assert_eq!(listen("tags", both, &mut notes), Some(json!("writes")));
        assert_eq!(listen("ttl", json!({}), &mut notes), None);
        assert_eq!(notes.len(), 2);
    }

    #[test]
    fn a_text_that_would_end_the_literal_does_not() {
        let text = rust("ttl", &config(json!({ "x": "a\"#b" })), 5);
        assert!(text.contains(r####"(r##"{"x":"a\"#b"}"##)"####), "{text}");
        assert!(text.contains(".max_capacity(5)\n"));
    }
}
