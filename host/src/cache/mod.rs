//! What applications touch.

mod builder;
mod clock;
mod gate;
mod load;
mod stats;
pub mod sync;
mod write;

pub use builder::{BuildError, Builder};
pub use clock::{Clock, ManualClock, SystemClock};
pub use load::Load;
pub use stats::Stats;
pub use write::Write;
