//! The invalidation clock and the groups that it dates.
//!
//! A group is anything that hides many entries at once: a tag, a counter, a prefix, a region of
//! meaning, everything. One logical clock counts their invalidations. An entry is stamped with the
//! clock *as read before its loader ran*; a group remembers the tick of its last invalidation; an
//! entry is valid iff no group of its own has a later tick.
//!
//! **G1** An invalidation writes its tick to the group first and publishes the clock second, one
//! writer at a time. The other order loses invalidations: a reader that sees the new clock beside
//! the old group marks its entry as checked at the new tick, and trusts that mark for ever.
//!
//! **G2** Memory is bounded by the names that entries carry. A name that no entry carries has no
//! slot of its own, or loses it when names take more than they may; invalidating it writes to one of a
//! fixed number of *folded* slots, chosen by its hash, and a name that gets a slot later starts with the
//! tick of its folded one. At the bound an entry carries the folded slot itself, which its name goes on
//! writing to. A collision costs a miss and never shows a stale value.

use super::names::Names;
use super::safeguards::{Safeguard, holds};
use super::shim::{Arc, AtomicU32, AtomicU64, Mutex, Ordering, RwLock};
pub(super) use super::slot::{How, Kind, Slot, Tick};

/// How many folded slots there are, for each kind. A power of two. Model checkers keep an account of each
/// atomic, and Miri takes seconds to make thousands.
const FOLDED: usize = if cfg!(model) {
    2
} else if cfg!(miri) {
    16
} else {
    4096
};

/// What names may take, of each kind, before those are looked for that nobody carries any more.
const ROOM: usize = 16 << 20;

/// How many names are looked at beside each that comes when there is no more room: one round takes a quarter
/// as many names as there are, so that no more than that many are kept in vain.
const LOOKS: usize = 4;

/// The clock and every group.
#[derive(Debug)]
pub(super) struct Groups {
    clock: AtomicU64,
    /// Held by whoever invalidates.
    writer: Mutex<()>,
    /// The group of every entry.
    all: Slot,
    tags: RwLock<Names>,
    counters: RwLock<Names>,
    folded_tags: Box<[Arc<Slot>]>,
    folded_counters: Box<[Arc<Slot>]>,
    next_id: AtomicU32,
    /// Names with a slot of their own at most, for each kind.
    bound: usize,
    /// What they may take, for each kind, before those are looked for that nobody carries.
    room: usize,
    /// Names that came when the bound was reached: folding looks at every name, so it is tried only
    /// once for a share of them.
    refused: AtomicU32,
}

/// Proof that the writer's lock is held and a tick is being written.
pub(super) struct Writing<'a> {
    groups: &'a Groups,
    pub(super) tick: Tick,
}

impl Groups {
    pub(super) fn new(bound: usize) -> Groups {
        Groups::with_room(bound, ROOM)
    }

    fn with_room(bound: usize, room: usize) -> Groups {
        let folded = || {
            let slot = |id| Arc::new(Slot::folded(id));
            (0..FOLDED as u32).map(slot).collect()
        };
        Groups {
            clock: AtomicU64::new(0),
            writer: Mutex::new(()),
            all: Slot::default(),
            tags: RwLock::default(),
            counters: RwLock::default(),
            folded_tags: folded(),
            folded_counters: folded(),
            next_id: AtomicU32::new(FOLDED as u32),
            bound,
            room,
            refused: AtomicU32::new(0),
        }
    }

    #[inline]
    pub(super) fn now(&self) -> Tick {
        self.clock.load(Ordering::Acquire)
    }

    pub(super) fn all(&self) -> &Slot {
        &self.all
    }

