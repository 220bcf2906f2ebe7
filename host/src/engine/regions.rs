//! Invalidations that name no group: every key with a prefix, everything near a vector.
//!
//! A region is appended in O(1) and hides, from that tick on, every entry that lies in it and is
//! older. The entries that are stored are then looked for and removed (or expired), and the region is
//! kept only as long as a load is in flight that began before it.
//!
//! **R1** A region is given up only after a search that began when no older load was in flight. A
//! load stores under the lock of its flight, so once the flights show no older one, every entry that
//! the region must hide is there to be found.

use std::sync::Arc;

use super::groups::Tick;
use super::lease::PurgeMode;
use super::shim::{AtomicU64, Ordering, RwLock};
use super::time::Instant;
use super::vectors::similarity;

/// What a region covers.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Prefix(String),
    Ball { centre: Arc<[f32]>, at_least: f32 },
}

impl Shape {
    pub(super) fn covers(&self, key: &str, vector: Option<&[f32]>) -> bool {
        match self {
            Shape::Prefix(prefix) => key.starts_with(prefix.as_str()),
            Shape::Ball { centre, at_least } => vector.is_some_and(|vector| {
                vector.len() == centre.len() && similarity(vector, centre) >= *at_least
            }),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) tick: Tick,
    pub(super) shape: Shape,
    pub(super) mode: PurgeMode,
    pub(super) at: Instant,
}

/// What the regions say of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Untouched,
    /// Soft, as of this time.
    Expired(Instant),
    Hidden,
}

/// The regions that are still needed, oldest first.
#[derive(Debug, Default)]
pub(super) struct Regions {
    regions: RwLock<Vec<Region>>,
    /// Tick of the newest: entries checked since need not look.
    newest: AtomicU64,
}

impl Regions {
    /// Called while the invalidation clock is being written, so that the tick shows afterwards.
    pub(super) fn append(&self, region: Region) {
        let tick = region.tick;
        self.regions.write().push(region);
        self.newest.store(tick, Ordering::Release);
    }

    pub(super) fn judge(&self, start: Tick, key: &str, vector: Option<&[f32]>) -> Verdict {
        if self.newest.load(Ordering::Acquire) <= start {
            return Verdict::Untouched;
        }
        let mut verdict = Verdict::Untouched;
        for region in self
            .regions
            .read()
            .iter()
            .rev()
            .take_while(|region| region.tick > start)
        {
            if region.shape.covers(key, vector) {
                if region.mode == PurgeMode::Drop {
                    return Verdict::Hidden;
                }
                verdict = Verdict::Expired(region.at);
            }
        }
        verdict
    }

    /// The regions that no load in flight is older than.
    pub(super) fn settled(&self, oldest_start: Option<Tick>) -> Vec<Region> {
        let settled = |region: &&Region| oldest_start.is_none_or(|start| region.tick <= start);
        self.regions
            .read()
            .iter()
            .filter(settled)
            .cloned()
            .collect()
    }

    pub(super) fn give_up(&self, ticks: &[Tick]) {
        self.regions
            .write()
            .retain(|region| !ticks.contains(&region.tick));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.regions.read().is_empty()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.regions.read().len()
    }
}
