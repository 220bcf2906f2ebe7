//! The entries: the one module that knows quick_cache.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::Equivalent;
use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, OptionsBuilder, Weighter};

use super::Options;
use super::entry::Entry;
use super::key::{KeyRef, Prehashed};
use super::roster::{Candidates, Pace, Roster};
use super::time::Instant;

/// What an insert displaced.
pub(super) struct Gone<V> {
    pub(super) replaced: Option<Arc<Entry<V>>>,
    pub(super) evicted: Vec<Arc<Entry<V>>>,
}

/// An entry as the map holds it: as the key, without a value. The key's text lies in the entry, so that a
/// look-up that has compared it has the rest at hand.
#[derive(Debug)]
struct Resident<V>(Arc<Entry<V>>);

impl<V> Clone for Resident<V> {
    fn clone(&self) -> Resident<V> {
        Resident(Arc::clone(&self.0))
    }
}

impl<V> PartialEq for Resident<V> {
    fn eq(&self, other: &Resident<V>) -> bool {
        self.0.key() == other.0.key()
    }
}

impl<V> Eq for Resident<V> {}

impl<V> Hash for Resident<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.key().hash());
    }
}

/// A look-up that takes what it wants of the entry it finds.
///
/// The map asks whether an entry is the one that is looked up under the lock of its shard, and says yes once.
/// What is wanted is taken then, so that a hit need not count itself among the owners of the entry: two
/// writes to a line of memory that all threads share.
struct Look<'a, F, R> {
    key: &'a KeyRef<'a>,
    take: &'a F,
    taken: Cell<Option<R>>,
}

impl<F, R> Hash for Look<'_, F, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(KeyRef::hash(*self.key));
    }
}

impl<V, R, F: Fn(&Arc<Entry<V>>) -> R> Equivalent<Resident<V>> for Look<'_, F, R> {
    #[inline]
    fn equivalent(&self, resident: &Resident<V>) -> bool {
        let is_it = *self.key == resident.0.key().as_ref();
        if is_it {
            self.taken.set(Some((self.take)(&resident.0)));
        }
        is_it
    }
}

/// A look-up that finds this very entry and not one that took its place.
struct This<'a, V>(&'a Arc<Entry<V>>);

impl<V> Hash for This<'_, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.key().hash());
    }
}

impl<V> Equivalent<Resident<V>> for This<'_, V> {
    fn equivalent(&self, resident: &Resident<V>) -> bool {
        Arc::ptr_eq(self.0, &resident.0)
    }
}

/// Hands evicted entries to the insert that evicted them.
#[derive(Debug, Clone)]
struct CollectEvicted;

impl<V> Lifecycle<Resident<V>, ()> for CollectEvicted {
    type RequestState = Vec<Arc<Entry<V>>>;

    fn on_evict(&self, evicted: &mut Vec<Arc<Entry<V>>>, entry: Resident<V>, (): ()) {
        // Called under the lock of the shard, for what is replaced as well: before a new value can be
        // read, the old one is known to be gone.
        entry.0.leave();
        evicted.push(entry.0);
    }
}

/// What an entry takes of the capacity.
#[derive(Debug, Clone)]
struct Weights {
    /// Or else every entry weighs 1, and the hand of the clock need not look at it.
    weighed: bool,
}

impl<V> Weighter<Resident<V>, ()> for Weights {
    fn weight(&self, resident: &Resident<V>, (): &()) -> u64 {
        if self.weighed {
            resident.0.weight().into()
        } else {
            1
        }
    }
}

type Map<V> = Cache<Resident<V>, (), Weights, Prehashed, CollectEvicted>;

/// Entries by key, evicted by a variant of Clock-PRO when there are too many.
pub(super) struct Store<V> {
    map: Map<V>,
    /// The same entries, for sweeps. Neither's lock is taken under the other's.
    roster: Roster<V>,
}

