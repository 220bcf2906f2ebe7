//! How much does one purge take with it? Entries that one purge of a tag, counter, prefix or region hit.

use super::axis::counts;
use super::sketch::Figure;
use super::tail::{self, Spec, Tail};
use crate::report::digest::Row;
use crate::report::units::{count, share};

/// The fan-out tail.
pub fn figure(rows: &[Row]) -> Figure {
    tail::figure(
        rows,
        &Spec {
            name: "fanout",
            title: "How much does one purge take with it?",
            below: "The share of purges of groups (tags, counters, prefixes, regions of meaning) that hit more fresh \
                    entries than a number. A curve begins at the share that hit any.",
            metric: "fanout",
            whole: |run| {
                let buckets = run.histogram("fanout").map_or(&[][..], |h| &h.buckets);
                buckets.iter().map(|bucket| bucket.1).sum()
            },
            x: "fresh entries hit by one purge",
            y: "share of purges",
            least: 1.0,
            most: 10.0,
            floor: 1.0,
            tick: counts,
            write: count,
            lines: &[],
            columns: &[
                0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0, 10_000.0,
            ],
            none: "no groups",
            why: "no purge of a tag, a counter, a prefix or a region hit more than one entry",
            caption: &caption,
        },
    )
}

fn caption(tails: &[(&Row, Tail)]) -> String {
    let told = tails.iter().map(|(row, tail)| {
        format!(
            "{} {} entries a purge on average and {} at most; {} of its purges hit none",
            row.info.label,
            count(row.mean("fanout.mean")),
            count(tail.most()),
            share(1.0 - tail.above(0.0)),
        )
    });
    let told: Vec<String> = told.collect();
    format!("{}.", told.join(". "))
}
