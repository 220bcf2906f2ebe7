//! What was run, so that it can be judged and repeated.

use serde::Serialize;
use serde_json::Value;

use super::swatch;
use crate::report::digest::Row;
use crate::report::table::config;
use crate::report::units::{count, exact};
use crate::report::{PolicyKind, Report};

/// The section.
#[derive(Serialize)]
pub struct Ran<'a> {
    policies: Vec<Component>,
    /// Names and values.
    facts: Vec<(&'static str, String)>,
    trace: Vec<(String, String)>,
    scenario: String,
    command: &'a str,
}

/// A policy as it ran.
#[derive(Serialize)]
struct Component {
    place: usize,
    label: String,
    swatch: String,
    kind: &'static str,
    sha256: Option<String>,
    config: String,
}

/// What the scenario is called.
pub fn name(report: &Report) -> &str {
    let name = report.scenario.get("name").and_then(Value::as_str);
    name.unwrap_or("comparison")
}

/// What one wants to know before the figures.
pub fn facts(report: &Report, rows: &[Row]) -> Vec<(&'static str, String)> {
    let policies = rows.iter().filter(|row| !row.is_baseline()).count();
    let mut facts = vec![("Policies", policies.to_string())];
    if let Some(row) = rows.first() {
        let of_run = |name| count(row.mean(name));
        facts.push(("Reads a run", of_run("reads")));
        facts.push(("Writes a run", of_run("writes")));
        facts.push(("Replications", row.runs.len().to_string()));
    }
    match &report.trace {
        Some(trace) => facts.push(("Trace", trace.path.clone())),
        None => {
            if let Some(duration) = report.scenario.get("duration").and_then(Value::as_str) {
                facts.push(("Virtual time", duration.to_owned()));
            }
        }
    }
    facts
}

/// The section of a report.
pub fn ran<'a>(report: &'a Report, rows: &[Row]) -> Ran<'a> {
    let mut facts = vec![
        ("Scenario", name(report).to_owned()),
        ("Seed", report.seed.to_string()),
        (
            "Version",
            format!("shelflife {}", env!("CARGO_PKG_VERSION")),
        ),
    ];
    let mut trace = Vec::new();
    if let Some(info) = &report.trace {
        facts.push(("Trace", info.path.clone()));
        facts.push(("SHA-256 of the trace", info.sha256.clone()));
        flatten("", &info.statistics, &mut trace);
    }
    Ran {
        policies: rows.iter().map(component).collect(),
        facts,
        trace,
        scenario: serde_json::to_string_pretty(&report.scenario).unwrap_or_default(),
        command: &report.command,
    }
}

fn component(row: &Row) -> Component {
    Component {
        place: row.place,
        label: row.info.label.clone(),
        swatch: swatch(row),
        kind: match row.info.kind {
            PolicyKind::Component => "component",
            PolicyKind::Native => "native",
            PolicyKind::Baseline => "baseline",
        },
        sha256: row.info.component_sha256.clone(),
        config: config(&row.info.config).unwrap_or_else(|| "–".to_owned()),
    }
}

/// A nested value as lines of dotted names; short lists of numbers stay one line.
fn flatten(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{key}"), value, into);
            }
        }
        Value::Array(values)
            if values
                .iter()
                .any(|value| value.is_object() || value.is_array()) =>
        {
            for (i, value) in values.iter().enumerate() {
                flatten(&format!("{name}.{i}"), value, into);
            }
        }
        Value::Array(values) => {
            let words: Vec<String> = values.iter().map(plain).collect();
            into.push((name.to_owned(), words.join(", ")));
        }
        value => into.push((name.to_owned(), plain(value))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), exact),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statistics_are_flattened_to_names_with_dots() {
        let mut lines = Vec::new();
        let value = json!({ "reads": 3, "size": { "p50": 1.5, "none": null }, "top": [1, 2] });
        flatten("", &value, &mut lines);
        let lines: Vec<String> = lines.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            lines,
            ["reads=3", "size.none=–", "size.p50=1.5", "top=1, 2"]
        );
    }
}
