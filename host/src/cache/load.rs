//! A load: what its loader says of the value, and how it ends.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use super::gate::{Ended, Failure};
use super::shared::{CacheEngine, Cached, Shared, SharedGate};
use super::stats::Count;
use crate::engine::{Fill, KeyRef, Nanos, Seen, Ticket};

/// What a loader says about the value that it loads.
#[derive(Debug, Default)]
pub struct Load {
    pub(super) depends_on: Vec<Arc<str>>,
    pub(super) ttl: Option<Nanos>,
    size: u64,
    vector: Option<Arc<[f32]>>,
    version: Option<u64>,
    seen: Option<Seen>,
    keep_failure_for: Option<Nanos>,
}

impl Load {
    /// Something that the value is made from. The policy decides what becomes of it: with the
    /// `tags` policy it is a tag to invalidate by.
    pub fn depends_on(&mut self, tag: impl Into<Arc<str>>) -> &mut Load {
        self.depends_on.push(tag.into());
        self
    }

    /// How long the value is fresh at most. The policy may say less.
    pub fn ttl(&mut self, ttl: Duration) -> &mut Load {
        self.ttl = Some(nanos(ttl));
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

    /// The origin's version of the value, rising with each write of its key: a row's version column, the
    /// log position of its last change. A value with a lower version than one that the cache knows of, by
    /// [`insert_at`](super::sync::Cache::insert_at) or
    /// [`invalidate_at`](super::sync::Cache::invalidate_at), is not stored: it comes from a replica that lags.
    pub fn version(&mut self, version: u64) -> &mut Load {
        self.version = Some(version);
        self
    }

    /// What the snapshot had seen in which the value was read. Where an invalidation said which change a
    /// load must have seen ([`invalidate_marked`](super::sync::Cache::invalidate_marked)), a value from
    /// before that change is not stored, though its load began after the invalidation.
    pub fn seen(&mut self, seen: Seen) -> &mut Load {
        self.seen = Some(seen);
        self
    }

    /// If this load fails, readers get its error for so long instead of loading again. An invalidation of
    /// the key, or of what the load said it depends on, ends that early.
    pub fn keep_failure_for(&mut self, time: Duration) -> &mut Load {
        self.keep_failure_for = Some(nanos(time));
        self
    }
}

/// 584 years are for ever.
pub(super) fn nanos(time: Duration) -> Nanos {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// Loads a value and lets those who joined have it. An error is answered with what was there before,
    /// within its rescue, and given to those who joined otherwise.
    pub(super) fn load<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        ticket: Ticket,
        gate: SharedGate<V>,
        loader: impl FnOnce(&mut Load) -> Result<V, E>,
    ) -> Result<V, Arc<E>> {
        let flight = InFlight::new(&self.engine, ticket, gate);
        let mut load = Load::default();
        match loader(&mut load) {
            Ok(value) => {
                self.land(key, flight, Cached::Value(value.clone()), load);
                Ok(value)
            }
            Err(error) => self.fail(key, flight, Arc::new(error), load),
        }
    }

    /// Stores what a load brought, if it may be stored.
    pub(super) fn land(
        &self,
        key: KeyRef<'_>,
        mut flight: InFlight<'_, V>,
        value: Cached<V>,
        mut load: Load,
    ) {
        self.counters.add(Count::Load);
        let now = self.time.now();
        let Some(began) = flight.ticket.as_ref().map(Ticket::began) else {
            return;
        };
        let fill = Fill {
            now,
            load_time: now.saturating_sub(began),
            size: load.size,
            vector: load.vector.take(),
            version: load.version,
            seen: load.seen.take(),
            ..Fill::default()
        };
        let source = self.engine.lease_source(key);
        let lease = self.lease(&source, key, &fill, &load);
        // Whatever could panic is over: from here on the ticket does not get lost.
        if let Some(ticket) = flight.ticket.take() {
            let stored = self
                .engine
                .complete(ticket, value, &lease, &fill, &mut fastrand::f64);
            if !stored.is_stored() {
                self.counters.add(Count::Discarded);
            }
            flight.ended = match stored.entry.value() {
                Cached::Value(_) => Ended::With(stored.entry),
                Cached::Failure(failure) => Ended::Failed(Failure::clone(failure)),
            };
        }
        drop(flight);
        self.after_store(now);
    }

    fn fail<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        mut flight: InFlight<'_, V>,
        error: Arc<E>,
        mut load: Load,
    ) -> Result<V, Arc<E>> {
        self.counters.add(Count::FailedLoad);
        let now = self.time.now();
        let rescued = flight
            .ticket
            .as_ref()
            .and_then(|ticket| self.engine.rescue(ticket, now));
        if let Some(entry) = rescued
            && let Some(value) = entry.value().value()
        {
            self.counters.add(Count::Stale);
            flight.ended = Ended::With(entry);
            return Ok(value);
        }
        let failure: Failure = Arc::<E>::clone(&error);
        match load.keep_failure_for {
            None => flight.ended = Ended::Failed(failure),
            Some(time) => {
                load.ttl = Some(time);
                self.land(key, flight, Cached::Failure(Box::new(failure)), load);
            }
        }
        Err(error)
    }
}

/// A load that a thread of ours carries out. However it ends, those who wait go on.
pub(super) struct InFlight<'a, V: Clone + Send + Sync + 'static> {
    engine: &'a CacheEngine<V>,
    /// Gone when the load is complete.
    ticket: Option<Ticket>,
    gate: SharedGate<V>,
    ended: Ended<V>,
}

impl<'a, V: Clone + Send + Sync + 'static> InFlight<'a, V> {
    pub(super) fn new(
        engine: &'a CacheEngine<V>,
        ticket: Ticket,
        gate: SharedGate<V>,
    ) -> InFlight<'a, V> {
        InFlight {
            engine,
            ticket: Some(ticket),
            gate,
            ended: Ended::GivenUp,
        }
    }
}

impl<V: Clone + Send + Sync + 'static> Drop for InFlight<'_, V> {
    fn drop(&mut self) {
        // A ticket that is still here is one whose loader failed or panicked: the flight ends first, so
        // that whoever wakes up finds none and loads.
        if let Some(ticket) = self.ticket.take() {
            self.engine.abandon(&ticket);
        }
        self.gate
            .open(std::mem::replace(&mut self.ended, Ended::GivenUp));
    }
}
