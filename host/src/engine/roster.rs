//! Every entry that is held, so that those that are over can be found a few at a time.
//!
//! Nothing is searched for on the path of a read. A sweep goes round the roster in steps that its
//! caller chooses: it glances at the end of every entry, 16 to a cache line, and takes those that are
//! due; if groups were invalidated since its last round, it looks at the entries themselves as well,
//! since nothing else tells which are hidden. Twelve bytes an entry, and no more than there are
//! entries, however often a key is loaded.

use std::sync::Arc;

use super::entry::Entry;
use super::groups::Tick;
use super::shim::{Mutex, Ordering};
use super::time::{Instant, NEVER};

/// Ends are told apart by units of 2^30 ns, about 1.07 s.
const UNIT_BITS: u32 = 30;

/// A position that is none.
const NOWHERE: u32 = u32::MAX;

/// How far a sweep may go at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Entries at whose end it glances.
    pub glances: usize,
    /// Entries that it looks at because a group of theirs may have been invalidated.
    pub looks: usize,
}

impl Pace {
    /// Beside each load: four cache lines of ends, and a few entries. Then entries that are over are a
    /// few in a hundred at most, and those that groups hide a third as many as the others, however many
    /// there are.
    pub const BESIDE_A_LOAD: Pace = Pace {
        glances: 64,
        looks: 4,
    };

    /// Once round: every entry.
    pub const ROUND: Pace = Pace {
        glances: usize::MAX,
        looks: usize::MAX,
    };
}

/// The entries, in parts with a lock each.
#[derive(Debug)]
pub(super) struct Roster<V> {
    parts: Box<[Mutex<Part<V>>]>,
}

#[derive(Debug)]
struct Part<V> {
    entries: Vec<Arc<Entry<V>>>,
    /// The unit of time after which each can go.
    due: Vec<u32>,
    /// Where the last glance and the last look went to.
    glance: usize,
    look: usize,
    /// The clock when the round of looks began, and when the last whole one did.
    round_began: Tick,
    looked_at_all: Tick,
}

impl<V> Roster<V> {
    /// `parts` is rounded up to a power of two.
    pub(super) fn new(parts: usize) -> Roster<V> {
        let part = || {
            Mutex::new(Part {
                entries: Vec::new(),
                due: Vec::new(),
                glance: 0,
                look: 0,
                round_began: 0,
                looked_at_all: 0,
            })
        };
        let count = parts.max(1).next_power_of_two();
        Roster {
            parts: (0..count).map(|_| part()).collect(),
        }
    }

    /// Lists an entry. It must be listed before anybody can find it in the store: whoever takes it out
    /// of the store takes it off the roster.
    pub(super) fn add(&self, entry: &Arc<Entry<V>>) {
        let due = unit_after(entry.gone_at());
        let mut part = self.part(entry).lock();
        let position =
            u32::try_from(part.entries.len()).expect("no more entries than the store has");
        entry.position.store(position, Ordering::Relaxed);
        part.entries.push(Arc::clone(entry));
        part.due.push(due);
    }

    pub(super) fn remove(&self, entry: &Entry<V>) {
        let mut part = self.part(entry).lock();
        let position = entry.position.swap(NOWHERE, Ordering::Relaxed);
        if position == NOWHERE {
            return;
        }
        let at = position as usize;
        let removed = part.entries.swap_remove(at);
        part.due.swap_remove(at);
        if let Some(moved) = part.entries.get(at) {
            moved.position.store(position, Ordering::Relaxed);
        }
        part.shrink();
        drop(part);
        // A value may do anything when it goes, and not under the lock.
        drop(removed);
    }

    /// Notes that an entry can go later than was thought, or that it was only hidden.
    pub(super) fn note(&self, entry: &Entry<V>) {
        let due = unit_after(entry.gone_at());
        let mut part = self.part(entry).lock();
        let position = entry.position.load(Ordering::Relaxed);
        if position != NOWHERE {
            part.due[position as usize] = due;
        }
    }

    /// Entries that may have to go: their time has come, or the clock has moved since they were looked
    /// at last. Goes on where it ended before.
    pub(super) fn candidates(
        &self,
        number: usize,
        now: Instant,
        clock: Tick,
        pace: Pace,
    ) -> Candidates<V> {
        let mut part = self.parts[number].lock();
        let part = &mut *part;
        let mut found = Candidates::default();
        let count = part.entries.len();
        let now = unit(now);
        // Downwards: an entry that leaves makes room for the last one, which was met already.
        for _ in 0..pace.glances.min(count) {
            part.glance = next_below(part.glance, count);
            if part.due[part.glance] <= now {
                found.due.push(Arc::clone(&part.entries[part.glance]));
            }
        }
        for _ in 0..pace.looks.min(count) {
            if part.looked_at_all == clock {
                break;
            }
            if part.look == 0 {
                part.round_began = clock;
            }
            part.look = next_below(part.look, count);
            found.to_look_at.push(Arc::clone(&part.entries[part.look]));
            if part.look == 0 {
                part.looked_at_all = part.round_began;
            }
        }
        found
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.parts
            .iter()
            .map(|part| part.lock().entries.len())
            .sum()
    }

