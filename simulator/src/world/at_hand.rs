//! Entries at hand, by the number of their key, beside the cache that holds them.

use super::node::HeldEntry;
use crate::workload::{Event, Op};

/// More than that take more memory than they are worth: half a gigabyte, of all caches together.
const MOST: usize = 1 << 26;

/// The entry of each key that one cache holds.
///
/// With a million keys every step of a look-up waits for memory, one after the other: locks keep the processor from
/// looking ahead. Through this table the entries of the next reads can be looked at side by side beforehand;
/// and where no entry has to go for another, so that the order of uses is of no account, a read is
/// served the entry at hand as long as the engine says that it still holds. What is served is the same.
#[derive(Debug, Default)]
pub struct AtHand {
    of_key: Vec<Option<HeldEntry>>,
    serves: bool,
}

impl AtHand {
    /// For one of `nodes` caches of so many keys.
    pub fn new(keys: usize, nodes: usize, serves: bool) -> AtHand {
        let fits = keys.checked_mul(nodes).is_some_and(|all| all <= MOST);
        AtHand {
            of_key: vec![None; if fits { keys } else { 0 }],
            serves,
        }
    }

    /// An entry is in the cache now.
    pub fn put(&mut self, entry: &HeldEntry) {
        if let Some(place) = self.of_key.get_mut(entry.value().key as usize) {
            *place = Some(HeldEntry::clone(entry));
        }
    }

    /// An entry is in the cache no more.
    pub fn forget(&mut self, entry: &HeldEntry) {
        if let Some(place) = self.of_key.get_mut(entry.value().key as usize)
            && place
                .as_ref()
                .is_some_and(|at_hand| HeldEntry::ptr_eq(at_hand, entry))
        {
            *place = None;
        }
    }

    /// The entry of a key that a read may be served, if the engine says that it holds. To be put back.
    pub fn take(&mut self, key: u32) -> Option<HeldEntry> {
        match self.serves {
            true => self.of_key.get_mut(key as usize)?.take(),
            false => None,
        }
    }

    /// Gives an entry back that was taken.
    pub fn put_back(&mut self, key: u32, entry: HeldEntry) {
        self.of_key[key as usize] = Some(entry);
    }

    /// Looks at what the next reads will look at. Changes nothing.
    pub fn warm(&self, ahead: &[Event]) -> u64 {
        if self.of_key.is_empty() {
            return 0;
        }
        let keys = || ahead.iter().filter(|event| event.op != Op::WriteTag);
        let entry = |event: &Event| self.of_key[event.subject as usize].as_ref();
        // First all places, then all entries: within each round nothing waits for anything.
        let found = keys().filter(|event| entry(event).is_some()).count() as u64;
        keys()
            .filter_map(entry)
            .fold(found, |seen, entry| seen ^ entry.warm())
    }
}
