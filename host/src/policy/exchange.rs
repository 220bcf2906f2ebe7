//! What passes between a policy and its host during a call, for whoever watches.

use super::Level;
use crate::engine::{Instant, Purge, Sighting};

/// A call that a policy has made of its host, with the answer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum HostCall<'a> {
    /// `clock.now`.
    Now {
        /// The time.
        answer: Instant,
    },
    /// `random.next`.
    Random {
        /// The number.
        answer: u64,
    },
    /// `log.emit`.
    Log {
        /// How much it matters.
        level: Level,
        /// The line, cut where it was too long.
        message: &'a str,
    },
    /// Every function of `purge`, and `vectors.purge-within`.
    Purge {
        /// Which function.
        function: &'static str,
        /// What it asked for.
        purge: &'a Purge,
    },
    /// `rows.after`.
    RowAfter {
        /// Of which change.
        index: u32,
        /// Which column.
        column: &'a str,
        /// Its text.
        answer: Option<&'a str>,
    },
    /// `rows.before`.
    RowBefore {
        /// Of which change.
        index: u32,
        /// Which column.
        column: &'a str,
        /// Its text.
        answer: Option<&'a str>,
    },
    /// `vectors.of-change`.
    OfChange {
        /// Of which change.
        index: u32,
        /// Its embedding.
        answer: Option<&'a [f32]>,
    },
    /// `vectors.nearest`.
    Nearest {
        /// To what.
        to: &'a [f32],
        /// The least similarity.
        at_least: f32,
        /// How many at most.
        limit: usize,
        /// Keys and how near they are.
        answer: &'a [(String, f32)],
    },
    /// `observe.sightings`.
    Sightings {
        /// Which keys.
        keys: &'a [String],
        /// One answer a key.
        answer: &'a [Sighting],
    },
}

impl HostCall<'_> {
    /// Interface and function, as the contract calls them: `purge.keys`.
    #[must_use]
    pub fn function(&self) -> &'static str {
        match self {
            HostCall::Now { .. } => "clock.now",
            HostCall::Random { .. } => "random.next",
            HostCall::Log { .. } => "log.emit",
            HostCall::Purge { function, .. } => function,
            HostCall::RowAfter { .. } => "rows.after",
            HostCall::RowBefore { .. } => "rows.before",
            HostCall::OfChange { .. } => "vectors.of-change",
            HostCall::Nearest { .. } => "vectors.nearest",
            HostCall::Sightings { .. } => "observe.sightings",
        }
    }
}

/// Is told of every call that a policy makes of its host, after it was answered and before the policy goes
/// on. A call that breaks a limit is not among them: the error of the call says it.
pub type Witness = Box<dyn FnMut(&HostCall<'_>) + Send>;
