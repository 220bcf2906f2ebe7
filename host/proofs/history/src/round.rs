//! One engine with its origin, and what the threads that drive it share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};

use crate::engine::{Engine, Entry, Instant, Options};
use crate::origin::Origin;
use crate::record::Record;
use crate::subjects::{self, KEYS, STEP};
use crate::underway::Underway;

/// A version of a key.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    pub key: usize,
    pub version: u64,
}

/// What those who join a load look at: what it ended with, if it brought anything.
pub type Gate = Arc<OnceLock<Option<Arc<Entry<Value>>>>>;

/// What kind of round it is.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Invalidations say what later loads must have seen, and loads say what they had: they may come
    /// from a replica, and invalidations may come before the commit of what they announce (P9, V5).
    pub is_fenced: bool,
    /// There are invalidations of many keys at once.
    pub has_groups: bool,
    /// No rule keeps keys under counters or finds them by meaning.
    pub is_plain: bool,
    /// Readers do not wait for ever for a load.
    pub has_load_limit: bool,
    /// How many keys are used.
    pub keys: usize,
    pub capacity: u64,
    pub shards: usize,
    pub max_groups: usize,
    pub account: bool,
}

impl Kind {
    /// Any kind.
    pub fn draw(random: &mut fastrand::Rng) -> Kind {
        let is_fenced = random.bool();
        Kind {
            is_fenced,
            has_groups: !is_fenced || random.u8(0..3) > 0,
            is_plain: random.bool(),
            has_load_limit: random.u8(0..8) == 0,
            keys: [2, 3, KEYS, KEYS][random.usize(0..4)],
            capacity: [0, 0, 0, 3][random.usize(0..4)],
            shards: [1, 4][random.usize(0..2)],
            max_groups: [1, 2, 1000][random.usize(0..3)],
            account: random.u8(0..4) == 0,
        }
    }
}

/// A round.
pub struct Round {
    pub kind: Kind,
    pub engine: Engine<Value, Gate>,
    pub origin: Origin,
    pub record: Record,
    pub underway: Underway,
    /// For each key: whoever brings the cache a value of it that has no version keeps everybody away who
    /// changes it at the origin; an application that does not loses updates whatever its cache does.
    pub writers: [RwLock<()>; KEYS],
    clock: AtomicU64,
    is_over: AtomicBool,
    pub violations: Mutex<Vec<String>>,
}

impl Round {
    pub fn new(kind: Kind, seed: u64) -> Round {
        let mut options = Options {
            capacity: kind.capacity,
            shards: kind.shards,
            hash_seed: seed,
            max_groups: kind.max_groups,
            hold_off: u64::MAX / 2,
            account: kind.account,
            ..Options::default()
        };
        if kind.has_load_limit {
            options.load_limit = 3 * STEP;
        }
        let engine = Engine::new(&options);
        if !kind.is_plain {
            engine.install(&subjects::rules());
        }
        Round {
            kind,
            engine,
            origin: Origin::default(),
            record: Record::default(),
            underway: Underway::default(),
            writers: Default::default(),
            clock: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            violations: Mutex::default(),
        }
    }

    pub fn now(&self) -> Instant {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn let_time_pass(&self, steps: u64) {
        self.clock.fetch_add(steps * STEP, Ordering::SeqCst);
    }

    /// Whether inserts of this round rely on the writers' lock.
    pub fn locks_writers(&self) -> bool {
        !self.kind.is_fenced || self.kind.has_groups
    }

    /// Notes a violation and ends the round.
    pub fn object(&self, what: String) {
        self.violations.lock().push(what);
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}
