//! How long do readers wait? The share of all reads that took longer than a time.

use super::axis::ages;
use super::sketch::Figure;
use super::tail::{self, Spec, Tail};
use crate::report::digest::Row;
use crate::report::units::{duration, share};

/// The latency tail.
pub fn figure(rows: &[Row]) -> Figure {
    tail::figure(
        rows,
        &Spec {
            name: "latency",
            title: "How long do readers wait?",
            below: "The share of all reads that took longer than a time. A hit takes none, so that a curve begins at \
                    the share of reads that waited for a load. Lower and further left is better.",
            metric: "read_latency_us",
            whole: |run| run.summary.reads,
            x: "latency of the read",
            y: "share of all reads",
            least: 1e3,
            most: 1e4,
            floor: 0.0,
            tick: ages,
            write: duration,
            lines: &[],
            columns: &[0.0, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 5e6],
            none: "never waits",
            why: "no read took any time",
            caption: &caption,
        },
    )
}

fn caption(tails: &[(&Row, Tail)]) -> String {
    let policies: Vec<&(&Row, Tail)> = tails.iter().filter(|(row, _)| !row.is_baseline()).collect();
    let waits = |tail: &Tail| tail.above(0.0);
    let by_waits = |a: &&&(&Row, Tail), b: &&&(&Row, Tail)| waits(&a.1).total_cmp(&waits(&b.1));
    let (Some(least), Some(most)) = (
        policies.iter().min_by(by_waits),
        policies.iter().max_by(by_waits),
    ) else {
        return "No policy let a reader wait.".to_owned();
    };
    let mut words = format!(
        "Under {} {} of reads wait",
        least.0.info.label,
        share(waits(&least.1))
    );
    if least.0.place != most.0.place {
        words += &format!(", under {} {}", most.0.info.label, share(waits(&most.1)));
    }
    let p99 = |row: &Row| row.mean("read_latency_us.p99");
    let by = |a: &&&(&Row, Tail), b: &&&(&Row, Tail)| p99(a.0).total_cmp(&p99(b.0));
    if let (Some(fast), Some(slow)) = (policies.iter().min_by(by), policies.iter().max_by(by)) {
        let one = |row: &Row| match p99(row) {
            0.0 => format!(
                "fewer than one read in a hundred waits under {}",
                row.info.label
            ),
            p99 => format!(
                "one read in a hundred takes longer than {} under {}",
                duration(p99),
                row.info.label
            ),
        };
        words += &format!("; {}", one(fast.0));
        if fast.0.place != slow.0.place && p99(slow.0) > 0.0 {
            words += &format!(", {}", one(slow.0));
        }
    }
    words + "."
}
