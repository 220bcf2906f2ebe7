//! What applications touch.
//!
//! Two caches, for threads (`sync`) and for tasks (`future`), are thin shells over [`shared::Shared`], which
//! never waits: `read.rs` says what a reader does next, `landing.rs` what becomes of what a loader brought,
//! `compute.rs` and `bulk.rs` the same for changes and for many keys. A shell calls loaders and waits.

mod again;
mod at_hand;
mod build_error;
mod builder;
mod bulk;
mod clock;
pub(crate) mod compute;
#[cfg(feature = "serde")]
mod config;
pub(crate) mod future;
mod gate;
mod landing;
mod listener;
mod load;
#[cfg(feature = "metrics")]
mod metrics;
mod near;
mod policies;
mod policy_settings;
mod purges;
mod read;
mod running;
pub(crate) mod runtime;
mod served;
mod settings;
mod shared;
mod stats;
pub(crate) mod sync;
mod verbs;
#[cfg(feature = "watch")]
mod watch;
mod write;

pub use build_error::BuildError;
pub use builder::Builder;
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "serde")]
pub use config::Config;
pub use listener::RemovalCause;
pub use load::Load;
pub use near::{Embedder, Embedding, EmbeddingError, NearError};
pub use served::{Entry, State};
pub use stats::{Discarded, Invalidations, Stats};
#[cfg(feature = "watch")]
pub use watch::PolicyWatch;
pub use write::Write;
