//! What each thread keeps at hand of a cache: see [`Copies`] for how it may.

use std::cell::RefCell;
use std::sync::Arc;

use thread_local::ThreadLocal;

use super::shared::{CacheEngine, Cached};
use crate::engine::{Copies, Entry, Instant, KeyRef};

/// Values that are known to be larger or heavier are not kept.
const LARGEST: u64 = 4096;

/// The tables of all threads.
pub(super) struct AtHand<V: Send + Sync> {
    tables: ThreadLocal<RefCell<Copies<Cached<V>>>>,
    /// Places in each; 0: there are none.
    places: usize,
}

impl<V: Clone + Send + Sync + 'static> AtHand<V> {
    pub(super) fn new(places: usize) -> AtHand<V> {
        AtHand {
            tables: ThreadLocal::new(),
            places,
        }
    }

    /// A value that this thread has at hand and that may be served; or whether it wants what the store
    /// serves to be offered.
    #[inline]
    pub(super) fn get(
        &self,
        engine: &CacheEngine<V>,
        key: KeyRef<'_>,
        now: Instant,
    ) -> Result<V, bool> {
        if self.places == 0 {
            return Err(false);
        }
        let Some(table) = self.tables.get() else {
            return Err(true);
        };
        // A value's `clone` may read the cache in its turn: nothing is borrowed for writing meanwhile.
        let table = table.borrow();
        let entry = table.get(engine, key, now);
        let value = entry.and_then(|entry| entry.value().value());
        value.ok_or_else(|| table.wants_an_offer())
    }

    /// Keeps an entry at hand that the store has just served.
    pub(super) fn offer(&self, entry: Arc<Entry<Cached<V>>>, now: Instant) {
        if entry.size().max(entry.weight().into()) > LARGEST {
            return;
        }
        let new = || RefCell::new(Copies::new(self.places));
        let table = self.tables.get_or(new);
        // Taken while a value is being cloned: whoever reads within that is not in a hurry.
        let gone = table
            .try_borrow_mut()
            .map(|mut table| table.offer(entry, now));
        // The end of a value may read the cache as well, and finds the table free.
        drop(gone);
    }
}
