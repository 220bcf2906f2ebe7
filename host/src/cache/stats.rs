//! What a cache has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a cache has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Reads that were answered from the cache.
    pub hits: u64,
    /// Reads that loaded the value themselves.
    pub misses: u64,
    /// Reads that waited for another reader's load.
    pub coalesced: u64,
    /// Values that were loaded, refreshes included.
    pub loads: u64,
    /// Loaded values that were not stored, because their key or a group of it had been invalidated
    /// meanwhile.
    pub discarded_fills: u64,
    /// Invalidations that were carried out.
    pub invalidations: u64,
    /// Calls of the policy.
    pub policy_calls: u64,
    /// Those that failed.
    pub policy_traps: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) coalesced: AtomicU64,
    pub(super) loads: AtomicU64,
    pub(super) discarded_fills: AtomicU64,
    pub(super) invalidations: AtomicU64,
}

/// Counts one more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn read(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            hits: read(&self.hits),
            misses: read(&self.misses),
            coalesced: read(&self.coalesced),
            loads: read(&self.loads),
            discarded_fills: read(&self.discarded_fills),
            invalidations: read(&self.invalidations),
            ..Stats::default()
        }
    }
}