    fn part(&self, entry: &Entry<V>) -> &Mutex<Part<V>> {
        // Other bits than the store and the flights take.
        &self.parts[(entry.key().hash() >> 40) as usize & (self.parts.len() - 1)]
    }
}

impl<V> Part<V> {
    /// Gives memory back when most of it is unused.
    fn shrink(&mut self) {
        let len = self.entries.len();
        if self.entries.capacity() > 1024 && len < self.entries.capacity() / 4 {
            self.entries.shrink_to(len * 2);
            self.due.shrink_to(len * 2);
        }
    }
}

/// What a sweep has to judge.
#[derive(Debug)]
pub(super) struct Candidates<V> {
    pub(super) due: Vec<Arc<Entry<V>>>,
    pub(super) to_look_at: Vec<Arc<Entry<V>>>,
}

impl<V> Default for Candidates<V> {
    fn default() -> Candidates<V> {
        Candidates {
            due: Vec::new(),
            to_look_at: Vec::new(),
        }
    }
}

/// The position below one of `count`, which is not 0; the last below the first.
fn next_below(position: usize, count: usize) -> usize {
    position.min(count).checked_sub(1).unwrap_or(count - 1)
}

/// The unit of time that an instant is in; instants after some 146 years are in the last but one.
fn unit(at: Instant) -> u32 {
    u32::try_from(at >> UNIT_BITS)
        .unwrap_or(u32::MAX - 1)
        .min(u32::MAX - 1)
}

/// The first unit that begins no earlier than an instant.
fn unit_after(at: Instant) -> u32 {
    if at == NEVER {
        return u32::MAX;
    }
    unit(at.saturating_add((1 << UNIT_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::super::Fill;
    use super::super::entry::Parts;
    use super::super::key::KeyHasher;
    use super::super::lease::Lease;
    use super::*;

    const SECOND: Instant = 1 << UNIT_BITS;

    fn entry(name: &str, lease: &Lease) -> Arc<Entry<()>> {
        let key = KeyHasher::new(0).key(name).to_key();
        let fill = Fill::default();
        Arc::new(Entry::new(
            key,
            (),
            0,
            lease,
            &fill,
            Parts::default(),
            &mut || 0.5,
        ))
    }

    fn due(roster: &Roster<()>, now: Instant, glances: usize) -> Vec<String> {
        let pace = Pace { glances, looks: 0 };
        let found = roster.candidates(0, now, 0, pace).due;
        found
            .iter()
            .map(|entry| entry.key().text().to_owned())
            .collect()
    }

    #[test]
    fn nothing_is_due_before_its_time_and_a_sweep_goes_on_where_it_ended() {
        let roster = Roster::new(1);
        roster.add(&entry("kept", &Lease::default()));
        for name in ["a", "b", "c"] {
            roster.add(&entry(name, &Lease::for_nanos(5 * SECOND)));
        }
        assert!(due(&roster, 5 * SECOND - 1, 10).is_empty());
        assert_eq!(due(&roster, 5 * SECOND, 1), ["c"]);
        assert_eq!(due(&roster, 5 * SECOND, 2), ["b", "a"]);
        assert_eq!(due(&roster, NEVER - 1, 2), ["c"]);
    }

    #[test]
    fn an_entry_that_left_is_listed_no_more_and_the_others_still_are() {
        let roster = Roster::new(1);
        let entries = ["a", "b", "c"].map(|name| entry(name, &Lease::for_nanos(1)));
        entries.iter().for_each(|entry| roster.add(entry));
        roster.remove(&entries[0]);
        roster.remove(&entries[0]);
        assert_eq!(due(&roster, SECOND, 10), ["b", "c"]);
        roster.remove(&entries[2]);
        assert_eq!(due(&roster, SECOND, 10), ["b"]);
        assert_eq!(roster.len(), 1);
    }

    #[test]
    fn entries_are_looked_at_once_each_time_the_clock_has_moved() {
        let roster = Roster::new(1);
        for name in ["a", "b", "c"] {
            roster.add(&entry(name, &Lease::default()));
        }
        let look = |clock, looks| {
            let pace = Pace { glances: 0, looks };
            roster.candidates(0, 0, clock, pace).to_look_at.len()
        };
        assert_eq!(look(0, 10), 0, "nothing was ever invalidated");
        assert_eq!(look(1, 2), 2);
        assert_eq!(look(2, 1), 1, "the end of a round that began before");
        assert_eq!(look(2, 10), 3);
        assert_eq!(look(2, 10), 0);
    }
}
