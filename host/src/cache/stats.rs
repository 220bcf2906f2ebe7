//! What a cache has done so far.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use thread_local::ThreadLocal;

/// What a cache has done so far. Always counted: a count costs a store into a line of the thread's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Reads that were answered from the cache.
    pub hits: u64,
    /// Reads that were answered with a value past its end: within its grace while another load was under
    /// way, or its rescue.
    pub stale_served: u64,
    /// Reads that loaded the value themselves.
    pub misses: u64,
    /// Reads that waited for another reader's load, once for each load they waited for.
    pub coalesced: u64,
    /// Loads that brought a value, refreshes and changes by `entry` included.
    pub loads: u64,
    /// Loads that brought an error.
    pub failed_loads: u64,
    /// How long all loads took together, those that brought an error included.
    pub load_time: Duration,
    /// Loaded values that were not stored: their key or a group of it had been invalidated meanwhile, or
    /// they had not seen what an invalidation demands. Each would have been stale data in a cache that
    /// stores whatever a load brings.
    pub discarded_fills: u64,
    /// The same by why they were not stored.
    pub discarded: Discarded,
    /// Invalidations that were carried out, hard and soft, by the application and by the policy.
    pub invalidations: Invalidations,
    /// Entries that had to go because there was too much.
    pub evictions: u64,
    /// Calls of the policy.
    pub policy_calls: u64,
    /// Those that failed.
    pub policy_traps: u64,
}

impl Stats {
    /// Share of the reads that were answered from the cache, between 0 and 1; nothing before the first
    /// read. A read that waited for another's load is none of them. [`get`](crate::sync::Cache::get) counts
    /// if it finds something: what it does not find it does not load.
    #[must_use]
    pub fn hit_ratio(&self) -> Option<f64> {
        let reads = self.hits + self.misses + self.coalesced;
        (reads > 0).then(|| self.hits as f64 / reads as f64)
    }
}

/// Loaded values that were not stored, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discarded {
    /// The key or a group of it was invalidated, or the key stored, while the value was loaded; or the load
    /// took longer than [`load_timeout`](crate::Builder::load_timeout).
    pub overtaken: u64,
    /// The load had not seen what an invalidation demands, or brought an older version than one that is
    /// known.
    pub behind: u64,
    /// The embedding had other dimensions than those that are held: it would be found by no read and reached
    /// by no invalidation.
    pub unsearchable: u64,
}

impl Discarded {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.overtaken + self.behind + self.unsearchable
    }
}

/// Invalidations by what they named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalidations {
    /// A key.
    pub by_key: u64,
    /// A tag.
    pub by_tag: u64,
    /// A prefix of keys.
    pub by_prefix: u64,
    /// A generation, which was moved.
    pub by_generation: u64,
    /// A region of meaning.
    pub by_region: u64,
    /// A predicate.
    pub by_predicate: u64,
    /// Everything.
    pub of_all: u64,
}

impl Invalidations {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_key
            + self.by_tag
            + self.by_prefix
            + self.by_generation
            + self.by_region
            + self.by_predicate
            + self.of_all
    }
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
    LoadNanos,
    Overtaken,
    Behind,
    Unsearchable,
    Eviction,
    InvalidationByKey,
    InvalidationByTag,
    InvalidationByPrefix,
    InvalidationByGeneration,
    InvalidationByRegion,
    InvalidationByPredicate,
    InvalidationOfAll,
}

const COUNTS: usize = Count::InvalidationOfAll as usize + 1;

/// The counters, a set for each thread: threads that hit at once must not write to one cache line.
#[derive(Default)]
pub(super) struct Counters {
    of_thread: ThreadLocal<[AtomicU64; COUNTS]>,
}

impl Counters {
    #[inline]
    pub(super) fn add(&self, count: Count) {
        self.add_many(count, 1);
    }

    #[inline]
    pub(super) fn add_many(&self, count: Count, more: u64) {
        let counter = &self.of_thread.get_or_default()[count as usize];
        // Nobody else writes to it.
        counter.store(
            counter.load(Ordering::Relaxed).wrapping_add(more),
            Ordering::Relaxed,
        );
    }

    pub(super) fn read(&self) -> Stats {
        let sum = |count: Count| {
            let counters = self.of_thread.iter();
            counters
                .map(|of_one| of_one[count as usize].load(Ordering::Relaxed))
                .sum()
        };
        let discarded = Discarded {
            overtaken: sum(Count::Overtaken),
            behind: sum(Count::Behind),
            unsearchable: sum(Count::Unsearchable),
        };
        Stats {
            hits: sum(Count::Hit),
            stale_served: sum(Count::Stale),
            misses: sum(Count::Miss),
            coalesced: sum(Count::Coalesced),
            loads: sum(Count::Load),
            failed_loads: sum(Count::FailedLoad),
            load_time: Duration::from_nanos(sum(Count::LoadNanos)),
            discarded_fills: discarded.total(),
            discarded,
            invalidations: Invalidations {
                by_key: sum(Count::InvalidationByKey),
                by_tag: sum(Count::InvalidationByTag),
                by_prefix: sum(Count::InvalidationByPrefix),
                by_generation: sum(Count::InvalidationByGeneration),
                by_region: sum(Count::InvalidationByRegion),
                by_predicate: sum(Count::InvalidationByPredicate),
                of_all: sum(Count::InvalidationOfAll),
            },
            evictions: sum(Count::Eviction),
            ..Stats::default()
        }
    }
}