    /// Runs one invalidation: `write` marks groups with the next tick, then the clock shows it (G1).
    pub(super) fn invalidate<R>(&self, write: impl FnOnce(&Writing<'_>) -> R) -> R {
        let _one_at_a_time = self.writer.lock();
        let tick = self.clock.load(Ordering::Relaxed) + 1;
        if !holds(Safeguard::SlotBeforeClock) {
            self.clock.store(tick, Ordering::Release);
            std::thread::yield_now();
        }
        let result = write(&Writing { groups: self, tick });
        self.clock.store(tick, Ordering::Release);
        result
    }

    /// The slot of a group that an entry is about to carry.
    pub(super) fn carry(&self, kind: Kind, name: &str) -> Arc<Slot> {
        if let Some(slot) = self.names(kind).read().get(name) {
            return Arc::clone(slot);
        }
        let mut names = self.names(kind).write();
        if let Some(slot) = names.get(name) {
            return Arc::clone(slot);
        }
        if names.bytes() >= self.room {
            self.retire(kind, &mut names, LOOKS);
        }
        let folded = self.folded(kind, name);
        if names.len() >= self.bound {
            let refused = self.refused.fetch_add(1, Ordering::Relaxed) as usize;
            if refused.is_multiple_of(self.bound / 8 + 1) {
                let all = names.len();
                self.retire(kind, &mut names, all);
            }
            if names.len() >= self.bound {
                return Arc::clone(folded);
            }
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let slot = Arc::new(Slot::named(name, id, kind));
        if holds(Safeguard::SlotInherits) {
            slot.inherit(folded);
        }
        names.add(Arc::clone(&slot));
        slot
    }

    /// Folds the slots, of the next few, that no entry and no load carries any more.
    fn retire(&self, kind: Kind, names: &mut Names, looks: usize) {
        names.give_up(looks, |slot| self.folded(kind, &slot.name).inherit(slot));
    }

    /// The slot of a group as it stands, its own or its folded one.
    pub(super) fn find(&self, kind: Kind, name: &str) -> Arc<Slot> {
        let names = self.names(kind).read();
        match names.get(name) {
            Some(slot) => Arc::clone(slot),
            None => Arc::clone(self.folded(kind, name)),
        }
    }

    /// Names that have a slot of their own.
    pub(super) fn len(&self) -> usize {
        self.tags.read().len() + self.counters.read().len()
    }

    fn names(&self, kind: Kind) -> &RwLock<Names> {
        match kind {
            Kind::Tag => &self.tags,
            Kind::Counter => &self.counters,
        }
    }

    fn folded(&self, kind: Kind, name: &str) -> &Arc<Slot> {
        let slots = match kind {
            Kind::Tag => &self.folded_tags,
            Kind::Counter => &self.folded_counters,
        };
        // Unseeded: a run must not depend on it, and a collision costs no more than a miss.
        let hash = rapidhash::v3::rapidhash_v3(name.as_bytes());
        &slots[hash as usize & (FOLDED - 1)]
    }
}

impl Writing<'_> {
    /// Marks a group.
    pub(super) fn mark(&self, kind: Kind, name: &str, how: How) {
        // The lock is held over the mark: a name must not get a slot of its own between the look-up
        // and the mark of its folded one, or it would start without this tick.
        let names = self.groups.names(kind).read();
        let folded = self.groups.folded(kind, name);
        let own = names.get(name);
        if let Some(own) = own {
            own.mark(self.tick, how);
        }
        // An entry that came with the name while it had no slot of its own carries the folded one for
        // as long as it lives. Nobody begins to under this lock.
        if own.is_none() || Arc::strong_count(folded) > 1 {
            folded.mark(self.tick, how);
        }
    }

    /// Marks the group of every entry.
    pub(super) fn mark_all(&self, how: How) {
        self.groups.all.mark(self.tick, how);
    }
}

#[cfg(all(test, not(model)))]
mod tests {
    use super::super::seen::Seen;
    use super::super::time::Instant;
    use super::*;

    fn softly(at: Instant) -> How {
        How {
            soft_at: Some(at),
            ..How::default()
        }
    }

    fn invalidate(groups: &Groups, name: &str) {
        groups.invalidate(|writing| writing.mark(Kind::Tag, name, How::default()));
    }

    #[test]
    fn a_name_that_nobody_carries_yet_is_remembered_for_a_load_in_flight() {
        let groups = Groups::new(100);
        let start = groups.now();
        invalidate(&groups, "product:1");
        assert!(groups.carry(Kind::Tag, "product:1").hard() > start);
    }

    #[test]
    fn invalidating_one_tag_leaves_another_alone() {
        let groups = Groups::new(100);
        let other = groups.carry(Kind::Tag, "product:2");
        invalidate(&groups, "product:1");
        assert_eq!(other.hard(), 0);
    }

    #[test]
    fn a_tag_and_a_counter_of_one_name_are_two_groups() {
        let groups = Groups::new(100);
        let counter = groups.carry(Kind::Counter, "x");
        groups.carry(Kind::Tag, "x");
        invalidate(&groups, "x");
        assert_eq!(counter.hard(), 0);
    }

    #[test]
    fn a_retired_name_still_hides_what_was_loaded_before_its_invalidation() {
        let groups = Groups::new(2);
        let start = groups.now();
        drop(groups.carry(Kind::Tag, "cold"));
        invalidate(&groups, "cold");
        let _held = [groups.carry(Kind::Tag, "a"), groups.carry(Kind::Tag, "b")];
        assert!(groups.len() <= 2, "the bound holds");
        assert!(groups.carry(Kind::Tag, "cold").hard() > start);
    }

