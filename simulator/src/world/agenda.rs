//! What is to happen, in the order in which it must.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What comes first at one instant: the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Something breaks or heals.
    Fault,
    /// A cache hears of a change.
    Delivery,
    /// A load comes back.
    Load,
    /// A write commits that was announced before.
    Commit,
    /// A read that had to wait goes on, and whoever looks at what there is looks.
    Look,
}

/// Tasks by time, then class, then the order in which they were added.
#[derive(Debug)]
pub struct Agenda<T> {
    heap: BinaryHeap<Item<T>>,
    added: u64,
}

#[derive(Debug)]
struct Item<T> {
    at: u64,
    class: Class,
    number: u64,
    task: T,
}

impl<T> Agenda<T> {
    pub fn new() -> Agenda<T> {
        Agenda {
            heap: BinaryHeap::new(),
            added: 0,
        }
    }

    pub fn add(&mut self, at: u64, class: Class, task: T) {
        self.added += 1;
        self.heap.push(Item {
            at,
            class,
            number: self.added,
            task,
        });
    }

    /// When the next task is due.
    pub fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|item| item.at)
    }

    pub fn peek(&self) -> Option<(u64, &T)> {
        self.heap.peek().map(|item| (item.at, &item.task))
    }

    pub fn pop(&mut self) -> Option<(u64, T)> {
        self.heap.pop().map(|item| (item.at, item.task))
    }
}

impl<T> Item<T> {
    fn rank(&self) -> (u64, Class, u64) {
        (self.at, self.class, self.number)
    }
}

impl<T> Ord for Item<T> {
    fn cmp(&self, other: &Item<T>) -> Ordering {
        // The heap gives the greatest first.
        other.rank().cmp(&self.rank())
    }
}

impl<T> PartialOrd for Item<T> {
    fn partial_cmp(&self, other: &Item<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Item<T> {
    fn eq(&self, other: &Item<T>) -> bool {
        self.rank() == other.rank()
    }
}

impl<T> Eq for Item<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_one_instant_deliveries_come_before_loads_and_equals_in_their_order() {
        let mut agenda = Agenda::new();
        agenda.add(5, Class::Load, "load");
        agenda.add(5, Class::Delivery, "first");
        agenda.add(5, Class::Delivery, "second");
        agenda.add(4, Class::Load, "earlier");
        let order: Vec<_> = std::iter::from_fn(|| agenda.pop())
            .map(|(_, task)| task)
            .collect();
        assert_eq!(order, ["earlier", "first", "second", "load"]);
    }
}
