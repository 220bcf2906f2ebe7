//! What is to happen, in the order in which it must.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

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
///
/// Most tasks of a class are added in the order in which they are due, such as loads that all take the same
/// time: they wait in a queue each class. The others are sorted by a heap, which moves no tasks.
#[derive(Debug)]
pub struct Agenda<T> {
    queues: [VecDeque<(Rank, T)>; CLASSES],
    heap: BinaryHeap<Reverse<(Rank, usize)>>,
    /// The tasks that the heap sorts, and the places that are free.
    tasks: Vec<Option<T>>,
    free: Vec<usize>,
    added: u64,
    next: Option<(Rank, Place)>,
}

/// When a task is due, and before which others of the same time.
type Rank = (u64, Class, u64);

const CLASSES: usize = 5;

#[derive(Clone, Copy, Debug)]
enum Place {
    Queue(usize),
    Heap,
}

impl<T> Agenda<T> {
    pub fn new() -> Agenda<T> {
        Agenda {
            queues: std::array::from_fn(|_| VecDeque::new()),
            heap: BinaryHeap::new(),
            tasks: Vec::new(),
            free: Vec::new(),
            added: 0,
            next: None,
        }
    }

    pub fn add(&mut self, at: u64, class: Class, task: T) {
        self.added += 1;
        let rank = (at, class, self.added);
        let queue = class as usize;
        let last = self.queues[queue].back();
        let place = if last.is_none_or(|(last, _)| *last < rank) {
            self.queues[queue].push_back((rank, task));
            Place::Queue(queue)
        } else {
            let index = self.free.pop().unwrap_or_else(|| {
                self.tasks.push(None);
                self.tasks.len() - 1
            });
            self.tasks[index] = Some(task);
            self.heap.push(Reverse((rank, index)));
            Place::Heap
        };
        if self.next.is_none_or(|(next, _)| rank < next) {
            self.next = Some((rank, place));
        }
    }

    /// When the next task is due.
    #[inline]
    pub fn next_at(&self) -> Option<u64> {
        self.next.map(|((at, ..), _)| at)
    }

    pub fn peek(&self) -> Option<(u64, &T)> {
        let (rank, place) = self.next?;
        let task = match place {
            Place::Queue(queue) => &self.queues[queue].front()?.1,
            Place::Heap => self.tasks[self.heap.peek()?.0.1].as_ref()?,
        };
        Some((rank.0, task))
    }

    /// Tasks of a class that are due by then, as far as they are known to be: for whoever wants to prepare.
    pub fn soon(&self, class: Class, by: u64) -> impl Iterator<Item = &T> {
        let queue = self.queues[class as usize].iter();
        queue
            .take_while(move |((at, ..), _)| *at <= by)
            .map(|(_, task)| task)
    }

    pub fn pop(&mut self) -> Option<(u64, T)> {
        let (rank, place) = self.next?;
        let task = match place {
            Place::Queue(queue) => self.queues[queue].pop_front()?.1,
            Place::Heap => {
                let Reverse((_, index)) = self.heap.pop()?;
                self.free.push(index);
                self.tasks[index].take()?
            }
        };
        self.next = self.find_next();
        Some((rank.0, task))
    }

    fn find_next(&self) -> Option<(Rank, Place)> {
        let sorted = self.heap.peek().map(|item| (item.0.0, Place::Heap));
        let mut next = sorted;
        for (index, queue) in self.queues.iter().enumerate() {
            if let Some((rank, _)) = queue.front()
                && next.is_none_or(|(next, _)| *rank < next)
            {
                next = Some((*rank, Place::Queue(index)));
            }
        }
        next
    }
}

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

    #[test]
    fn whatever_the_order_they_come_in_tasks_are_done_by_time_class_and_number() {
        let classes = [
            Class::Fault,
            Class::Delivery,
            Class::Load,
            Class::Commit,
            Class::Look,
        ];
        let mut agenda = Agenda::new();
        let mut expected = Vec::new();
        let (mut state, mut done, mut now) = (1_u64, Vec::new(), 0);
        for number in 0..5_000_u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let class = classes[(state >> 33) as usize % 5];
            let at = now + (state >> 40) % 7;
            agenda.add(at, class, (at, class, number));
            expected.push((at, class, number));
            if state >> 63 == 0 {
                assert_eq!(
                    agenda.peek().map(|(_, task)| *task),
                    expected.iter().min().copied()
                );
                let (at, task) = agenda.pop().unwrap();
                assert_eq!(Some(task), expected.iter().min().copied());
                expected.retain(|other| *other != task);
                now = at;
                done.push(task);
            }
        }
        assert!(done.len() > 2_000);
        done.clear();
        done.extend(std::iter::from_fn(|| agenda.pop()).map(|(_, task)| task));
        expected.sort_unstable();
        assert_eq!(done, expected);
        assert_eq!(agenda.next_at(), None);
    }
}
