//! What the cache is a cache of: values with versions, written by transactions, and a replica that lags.

use parking_lot::Mutex;

use crate::engine::Seen;
use crate::subjects::{KEYS, Members};

/// The database. Versions are numbers of transactions; a key's value is the number of the last one that
/// wrote it and was committed.
pub struct Origin {
    primary: Mutex<Primary>,
    replica: Mutex<Snapshot>,
}

#[derive(Default)]
struct Primary {
    last: u64,
    /// Transactions that have a number and are not visible yet.
    open: Vec<u64>,
    committed: [u64; KEYS],
}

/// What a reader of the database sees.
#[derive(Clone)]
pub struct Snapshot {
    versions: [u64; KEYS],
    /// Which transactions are in it.
    pub seen: Seen,
}

impl Snapshot {
    /// The value of a key.
    pub fn version(&self, key: usize) -> u64 {
        self.versions[key]
    }
}

impl Default for Origin {
    fn default() -> Origin {
        let nothing = Snapshot {
            versions: [0; KEYS],
            seen: Seen::UpTo(0),
        };
        Origin {
            primary: Mutex::default(),
            replica: Mutex::new(nothing),
        }
    }
}

impl Origin {
    /// Begins a transaction.
    pub fn begin(&self) -> u64 {
        let mut primary = self.primary.lock();
        primary.last += 1;
        let number = primary.last;
        primary.open.push(number);
        number
    }

    /// Makes what a transaction wrote visible.
    pub fn commit(&self, number: u64, written: Members) {
        let mut primary = self.primary.lock();
        primary.open.retain(|open| *open != number);
        for key in written.keys() {
            primary.committed[key] = primary.committed[key].max(number);
        }
    }

    /// What is committed.
    pub fn snapshot(&self) -> Snapshot {
        let primary = self.primary.lock();
        let next = primary.last + 1;
        Snapshot {
            versions: primary.committed,
            seen: Seen::Snapshot {
                xmin: primary.open.iter().copied().min().unwrap_or(next),
                xmax: next,
                in_progress: primary.open.as_slice().into(),
            },
        }
    }

    /// The value of a key that is committed.
    pub fn version(&self, key: usize) -> u64 {
        self.primary.lock().committed[key]
    }

    /// Lets the replica catch up.
    pub fn replicate(&self) {
        // The snapshot under the replica's lock: it never goes back.
        let mut replica = self.replica.lock();
        *replica = self.snapshot();
    }

    /// What the replica shows, which may be any time old.
    pub fn lagging(&self) -> Snapshot {
        self.replica.lock().clone()
    }
}
