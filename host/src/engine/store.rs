//! The entries: the one module that knows quick_cache.

use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, OptionsBuilder, UnitWeighter};

use super::entry::Entry;
use super::key::{Key, Prehashed};

/// An entry that left the store, with its key.
pub type Leaver<V> = (Key, Arc<Entry<V>>);

/// What an insert displaced.
pub(super) struct Gone<V> {
    pub(super) replaced: Option<Arc<Entry<V>>>,
    pub(super) evicted: Vec<Leaver<V>>,
}

/// Hands evicted entries to the insert that evicted them.
#[derive(Debug, Clone)]
struct CollectEvicted;

impl<V> Lifecycle<Key, Arc<Entry<V>>> for CollectEvicted {
    type RequestState = Vec<Leaver<V>>;

    fn on_evict(&self, evicted: &mut Vec<Leaver<V>>, key: Key, entry: Arc<Entry<V>>) {
        evicted.push((key, entry));
    }
}

/// Entries by key, evicted by a variant of Clock-PRO when there are too many.
pub(super) struct Store<V> {
    entries: Cache<Key, Arc<Entry<V>>, UnitWeighter, Prehashed, CollectEvicted>,
}

impl<V> Store<V> {
    /// `capacity` in entries; 0: unbounded.
    pub(super) fn new(capacity: u64, shards: usize) -> Store<V> {
        let (capacity, estimate) = match capacity {
            // The estimate decides how many evicted keys are remembered, and none are evicted.
            0 => (u64::MAX / 2, 1024),
            bounded => (bounded, usize::try_from(bounded).unwrap_or(usize::MAX)),
        };
        let options = OptionsBuilder::new()
            .weight_capacity(capacity)
            .estimated_items_capacity(estimate)
            .shards(shards)
            .build()
            .expect("both capacities are set");
        Store {
            entries: Cache::with_options(
                options,
                UnitWeighter,
                Prehashed::default(),
                CollectEvicted,
            ),
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Entry<V>>> {
        self.entries.get(key)
    }

    /// Like `get`, but leaves the entry's standing in the eviction order alone.
    pub(super) fn peek(&self, key: &Key) -> Option<Arc<Entry<V>>> {
        self.entries.peek(key)
    }

    /// Stores an entry; returns what it took the place of, and what had to go for it.
    pub(super) fn insert(&self, key: Key, entry: Arc<Entry<V>>) -> Gone<V> {
        let mut gone = Vec::new();
        self.entries
            .insert_with_lifecycle(key.clone(), Arc::clone(&entry), &mut gone);
        // quick_cache 0.7 reports a replaced value as evicted, whatever its documentation says.
        let is_replaced = |(other, old): &Leaver<V>| *other == key && !Arc::ptr_eq(old, &entry);
        let replaced = gone
            .iter()
            .position(is_replaced)
            .map(|at| gone.swap_remove(at).1);
        Gone {
            replaced,
            evicted: gone,
        }
    }

    /// Removes this very entry, not one that took its place.
    pub(super) fn remove_entry(&self, key: &Key, entry: &Arc<Entry<V>>) -> bool {
        self.entries
            .remove_if(key, |resident| Arc::ptr_eq(resident, entry))
            .is_some()
    }

    pub(super) fn clear(&self) {
        self.entries.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Leaver<V>> + '_ {
        self.entries.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
