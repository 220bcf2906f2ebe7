//! How sure the figures are: intervals, differences between policies, and what they rest on.
//!
//! * [`interval()`]: a mean over independent replications and its 95 % confidence interval.
//! * [`differences()`]: the policies against each other, figure by figure, replication by replication.
//! * [`Change`]: one figure before and after.
//! * [`doubts()`]: figures that rest on too little, and why.
//!
//! The unit of all of it is the replication. An interval over the reads of one run would take them
//! for independent; they come in cycles from one fill to the next, and such an interval may be too narrow
//! by a factor of a hundred.

mod chance;
mod change;
mod differences;
mod doubts;
mod headlines;
mod holm;
mod interval;
mod student;

pub use change::{Change, Samples, Test, shown, step_of};
pub use differences::{Better, Difference, differences};
pub use doubts::{Doubt, Evidence, Kind, doubts};
pub use headlines::{Direction, HEADLINES, Headline};
pub use interval::{Interval, interval};
pub use student::t975;

/// The share of intervals that hold the truth, and one less the share of families of comparisons in
/// which chance alone makes any difference look real.
pub const LEVEL: f64 = 0.95;
