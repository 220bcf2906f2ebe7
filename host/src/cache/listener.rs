//! Who is told of values that leave the cache.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::shared::{Cached, Shared};
use super::stats::Count;
use crate::engine::{Entry, Instant, Leaving, Stored};

/// Why a value left the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemovalCause {
    /// Another value took its place, though it could still have been served.
    Replaced,
    /// It was invalidated: by its key, or by anything else that names it.
    Invalidated,
    /// Its time was up, or it had been expired.
    Expired,
    /// There was too much.
    Size,
}

impl RemovalCause {
    /// Whether the cache removed it by itself, and nobody's call.
    #[must_use]
    pub fn was_evicted(self) -> bool {
        matches!(self, RemovalCause::Expired | RemovalCause::Size)
    }
}

type Call<V> = Box<dyn Fn(&str, &V, RemovalCause) + Send + Sync>;

/// What is called for each value that leaves.
pub(super) struct Listener<V> {
    call: Call<V>,
    /// It has panicked, and is left alone.
    is_off: AtomicBool,
}

impl<V> Listener<V> {
    pub(super) fn new(
        call: impl Fn(&str, &V, RemovalCause) + Send + Sync + 'static,
    ) -> Listener<V> {
        Listener {
            call: Box::new(call),
            is_off: AtomicBool::new(false),
        }
    }

    fn tell(&self, key: &str, value: &V, cause: RemovalCause) {
        if self.is_off.load(Ordering::Relaxed) {
            return;
        }
        // Whoever happened to cause the removal must get its answer all the same.
        if catch_unwind(AssertUnwindSafe(|| (self.call)(key, value, cause))).is_err() {
            self.is_off.store(true, Ordering::Relaxed);
        }
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// Counts what had to go for a value that was stored, and tells of it and of what it replaced. Called
    /// when every lock is given back.
    pub(super) fn tell_of_stored(&self, stored: &Stored<Cached<V>>, now: Instant) {
        for _ in &stored.evicted {
            self.counters.add(Count::Eviction);
        }
        self.tell(&stored.replaced, RemovalCause::Replaced, now);
        self.tell(&stored.evicted, RemovalCause::Size, now);
    }

    /// Tells of entries that have left. `cause` is why one left that could still have been served.
    pub(super) fn tell<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a Arc<Entry<Cached<V>>>>,
        cause: RemovalCause,
        now: Instant,
    ) where
        V: 'a,
    {
        let Some(listener) = &self.listener else {
            return;
        };
        for entry in entries {
            // Nobody has been served an error that is kept.
            if let Cached::Value(value) = entry.value() {
                let cause = match self.engine.leaving(entry, now) {
                    Leaving::Hidden => RemovalCause::Invalidated,
                    Leaving::Over => RemovalCause::Expired,
                    Leaving::Fresh => cause,
                };
                listener.tell(entry.key().text(), value, cause);
            }
        }
    }
}
