//! The names of one kind that have a slot of their own.

use std::hash::{Hash, Hasher};

use hashbrown::{Equivalent, HashSet};
use rapidhash::fast::RandomState;

use super::shim::Arc;
use super::slot::Slot;

/// A slot as the table holds it: the name lies in the slot.
#[derive(Debug)]
struct Named(Arc<Slot>);

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl Equivalent<Named> for str {
    fn equivalent(&self, named: &Named) -> bool {
        *self == *named.0.name
    }
}

/// Slots by their names.
///
/// Each is held twice, by name and in a row: looked at a few at a time, and in the order in which they came,
/// so that which of them is given up when does not depend on the hashes.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: HashSet<Named, RandomState>,
    row: Vec<Arc<Slot>>,
    /// The next of the row to be looked at.
    next: usize,
    /// What the slots take.
    bytes: usize,
}

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<&Arc<Slot>> {
        self.by_name.get(name).map(|Named(slot)| slot)
    }

    /// Adds the slot of a name that has none.
    pub(super) fn add(&mut self, slot: Arc<Slot>) {
        self.bytes += size(&slot);
        self.row.push(Arc::clone(&slot));
        self.by_name.insert(Named(slot));
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
            self.by_name.remove(&*slot.name);
            self.row.swap_remove(self.next);
        }
    }
}

fn size(slot: &Slot) -> usize {
    size_of::<Slot>() + slot.name.len()
}
