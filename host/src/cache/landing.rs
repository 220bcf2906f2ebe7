//! How a load ends: with a value that is stored or not, with an error, or with nothing.

use std::any::Any;
use std::sync::Arc;

use super::gate::{Ended, Failure};
use super::load::Said;
use super::running::Running;
use super::served::{Served, State};
use super::shared::{CacheEngine, Cached, Shared, SharedGate};
use super::stats::Count;
use crate::engine::{Entry, Fill, Instant, KeyRef, Nanos, Outcome, Purged, Refresh, Ticket};
use crate::trace::{Discard, Ending, Inside, LoadSpan};

/// A load that a reader of ours carries out. However it ends, and be it that its future is dropped, those
/// who wait go on.
pub(super) struct InFlight<V: Clone + Send + Sync + 'static> {
    engine: Arc<CacheEngine<V>>,
    /// Gone when the load is complete.
    ticket: Option<Ticket>,
    gate: SharedGate<V>,
    ended: Ended<V>,
    span: LoadSpan,
    ending: Option<Ending>,
}

/// As long as it lives, the calling thread carries out loads: that of one key inside of its span.
pub(super) struct Carrying<'a> {
    _inside: Option<Inside<'a>>,
    _running: Running,
}

impl Carrying<'_> {
    /// No load at all.
    pub(super) fn nothing() -> Carrying<'static> {
        Carrying {
            _inside: None,
            _running: Running::none(),
        }
    }
}

impl<V: Clone + Send + Sync + 'static> InFlight<V> {
    pub(super) fn new(
        engine: &Arc<CacheEngine<V>>,
        ticket: Ticket,
        gate: SharedGate<V>,
        span: LoadSpan,
    ) -> InFlight<V> {
        InFlight {
            engine: Arc::clone(engine),
            ticket: Some(ticket),
            gate,
            ended: Ended::GivenUp,
            span,
            ending: None,
        }
    }

    /// While the loader runs, or its future is polled.
    pub(super) fn running(&self) -> Carrying<'_> {
        Carrying {
            _inside: Some(self.span.enter()),
            ..InFlight::all_running([self])
        }
    }

    /// Of many keys with one loader: it is in nobody's span, for it is in the spans of none of them more
    /// than of the others.
    pub(super) fn all_running<'a>(
        flights: impl IntoIterator<Item = &'a InFlight<V>>,
    ) -> Carrying<'static> {
        Carrying {
            _running: Running::enter(flights.into_iter().map(|flight| &flight.gate)),
            ..Carrying::nothing()
        }
    }

    /// Takes away what is under the key, unless something has invalidated or replaced it since.
    pub(super) fn withdraw(mut self, now: Instant) -> Purged<Cached<V>> {
        let ticket = self.ticket.take();
        let ticket = ticket.expect("a load in flight has its ticket until it lands");
        self.ending = Some(Ending::Removed);
        self.engine.withdraw(&ticket, now)
    }
}

