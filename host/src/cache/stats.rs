//! What a cache has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

use thread_local::ThreadLocal;

/// What a cache has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Reads that were answered from the cache.
    pub hits: u64,
    /// Those of them that were answered with a value past its end: within its grace while another load
    /// was under way, or its rescue.
    pub stale_served: u64,
    /// Reads that loaded the value themselves.
    pub misses: u64,
    /// Reads that waited for another reader's load.
    pub coalesced: u64,
    /// Loads that brought a value, refreshes included.
    pub loads: u64,
    /// Loads that brought an error.
    pub failed_loads: u64,
    /// Loaded values that were not stored: their key or a group of it had been invalidated meanwhile, or
    /// they had not seen what an invalidation demands.
    pub discarded_fills: u64,
    /// Invalidations that were carried out.
    pub invalidations: u64,
    /// Calls of the policy.
    pub policy_calls: u64,
    /// Those that failed.
    pub policy_traps: u64,
}

/// What a cache counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Hit,
    Stale,
    Miss,
    Coalesced,
    Load,
    FailedLoad,
    Discarded,
    Invalidation,
}

const COUNTS: usize = Count::Invalidation as usize + 1;

/// The counters, a set for each thread: threads that hit at once must not write to one cache line.
#[derive(Default)]
pub(super) struct Counters {
    of_thread: ThreadLocal<[AtomicU64; COUNTS]>,
}

impl Counters {
    #[inline]
    pub(super) fn add(&self, count: Count) {
        let counter = &self.of_thread.get_or_default()[count as usize];
        // Nobody else writes to it.
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Stats {
        let sum = |count: Count| {
            let counters = self.of_thread.iter();
            counters
                .map(|of_one| of_one[count as usize].load(Ordering::Relaxed))
                .sum()
        };
        Stats {
            hits: sum(Count::Hit),
            stale_served: sum(Count::Stale),
            misses: sum(Count::Miss),
            coalesced: sum(Count::Coalesced),
            loads: sum(Count::Load),
            failed_loads: sum(Count::FailedLoad),
            discarded_fills: sum(Count::Discarded),
            invalidations: sum(Count::Invalidation),
            ..Stats::default()
        }
    }
}
