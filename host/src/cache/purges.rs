//! How invalidations reach the engine, and what they took with them reaches the listener.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::listener::RemovalCause;
use super::near::{Embedding, EmbeddingError, similarity};
use super::shared::{Cached, Shared};
use super::stats::Count;
use crate::engine::{Demand, Entry, Instant, KeyRef, Leaving, Purge, PurgeMode, Purged, Stored};

/// What left the cache in one call, to be told of when no lock is held any more.
pub(super) struct Left<V> {
    stored: Vec<Stored<Cached<V>>>,
    purged: Vec<Arc<Entry<Cached<V>>>>,
}

impl<V> Default for Left<V> {
    fn default() -> Left<V> {
        Left {
            stored: Vec::new(),
            purged: Vec::new(),
        }
    }
}

impl<V> Left<V> {
    pub(super) fn stored(&mut self, stored: Stored<Cached<V>>) {
        self.stored.push(stored);
    }

    pub(super) fn purged(&mut self, purged: Purged<Cached<V>>) {
        self.purged.extend(purged.removed);
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    pub(super) fn tell_of(&self, left: Left<V>, now: Instant) {
        self.tell(&left.purged, RemovalCause::Invalidated, now);
        for stored in &left.stored {
            self.tell_of_stored(stored, now);
        }
    }

    /// When a purge takes effect. By the clock that hits are judged by: on a finer one, what it expires
    /// would be fresh until the coarse clock has caught up.
    fn time_of_purge(&self) -> Instant {
        self.time.coarse()
    }

    pub(super) fn purge_key(&self, key: &str, mode: PurgeMode, demand: &Demand) {
        let purged = self.carry_out_on_key(self.engine.key(key), mode, demand);
        self.tell_of_purged(&purged);
    }

    /// Takes a key away, and gives what was there if it could still have been served as fresh.
    pub(super) fn remove(&self, key: &str) -> Option<V> {
        let key = self.engine.key(key);
        let purged = self.carry_out_on_key(key, PurgeMode::Drop, &Demand::NONE);
        self.tell_of_purged(&purged);
        let now = self.time.coarse();
        let is_fresh =
            |entry: &&Arc<Entry<Cached<V>>>| self.engine.leaving(entry, now) == Leaving::Fresh;
        let removed = purged.removed.iter().find(is_fresh)?;
        removed.value().value()
    }

    pub(super) fn carry_out_on_key(
        &self,
        key: KeyRef<'_>,
        mode: PurgeMode,
        demand: &Demand,
    ) -> Purged<Cached<V>> {
        self.counters.add(Count::InvalidationByKey);
        let now = self.time_of_purge();
        let mut purged = Purged::default();
        self.engine.purge_key(key, mode, demand, now, &mut purged);
        purged
    }

    pub(super) fn purge_tags<'t>(
        &self,
        tags: impl Iterator<Item = &'t str>,
        mode: PurgeMode,
        demand: &Demand,
    ) {
        // A soft invalidation takes effect at a time, and a demand is held until one.
        let now = match (mode, demand.mark) {
            (PurgeMode::Drop, None) => 0,
            _ => self.time_of_purge(),
        };
        let counted = tags.inspect(|_| self.counters.add(Count::InvalidationByTag));
        self.engine.purge_tags(counted, mode, demand, now);
    }

    pub(super) fn purge(&self, purge: &Purge) {
        let purged = self.carry_out(purge, &Demand::NONE);
        self.tell_of_purged(&purged);
    }

    /// Carries out a purge, and leaves it to the caller to tell of what it removed.
    pub(super) fn carry_out(&self, purge: &Purge, demand: &Demand) -> Purged<Cached<V>> {
        let (kind, times) = match purge {
            Purge::Keys { keys, .. } => (Count::InvalidationByKey, keys.len()),
            // They are counted when they are due.
            Purge::KeysAgain { .. } => (Count::InvalidationByKey, 0),
            Purge::Tags { tags, .. } => (Count::InvalidationByTag, tags.len()),
            Purge::Prefix { .. } => (Count::InvalidationByPrefix, 1),
            Purge::Bump { .. } | Purge::ExpireGeneration { .. } => {
                (Count::InvalidationByGeneration, 1)
            }
            Purge::Everything { .. } => (Count::InvalidationOfAll, 1),
            Purge::Within { .. } => (Count::InvalidationByRegion, 1),
        };
        (0..times).for_each(|_| self.counters.add(kind));
        let now = self.time_of_purge();
        match purge {
            Purge::KeysAgain { keys, mode, after } => {
                self.again.note(keys, *mode, *after, now);
                Purged::default()
            }
            other => self.engine.purge_demanding(other, demand, now),
        }
    }

    pub(super) fn purge_prefix(&self, prefix: &str, mode: PurgeMode) {
        let prefix = prefix.to_owned();
        self.purge(&Purge::Prefix { prefix, mode });
    }

    pub(super) fn purge_all(&self, mode: PurgeMode) {
        self.purge(&Purge::Everything { mode });
    }

    /// Everything that is near an embedding.
    pub(super) fn purge_near(
        &self,
        embedding: &Embedding,
        at_least: f32,
        mode: PurgeMode,
    ) -> Result<(), EmbeddingError> {
        // A purge that could hide nothing must not pass for one that hid what there was.
        self.check(embedding)?;
        self.purge(&Purge::Within {
            centre: embedding.to_arc(),
            at_least: similarity(at_least)?,
            mode,
        });
        Ok(())
    }

    /// Everything that a predicate says yes to.
    pub(super) fn purge_where(
        &self,
        predicate: impl Fn(&str, &V) -> bool + Send + Sync + 'static,
        mode: PurgeMode,
    ) {
        self.counters.add(Count::InvalidationByPredicate);
        // Nobody can say of an error, nor after a panic, that it should stay; to drop one costs a load.
        let names = move |entry: &Entry<Cached<V>>| match entry.value() {
            Cached::Failure(_) => true,
            Cached::Value(value) => {
                let says_yes = AssertUnwindSafe(|| predicate(entry.key().text(), value));
                catch_unwind(says_yes).unwrap_or(true)
            }
        };
        let now = self.time_of_purge();
        let purged = self.engine.purge_where(Arc::new(names), mode, now);
        self.tell_of_purged(&purged);
    }

    pub(super) fn tell_of_purged(&self, purged: &Purged<Cached<V>>) {
        if !purged.removed.is_empty() {
            let now = self.time_of_purge();
            self.tell(&purged.removed, RemovalCause::Invalidated, now);
        }
    }

    /// Carries out what is due by now. Every read looks, since a cache that only hits must purge too.
    pub(super) fn purge_again(&self, now: Instant) {
        if self.again.is_due(now) {
            self.purge_what_is_due(now);
        }
    }

    #[cold]
    fn purge_what_is_due(&self, now: Instant) {
        for purge in self.again.take_due(now) {
            self.purge(&purge);
        }
    }
}
