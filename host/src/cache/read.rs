//! How a read is answered: from the cache, by a load of its own, or by that of another reader.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant as Moment;

use super::gate::{Ended, Waited};
use super::load::Load;
use super::shared::{Cached, Shared, SharedGate};
use super::stats::Count;
use crate::engine::{Demand, Entry, Instant, Joined, KeyRef, PurgeMode, Purged, Read, Reader};

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

impl<V: Clone + Send + Sync + 'static> Shared<V> {
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
                let take = |entry: &Arc<Entry<Cached<V>>>| {
                    let offer = wants_an_offer.then(|| Arc::clone(entry));
                    entry.value().value().map(|value| (value, offer))
                };
                let taken = match refresh {
                    Refresh::Left => self.engine.get_with(key, now, take),
                    Refresh::Due => self.engine.get_plain_with(key, now, take),
                };
                let (value, offer) = taken.flatten()?;
                if let Some(entry) = offer {
                    self.at_hand.offer(entry, now);
                }
                value
            }
        };
        self.counters.add(Count::Hit);
        Some(value)
    }

    pub(super) fn try_get_with<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        loader: impl FnOnce(&mut Load) -> Result<V, E>,
    ) -> Result<V, Arc<E>> {
        let now = self.time.coarse();
        self.purge_again(now);
        // Most reads end here; one that finds an entry which is to be refreshed goes on.
        if let Some(value) = self.hit(key, now, Refresh::Due) {
            return Ok(value);
        }
        for attempt in 0.. {
            // A key that is invalidated faster than it loads must not keep anybody waiting for ever.
            let coalesce = attempt < PATIENCE;
            match self.read(key, coalesce) {
                Read::Hit {
                    refresh: Some((ticket, gate)),
                    ..
                } => {
                    self.counters.add(Count::Hit);
                    return self.load(key, ticket, gate, loader);
                }
                Read::Hit { entry, .. } => {
                    if let Some(answer) = self.answer_of(&entry) {
                        self.counters.add(Count::Hit);
                        return answer;
                    }
                    self.forget_failure(key);
                }
                Read::Join {
                    waiters, joined, ..
                } => {
                    // Whoever loads a key may ask for it again; waiting for oneself never ends.
                    if waiters.is_mine() {
                        return loader(&mut Load::default()).map_err(Arc::new);
                    }
                    self.counters.add(Count::Coalesced);
                    if let Some(answer) = self.wait(key, &waiters, joined) {
                        return answer;
                    }
                }
                Read::Load(ticket, gate) => {
                    self.counters.add(Count::Miss);
                    return self.load(key, ticket, gate, loader);
                }
            }
        }
        unreachable!("a reader loads by itself before it has tried for ever")
    }

    pub(super) fn read(&self, key: KeyRef<'_>, coalesce: bool) -> Read<Cached<V>, SharedGate<V>> {
        let now = self.time.coarse();
        self.purge_again(now);
        let mut reader = Reader {
            now,
            vector: None,
            coalesce,
            draw: &mut fastrand::f64,
        };
        self.engine.read(key, &mut reader)
    }

    /// What an entry answers; nothing if it is an error of another type than this reader's.
    pub(super) fn answer_of<E: Any + Send + Sync>(
        &self,
        entry: &Entry<Cached<V>>,
    ) -> Option<Result<V, Arc<E>>> {
        match entry.value() {
            Cached::Value(value) => Some(Ok(value.clone())),
            Cached::Failure(failure) => Arc::clone(failure).downcast().ok().map(Err),
        }
    }

    /// Whoever cannot do anything with an error loads for itself.
    pub(super) fn forget_failure(&self, key: KeyRef<'_>) {
        let now = self.time.now();
        let mut purged = Purged::default();
        self.engine
            .purge_key(key, PurgeMode::Drop, &Demand::NONE, now, &mut purged);
    }

    /// Waits for another reader's load. Nothing if this reader may not have what it brought, or has waited
    /// long enough: it had better look again.
    pub(super) fn wait<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        gate: &SharedGate<V>,
        joined: Joined,
    ) -> Option<Result<V, Arc<E>>> {
        let began = Moment::now();
        let deadline = self.load_timeout.map(|timeout| began + timeout);
        let mut waited = match self.soft_timeout {
            Some(timeout) => gate.wait(Some(began + timeout)),
            None => gate.wait(deadline),
        };
        if self.soft_timeout.is_some() && matches!(waited, Waited::InVain) {
            let rescued = self.engine.rescue_key(key, self.time.now());
            if let Some(value) = rescued.and_then(|entry| entry.value().value()) {
                self.counters.add(Count::Stale);
                return Some(Ok(value));
            }
            waited = gate.wait(deadline);
        }
        match waited {
            Waited::For(Ended::With(entry)) => {
                let may_have = self.engine.may_serve(&entry, joined);
                may_have.then(|| self.answer_of(&entry)).flatten()
            }
            Waited::For(Ended::Failed(failure)) => failure.downcast().ok().map(Err),
            Waited::For(Ended::GivenUp) | Waited::Late | Waited::InVain => None,
        }
    }
}
