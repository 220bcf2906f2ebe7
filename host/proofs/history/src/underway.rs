//! The loads that are under way, as far as threads have noted: at most one a key (P5).
//!
//! A load is noted after the read that began it and struck off before it lands, so that those noted are
//! some of those under way. Two of one key at once are too many, unless something in between took the
//! first one's flight away.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::subjects::{KEYS, Members};

/// The loads under way.
#[derive(Default)]
pub struct Underway {
    keys: [OfKey; KEYS],
    next: AtomicU64,
}

#[derive(Default)]
struct OfKey {
    loads: Mutex<Vec<Noted>>,
    /// Calls that take flights away, begun and ended.
    begun: AtomicU64,
    ended: AtomicU64,
}

struct Noted {
    id: u64,
    began: Quiet,
}

/// How many calls that take flights away there had been when none was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet(u64);

impl Underway {
    /// Runs something that takes the flights of keys away.
    pub fn revoking<R>(&self, members: Members, act: impl FnOnce() -> R) -> R {
        for key in members.keys() {
            self.keys[key].begun.fetch_add(1, Ordering::SeqCst);
        }
        let result = act();
        for key in members.keys() {
            self.keys[key].ended.fetch_add(1, Ordering::SeqCst);
        }
        result
    }

    /// Whether nothing is taking the key's flight away just now.
    pub fn quiet(&self, key: usize) -> Option<Quiet> {
        // In this order: what had ended by the first look had begun by the second.
        let ended = self.keys[key].ended.load(Ordering::SeqCst);
        let begun = self.keys[key].begun.load(Ordering::SeqCst);
        (ended == begun).then_some(Quiet(begun))
    }

    /// Notes a load of a reader that would have joined another; its number, and whether there was one to
    /// join.
    pub fn note(&self, key: usize, began: Quiet) -> (u64, bool) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut loads = self.keys[key].loads.lock();
        let still_quiet = self.keys[key].begun.load(Ordering::SeqCst) == began.0;
        let is_second = still_quiet && loads.iter().any(|other| other.began == began);
        loads.push(Noted { id, began });
        (id, is_second)
    }

    /// Strikes a load off that is about to land.
    pub fn strike_off(&self, key: usize, id: u64) {
        self.keys[key].loads.lock().retain(|noted| noted.id != id);
    }
}
