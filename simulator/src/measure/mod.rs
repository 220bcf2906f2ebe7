//! What is counted, and what is known to be stale.

mod average;
mod clients;
mod distribution;
mod moment;
mod probes;
mod recorder;
mod recovery;
mod series;
mod summary;

pub use clients::Seen;
pub use distribution::Distribution;
pub use recorder::{Answer, Class, Recorder};
pub use summary::*;
