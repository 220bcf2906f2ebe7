//! Purges that are due later, by `keys-again`.
//!
//! A policy may ask for ten thousand of them with every change, and for any time. So what waits is bounded:
//! past the bound no keys are remembered any more, only that everything is to be purged, at a time that is
//! rounded up by less than a sixteenth of the wait. There are some two thousand such times at most. That
//! costs hits, and loses no invalidation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::engine::{Instant, Nanos, Purge, PurgeMode};

/// What the keys that wait may take, in bytes.
const ROOM: usize = 64 << 20;

/// What is due later.
pub(super) struct Again {
    waiting: Mutex<Waiting>,
    /// When the first of it is due, so that a read need not take the lock to know; [`Instant::MAX`] where
    /// nothing waits.
    next: AtomicU64,
    room: usize,
}

#[derive(Default)]
struct Waiting {
    by_time: BTreeMap<Instant, Due>,
    /// What the keys take.
    bytes: usize,
}

/// What is due at one time.
#[derive(Default)]
struct Due {
    keys: Vec<(Vec<String>, PurgeMode)>,
    /// Everything, in place of keys that there was no room for.
    everything: Option<PurgeMode>,
}

impl Default for Again {
    fn default() -> Again {
        Again::with_room(ROOM)
    }
}

impl Again {
    fn with_room(room: usize) -> Again {
        Again {
            waiting: Mutex::default(),
            next: AtomicU64::new(Instant::MAX),
            room,
        }
    }

    /// Remembers to purge keys when it is `after` past `now`.
    pub(super) fn note(&self, keys: &[String], mode: PurgeMode, after: Nanos, now: Instant) {
        let due = now.saturating_add(after);
        let waiting = &mut *self.waiting.lock();
        let bytes = size(keys);
        let due = if waiting.bytes + bytes <= self.room {
            waiting.bytes += bytes;
            let keys = (keys.to_vec(), mode);
            waiting.by_time.entry(due).or_default().keys.push(keys);
            due
        } else {
            let due = rounded_up(due, after);
            let everything = &mut waiting.by_time.entry(due).or_default().everything;
            *everything = Some(harder(*everything, mode));
            due
        };
        self.next.fetch_min(due, Ordering::AcqRel);
    }

    /// Whether something is due by now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next.load(Ordering::Acquire)
    }

    /// Takes what is due by now, in the order of the times.
    pub(super) fn take_due(&self, now: Instant) -> Vec<Purge> {
        let mut taken = Vec::new();
        let waiting = &mut *self.waiting.lock();
        while let Some(first) = waiting.by_time.first_entry()
            && *first.key() <= now
        {
            let due = first.remove();
            for (keys, mode) in due.keys {
                waiting.bytes -= size(&keys);
                taken.push(Purge::Keys { keys, mode });
            }
            taken.extend(due.everything.map(|mode| Purge::Everything { mode }));
        }
        let next = waiting.by_time.first_key_value();
        let next = next.map_or(Instant::MAX, |(at, _)| *at);
        self.next.store(next, Ordering::Release);
        taken
    }
}

/// What keys take that wait together.
fn size(keys: &[String]) -> usize {
    let each = |key: &String| size_of::<String>() + key.len();
    size_of::<Due>() + keys.iter().map(each).sum::<usize>()
}

/// A time, no earlier than `due` and later by less than a sixteenth of the wait, that those who wait about as
/// long share.
fn rounded_up(due: Instant, wait: Nanos) -> Instant {
    match (wait / 16).checked_ilog2() {
        Some(log) => due
            .checked_next_multiple_of(1 << log)
            .unwrap_or(Instant::MAX),
        None => due,
    }
}

/// What does at least what both do. Of everything nothing can be replaced.
fn harder(one: Option<PurgeMode>, other: PurgeMode) -> PurgeMode {
    match (one, other) {
        (None | Some(PurgeMode::Expire), PurgeMode::Expire) => PurgeMode::Expire,
        _ => PurgeMode::Drop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn names(numbers: std::ops::Range<u64>) -> Vec<String> {
        numbers.map(|number| format!("key:{number}")).collect()
    }

    fn everything(mode: PurgeMode) -> Vec<Purge> {
        vec![Purge::Everything { mode }]
    }

    #[test]
    fn what_waits_is_due_in_the_order_of_its_times() {
        let again = Again::default();
        again.note(&names(0..1), PurgeMode::Drop, 20, 0);
        again.note(&names(1..2), PurgeMode::Expire, 10, 0);
        again.note(&names(2..3), PurgeMode::Drop, 10, 0);
        assert!(!again.is_due(9));
        assert!(again.is_due(10));
        let purge = |keys, mode| Purge::Keys { keys, mode };
        let first = purge(names(1..2), PurgeMode::Expire);
        let second = purge(names(2..3), PurgeMode::Drop);
        assert_eq!(again.take_due(10), [first, second]);
        assert!(!again.is_due(19));
        assert_eq!(again.take_due(20), [purge(names(0..1), PurgeMode::Drop)]);
        assert!(!again.is_due(Instant::MAX - 1));
    }

    #[test]
    fn past_the_bound_everything_is_purged_in_place_of_the_keys_and_hardly_later() {
        let again = Again::with_room(1_000);
        again.note(&names(0..4), PurgeMode::Drop, SECOND, 0);
        again.note(&names(0..100), PurgeMode::Expire, SECOND, 0);
        let keys = names(0..4);
        let mode = PurgeMode::Drop;
        assert_eq!(again.take_due(SECOND), [Purge::Keys { keys, mode }]);
        assert!(again.take_due(SECOND).is_empty());
        let later = again.take_due(SECOND + SECOND / 16);
        assert_eq!(later, everything(PurgeMode::Expire));
        // There is room again.
        again.note(&names(0..4), PurgeMode::Drop, 0, 0);
        assert_eq!(again.take_due(0).len(), 1);
        assert_eq!(again.waiting.lock().bytes, 0);
    }

    #[test]
    fn of_purges_that_share_a_time_the_hardest_counts() {
        let again = Again::with_room(0);
        for mode in [PurgeMode::Expire, PurgeMode::Replace, PurgeMode::Expire] {
            again.note(&names(0..1), mode, 0, 7);
        }
        assert_eq!(again.take_due(7), everything(PurgeMode::Drop));
    }

    #[test]
    fn there_are_few_times_however_many_purges_wait_for_however_long() {
        let again = Again::with_room(0);
        let mut numbers = fastrand::Rng::with_seed(7);
        let mut most = 0;
        for now in 0..100_000 {
            let wait = numbers.u64(..) >> numbers.u32(1..64);
            again.take_due(now);
            again.note(&names(0..1), PurgeMode::Drop, wait, now);
            let due = rounded_up(now + wait, wait);
            let late = due - now - wait;
            assert!(late <= wait / 16, "{late} of {wait}");
            most = most.max(again.waiting.lock().by_time.len());
        }
        assert!((500..=2_048).contains(&most), "{most}");
    }
}
