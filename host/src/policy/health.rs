//! How a policy fares, over all its instances.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::Error;
use crate::engine::Instant;
use crate::trace::Tracer;

/// No time: the policy is called.
const NEVER: Instant = Instant::MAX;

/// How a policy fares. Its instances share one: a policy that fails does so in all of them, and the
/// safety net stands in for it everywhere at once.
#[derive(Debug)]
pub(super) struct Health {
    patience: u32,
    failures: AtomicU64,
    failures_in_a_row: AtomicU32,
    standing_in_since: AtomicU64,
    last_error: Mutex<Option<Error>>,
    /// Set where it is the policy of a cache.
    tracer: OnceLock<Tracer>,
}

impl Health {
    /// After `patience` failures in a row the policy is left alone; 0 counts as 1.
    pub(super) fn new(patience: u32) -> Health {
        Health {
            patience: patience.max(1),
            failures: AtomicU64::new(0),
            failures_in_a_row: AtomicU32::new(0),
            standing_in_since: AtomicU64::new(NEVER),
            last_error: Mutex::new(None),
            tracer: OnceLock::new(),
        }
    }

    pub(super) fn traced_by(&self, tracer: &Tracer) {
        let _ = self.tracer.set(tracer.clone());
    }

    /// A call succeeded.
    pub(super) fn succeeded(&self) {
        // Mostly there is nothing to take back, and nobody to take the line from.
        if self.failures_in_a_row.load(Ordering::Relaxed) != 0 {
            self.failures_in_a_row.store(0, Ordering::Relaxed);
        }
    }

    /// A call failed.
    pub(super) fn failed(&self, error: Error, now: Instant) {
        if let Some(tracer) = self.tracer.get() {
            tracer.failed(&error);
        }
        *self.last_error.lock() = Some(error);
        self.failures.fetch_add(1, Ordering::Relaxed);
        let in_a_row = self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        if in_a_row >= self.patience {
            self.give_up(now);
        }
    }

    /// From now on the safety net stands in.
    pub(super) fn give_up(&self, now: Instant) {
        // Whoever is first says since when.
        let now = now.min(NEVER - 1);
        let first = self.standing_in_since.compare_exchange(
            NEVER,
            now,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        if first.is_ok()
            && let Some(tracer) = self.tracer.get()
        {
            tracer.stands_in(self.last_error().as_ref());
        }
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.standing_in_since.load(Ordering::Acquire) != NEVER
    }

    pub(super) fn standing_in_since(&self) -> Option<Instant> {
        let since = self.standing_in_since.load(Ordering::Acquire);
        (since != NEVER).then_some(since)
    }

    pub(super) fn last_error(&self) -> Option<Error> {
        self.last_error.lock().clone()
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}
