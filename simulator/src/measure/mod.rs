//! What is counted, and what is known to be stale.

mod clients;
mod distribution;
mod recorder;
mod series;
mod summary;

pub use clients::Seen;
pub use distribution::Distribution;
pub use recorder::{Answer, Class, Recorder};
pub use summary::*;
