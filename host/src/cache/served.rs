//! What a reader is served, with all that is known of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::shared::Cached;
use crate::engine::{self, Instant};

/// How a value stood when it was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It was in the cache, and fresh.
    Fresh,
    /// It was in the cache and past its end, within its grace or its rescue.
    Stale,
    /// It was loaded or stored for this call, or for one that this call waited for.
    Loaded,
}

/// A value on its way to a reader.
#[derive(Debug)]
pub(super) struct Served<V> {
    pub(super) value: V,
    pub(super) state: State,
    /// Nothing where a loader was called from within the load of its own key.
    pub(super) entry: Option<Arc<engine::Entry<Cached<V>>>>,
    /// Set when it was found by meaning.
    pub(super) similarity: Option<f32>,
}

impl<V> Served<V> {
    /// What its own loader brought.
    pub(super) fn loaded(value: V, entry: Option<Arc<engine::Entry<Cached<V>>>>) -> Served<V> {
        Served {
            value,
            state: State::Loaded,
            entry,
            similarity: None,
        }
    }

    /// The same once more.
    pub(super) fn again(&self) -> Served<V>
    where
        V: Clone,
    {
        Served {
            value: self.value.clone(),
            state: self.state,
            entry: self.entry.clone(),
            similarity: self.similarity,
        }
    }

    pub(super) fn into_entry(self, key: &str, now: Instant) -> Entry<V> {
        let key = match &self.entry {
            Some(entry) => entry.key().text(),
            None => key,
        };
        Entry {
            key: key.to_owned(),
            now,
            served: self,
        }
    }
}

/// A value and what is known of it, as of when it was served.
pub struct Entry<V> {
    key: String,
    now: Instant,
    served: Served<V>,
}

impl<V> Entry<V> {
    /// The key that it is kept under: another than was asked for where it was found by meaning.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &V {
        &self.served.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> V {
        self.served.value
    }

    /// Whether it was fresh, stale, or loaded just now.
    #[must_use]
    pub fn state(&self) -> State {
        self.served.state
    }

    /// Whether it was past its end.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.served.state == State::Stale
    }

    /// Whether it was loaded or stored just now: what moka calls `is_fresh`.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.served.state == State::Loaded
    }

    /// Whether it is in the cache, or was: not if its load was overtaken by an invalidation, or its loader
    /// asked that it is not kept.
    #[must_use]
    pub fn was_stored(&self) -> bool {
        let entry = self.served.entry.as_ref();
        entry.is_some_and(|entry| entry.was_stored())
    }

    /// Time since it was stored.
    #[must_use]
    pub fn age(&self) -> Duration {
        let stored = self.served.entry.as_ref().map(|entry| entry.stored());
        Duration::from_nanos(stored.map_or(0, |stored| self.now.saturating_sub(stored)))
    }

    /// How long it will be fresh yet, if nothing invalidates it: nothing where no time is set.
    #[must_use]
    pub fn fresh_for(&self) -> Option<Duration> {
        let until = self.served.entry.as_ref()?.fresh_until();
        (until != Instant::MAX).then(|| Duration::from_nanos(until.saturating_sub(self.now)))
    }

    /// The tags that take it away. Past some four million different ones, tags share; those are left out.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.served.entry.iter().flat_map(|entry| entry.tags())
    }

    /// The origin's version of the value, if its load or insert named one.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.served.entry.as_ref()?.version()
    }

    /// Where it was found by meaning: the cosine similarity of its key to what was asked for.
    #[must_use]
    pub fn similarity(&self) -> Option<f32> {
        self.served.similarity
    }
}

impl<V: fmt::Debug> fmt::Debug for Entry<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key", &self.key)
            .field("value", self.value())
            .field("state", &self.state())
            .field("age", &self.age())
            .field("tags", &self.tags().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
