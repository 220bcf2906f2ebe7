//! What is in the engine, for whoever asks without reading.

use std::sync::Arc;

use super::Engine;
use super::entry::{Entry, Freshness};
use super::lease::Lookup;
use super::standing::Standing;
use super::time::Instant;

/// Why an entry that has left memory can no longer be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// A hard invalidation hides it.
    Hidden,
    /// Its lease is over, or a soft invalidation has hit it.
    Over,
    /// It was fresh: something else took its place or its memory.
    Fresh,
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// Every entry that is fresh, in no order. Leaves no trace in the eviction order.
    pub fn iter_fresh(&self, now: Instant) -> impl Iterator<Item = Arc<Entry<V>>> + '_ {
        let is_fresh = move |entry: &Arc<Entry<V>>| {
            entry.is_current() && self.standing(entry, now) == Standing::Fresh
        };
        self.store.iter().filter(is_fresh)
    }

    /// How an entry stands that has left memory, or is about to.
    pub fn leaving(&self, entry: &Entry<V>, now: Instant) -> Leaving {
        if !self.validate(entry) || !entry.is_current() {
            Leaving::Hidden
        } else if entry.freshness(now) == Freshness::Fresh {
            Leaving::Fresh
        } else {
            Leaving::Over
        }
    }

    /// The nearest fresh entry whose key falls under a rule by meaning, with its similarity, if it is as
    /// near as the rule asks.
    pub fn get_near(&self, vector: &[f32], now: Instant) -> Option<(Arc<Entry<V>>, f32)> {
        let rules = self.rules.load();
        let least = rules.least_similarity()?;
        self.find_near(vector, least, now, |key, similarity| {
            rules.find(key).is_some_and(
                |(_, rule)| matches!(rule.lookup, Lookup::Nearest(least) if similarity >= least),
            )
        })
    }

    /// The dimensions of the embeddings that are held, once there is one.
    pub fn dimensions(&self) -> Option<usize> {
        self.vectors.read().dimensions()
    }
}
