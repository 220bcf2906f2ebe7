//! What was invalidated, as far as a reader can know, and whether a served value respects it.
//!
//! A writer notes an invalidation here after it *returned*; a reader looks here *before* it begins. What
//! it then finds must hold for whatever it is served: P1, P2 and P4 in the words of versions. No lock is
//! shared with the engine's, and none is held while it works.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::engine::{Instant, Nanos};
use crate::subjects::{KEYS, Members};

/// Soft invalidations of a key that are remembered.
const SOFTS: usize = 16;

/// The invalidations that have returned.
#[derive(Default)]
pub struct Record {
    keys: [OfKey; KEYS],
}

#[derive(Default)]
struct OfKey {
    /// No lower version may be served.
    hard: AtomicU64,
    /// Lower versions may be served within their grace only.
    soft: AtomicU64,
    /// How many soft invalidations there were.
    softs: AtomicU64,
    /// The last of them: version, and the time after it returned.
    last_softs: Mutex<[(u64, Instant); SOFTS]>,
}

/// What a reader knew before it began.
pub struct Before([Known; KEYS]);

#[derive(Clone, Copy)]
struct Known {
    hard: u64,
    soft: u64,
    softs: u64,
}

impl Record {
    /// Notes that versions below this one were dropped.
    pub fn dropped(&self, members: Members, version: u64) {
        for key in members.keys() {
            self.keys[key].hard.fetch_max(version, Ordering::SeqCst);
        }
    }

    /// Notes that versions below this one were expired, and that it was over at `at`.
    ///
    /// The time is from after the call, and not what the engine was given: of two invalidations at once
    /// the engine's first may be the one with the later time, and that is not after the other returned.
    pub fn expired(&self, members: Members, version: u64, at: Instant) {
        for key in members.keys() {
            let of_key = &self.keys[key];
            let mut last = of_key.last_softs.lock();
            let number = of_key.softs.load(Ordering::Relaxed);
            last[number as usize % SOFTS] = (version, at);
            of_key.softs.store(number + 1, Ordering::SeqCst);
            of_key.soft.fetch_max(version, Ordering::SeqCst);
        }
    }

    /// What a reader that begins now must respect.
    pub fn now(&self) -> Before {
        Before(std::array::from_fn(|key| {
            let of_key = &self.keys[key];
            Known {
                hard: of_key.hard.load(Ordering::SeqCst),
                soft: of_key.soft.load(Ordering::SeqCst),
                softs: of_key.softs.load(Ordering::SeqCst),
            }
        }))
    }

    /// What is wrong with serving a version of a key at `now`, `extra` past a soft invalidation at most,
    /// to a reader that knew so much.
    pub fn objection(
        &self,
        before: &Before,
        key: usize,
        version: u64,
        now: Instant,
        extra: Nanos,
    ) -> Option<String> {
        let known = before.0[key];
        if version < known.hard {
            return Some(format!(
                "version {version}, when {} was dropped to",
                known.hard
            ));
        }
        if version >= known.soft {
            return None;
        }
        let last = self.keys[key].last_softs.lock();
        let noted = self.keys[key].softs.load(Ordering::SeqCst);
        let still_known = noted.saturating_sub(SOFTS as u64)..known.softs;
        still_known
            .map(|number| last[number as usize % SOFTS])
            .find_map(|(soft, at)| {
                let is_late = version < soft && now >= at.saturating_add(extra);
                is_late.then(|| format!("version {version} at {now}, expired to {soft} at {at}"))
            })
    }
}
