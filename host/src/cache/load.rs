//! A load: what its loader says of the value, and how it ends.

use std::sync::Arc;

use super::stats::count;
use super::sync::{Cache, Shared, SharedGate};
use crate::engine::{Engine, Entry, Fill, Key, Lease, LeaseSource, Ticket};
use crate::policy::Loaded;

/// What a loader says about the value that it loads.
#[derive(Debug, Default)]
pub struct Load {
    depends_on: Vec<Arc<str>>,
    size: u64,
    vector: Option<Arc<[f32]>>,
}

impl Load {
    /// Something that the value is made from. The policy decides what becomes of it: with the
    /// `tags` policy it is a tag to invalidate by.
    pub fn depends_on(&mut self, tag: impl Into<Arc<str>>) -> &mut Load {
        self.depends_on.push(tag.into());
        self
    }

    /// Size of the value, in bytes.
    pub fn size(&mut self, bytes: u64) -> &mut Load {
        self.size = bytes;
        self
    }

    /// The embedding of the key, of unit length.
    pub fn vector(&mut self, vector: impl Into<Arc<[f32]>>) -> &mut Load {
        self.vector = Some(vector.into());
        self
    }
}

/// Entries looked at for removal beside each load.
const SWEEP_STEP: usize = 8;

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Loads a value and lets those who joined have it.
    pub(super) fn load(
        &self,
        key: &Key,
        ticket: Ticket,
        gate: SharedGate<V>,
        loader: impl FnOnce(&mut Load) -> V,
    ) -> V {
        let Shared {
            engine,
            clock,
            counters,
            ..
        } = &*self.shared;
        let began = ticket.began();
        let mut flight = InFlight {
            engine,
            ticket: Some(ticket),
            gate,
            entry: None,
        };
        let mut load = Load::default();
        let value = loader(&mut load);
        count(&counters.loads);
        let kept = value.clone();
        let now = clock.now();
        let fill = Fill {
            now,
            load_time: now.saturating_sub(began),
            size: load.size,
            vector: load.vector.take(),
        };
        let source = engine.lease_source(key);
        let lease = self.lease(&source, key.text(), &fill, &load);
        // Whatever could panic is over: from here on the ticket does not get lost.
        if let Some(ticket) = flight.ticket.take() {
            let stored = engine.complete(ticket, kept, &lease, &fill, &mut fastrand::f64);
            if !stored.stored {
                count(&counters.discarded_fills);
            }
            flight.entry = Some(stored.entry);
        }
        drop(flight);
        self.purge_again(now);
        engine.sweep(now, SWEEP_STEP);
        value
    }

    /// The lease of a value that is about to be stored.
    pub(super) fn lease(&self, source: &LeaseSource, key: &str, fill: &Fill, load: &Load) -> Lease {
        let mut lease = match (&self.shared.guard, source) {
            // A rule's lease is no secret of the policy.
            (None, LeaseSource::Rule(lease)) => Lease::clone(lease),
            (None, _) => Lease::default(),
            (Some(guard), source) => {
                let loaded = Loaded {
                    key,
                    now: fill.now,
                    size: fill.size,
                    load_time: fill.load_time,
                    depends_on: &load.depends_on,
                };
                guard.lock().lease(source, &loaded).into_owned()
            }
        };
        if self.shared.guard.is_none() {
            // Without a policy what the loader names is what `invalidate_tag` takes.
            lease
                .tags
                .extend(load.depends_on.iter().map(|tag| tag.as_ref().to_owned()));
        }
        lease
    }
}

/// A load that a thread of ours carries out. However it ends, those who wait go on.
struct InFlight<'a, V> {
    engine: &'a Engine<V, SharedGate<V>>,
    /// Gone when the load is complete.
    ticket: Option<Ticket>,
    gate: SharedGate<V>,
    entry: Option<Arc<Entry<V>>>,
}

impl<V> Drop for InFlight<'_, V> {
    fn drop(&mut self) {
        // A ticket that is still here is one whose loader panicked: the flight ends first, so that
        // whoever wakes up finds none and loads.
        if let Some(ticket) = self.ticket.take() {
            self.engine.abandon(&ticket);
        }
        self.gate.open(self.entry.take());
    }
}
