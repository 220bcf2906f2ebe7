//! Time as the engine sees it: a number that somebody else reads off a clock.

/// A point in time: nanoseconds on the clock of whoever drives the engine. Only differences mean
/// anything.
pub type Instant = u64;

/// A length of time, in nanoseconds.
pub type Nanos = u64;

/// Later than anything that happens.
pub(crate) const NEVER: Instant = u64::MAX;
