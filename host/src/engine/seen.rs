//! What a load has seen of the origin, and what an invalidation demands that it must have seen.
//!
//! A cache can order loads and invalidations among themselves. It cannot know which state of the origin
//! a load read: a replica may lag behind, and a captured change can be delivered before readers of the
//! database see it (PostgreSQL writes the commit to its log first and shows it afterwards; with a
//! synchronous standby the gap has no bound). A load that begins *after* the invalidation may then bring
//! the old value, and no clock of ours tells. It takes a word from the origin: a version of the value,
//! or a *fence*, that is a snapshot in which a given transaction is visible or not.

use super::time::Instant;

/// What the snapshot of the origin had seen in which a load read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Every change with a mark up to and including this: sequence numbers, log positions of a replica.
    UpTo(u64),
    /// PostgreSQL's `pg_current_snapshot()`: transactions below `xmin`, and those below `xmax` that were
    /// not in progress.
    Snapshot {
        /// The lowest transaction still in progress.
        xmin: u64,
        /// The first transaction that was not yet begun.
        xmax: u64,
        /// Those between the two that were in progress.
        in_progress: Box<[u64]>,
    },
}

impl Seen {
    /// Whether the change with this mark was visible.
    #[must_use]
    pub fn has(&self, mark: u64) -> bool {
        match self {
            Seen::UpTo(last) => mark <= *last,
            Seen::Snapshot {
                xmin,
                xmax,
                in_progress,
            } => mark < *xmin || (mark < *xmax && !in_progress.contains(&mark)),
        }
    }

    /// Whether every change was visible whose mark is not above this one.
    fn has_all_up_to(&self, mark: u64) -> bool {
        match self {
            Seen::UpTo(last) => mark <= *last,
            Seen::Snapshot { xmin, .. } => mark < *xmin,
        }
    }
}

/// What a load must have seen for its value to be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// At least this version of the value, by [`Fill::version`](super::Fill::version). For keys alone: what
    /// is made from several records has no version of its own.
    pub version: Option<u64>,
    /// The change with this mark, from 1 on, by [`Fill::seen`](super::Fill::seen).
    pub mark: Option<u64>,
}

impl Demand {
    /// Nothing.
    pub const NONE: Demand = Demand {
        version: None,
        mark: None,
    };

    /// That the change with this mark was seen.
    #[must_use]
    pub const fn marked(mark: u64) -> Demand {
        Demand {
            version: None,
            mark: Some(mark),
        }
    }
}

/// Marks of one key, tag or region that are told apart.
const REMEMBERED: usize = 4;

/// The marks that a load must have seen, as long as they are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The highest, in falling order; 0 where there are fewer.
    marks: [u64; REMEMBERED],
    /// The highest of those that are not told apart any more: whatever is not above it must have been
    /// seen. That may refuse a load which had seen enough, and lets none through that had not.
    all_up_to: u64,
    until: Instant,
}

impl Marks {
    /// Remembers one more mark; all are held until `until` at least.
    pub(super) fn add(&mut self, mark: u64, until: Instant) {
        self.until = self.until.max(until);
        if self.marks.contains(&mark) {
            return;
        }
        let mut lowest = mark;
        for place in &mut self.marks {
            if *place < lowest {
                std::mem::swap(place, &mut lowest);
            }
        }
        self.all_up_to = self.all_up_to.max(lowest);
    }

    pub(super) fn merge(&mut self, others: &Marks) {
        for mark in others.marks {
            self.add(mark, others.until);
        }
        self.all_up_to = self.all_up_to.max(others.all_up_to);
    }

    /// Until when they are held; 0 without any.
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    /// Whether a load may be stored at `now`. One that does not say what it had seen may: nobody can
    /// tell, and whoever has no fence purges once more after a delay.
    pub(super) fn allow(&self, seen: Option<&Seen>, now: Instant) -> bool {
        let Some(seen) = seen else { return true };
        let missed = |mark: &u64| *mark != 0 && !seen.has(*mark);
        let saw_the_rest = self.all_up_to == 0 || seen.has_all_up_to(self.all_up_to);
        now >= self.until || (saw_the_rest && !self.marks.iter().any(missed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_has_what_was_over_when_it_was_taken() {
        let snapshot = Seen::Snapshot {
            xmin: 10,
            xmax: 20,
            in_progress: Box::new([10, 15]),
        };
        let visible: Vec<u64> = (8..22).filter(|mark| snapshot.has(*mark)).collect();
        assert_eq!(visible, [8, 9, 11, 12, 13, 14, 16, 17, 18, 19]);
        assert!(Seen::UpTo(7).has(7) && !Seen::UpTo(7).has(8));
    }

    #[test]
    fn every_mark_must_have_been_seen_as_long_as_it_is_held() {
        let mut marks = Marks::default();
        marks.add(5, 100);
        marks.add(7, 110);
        let has_5_only = Seen::Snapshot {
            xmin: 6,
            xmax: 6,
            in_progress: Box::default(),
        };
        assert!(!marks.allow(Some(&has_5_only), 109));
        assert!(marks.allow(Some(&has_5_only), 110), "held no longer");
        assert!(marks.allow(Some(&Seen::UpTo(7)), 0));
        assert!(marks.allow(None, 0), "nobody can tell");
    }

    #[test]
    fn what_is_not_told_apart_any_more_must_have_been_seen_all_the_same() {
        let mut marks = Marks::default();
        (1..=6).for_each(|mark| marks.add(mark, 100));
        let all_but = |missing: u64| Seen::Snapshot {
            xmin: missing,
            xmax: 100,
            in_progress: Box::new([missing]),
        };
        for missing in 1..=6 {
            assert!(!marks.allow(Some(&all_but(missing)), 0), "{missing}");
        }
        assert!(marks.allow(Some(&all_but(7)), 0));
        let mut merged = Marks::default();
        merged.add(9, 50);
        merged.merge(&marks);
        assert_eq!(merged.until(), 100);
        for missing in [1, 2, 3, 4, 5, 6, 9] {
            assert!(!merged.allow(Some(&all_but(missing)), 0), "{missing}");
        }
        assert!(merged.allow(Some(&all_but(10)), 0));
    }
}
