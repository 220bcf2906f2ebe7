//! Means and confidence intervals over replications.

use serde_json::{Map, Value, json};

use crate::measure::Summary;

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
            let (mean, ci95) = interval(&numbers);
            json!({ "mean": mean, "ci95": ci95 })
        }
        None => Value::Null,
    }
}

/// Mean and half-width of its 95 % confidence interval.
///
/// Summed in the order given, deviations from the mean in a second pass: the same numbers give
/// the same bits, and large counts with a small spread lose nothing to cancellation.
pub fn interval(numbers: &[f64]) -> (f64, Option<f64>) {
    let n = numbers.len() as f64;
    if numbers.is_empty() {
        return (0.0, None);
    }
    let mean = numbers.iter().sum::<f64>() / n;
    if numbers.len() == 1 {
        return (mean, None);
    }
    // Equal numbers have no spread, not the rounding error of their mean.
    if numbers.iter().all(|x| *x == numbers[0]) {
        return (numbers[0], Some(0.0));
    }
    let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    (mean, Some(t975(numbers.len() - 1) * error))
}

/// The 97.5 % quantile of Student's t distribution.
///
/// A table up to 30 degrees of freedom; beyond it the expansion 26.7.5 of Abramowitz and Stegun
/// around the normal quantile, whose error there is below 1e-7. Both are plain arithmetic, so that
/// the result does not depend on a platform's `ln` or `sin`.
pub fn t975(freedom: usize) -> f64 {
    const TABLE: [f64; 30] = [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
        2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922,
        2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831,
        2.048407, 2.045230, 2.042272,
    ];
    if let Some(t) = freedom.checked_sub(1).and_then(|i| TABLE.get(i)) {
        return *t;
    }
    let x = 1.959_963_984_540_054_f64;
    let v = freedom as f64;
    let (x2, x3) = (x * x, x * x * x);
    let (x5, x7, x9) = (x3 * x2, x3 * x2 * x2, x3 * x3 * x3);
    x + (x3 + x) / (4.0 * v)
        + (5.0 * x5 + 16.0 * x3 + 3.0 * x) / (96.0 * v * v)
        + (3.0 * x7 + 19.0 * x5 + 17.0 * x3 - 15.0 * x) / (384.0 * v * v * v)
        + (79.0 * x9 + 776.0 * x7 + 1482.0 * x5 - 1920.0 * x3 - 945.0 * x)
            / (92_160.0 * v * v * v * v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Semantic;

    /// P(|T| < t) by the finite sums 26.7.3 and 26.7.4 of Abramowitz and Stegun.
    fn inside(t: f64, freedom: usize) -> f64 {
        let theta = (t / (freedom as f64).sqrt()).atan();
        let (sin, cos) = theta.sin_cos();
        let mut sum = 0.0;
        if freedom % 2 == 1 {
            let mut term = cos;
            let mut k = 1;
            while k < freedom {
                sum += term;
                term *= (k + 1) as f64 / (k + 2) as f64 * cos * cos;
                k += 2;
            }
            2.0 / std::f64::consts::PI * (theta + sin * sum)
        } else {
            let mut term = 1.0;
            let mut k = 0;
            while k < freedom {
                sum += term;
                term *= (k + 1) as f64 / (k + 2) as f64 * cos * cos;
                k += 2;
            }
            sin * sum
        }
    }

    #[test]
    fn the_quantiles_leave_out_five_percent_for_every_number_of_replications() {
        for freedom in 1..200 {
            let p = inside(t975(freedom), freedom);
            assert!((p - 0.95).abs() < 1e-7, "{freedom}: {p}");
        }
    }

    #[test]
    fn the_interval_of_a_known_sample_is_the_textbook_one() {
        let (mean, ci) = interval(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(mean, 2.5);
        assert!((ci.unwrap() - 3.182446 * 1.290_994_448_735_805_6 / 2.0).abs() < 1e-12);
    }

    #[test]
    fn equal_figures_have_an_interval_of_exactly_nothing() {
        assert_eq!(interval(&[0.1, 0.1, 0.1]), (0.1, Some(0.0)));
    }

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
