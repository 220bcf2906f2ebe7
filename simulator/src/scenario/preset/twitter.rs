//! 54 cache clusters of Twitter (J. Yang, Y. Yue, K. V. Rashmi, OSDI 2020; statistics of March 2020).

use std::collections::HashMap;

use super::super::{Nanos, Popularity};
use super::Preset;

const CLUSTERS: &str = include_str!("../../../data/presets/twitter-2020Mar-clusters.csv");

/// Bytes of a megabyte, as the table counts.
const MEGABYTE: f64 = 1e6;

/// The time over which `mean_freq` counts the requests of an object, in seconds. The table does not say; with
/// a day its objects are as many as its working sets hold, where both are published.
const DAY: f64 = 86_400.0;

/// The largest share of operations that write where a cluster's reads are not published at all.
const LEAST_READS: f64 = 0.01;

pub(super) fn presets() -> Vec<Preset> {
    let rows = rows();
    rows.iter().map(|row| preset(row, &rows)).collect()
}

/// A row by the names of its columns; what was not published is not in it.
type Row = HashMap<&'static str, &'static str>;

fn rows() -> Vec<Row> {
    let mut lines = CLUSTERS.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines
        .map(|line| {
            let cells = columns.iter().copied().zip(line.split(','));
            cells.filter(|(_, cell)| !cell.is_empty()).collect()
        })
        .collect()
}

fn number(row: &Row, column: &str) -> Option<f64> {
    row.get(column).and_then(|cell| cell.parse().ok())
}

/// What was published of a cluster, or else the median of the clusters of its category.
fn number_or_median(row: &Row, rows: &[Row], column: &str) -> f64 {
    number(row, column).unwrap_or_else(|| {
        let category = row.get("category");
        let peers = rows.iter().filter(|peer| peer.get("category") == category);
        let mut known: Vec<f64> = peers.filter_map(|peer| number(peer, column)).collect();
        known.sort_by(f64::total_cmp);
        known[known.len() / 2]
    })
}

/// Pairs such as `get:0.93 set:0.07` or `60:0.39 300:0.24`.
fn weights(row: &Row, column: &str) -> Vec<(&'static str, f64)> {
    let pairs = row.get(column).copied().unwrap_or_default();
    pairs
        .split(' ')
        .filter_map(|pair| {
            let (name, weight) = pair.split_once(':')?;
            Some((name, weight.parse().ok()?))
        })
        .collect()
}

fn preset(row: &Row, rows: &[Row]) -> Preset {
    let value = |column| number_or_median(row, rows, column);
    let requests = 1000.0 * value("request_rate_kqps");
    let bytes = value("key_size_B") + value("value_size_B");
    let keys = match number(row, "wss_mb_no_ttl") {
        Some(set) if set > 0.0 => set * MEGABYTE / bytes,
        _ => requests * DAY / value("mean_freq"),
    };
    let (reads, writes) = mix(row, value("production_miss_ratio"));
    Preset {
        name: format!("twitter-{}", row["cluster"]),
        source: "Twitter",
        key: format!("{}:{{}}", row["cluster"]),
        keys: keys.round().max(1.0),
        value_bytes: value("value_size_B") as u32,
        reads: requests * reads,
        writes: requests * writes,
        popularity: Popularity::Zipf(value("zipf_alpha")),
        written: Popularity::SameAsReads,
        ttl: ttl(row),
    }
}

/// The shares of requests that read, and that change the source.
///
/// These caches are filled by their applications: after a miss, by a `set` or an `add`. So an `add` is a
/// refill, and so are as many `set` as there are misses; the simulated cache refills itself. What is left
/// over changed something. Where less than one request in a hundred reads, one is taken.
fn mix(row: &Row, miss_ratio: f64) -> (f64, f64) {
    let operations = weights(row, "ops");
    let share = |names: &[&str]| -> f64 {
        let known = operations.iter().filter(|(name, _)| names.contains(name));
        known.map(|(_, share)| share).sum()
    };
    if operations.is_empty() {
        return (1.0, 0.0);
    }
    let reads = share(&["get", "gets"]).max(LEAST_READS);
    let refills = (reads * miss_ratio - share(&["add"])).max(0.0);
    let sets = (share(&["set"]) - refills).max(0.0);
    let updates = share(&[
        "cas", "incr", "decr", "append", "prepend", "replace", "delete",
    ]);
    (reads, sets + updates)
}

/// The weighted median of the times to live.
fn ttl(row: &Row) -> Option<Nanos> {
    let mut ttls: Vec<(f64, f64)> = weights(row, "common_ttl_s")
        .into_iter()
        .filter_map(|(seconds, weight)| Some((seconds.parse().ok()?, weight)))
        .collect();
    ttls.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = ttls.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    let median = ttls.into_iter().find(|(_, weight)| {
        below += weight;
        below >= half
    });
    median.map(|(seconds, _)| Nanos::from_secs(seconds as u64))
}
