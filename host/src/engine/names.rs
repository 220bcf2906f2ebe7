//! The names of one kind that have a slot of their own.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rapidhash::fast::RandomState;

use super::shim::Arc;
use super::slot::Slot;

/// Slots by their names.
///
/// Each is held twice, by name and in a row: looked at a few at a time, and in the order in which they came,
/// so that which of them is given up when does not depend on the hashes.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// With the hashes of the names, so that a table that grows need not look at them, nor a look-up at more than one.
    by_name: HashTable<(u64, Arc<Slot>)>,
    hasher: RandomState,
    row: Vec<Arc<Slot>>,
    /// The next of the row to be looked at.
    next: usize,
    /// What the slots take.
    bytes: usize,
}

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<&Arc<Slot>> {
        let hash = self.hasher.hash_one(name);
        let found = self.by_name.find(hash, is_of(hash, name));
        found.map(|(_, slot)| slot)
    }

    /// Adds the slot of a name that has none.
    pub(super) fn add(&mut self, slot: Arc<Slot>) {
        self.bytes += size(&slot);
        self.row.push(Arc::clone(&slot));
        let hash = self.hasher.hash_one(&*slot.name);
        self.by_name
            .insert_unique(hash, (hash, slot), |(hash, _)| *hash);
    }

    pub(super) fn len(&self) -> usize {
        self.row.len()
    }

    /// What they take, in bytes, but for the tables.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Gives up those of the next `looks` in the row that nobody else holds.
    pub(super) fn give_up(&mut self, looks: usize, mut before: impl FnMut(&Slot)) {
        for _ in 0..looks.min(self.row.len()) {
            if self.next >= self.row.len() {
                self.next = 0;
            }
            let slot = &self.row[self.next];
            // Whoever begins to carry it asks this table.
            if Arc::strong_count(slot) > 2 {
                self.next += 1;
                continue;
            }
            before(slot);
            self.bytes -= size(slot);
            let hash = self.hasher.hash_one(&*slot.name);
            if let Ok(found) = self.by_name.find_entry(hash, is_of(hash, &slot.name)) {
                found.remove();
            }
            self.row.swap_remove(self.next);
        }
    }
}

/// Whether a slot is that of a name.
fn is_of(hash: u64, name: &str) -> impl Fn(&(u64, Arc<Slot>)) -> bool {
    move |(other, slot)| *other == hash && slot.name == name
}

fn size(slot: &Slot) -> usize {
    let apart = match slot.name.is_heap_allocated() {
        true => slot.name.len(),
        false => 0,
    };
    size_of::<Slot>() + apart
}
