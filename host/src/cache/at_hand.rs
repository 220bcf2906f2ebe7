//! What each thread keeps at hand of a cache: see [`Copies`] for how it may.

use std::cell::RefCell;
use std::sync::Arc;

use thread_local::ThreadLocal;

use super::shared::{CacheEngine, Cached};
use crate::engine::{Copies, Entry, Instant, KeyRef};

/// Entries that a thread keeps at hand, unless the builder says otherwise: the tables of places are 16 KiB.
pub(super) const PLACES: usize = 1024;

/// Of what a cache may hold, so large a part may be at hand in each thread: what is there and gone in the
/// store stays in memory for a while.
const SHARE_OF_CAPACITY: u64 = 16;

/// Values that are known to be larger are not kept.
const LARGEST: u64 = 4096;

/// The tables of all threads.
pub(super) struct AtHand<V: Send + Sync> {
    tables: ThreadLocal<RefCell<Copies<Cached<V>>>>,
    /// Places in each.
    places: usize,
}

impl<V: Clone + Send + Sync + 'static> AtHand<V> {
    /// `places` in each table, 0 for none, or fewer if that is much of a `capacity`, which is 0 without one.
    pub(super) fn new(places: usize, capacity: u64) -> AtHand<V> {
        let most = match capacity {
            0 => usize::MAX,
            bounded => usize::try_from(bounded / SHARE_OF_CAPACITY).unwrap_or(usize::MAX),
        };
        AtHand {
            tables: ThreadLocal::new(),
            places: places.min(most),
        }
    }

    /// A value that this thread has at hand and that may be served.
    pub(super) fn get(&self, engine: &CacheEngine<V>, key: KeyRef<'_>, now: Instant) -> Option<V> {
        // A value's `clone` may read the cache in its turn: nothing is borrowed for writing meanwhile.
        let table = self.tables.get()?.borrow();
        table.get(engine, key, now)?.value().value()
    }

    /// Keeps an entry at hand that the store has just served.
    pub(super) fn offer(&self, entry: Arc<Entry<Cached<V>>>, now: Instant) {
        if self.places == 0 || entry.size() > LARGEST {
            return;
        }
        let table = self
            .tables
            .get_or(|| RefCell::new(Copies::new(self.places)));
        // Taken while a value is being cloned: whoever reads within that is not in a hurry.
        let gone = table
            .try_borrow_mut()
            .map(|mut table| table.offer(entry, now));
        // The end of a value may read the cache as well.
        drop(gone);
    }
}
