//! Means and confidence intervals over replications.

use serde_json::{Map, Value, json};

use crate::measure::Summary;
use crate::statistics::interval;

/// The figures of one policy over its replications: the shape of a [`Summary`] with each number
/// replaced by `{ "mean": x, "ci95": y }`, and the `policy` beside them. What a summary has under that
/// name, the figures of its component, is under `policy_figures`.
///
/// The interval is mean ± `ci95`, two-sided, by Student's t; it is null for one replication. What
/// is null in every replication stays null; what is null in some is averaged over the others.
pub fn totals(policy: &str, summaries: &[Summary]) -> Value {
    let values: Vec<Value> = summaries
        .iter()
        .map(|summary| serde_json::to_value(summary).expect("a summary is plain data"))
        .collect();
    let merged = merge(&values.iter().collect::<Vec<_>>());
    let mut fields = match merged {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    // `policy` is the label here, as it is in `runs`.
    if let Some(figures) = fields.insert("policy".to_owned(), Value::from(policy)) {
        fields.insert("policy_figures".to_owned(), figures);
    }
    Value::Object(fields)
}

fn merge(values: &[&Value]) -> Value {
    let present: Vec<&Value> = values.iter().copied().filter(|v| !v.is_null()).collect();
    match present.first() {
        Some(Value::Object(first)) => first
            .keys()
            .map(|key| {
                let field: Vec<&Value> = present.iter().filter_map(|v| v.get(key)).collect();
                (key.clone(), merge(&field))
            })
            .collect::<Map<_, _>>()
            .into(),
        Some(_) => {
            let numbers: Vec<f64> = present.iter().filter_map(|v| v.as_f64()).collect();
            let found = interval(&numbers);
            json!({ "mean": found.mean, "ci95": found.ci95 })
        }
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Semantic;

    #[test]
    fn one_replication_has_a_mean_and_no_interval() {
        let summary = Summary {
            reads: 7,
            ..Summary::default()
        };
        let value = totals("ttl", &[summary]);
        assert_eq!(value["policy"], "ttl");
        assert_eq!(value["reads"], json!({ "mean": 7.0, "ci95": null }));
        assert_eq!(value["bound_violations"]["1s"]["mean"], 0.0);
    }

    #[test]
    fn what_is_null_stays_null_and_what_is_null_sometimes_is_averaged_over_the_rest() {
        let with = Summary {
            semantic: Some(Semantic {
                lookups: 10,
                ..Semantic::default()
            }),
            ..Summary::default()
        };
        let value = totals("semantic", &[Summary::default(), with]);
        assert!(value["read_your_writes_violations"].is_null());
        assert_eq!(value["semantic"]["lookups"]["mean"], 10.0);
    }

    #[test]
    fn no_replication_at_all_is_a_name_and_nothing_else() {
        assert_eq!(totals("ttl", &[]), json!({ "policy": "ttl" }));
    }
}
