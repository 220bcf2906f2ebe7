//! Settings gone through: many runs, on all cores or on many machines, and what they come to.
//!
//! ```text
//! [sweep] ──► points ──► plan ──► runs, a line each as they end ──► findings ──► files
//!                          └── shard i of n: only its runs ──► merge ──┘
//! ```
//!
//! A *run* is one policy at one point in one replication. Its name is a hash of all that decides it: the
//! scenario with the settings of the point, the files that this reads, the component and its settings, the
//! replication, the version of the program. So a result can be kept, found again after a kill, and carried
//! from machine to machine, and what several points have in common is run once. All points have the same
//! random numbers: where the workload is the same, so are the reads and writes.
//!
//! What is written in the end depends on the results alone and not on how they were come by: every
//! result is read back from its line, in the order of the plan.

mod carry_out;
mod findings;
mod folder;
mod inputs;
mod json;
mod merge;
mod page;
mod pareto;
mod plan;
mod plot;
mod radius;
mod shard;
mod table;
mod tables;

use std::path::Path;

pub use carry_out::{Carried, carry_out};
pub use findings::{Findings, Row};
pub use folder::{Found, Results};
pub use merge::{complete, merge};
pub use pareto::unbeaten;
pub use plan::{Plan, Planned};
pub use shard::Shard;
pub use table::{markdown, table};

use crate::error::Error;
use crate::report::csv::plot as plot_csv;
use crate::report::write_files;

/// What `sweep.json` has.
///
/// # Errors
///
/// Never for what was measured.
pub fn json(findings: &Findings<'_>) -> Result<String, Error> {
    json::render(findings)
}

/// What `pareto.csv` has: the points that no other beats.
///
/// # Errors
///
/// Never for what was measured.
pub fn pareto_csv(findings: &Findings<'_>) -> Result<String, Error> {
    tables::pareto(findings)
}

/// Writes what a sweep found into `dir`: `sweep.json`, `sweep.csv`, `pareto.csv`, `plots/pareto.svg`,
/// where it goes through radii of meaning `plots/radius.svg` and `.csv`, and `index.html`, one page that needs no
/// network. What stands there is replaced once all of it is complete.
///
/// # Errors
///
/// `dir` cannot be written to. Nothing half-written remains.
pub fn write(findings: &Findings<'_>, dir: &Path) -> Result<(), Error> {
    let svg = plot::draw(findings).svg();
    let radius = radius::figure(findings);
    let mut files = vec![
        ("sweep.csv", tables::long(findings)?),
        ("pareto.csv", tables::pareto(findings)?),
        ("index.html", page::render(findings, &svg, radius.as_ref())?),
        ("plots/pareto.svg", svg),
    ];
    if let Some(figure) = &radius {
        files.push(("plots/radius.svg", figure.file().svg()));
        files.push(("plots/radius.csv", plot_csv(figure)?));
    }
    // Last, so that a program that sees the new one finds the other files new as well.
    files.push(("sweep.json", json::render(findings)?));
    let files = files
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text));
    let files: Vec<(String, String)> = files.collect();
    write_files(&files, dir)
}
