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
        Gate {
            load: Mutex::new(Load::InFlight),
            opened: Condvar::new(),
        }
    }
}

impl<V> Gate<V> {
    /// Lets everybody through, with the entry or with nothing.
    pub(super) fn open(&self, entry: Option<Arc<Entry<V>>>) {
        *self.load.lock() = entry.map_or(Load::GivenUp, Load::Done);
        self.opened.notify_all();
    }

    /// Waits until it opens. With nothing if it was open before: what is behind it may have ended
    /// since, as long as another load without coalescing holds the flight, and a reader had better
    /// look again.
    pub(super) fn wait(&self) -> Option<Arc<Entry<V>>> {
        let mut load = self.load.lock();
        if !matches!(&*load, Load::InFlight) {
            return None;
        }
        loop {
            match &*load {
                Load::InFlight => self.opened.wait(&mut load),
                Load::Done(entry) => return Some(Arc::clone(entry)),
                Load::GivenUp => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_that_was_open_when_a_reader_came_hands_out_nothing() {
        let engine = crate::engine::Engine::<&str>::new(&crate::engine::Options::default());
        let (lease, fill) = Default::default();
        let stored = engine.insert(&engine.key("a"), "OLD", &lease, &fill, &mut || 0.5);
        let gate = Gate::default();
        gate.open(Some(stored.entry));
        assert!(gate.wait().is_none());
    }
}
