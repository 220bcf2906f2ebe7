//! How a read is answered: from the cache, by a load of its own, or by that of another reader.
//!
//! What a reader does next is decided here, and here only. Threads carry it out in `sync`, tasks in
//! `future`: they differ in how a loader is called and in how one waits.

use std::any::Any;
use std::sync::Arc;

use super::gate::{Ended, Waited};
use super::landing::InFlight;
use super::near::Embedding;
use super::running::Running;
use super::served::{Served, State};
use super::shared::{Cached, Shared, SharedGate};
use super::stats::Count;
use crate::engine::{
    Demand, Entry, Instant, Joined, KeyRef, PurgeMode, Purged, Read, Reader, Ticket,
};
use crate::trace::Cause;

/// Loads that a reader joins in vain before it loads by itself.
pub(super) const PATIENCE: u32 = 3;

/// What becomes of an entry that is fresh and is to be refreshed before its end.
#[derive(Clone, Copy)]
enum Refresh {
    /// It is served: this reader has no loader.
    Left,
    /// It is not: this reader goes on and refreshes it.
    Due,
}

/// What a reader asks for.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) key: KeyRef<'a>,
    /// What the key means, for rules by meaning.
    pub(super) embedding: Option<&'a Embedding>,
}

impl<'a> Ask<'a> {
    pub(super) fn by_key(key: KeyRef<'a>) -> Ask<'a> {
        Ask {
            key,
            embedding: None,
        }
    }
}

/// That a loader has found nothing.
#[derive(Debug)]
pub(super) struct Nothing;

/// What a reader gets in the end.
pub(super) type Answer<V, E> = Result<Served<V>, Arc<E>>;

/// What a reader has to do next.
pub(super) enum Turn<V: Clone + Send + Sync + 'static, E> {
    /// Nothing: this is its answer.
    Answer(Answer<V, E>),
    /// The same, and the entry is to be loaded again, by whoever can.
    Refresh(Answer<V, E>, InFlight<V>),
    /// To load.
    Lead(InFlight<V>),
    /// To wait for another reader's load.
    Wait(Join<V>),
    /// To call its loader and store nothing: it is called from within the load of the key.
    Alone,
    /// To look again.
    Again,
}

/// A load of another reader that this one has joined.
pub(super) struct Join<V> {
    pub(super) gate: SharedGate<V>,
    pub(super) joined: Joined,
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    #[inline]
    pub(super) fn get(&self, key: &str) -> Option<V> {
        let key = self.engine.key(key);
        let now = self.time.coarse();
        self.purge_again(now);
        self.hit(key, now, Refresh::Left)
    }

    /// A value that this thread has at hand, or that the store has.
    #[inline]
    fn hit(&self, key: KeyRef<'_>, now: Instant, refresh: Refresh) -> Option<V> {
        let value = match self.at_hand.get(&self.engine, key, now) {
            Ok(value) => value,
            Err(wants_an_offer) => {
                let take = |entry: &Arc<Entry<Cached<V>>>| entry.value().value();
                let taken = match refresh {
                    Refresh::Left => self.engine.get_with(key, now, take),
                    Refresh::Due => self.engine.get_plain_with(key, now, take),
                };
                let value = taken.flatten()?;
                if wants_an_offer && let Some(entry) = self.engine.get(key, now) {
                    self.at_hand.offer(entry, now);
                }
                value
            }
        };
        self.counters.add(Count::Hit);
        Some(value)
    }

    /// The value under a key, if a read has nothing to do but to serve it: most reads end here.
    pub(super) fn get_plain(&self, key: KeyRef<'_>) -> Option<V> {
        let now = self.time.coarse();
        self.purge_again(now);
        self.hit(key, now, Refresh::Due)
    }

    /// What a reader has to do next: the one place that decides it, for threads and for tasks.
    pub(super) fn turn<E: Any + Send + Sync>(&self, ask: Ask<'_>, attempt: u32) -> Turn<V, E> {
        // A key that is invalidated faster than it loads must not keep anybody waiting for ever.
        match self.read(ask, attempt < PATIENCE) {
            Read::Hit {
                entry,
                refresh,
                similarity,
            } => {
                let refresh = refresh
                    .map(|(ticket, gate)| self.flight(ask.key, Cause::Refresh, ticket, gate));
                let Some(answer) = self.answer_of(entry, similarity) else {
                    // Whoever cannot do anything with an error loads for itself.
                    return match refresh {
                        Some(flight) => Turn::Lead(flight),
                        None => {
                            self.forget_failure(ask.key);
                            Turn::Again
                        }
                    };
                };
                self.counters.add(Count::Hit);
                match refresh {
                    Some(flight) => Turn::Refresh(answer, flight),
                    None => {
                        self.count_stale(&answer);
                        Turn::Answer(answer)
                    }
                }
            }
            // Whoever loads a key may ask for it again; waiting for oneself never ends.
            Read::Join { waiters, .. } if Running::is(&waiters) => Turn::Alone,
            Read::Join {
                waiters, joined, ..
            } => {
                self.counters.add(Count::Coalesced);
                Turn::Wait(Join {
                    gate: waiters,
                    joined,
                })
            }
            Read::Load(ticket, gate) => {
                self.counters.add(Count::Miss);
                Turn::Lead(self.flight(ask.key, Cause::Miss, ticket, gate))
            }
        }
    }

