//! The two reports, and what of their inputs differs.

use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::report::{PolicyInfo, Report, SCHEMA_VERSION};

/// A report that was read.
#[derive(Clone, Debug)]
pub struct Given {
    /// As the command line names it.
    pub path: String,
    pub report: Report,
}

/// Reads a report: its file, or the folder that it is in.
///
/// # Errors
///
/// It cannot be read, or is no report of this version.
pub fn read(path: &Path) -> Result<Given, Error> {
    let file = match path.is_dir() {
        true => path.join("report.json"),
        false => path.to_owned(),
    };
    let name = file.display().to_string();
    let wrong = |why: String| Error::usage(format_args!("{name}: {why}"));
    let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let is_report = value.get("runs").is_some() && value.get("totals").is_some();
    if !is_report {
        return Err(wrong(
            "it is no report of `compare` or `run`, which is called report.json".to_owned(),
        ));
    }
    let version = value.get("schema_version").and_then(Value::as_u64);
    if version != Some(u64::from(SCHEMA_VERSION)) {
        return Err(wrong(format!(
            "it is a report of version {} and this program reads version {SCHEMA_VERSION}: run it again",
            version.map_or_else(|| "unknown".to_owned(), |version| version.to_string())
        )));
    }
    let report = serde_path_to_error::deserialize(value)
        .map_err(|error| wrong(format!("it is no report: {error}")))?;
    Ok(Given { path: name, report })
}

/// What decides no figure, or is compared policy by policy.
const NO_WORLD: [&str; 5] = ["name", "seed", "replications", "policy", "sweep"];

/// In what the worlds differ, a key each with both values: `cache.capacity: 0 and 1000`. Empty where it is
/// one world: then the same seed gives the same reads and writes.
pub(super) fn differing(before: &Report, after: &Report) -> Vec<String> {
    let mut found = Vec::new();
    let worlds = [before, after].map(|report| {
        let mut world = report.scenario.clone();
        if let Some(fields) = world.as_object_mut() {
            fields.retain(|key, _| !NO_WORLD.contains(&key.as_str()));
            // A trace is known by its content.
            if let Some(Value::Object(trace)) = fields.get_mut("trace") {
                trace.remove("path");
            }
        }
        world
    });
    compare(&worlds[0], &worlds[1], &mut String::new(), &mut found);
    let sha256 = |report: &Report| report.trace.as_ref().map(|trace| trace.sha256.clone());
    if sha256(before) != sha256(after) {
        found.push("the trace".to_owned());
    }
    // `auto` decides anew in every comparison.
    let used = |report: &Report| report.warmup.used_us;
    if found.is_empty() && used(before) != used(after) {
        let (before, after) = (used(before) as f64 / 1e6, used(after) as f64 / 1e6);
        found.push(format!(
            "the warm-up that was used: {before} s and {after} s"
        ));
    }
    found
}

fn compare(before: &Value, after: &Value, path: &mut String, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in keys {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                let of = |fields: &serde_json::Map<String, Value>| {
                    fields.get(key).cloned().unwrap_or_default()
                };
                compare(&of(a), &of(b), path, found);
                path.truncate(length);
            }
        }
        (a, b) if a != b => found.push(format!("{path}: {a} and {b}")),
        _ => {}
    }
}

/// A policy of both reports.
pub(super) struct Pair<'a> {
    pub before: &'a PolicyInfo,
    pub after: &'a PolicyInfo,
}

/// The policies of one label; then those of one source, where each report has but one of them left: settings
/// may be part of a label.
pub(super) fn pairs<'a>(before: &'a Report, after: &'a Report) -> Vec<Pair<'a>> {
    let labelled = |report: &'a Report, label: &str| {
        let mut policies = report.policies.iter();
        policies.find(|policy| policy.label == label)
    };
    let left = |report: &'a Report, other: &'a Report, source: &str| {
        let policies = report.policies.iter();
        let left = policies
            .filter(|policy| policy.source == source && labelled(other, &policy.label).is_none());
        let left: Vec<&PolicyInfo> = left.collect();
        match left[..] {
            [only] => Some(only),
            _ => None,
        }
    };
    let of = |policy: &'a PolicyInfo| {
        let after = labelled(after, &policy.label).or_else(|| {
            left(before, after, &policy.source)?;
            left(after, before, &policy.source)
        })?;
        Some(Pair {
            before: policy,
            after,
        })
    };
    before.policies.iter().filter_map(of).collect()
}

impl Pair<'_> {
    /// How both are called.
    pub fn label(&self) -> String {
        match self.before.label == self.after.label {
            true => self.before.label.clone(),
            false => format!("{} → {}", self.before.label, self.after.label),
        }
    }

    /// What of the policy itself differs, a phrase each.
    pub fn differing(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.before.component_sha256 != self.after.component_sha256 {
            found.push("the component".to_owned());
        }
        compare(
            &self.before.config,
            &self.after.config,
            &mut String::new(),
            &mut found,
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use serde_json::json;

    #[test]
    fn a_world_is_the_same_whatever_it_is_called_and_whatever_is_compared_in_it() {
        let before = sample::report(2);
        let mut after = before.clone();
        after.scenario["name"] = json!("other");
        after.scenario["policy"] = json!([]);
        assert_eq!(differing(&before, &after), Vec::<String>::new());
        after.scenario["cache"] = json!({ "capacity": 1000 });
        let found = differing(&before, &after);
        assert!(
            found[0].ends_with(" and 1000") || found[0].contains("capacity"),
            "{found:?}"
        );
    }

    #[test]
    fn policies_are_found_by_their_label_or_as_the_only_ones_of_their_source() {
        let before = sample::report(2);
        let mut after = before.clone();
        after.policies[0].label = "ttl:ttl=30s".to_owned();
        after.policies[0].config = json!({ "ttl": "30s" });
        let pairs = pairs(&before, &after);
        assert_eq!(pairs.len(), before.policies.len());
        let label = &before.policies[0].label;
        assert_eq!(pairs[0].label(), format!("{label} → ttl:ttl=30s"));
        assert!(!pairs[0].differing().is_empty());
        assert!(pairs[1].differing().is_empty());
    }
}