impl<V: Clone + Send + Sync + 'static> Drop for InFlight<V> {
    fn drop(&mut self) {
        // A ticket that is still here is one whose loader failed or panicked, or went away: the flight
        // ends first, so that whoever wakes up finds none and loads.
        if let Some(ticket) = self.ticket.take() {
            self.engine.abandon(&ticket);
        }
        self.span.ended(self.ending.unwrap_or_else(|| {
            if std::thread::panicking() {
                Ending::Panicked
            } else {
                Ending::GivenUp
            }
        }));
        self.gate
            .open(std::mem::replace(&mut self.ended, Ended::GivenUp));
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// What becomes of what a loader brought: a value is stored if it may be, an error is answered with
    /// what was there before, within its rescue. Those who joined get the same.
    pub(super) fn finish<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        flight: InFlight<V>,
        loaded: Result<V, E>,
        said: Said,
    ) -> Result<Served<V>, Arc<E>> {
        match loaded {
            Ok(value) => {
                let entry = self.land(key, flight, Cached::Value(value.clone()), said);
                Ok(Served::loaded(value, Some(entry)))
            }
            Err(error) => self.fail(key, flight, Arc::new(error), said),
        }
    }

    /// Stores what a load brought, if it may be stored.
    pub(super) fn land(
        &self,
        key: KeyRef<'_>,
        mut flight: InFlight<V>,
        value: Cached<V>,
        mut said: Said,
    ) -> Arc<Entry<Cached<V>>> {
        let is_value = matches!(value, Cached::Value(_));
        if is_value {
            self.counters.add(Count::Load);
        }
        let now = self.time.now();
        let began = flight.ticket.as_ref().map_or(now, Ticket::began);
        let load_time = now.saturating_sub(began);
        if is_value {
            // That of an error was counted when it came.
            self.took(load_time, "value");
        }
        let fill = Fill {
            load_time,
            ..self.fill(key, &value, &mut said, now)
        };
        let source = self.engine.lease_source(key);
        let mut lease = self.lease(&source, key, &fill, &said);
        if let Cached::Failure(_) = value {
            // Its time up, an error is of no use to anybody; and before that nobody loads again.
            (lease.grace, lease.rescue, lease.refresh) = (0, 0, Refresh::Lazy);
        }
        // Whatever could panic is over: from here on the ticket does not get lost.
        let ticket = flight.ticket.take();
        let ticket = ticket.expect("a load in flight has its ticket until it lands");
        let stored = self
            .engine
            .complete(ticket, value, &lease, &fill, &mut fastrand::f64);
        let discarded = match stored.outcome {
            Outcome::Overtaken => Some(Discard::Overtaken),
            Outcome::Behind => Some(Discard::Behind),
            Outcome::Skipped if said.is_unsearchable => Some(Discard::Unsearchable),
            Outcome::Stored | Outcome::Skipped => None,
        };
        if let Some(cause) = discarded {
            self.discard(key, Some(&flight.span), cause);
        }
        flight
            .ending
            .get_or_insert(match (stored.outcome, discarded) {
                (_, Some(_)) => Ending::Discarded,
                (Outcome::Stored, None) => Ending::Stored,
                (_, None) => Ending::Skipped,
            });
        flight.ended = match stored.entry.value() {
            Cached::Value(_) => Ended::With(Arc::clone(&stored.entry), State::Loaded),
            Cached::Failure(failure) => Ended::Failed(Failure::clone(failure)),
        };
        drop(flight);
        self.tell_of_stored(&stored, now);
        self.after_store(now);
        stored.entry
    }

    /// What is stored beside a value. Its weigher may panic; nothing is under way then.
    pub(super) fn fill(
        &self,
        key: KeyRef<'_>,
        value: &Cached<V>,
        said: &mut Said,
        now: Instant,
    ) -> Fill {
        let weight = match (&self.weigher, value) {
            (Some(weigh), Cached::Value(value)) => weigh(key.text(), value),
            _ => 1,
        };
        // Neither a read nor an invalidation by meaning would find one of other dimensions.
        let embedding = said.embedding.take();
        said.is_unsearchable = embedding
            .as_ref()
            .is_some_and(|one| self.check(one).is_err());
        Fill {
            now,
            size: said.size,
            weight,
            skip: said.skip_store || said.is_unsearchable,
            vector: embedding.map(Arc::from),
            version: said.version,
            seen: said.seen.take(),
            ..Fill::default()
        }
    }

    /// Counts how long a load took.
    fn took(&self, time: Nanos, _outcome: &'static str) {
        self.counters.add_many(Count::LoadNanos, time);
        #[cfg(feature = "metrics")]
        self.record_load(std::time::Duration::from_nanos(time), _outcome);
    }

    /// Counts a value that is not stored though it should have been, and tells of it.
    pub(super) fn discard(&self, key: KeyRef<'_>, load: Option<&LoadSpan>, cause: Discard) {
        self.counters.add(match cause {
            Discard::Overtaken => Count::Overtaken,
            Discard::Behind => Count::Behind,
            Discard::Unsearchable => Count::Unsearchable,
        });
        self.tracer.discarded(key, load, cause);
    }

    fn fail<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        mut flight: InFlight<V>,
        error: Arc<E>,
        mut said: Said,
    ) -> Result<Served<V>, Arc<E>> {
        self.counters.add(Count::FailedLoad);
        let now = self.time.now();
        let began = flight.ticket.as_ref().map_or(now, Ticket::began);
        self.took(now.saturating_sub(began), "error");
        let rescued = flight
            .ticket
            .as_ref()
            .and_then(|ticket| self.engine.rescue(ticket, now));
        if let Some(entry) = rescued
            && let Some(value) = entry.value().value()
        {
            self.counters.add(Count::Stale);
            flight.ending = Some(Ending::Rescued);
            flight.ended = Ended::With(Arc::clone(&entry), State::Stale);
            return Ok(Served {
                value,
                state: State::Stale,
                entry: Some(entry),
                similarity: None,
            });
        }
        flight.ending = Some(Ending::Failed);
        let failure: Failure = Arc::<E>::clone(&error);
        let keep_for = said.keep_failure_for.or(self.negative_ttl);
        match keep_for.filter(|time| *time > 0) {
            None => flight.ended = Ended::Failed(failure),
            Some(time) => {
                said.ttl = Some(time);
                self.land(key, flight, Cached::Failure(Box::new(failure)), said);
            }
        }
        Err(error)
    }
}
