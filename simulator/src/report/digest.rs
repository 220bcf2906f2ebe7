//! A report seen by policy: what the table, the plots and the page all ask for.

use serde_json::Value;

use super::{PolicyInfo, PolicyKind, Report, Run, totals};
use crate::scenario::BASELINES;

/// One policy of a report.
pub struct Row<'a> {
    pub info: &'a PolicyInfo,
    /// Place among the policies of its kind (baseline or not): decides colour and marker.
    pub index: usize,
    /// Place among all rows: by it a page shows and hides what belongs to the policy.
    pub place: usize,
    pub runs: Vec<&'a Run>,
    totals: Value,
}

/// A mean over replications and the half-width of its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub mean: f64,
    pub ci95: Option<f64>,
}

/// The policies in the report's order, baselines last.
pub fn rows(report: &Report) -> Vec<Row<'_>> {
    let (mut policies, mut baselines) = (0, 0);
    let mut rows: Vec<Row> = report
        .policies
        .iter()
        .map(|info| {
            let runs: Vec<&Run> = report
                .runs
                .iter()
                .filter(|run| run.policy == info.label)
                .collect();
            let given = report.totals.iter().find(|t| t["policy"] == info.label);
            let counter = if info.kind == PolicyKind::Baseline {
                &mut baselines
            } else {
                &mut policies
            };
            *counter += 1;
            Row {
                info,
                index: *counter - 1,
                place: 0,
                totals: given.cloned().unwrap_or_else(|| {
                    let summaries: Vec<_> = runs.iter().map(|run| run.summary.clone()).collect();
                    totals(&info.label, &summaries)
                }),
                runs,
            }
        })
        .collect();
    rows.sort_by_key(|row| row.is_baseline());
    for (place, row) in rows.iter_mut().enumerate() {
        row.place = place;
    }
    rows
}

impl Row<'_> {
    /// A figure by its dotted name, `stale_age_us.p99`. None where the summaries have null.
    pub fn figure(&self, name: &str) -> Option<Figure> {
        let value = name
            .split('.')
            .try_fold(&self.totals, |v, key| v.get(key))?;
        Some(Figure {
            mean: value.get("mean")?.as_f64()?,
            ci95: value.get("ci95").and_then(Value::as_f64),
        })
    }

    /// The mean of a figure; 0 where there is none.
    pub fn mean(&self, name: &str) -> f64 {
        self.figure(name).map_or(0.0, |figure| figure.mean)
    }

    pub fn is_baseline(&self) -> bool {
        self.info.kind == PolicyKind::Baseline
    }

    /// The baseline that invalidates at the instant of the write, at no cost.
    pub fn is_perfect(&self) -> bool {
        let [_, perfect] = BASELINES;
        self.info.label == perfect
    }

    /// The baseline that loads for each read.
    pub fn is_no_cache(&self) -> bool {
        let [no_cache, _] = BASELINES;
        self.info.label == no_cache
    }

    pub fn has_stale(&self) -> bool {
        self.mean("stale_answers") > 0.0
    }
}

/// The pairs of a component and the same policy without wasm, as indices into `report.policies`.
pub fn twins(report: &Report) -> Vec<(usize, usize)> {
    let of = |kind| {
        report
            .policies
            .iter()
            .enumerate()
            .filter(move |(_, p)| p.kind == kind)
    };
    of(PolicyKind::Native)
        .filter_map(|(native, n)| {
            let (component, _) = of(PolicyKind::Component).find(|(_, c)| {
                n.source.strip_prefix("native:") == Some(&c.source) && n.config == c.config
            })?;
            Some((component, native))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn baselines_come_last_and_are_told_apart_by_whether_they_hit() {
        let mut report = sample::report(1);
        report.policies.rotate_right(2);
        let rows = rows(&report);
        assert!(rows[rows.len() - 2..].iter().all(Row::is_baseline));
        assert_eq!(rows.iter().filter(|row| row.is_perfect()).count(), 1);
        assert_eq!(rows.iter().filter(|row| row.is_no_cache()).count(), 1);
    }

    #[test]
    fn figures_are_computed_from_the_runs_where_the_report_has_no_totals() {
        let mut report = sample::report(2);
        let before = rows(&report)[0].figure("stale_age_us.p99");
        report.totals.clear();
        assert!(before.is_some());
        assert_eq!(rows(&report)[0].figure("stale_age_us.p99"), before);
    }

    #[test]
    fn a_component_and_its_native_twin_are_found_by_source_and_settings() {
        let mut report = sample::report(1);
        assert_eq!(twins(&report), []);
        let mut native = report.policies[0].clone();
        native.kind = PolicyKind::Native;
        native.source = format!("native:{}", native.source);
        report.policies.push(native);
        assert_eq!(twins(&report), [(0, report.policies.len() - 1)]);
    }
}