    #[test]
    fn names_that_nobody_carries_are_given_up_a_few_at_a_time() {
        let groups = Groups::with_room(1 << 20, 10_000);
        let start = groups.now();
        let name = |number: usize| format!("page:{number}");
        let carried: Vec<_> = (0..400)
            .map(|number| groups.carry(Kind::Tag, &name(number)))
            .collect();
        invalidate(&groups, &name(399));
        let mut most = 0;
        for number in 400..2_000 {
            invalidate(&groups, &name(number));
            assert!(groups.carry(Kind::Tag, &name(number)).hard() > start);
            most = most.max(groups.len());
        }
        assert!(most <= 400 + 400 / LOOKS + 2 * LOOKS, "{most}");
        // What is carried kept its slot.
        for (number, slot) in carried.iter().enumerate() {
            assert!(Arc::ptr_eq(slot, &groups.carry(Kind::Tag, &name(number))));
        }
        // Given up or not, it hides what was loaded before its invalidation.
        drop(carried);
        for number in 2_000..3_000 {
            groups.carry(Kind::Tag, &name(number));
        }
        assert!(groups.len() < 200, "{}", groups.len());
        assert!(groups.carry(Kind::Tag, &name(399)).hard() > start);
    }

    #[test]
    fn past_the_bound_names_share_folded_slots_that_are_still_invalidated() {
        let groups = Groups::new(1);
        let _held = groups.carry(Kind::Tag, "a");
        let slot = groups.carry(Kind::Tag, "b");
        invalidate(&groups, "b");
        assert_eq!(slot.hard(), 1);
        assert_eq!(groups.len(), 1);
    }

    #[test]
    fn an_entry_in_a_folded_slot_is_hidden_after_its_name_has_one_of_its_own() {
        let groups = Groups::new(1);
        let first = groups.carry(Kind::Tag, "a");
        let folded = groups.carry(Kind::Tag, "b");
        drop(first);
        let own = groups.carry(Kind::Tag, "b");
        assert!(!Arc::ptr_eq(&folded, &own));
        invalidate(&groups, "b");
        assert_eq!((folded.hard(), own.hard()), (1, 1));
    }

    #[test]
    fn a_soft_mark_keeps_its_time() {
        let groups = Groups::new(10);
        let slot = groups.carry(Kind::Tag, "a");
        groups.invalidate(|writing| writing.mark(Kind::Tag, "a", softly(77)));
        assert_eq!(slot.stale_since(0, 5), Some(77));
        assert_eq!(slot.stale_since(1, 80), None, "it was loaded afterwards");
        assert_eq!(slot.hard(), 0);
    }

    #[test]
    fn an_entry_is_stale_since_the_first_soft_mark_after_its_start() {
        let groups = Groups::new(10);
        let slot = groups.carry(Kind::Tag, "a");
        let soften = |at| groups.invalidate(|writing| writing.mark(Kind::Tag, "a", softly(at)));
        soften(70);
        soften(80);
        assert_eq!(slot.stale_since(0, 60), Some(70));
        assert_eq!(slot.stale_since(1, 75), Some(80));
        soften(90);
        assert_eq!(
            slot.stale_since(0, 60),
            Some(60),
            "more than are remembered"
        );
        assert_eq!(slot.stale_since(1, 75), Some(80));
    }

    #[test]
    fn a_retired_name_remembers_its_soft_marks() {
        let groups = Groups::new(2);
        drop(groups.carry(Kind::Tag, "cold"));
        groups.invalidate(|writing| writing.mark(Kind::Tag, "cold", softly(70)));
        groups.invalidate(|writing| writing.mark(Kind::Tag, "cold", softly(80)));
        let _held = [groups.carry(Kind::Tag, "a"), groups.carry(Kind::Tag, "b")];
        assert_eq!(groups.carry(Kind::Tag, "cold").stale_since(0, 60), Some(70));
    }

    #[test]
    fn what_a_load_must_have_seen_is_held_and_survives_folding() {
        let groups = Groups::new(2);
        drop(groups.carry(Kind::Tag, "cold"));
        let how = How {
            mark: Some((7, 100)),
            ..How::default()
        };
        groups.invalidate(|writing| writing.mark(Kind::Tag, "cold", how));
        let _held = [groups.carry(Kind::Tag, "a"), groups.carry(Kind::Tag, "b")];
        let slot = groups.carry(Kind::Tag, "cold");
        assert!(!slot.allows(Some(&Seen::UpTo(6)), 99));
        assert!(slot.allows(Some(&Seen::UpTo(7)), 99));
        assert!(slot.allows(Some(&Seen::UpTo(6)), 100));
        assert!(
            groups
                .carry(Kind::Tag, "a")
                .allows(Some(&Seen::UpTo(6)), 99)
        );
    }
}
