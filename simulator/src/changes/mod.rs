//! Two reports held against each other: what has changed beyond chance.
//!
//! ```text
//! before/report.json ─┐
//!                     ├──► same world? ──► policies of one label ──► figures ──► a test each ──► verdicts
//! after/report.json ──┘
//! ```
//!
//! Where both had the same random numbers (one world, one seed), replications of one number had the same
//! reads and writes, and their differences are tested: what they have in common falls out. Else the means
//! are, by Welch. All tests of a comparison are corrected together by Holm's procedure: if nothing has
//! changed, nothing at all is shown in 95 of 100 cases.

mod inputs;
mod json;
mod judge;
mod table;
mod thresholds;

pub use inputs::{Given, read};
pub use json::document;
pub use judge::{Changes, Compared, Verdict, between};
pub use table::{csv, markdown, table};
pub use thresholds::{FailOn, Threshold};
