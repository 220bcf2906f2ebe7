//! Runs scenarios that are written into the test.

#![allow(dead_code)] // not every test uses all of it

use std::path::Path;

use shelflife_sim::comparison::{Effort, compare};
use shelflife_sim::measure::Summary;
use shelflife_sim::report::Report;
use shelflife_sim::scenario::{Overrides, from_str};
use shelflife_sim::workload::build;

/// Runs a scenario; its paths are relative to the crate.
pub fn run(toml: &str) -> Report {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = from_str(toml, "test.toml", base, &Overrides::default()).unwrap();
    let workload = build(&loaded).unwrap();
    compare(
        &loaded,
        &workload,
        Effort {
            jobs: 0,
            progress: false,
        },
    )
    .unwrap()
}

/// The figures of a policy's first replication.
pub fn summary<'a>(report: &'a Report, policy: &str) -> &'a Summary {
    let run = report.runs.iter().find(|run| run.policy == policy);
    &run.unwrap_or_else(|| panic!("no run of {policy}")).summary
}

/// The mean of a figure over all replications of a policy.
pub fn mean(report: &Report, policy: &str, figure: impl Fn(&Summary) -> f64) -> f64 {
    let figures: Vec<f64> = report
        .runs
        .iter()
        .filter(|run| run.policy == policy)
        .map(|run| figure(&run.summary))
        .collect();
    assert!(!figures.is_empty(), "no run of {policy}");
    figures.iter().sum::<f64>() / figures.len() as f64
}

/// Fails unless `measured` is within `tolerance` (a share) of `expected`.
#[track_caller]
pub fn close(what: &str, measured: f64, expected: f64, tolerance: f64) {
    let off = (measured / expected - 1.0).abs();
    assert!(
        off <= tolerance,
        "{what}: measured {measured}, expected {expected}, off by {:.2} %",
        off * 100.0
    );
}
