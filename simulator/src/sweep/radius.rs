//! Precision, recall and stale answers over the radius, where a sweep goes through the radii of policies by meaning.

use serde_json::Value;

use super::findings::{Findings, Row};
use crate::report::figures::to_compare_by;
use crate::report::plots::radius::{Setting, of};
use crate::report::plots::{Figure, Look};

/// The figure; none where there are not several radii, or where points are of several worlds, whose figures cannot
/// stand on one line.
pub fn figure(findings: &Findings<'_>) -> Option<Figure> {
    if findings.worlds() > 1 {
        return None;
    }
    let rows = findings.rows.iter();
    let rows = rows.filter(|row| !row.repeats && !row.is_baseline());
    let figure = of(rows.filter_map(setting).collect());
    figure.content.is_ok().then_some(figure)
}

fn setting(row: &Row<'_>) -> Option<Setting> {
    let figure = |name| Some(to_compare_by(name).ok()?.of(&row.totals)?.0);
    let hits = row.totals["semantic"]["hits"]["mean"].as_f64()?;
    Some(Setting {
        place: row.index,
        label: row.label().to_owned(),
        look: Look::nth(row.index),
        radius: row
            .policy
            .policy
            .config
            .get("radius")
            .and_then(Value::as_f64)?,
        precision: figure("semantic.purge_precision")?,
        recall: figure("semantic.purge_recall")?,
        stale_ratio: figure("stale_ratio")?,
        wrong: figure("semantic.wrong_hits")? / hits.max(1.0),
        hits,
    })
}
