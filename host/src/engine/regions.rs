//! Invalidations that name no group: every key with a prefix, everything near a vector, whatever a
//! predicate says.
//!
//! A region is appended in O(1) and hides, from that tick on, every entry that lies in it and is
//! older. The entries that are stored are then looked for and removed (or expired), and the region is
//! kept only as long as a load is in flight that began before it, or may begin that has not seen it.
//!
//! **R1** A region is given up only after a search that began when no older load was in flight. A
//! load stores under the lock of its flight, so once the flights show no older one, every entry that
//! the region must hide is there to be found.

use std::sync::Arc;

use super::entry::Entry;
use super::groups::Tick;
use super::lease::PurgeMode;
use super::seen::{Marks, Seen};
use super::shim::{AtomicU64, Ordering, RwLock};
use super::time::Instant;
use super::vectors::similarity;

/// What tells the entries that a purge is for from the others.
///
/// It is called by whoever meets an entry that it may be for: the purge, a read, a load that lands, under
/// locks of the engine. It must not call the engine, nor panic.
pub type Predicate<V> = Arc<dyn Fn(&Entry<V>) -> bool + Send + Sync>;

/// What regions may take together, in bytes. Where many come while one load is in flight, there is no more
/// room for the next; then everything is invalidated in its place, which takes none.
const ROOM: usize = 16 << 20;

/// What a region covers.
pub(super) enum Shape<V> {
    Prefix(String),
    Ball { centre: Arc<[f32]>, at_least: f32 },
    Where(Predicate<V>),
}

impl<V> Shape<V> {
    pub(super) fn covers(&self, entry: &Entry<V>) -> bool {
        match self {
            Shape::Prefix(prefix) => entry.key().text().starts_with(prefix.as_str()),
            Shape::Ball { centre, at_least } => entry.vector().is_some_and(|vector| {
                vector.len() == centre.len() && similarity(vector, centre) >= *at_least
            }),
            Shape::Where(predicate) => predicate(entry),
        }
    }

    /// What a region of it takes. What a predicate has with it is its own affair.
    fn size(&self) -> usize {
        let more = match self {
            Shape::Prefix(prefix) => prefix.len(),
            Shape::Ball { centre, .. } => size_of_val::<[f32]>(centre),
            Shape::Where(predicate) => size_of_val(predicate),
        };
        size_of::<Region<V>>() + more
    }
}

pub(super) struct Region<V> {
    pub(super) tick: Tick,
    pub(super) shape: Shape<V>,
    pub(super) mode: PurgeMode,
    pub(super) at: Instant,
    /// What a load of something that it covers must have seen.
    pub(super) marks: Marks,
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
pub(super) struct Regions<V> {
    regions: RwLock<Vec<Arc<Region<V>>>>,
    /// What they take, written under their lock.
    bytes: AtomicU64,
    /// Tick of the newest: entries checked since need not look.
    newest: AtomicU64,
}

impl<V> Default for Regions<V> {
    fn default() -> Regions<V> {
        Regions {
            regions: RwLock::default(),
            bytes: AtomicU64::default(),
            newest: AtomicU64::default(),
        }
    }
}

impl<V> Regions<V> {
    /// Called while the invalidation clock is being written, so that the tick shows afterwards.
    pub(super) fn append(&self, region: Arc<Region<V>>) {
        let tick = region.tick;
        let mut regions = self.regions.write();
        let size = region.shape.size() as u64;
        self.bytes.fetch_add(size, Ordering::Relaxed);
        regions.push(region);
        drop(regions);
        self.newest.store(tick, Ordering::Release);
    }

    /// Whether there is room for one more. Threads that ask at the same time may each be told so.
    pub(super) fn have_room_for(&self, shape: &Shape<V>) -> bool {
        self.bytes.load(Ordering::Relaxed) as usize + shape.size() <= ROOM
    }

    /// What the regions that came after `start` say of an entry.
    pub(super) fn judge(&self, start: Tick, entry: &Entry<V>) -> Verdict {
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
            if region.shape.covers(entry) {
                if region.mode == PurgeMode::Drop {
                    return Verdict::Hidden;
                }
                verdict = Verdict::Expired(region.at);
            }
        }
        verdict
    }

    /// Whether a load of something may be stored, for all that the regions demand that it has seen.
    pub(super) fn allow(&self, entry: &Entry<V>, seen: Option<&Seen>, now: Instant) -> bool {
        if seen.is_none() || self.newest.load(Ordering::Acquire) == 0 {
            return true;
        }
        let refuses =
            |region: &Arc<Region<V>>| !region.marks.allow(seen, now) && region.shape.covers(entry);
        !self.regions.read().iter().any(refuses)
    }

    /// The regions that no load is older than, as every load in flight began at `oldest_start` or later
    /// and every other one will, and that demand no more of loads to come.
    pub(super) fn settled(&self, oldest_start: Tick, now: Instant) -> Vec<Arc<Region<V>>> {
        let settled =
            |region: &&Arc<Region<V>>| region.marks.until() <= now && region.tick <= oldest_start;
        self.regions
            .read()
            .iter()
            .filter(settled)
            .cloned()
            .collect()
    }

    pub(super) fn give_up(&self, ticks: &[Tick]) {
        self.regions.write().retain(|region| {
            let is_kept = !ticks.contains(&region.tick);
            if !is_kept {
                let size = region.shape.size() as u64;
                self.bytes.fetch_sub(size, Ordering::Relaxed);
            }
            is_kept
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.regions.read().is_empty()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.regions.read().len()
    }
}
