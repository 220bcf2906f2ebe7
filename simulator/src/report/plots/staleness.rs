//! How old is what readers get? The share of all reads whose answer was older than an age.

use super::axis::ages;
use super::sketch::Figure;
use super::tail::{self, Spec, Tail};
use crate::report::digest::Row;
use crate::report::units::{duration, share};

/// The staleness tail.
pub fn figure(rows: &[Row]) -> Figure {
    tail::figure(
        rows,
        &Spec {
            name: "staleness",
            title: "How old is what readers get?",
            below: "The share of all reads whose answer was older than an age. Lower and further left is better; \
                    a curve begins at the share of reads that were stale at all.",
            metric: "stale_age_us",
            whole: |run| run.summary.reads,
            x: "age of the answer: time since the first write it lacks",
            y: "share of all reads",
            // Ages below a millisecond tell nobody anything and would take half the width.
            least: 1e3,
            most: 1e5,
            floor: 0.0,
            tick: ages,
            write: duration,
            lines: &[1e6, 60e6],
            columns: &[0.0, 1e5, 1e6, 5e6, 60e6, 300e6, 600e6, 3600e6],
            none: "never stale",
            why: "there were no stale answers",
            caption: &caption,
        },
    )
}

fn caption(tails: &[(&Row, Tail)]) -> String {
    let stale: Vec<&Row> = tails
        .iter()
        .map(|(row, _)| *row)
        .filter(|row| !row.is_baseline())
        .collect();
    let by = |a: &&&Row, b: &&&Row| {
        let age = |row: &Row| row.mean("stale_age_us.max");
        age(a).total_cmp(&age(b))
    };
    let Some(oldest) = stale.iter().max_by(by) else {
        return "No policy gave a stale answer in this run; the curve is a baseline's.".to_owned();
    };
    let minute: Vec<String> = stale
        .iter()
        .filter(|row| row.mean("bound_violations.60s") > 0.0)
        .map(|row| {
            let of_reads = row.mean("bound_violations.60s") / row.mean("reads").max(1.0);
            format!("{} ({} of reads)", row.info.label, share(of_reads))
        })
        .collect();
    let beyond = if minute.is_empty() {
        "No policy answered with anything older than a minute.".to_owned()
    } else {
        format!("Older than a minute: {}.", minute.join(", "))
    };
    format!(
        "The oldest answers came from {}: up to {}, a hundredth of its stale ones at least {} old. {beyond}",
        oldest.info.label,
        duration(oldest.mean("stale_age_us.max")),
        duration(oldest.mean("stale_age_us.p99")),
    )
}
