//! What applications touch.

mod at_hand;
mod builder;
mod bulk;
mod clock;
mod gate;
mod load;
mod policies;
mod read;
mod shared;
mod stats;
pub(crate) mod sync;
#[cfg(feature = "watch")]
mod watch;
mod write;

pub use builder::{BuildError, Builder};
pub use clock::{Clock, ManualClock, SystemClock};
pub use load::Load;
pub use stats::Stats;
#[cfg(feature = "watch")]
pub use watch::PolicyWatch;
pub use write::Write;
