//! `report.json`.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::Report;
use crate::error::Error;

/// What `totals` has: the label of a policy, and its figures in the shape of a summary.
pub fn totals_schema(_: &mut SchemaGenerator) -> Schema {
    let figure = json!({
        "type": "object",
        "description": "Over the replications: mean ± ci95 is the 95 % interval, null for one replication.",
        "properties": {
            "mean": { "type": ["number", "null"] },
            "ci95": { "type": ["number", "null"] },
        },
        "required": ["mean", "ci95"],
        "additionalProperties": false,
    });
    // What a run does not have, clients say, is null.
    let group = json!({
        "type": "object",
        "additionalProperties": { "anyOf": [figure, { "type": "null" }, {
            "type": "object",
            "additionalProperties": { "anyOf": [figure, { "type": "null" }] },
        }] },
    });
    json_schema!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": { "policy": { "type": "string" } },
            "required": ["policy"],
            "additionalProperties": { "anyOf": [figure, group, { "type": "null" }] },
        },
    })
}

/// The report as JSON: fields in the order of the types, keys of free-form values sorted, floats as
/// the shortest text that reads back the same. What is not a number becomes null.
pub fn render(report: &Report) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|e| Error::other(format!("the report cannot be written as JSON: {e}")))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::{Report, sample};
    use super::*;

    #[test]
    fn a_report_reads_back_with_its_fields_in_the_order_of_the_types() {
        let mut report = sample::report(2);
        report.runs[0].summary.peak_to_mean = 0.1 + 0.2;
        let text = render(&report).unwrap();
        assert!(text.contains("\"peak_to_mean\": 0.30000000000000004"));
        let at = |key: &str| text.find(&format!("\n  \"{key}\"")).unwrap();
        assert!(at("schema_version") < at("scenario") && at("totals") < at("timing"));
        let back: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(back.policies.len(), report.policies.len());
        assert_eq!(back.runs[1].summary.reads, report.runs[1].summary.reads);
    }

    #[test]
    fn what_is_not_a_number_is_null() {
        let mut report = sample::report(1);
        report.runs[0].summary.peak_to_mean = f64::NAN;
        let text = render(&report).unwrap();
        assert!(text.contains("\"peak_to_mean\": null") && !text.contains("NaN"));
    }
}
