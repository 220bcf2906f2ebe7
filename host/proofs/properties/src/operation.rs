//! What can happen to an engine.

use crate::engine::PurgeMode;
use crate::target::{KEYS, LEASES, Target};

/// One step of a history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    /// A read that joins a load if there is one, or does not.
    Read { key: usize, coalesce: bool },
    /// A look that loads nothing.
    Look { key: usize },
    /// A load ends, of those that are open the one with this number, with a lease; and has seen all
    /// changes but so many of the last.
    Complete {
        load: usize,
        lease: usize,
        missed: Option<u64>,
    },
    /// A load is given up.
    Abandon { load: usize },
    /// A value that no load brought.
    Insert { key: usize, lease: usize },
    /// The same for a key that is cached.
    Replace { key: usize, lease: usize },
    /// An invalidation, which may demand that later loads have seen it.
    Purge {
        target: Target,
        mode: PurgeMode,
        is_fenced: bool,
    },
    /// Everything is forgotten.
    Clear,
    /// So many steps of time pass.
    Wait { steps: u64 },
    /// Memory is given back, of everything or of a part.
    Sweep { whole: bool },
}

impl From<[u8; 4]> for Operation {
    fn from([what, one, two, three]: [u8; 4]) -> Operation {
        let key = usize::from(one) % KEYS;
        let lease = usize::from(two) % LEASES;
        let load = usize::from(one);
        match what % 32 {
            0..=9 => Operation::Read {
                key,
                coalesce: two % 8 != 0,
            },
            10 => Operation::Look { key },
            11..=16 => Operation::Complete {
                load,
                lease,
                missed: (three % 4 != 0).then_some(u64::from(three % 4) - 1),
            },
            17 => Operation::Abandon { load },
            18 => Operation::Insert { key, lease },
            19 => Operation::Replace { key, lease },
            20..=25 => Operation::Purge {
                target: Target::from(one),
                mode: [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace]
                    [usize::from(two % 3)],
                is_fenced: three % 4 == 0,
            },
            26 if one < 64 => Operation::Clear,
            26..=29 => Operation::Wait {
                steps: u64::from(one % 32),
            },
            _ => Operation::Sweep { whole: one < 128 },
        }
    }
}
