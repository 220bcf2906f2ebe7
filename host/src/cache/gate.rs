//! Where threads wait for a load that another thread carries out.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::engine::Entry;

/// What became of the load.
#[derive(Debug)]
enum Load<V> {
    InFlight,
    Done(Arc<Entry<V>>),
    /// The loader panicked: one of those who wait must load.
    GivenUp,
}

/// One for each load in flight. Opens once.
#[derive(Debug)]
pub(super) struct Gate<V> {
    load: Mutex<Load<V>>,
    opened: Condvar,
}

impl<V> Default for Gate<V> {
    fn default() -> Gate<V> {
        Gate { load: Mutex::new(Load::InFlight), opened: Condvar::new() }
    }
}

impl<V> Gate<V> {
    /// Lets everybody through, with the entry or with nothing.
    pub(super) fn open(&self, entry: Option<Arc<Entry<V>>>) {
        *self.load.lock() = entry.map_or(Load::GivenUp, Load::Done);
        self.opened.notify_all();
    }

    /// Waits until it opens.
    pub(super) fn wait(&self) -> Option<Arc<Entry<V>>> {
        let mut load = self.load.lock();
        loop {
            match &*load {
                Load::InFlight => self.opened.wait(&mut load),
                Load::Done(entry) => return Some(Arc::clone(entry)),
                Load::GivenUp => return None,
            }
        }
    }
}
