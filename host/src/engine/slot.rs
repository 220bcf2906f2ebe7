//! One group: when it was last invalidated, and what loads of what carries it must have seen.

use compact_str::CompactString;

use super::seen::{Marks, Seen};
use super::shim::{AtomicU64, Mutex, Ordering};
use super::time::Instant;

/// A reading of the invalidation clock.
pub(super) type Tick = u64;

/// When a group was last invalidated.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// What it is called, up to 24 bytes in place; a folded slot has many names and keeps none.
    pub(super) name: CompactString,
    /// Distinguishes groups, for whoever counts what an invalidation hit.
    id: u32,
    kind: Kind,
    /// Tick of the last hard invalidation.
    hard: AtomicU64,
    /// Tick of the last soft one.
    soft: AtomicU64,
    /// Until when a load of what carries it must have seen certain changes; 0 for most.
    marked_until: AtomicU64,
    /// What most groups never have.
    rare: Mutex<Option<Box<Rare>>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Rare {
    /// The last soft invalidations with their times.
    softs: Softs,
    marks: Marks,
}

/// How a group is invalidated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How {
    /// Softly, as of this time.
    pub(super) soft_at: Option<Instant>,
    /// What later loads must have seen, and until when that is held.
    pub(super) mark: Option<(u64, Instant)>,
}

/// The last soft invalidations of a group, newest first; tick 0 where there was none.
///
/// An entry is stale as of the *first* that is later than its start, so that a second one before
/// anybody reads does not let its grace begin again. The times of the first two are used; the third
/// tells whether there were more, of which nothing is known any more.
type Softs = [(Tick, Instant); 3];

impl Slot {
    /// A slot that names share.
    pub(super) fn folded(id: u32) -> Slot {
        Slot {
            id,
            ..Slot::default()
        }
    }

    pub(super) fn named(name: &str, id: u32, kind: Kind) -> Slot {
        Slot {
            name: name.into(),
            id,
            kind,
            ..Slot::default()
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// The tag that it is the slot of, if it is that of one alone.
    pub(super) fn tag(&self) -> Option<&str> {
        (self.kind == Kind::Tag && !self.name.is_empty()).then_some(&self.name)
    }

    /// The same, for whoever wants nothing but to have looked.
    pub(super) fn warm(&self) -> u64 {
        self.hard.load(Ordering::Relaxed)
            ^ self.soft.load(Ordering::Relaxed)
            ^ self.marked_until.load(Ordering::Relaxed)
    }

    pub(super) fn hard(&self) -> Tick {
        self.hard.load(Ordering::Acquire)
    }

    /// Since when the group's soft invalidations make an entry stale that was loaded at `start` and
    /// stored at `stored`. Exact for the first two after `start`; with more, which nobody remembers
    /// one by one, since it was stored: that may cost grace and never lengthens it.
    pub(super) fn stale_since(&self, start: Tick, stored: Instant) -> Option<Instant> {
        if self.soft.load(Ordering::Acquire) <= start {
            return None;
        }
        // The times are written before the tick, so that whoever sees the tick finds its time.
        let softs = self.rare().softs;
        match softs.map(|(tick, _)| tick > start) {
            [_, _, true] => Some(stored),
            [_, true, false] => Some(softs[1].1),
            _ => Some(softs[0].1),
        }
    }

    /// Whether a load may be stored, for all that its group demands that it has seen.
    pub(super) fn allows(&self, seen: Option<&Seen>, now: Instant) -> bool {
        now >= self.marked_until.load(Ordering::Acquire) || self.rare().marks.allow(seen, now)
    }

    fn rare(&self) -> Rare {
        (*self.rare.lock()).as_deref().copied().unwrap_or_default()
    }

    pub(super) fn mark(&self, tick: Tick, how: How) {
        // Before the tick shows: a load that begins after it must find what it has to have seen.
        if let Some((mark, until)) = how.mark {
            let mut marks = Marks::default();
            marks.add(mark, until);
            self.demand(&marks);
        }
        match how.soft_at {
            None => self.hard.store(tick, Ordering::Release),
            Some(at) => self.remember([(tick, at), (0, 0), (0, 0)]),
        }
    }

    fn demand(&self, more: &Marks) {
        let mut rare = self.rare.lock();
        let marks = &mut rare.get_or_insert_default().marks;
        marks.merge(more);
        self.marked_until.store(marks.until(), Ordering::Release);
    }

    /// Adds soft invalidations to those that are remembered; the three newest stay.
    fn remember(&self, more: Softs) {
        let mut rare = self.rare.lock();
        let known = &mut rare.get_or_insert_default().softs;
        for (tick, at) in more {
            // One call may name two groups that share a slot, and a slot may inherit what it gave.
            if !known.iter().any(|(other, _)| *other == tick) {
                let mut all = [known[0], known[1], known[2], (tick, at)];
                all.sort_unstable_by(|a, b| b.cmp(a));
                *known = [all[0], all[1], all[2]];
            }
        }
        self.soft.store(known[0].0, Ordering::Release);
    }

    /// Takes over what a folded slot remembers.
    pub(super) fn inherit(&self, folded: &Slot) {
        self.hard.fetch_max(folded.hard(), Ordering::AcqRel);
        let rare = (*folded.rare.lock()).as_deref().copied();
        if let Some(rare) = rare {
            self.remember(rare.softs);
            self.demand(&rare.marks);
        }
    }
}

/// What kind of name a group has. A tag and a counter of one name are two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Tag,
    Counter,
}
