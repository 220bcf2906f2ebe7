//! What applications touch.

mod builder;
mod clock;
mod gate;
mod stats;
pub mod sync;
mod write;

pub use builder::{BuildError, Builder};
pub use clock::{Clock, ManualClock, SystemClock};
pub use stats::Stats;
pub use write::Write;