impl<V> Store<V> {
    pub(super) fn new(options: &Options) -> Store<V> {
        /// What an entry is taken to weigh where nobody says how many there are, and how many are assumed at
        /// most. Small caches get one shard by it, which holds what weighs as much as they may.
        const WEIGHT: u64 = 64;
        const MOST: u64 = 1 << 16;
        let &Options {
            capacity,
            weighed,
            shards,
            expected_entries,
            ..
        } = options;
        // The estimate decides how many evicted keys are remembered, and how many shards are worth it.
        let (capacity, estimate) = match capacity {
            // None are evicted. Miri takes long to look through a large table; this is enough for four shards.
            0 => (u64::MAX / 2, if cfg!(miri) { 128 } else { 1024 }),
            bounded if weighed => (bounded, (bounded / WEIGHT).clamp(1, MOST) as usize),
            bounded => (bounded, usize::try_from(bounded).unwrap_or(usize::MAX)),
        };
        let estimate = if expected_entries == 0 {
            estimate
        } else {
            expected_entries
        };
        let options = OptionsBuilder::new()
            .weight_capacity(capacity)
            .estimated_items_capacity(estimate)
            .shards(shards)
            .build()
            .expect("both capacities are set");
        Store {
            map: Cache::with_options(
                options,
                Weights { weighed },
                Prehashed::default(),
                CollectEvicted,
            ),
            roster: Roster::new(shards),
        }
    }

    pub(super) fn get(&self, key: KeyRef<'_>) -> Option<Arc<Entry<V>>> {
        self.look(&key, &Arc::clone)
    }

    /// What `take` makes of an entry. It is called under the lock of a shard: it must be short and not come
    /// back here.
    #[inline]
    pub(super) fn look<R>(
        &self,
        key: &KeyRef<'_>,
        take: &impl Fn(&Arc<Entry<V>>) -> R,
    ) -> Option<R> {
        let look = Look {
            key,
            take,
            taken: Cell::new(None),
        };
        self.map.get(&look);
        look.taken.into_inner()
    }

    /// Like `get`, but leaves the entry's standing in the eviction order alone.
    pub(super) fn peek(&self, key: KeyRef<'_>) -> Option<Arc<Entry<V>>> {
        let look = Look {
            key: &key,
            take: &Arc::clone,
            taken: Cell::new(None),
        };
        self.map.peek(&look);
        look.taken.into_inner()
    }

    /// Stores an entry; returns what it took the place of, and what had to go for it, which may be the
    /// entry itself.
    pub(super) fn insert(&self, entry: &Arc<Entry<V>>) -> Gone<V> {
        // Before anybody can find it and take it away again.
        entry.enter();
        self.roster.add(entry);
        let mut evicted = Vec::new();
        let resident = Resident(Arc::clone(entry));
        self.map.insert_with_lifecycle(resident, (), &mut evicted);
        for gone in &evicted {
            self.roster.remove(gone);
        }
        // quick_cache 0.7 reports a replaced value as evicted, whatever its documentation says.
        let is_replaced =
            |old: &Arc<Entry<V>>| old.key() == entry.key() && !Arc::ptr_eq(old, entry);
        let replaced = evicted
            .iter()
            .position(is_replaced)
            .map(|at| evicted.swap_remove(at));
        Gone { replaced, evicted }
    }

    /// Removes this very entry, not one that took its place.
    pub(super) fn remove_entry(&self, entry: &Arc<Entry<V>>) -> bool {
        // Asked under the lock of the shard, if the entry is there.
        let leave = |(): &()| {
            entry.leave();
            true
        };
        let removed = self.map.remove_if(&This(entry), leave).is_some();
        if removed {
            self.roster.remove(entry);
        }
        removed
    }

    /// Removes everything that is there and hands it out. Only after a tick that hides it all: what is
    /// removed is marked as gone a moment later.
    pub(super) fn drain(&self) -> Vec<Arc<Entry<V>>> {
        let drained: Vec<_> = self.map.drain().map(|(resident, ())| resident.0).collect();
        for entry in &drained {
            entry.leave();
            self.roster.remove(entry);
        }
        drained
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Arc<Entry<V>>> + '_ {
        self.map.iter().map(|(resident, ())| resident.0)
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn weight(&self) -> u64 {
        self.map.weight()
    }

    /// Independent parts that a sweep goes through one by one.
    pub(super) fn parts(&self) -> usize {
        self.roster.parts()
    }

    /// Entries of a part that may have to go.
    pub(super) fn candidates(
        &self,
        part: usize,
        now: Instant,
        clock: u64,
        pace: Pace,
    ) -> Candidates<V> {
        self.roster.candidates(part, now, clock, pace)
    }

    /// Notes that an entry that was due is not to go yet.
    pub(super) fn note_end(&self, entry: &Entry<V>) {
        self.roster.note(entry);
    }

    #[cfg(test)]
    pub(super) fn listed(&self) -> usize {
        self.roster.len()
    }
}