    /// Counts an answer that is past its end.
    pub(super) fn count_stale<E>(&self, answer: &Answer<V, E>) {
        if answer
            .as_ref()
            .is_ok_and(|served| served.state == State::Stale)
        {
            self.counters.add(Count::Stale);
        }
    }

    pub(super) fn flight(
        &self,
        key: KeyRef<'_>,
        cause: Cause,
        ticket: Ticket,
        gate: SharedGate<V>,
    ) -> InFlight<V> {
        let span = self.tracer.load(key, cause);
        InFlight::new(&self.engine, ticket, gate, span)
    }

    pub(super) fn read(&self, ask: Ask<'_>, coalesce: bool) -> Read<Cached<V>, SharedGate<V>> {
        let now = self.time.coarse();
        self.purge_again(now);
        let mut reader = Reader {
            now,
            vector: ask.embedding.map(Embedding::as_slice),
            coalesce,
            draw: &mut fastrand::f64,
        };
        self.engine.read(ask.key, &mut reader)
    }

    /// The entry under a key, if it is fresh. Loads nothing.
    pub(super) fn get_served(&self, key: &str) -> Option<Served<V>> {
        let now = self.time.coarse();
        self.purge_again(now);
        let entry = self.engine.get(self.engine.key(key), now)?;
        let served = self.serve(entry, None)?;
        self.counters.add(Count::Hit);
        Some(served)
    }

    /// The entry under a key for as long as it could answer for a load that fails. Loads nothing.
    pub(super) fn get_stale(&self, key: &str) -> Option<Served<V>> {
        let now = self.time.coarse();
        self.purge_again(now);
        let entry = self.engine.rescue_key(self.engine.key(key), now)?;
        self.serve(entry, None)
    }

    pub(super) fn serve(
        &self,
        entry: Arc<Entry<Cached<V>>>,
        similarity: Option<f32>,
    ) -> Option<Served<V>> {
        let value = entry.value().value()?;
        let state = match entry.is_within_lease(self.time.coarse()) {
            true => State::Fresh,
            false => State::Stale,
        };
        Some(Served {
            value,
            state,
            entry: Some(entry),
            similarity,
        })
    }

    /// What an entry answers; nothing if it is an error of another type than this reader's.
    fn answer_of<E: Any + Send + Sync>(
        &self,
        entry: Arc<Entry<Cached<V>>>,
        similarity: Option<f32>,
    ) -> Option<Answer<V, E>> {
        match entry.value() {
            Cached::Value(_) => self.serve(entry, similarity).map(Ok),
            Cached::Failure(failure) => Arc::clone(failure).downcast().ok().map(Err),
        }
    }

    /// Whoever cannot do anything with an error loads for itself.
    pub(super) fn forget_failure(&self, key: KeyRef<'_>) {
        let now = self.time.now();
        let mut purged = Purged::default();
        self.engine
            .purge_key(key, PurgeMode::Drop, &Demand::NONE, now, &mut purged);
        // Nearly always the error; but a value may have taken its place just now.
        self.tell_of_purged(&purged);
    }

    /// What a reader gets that has waited. Nothing if it may not have what the load brought, or has waited
    /// long enough: it had better look again.
    pub(super) fn after_wait<E: Any + Send + Sync>(
        &self,
        waited: Waited<V>,
        joined: Joined,
    ) -> Option<Answer<V, E>> {
        match waited {
            Waited::For(Ended::With(entry, state)) => {
                if !self.engine.may_serve(&entry, joined) {
                    return None;
                }
                let value = entry.value().value()?;
                Some(Ok(Served {
                    value,
                    state,
                    entry: Some(entry),
                    similarity: None,
                }))
            }
            Waited::For(Ended::Failed(failure)) => failure.downcast().ok().map(Err),
            Waited::For(Ended::GivenUp) | Waited::Late | Waited::InVain => None,
        }
    }

    /// What answers for a load that takes too long: a value within its rescue.
    pub(super) fn rescue(&self, key: KeyRef<'_>) -> Option<Served<V>> {
        let entry = self.engine.rescue_key(key, self.time.now())?;
        let served = self.serve(entry, None)?;
        self.counters.add(Count::Stale);
        Some(served)
    }
}
