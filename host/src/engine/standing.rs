//! How an entry stands in view of every invalidation and of its lease.

use super::entry::{Entry, Freshness};
use super::groups::{Slot, Tick};
use super::regions::Verdict;
use super::safeguards::{Safeguard, holds};
use super::shim::Ordering;
use super::time::Instant;
use super::{Engine, validity};

/// How an entry stands in view of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Fresh,
    Grace,
    /// Its lease is over.
    Over,
    /// Hidden by a hard invalidation.
    Hidden,
}

impl<V, W: Clone + Default> Engine<V, W> {
    pub(super) fn standing(&self, entry: &Entry<V>, now: Instant) -> Standing {
        if !self.validate(entry) {
            if holds(Safeguard::DroppedHasNoGrace) {
                return Standing::Hidden;
            }
            entry.expire(now);
        }
        match entry.freshness(now) {
            Freshness::Fresh => Standing::Fresh,
            Freshness::Grace => Standing::Grace,
            Freshness::Over => Standing::Over,
        }
    }

    /// Whether no hard invalidation hides the entry; notes a soft one on the entry.
    pub(super) fn validate(&self, entry: &Entry<V>) -> bool {
        self.was_checked(entry) || self.check(entry)
    }

    /// Whether nothing was invalidated since the entry was last found valid.
    #[inline]
    pub(super) fn was_checked(&self, entry: &Entry<V>) -> bool {
        validity::was_checked(&self.groups, &entry.checked)
    }

    #[cold]
    #[inline(never)]
    fn check(&self, entry: &Entry<V>) -> bool {
        let judged = self.judge(entry);
        if let Some(known) = judged {
            entry.checked.store(known, Ordering::Release);
        }
        judged.is_some()
    }

    /// The mark that an entry gets, if no hard invalidation hides it; notes a soft one on it.
    pub(super) fn judge(&self, entry: &Entry<V>) -> Option<Tick> {
        let rest = |known| self.regions_and_soft_marks_spare(entry, known);
        validity::check(&self.groups, self.slots(entry), entry.known(), rest)
    }

    /// Notes on the entry what makes it stale. Whether no region hides it that came after `known`.
    fn regions_and_soft_marks_spare(&self, entry: &Entry<V>, known: Tick) -> bool {
        match self.regions.judge(known, entry) {
            Verdict::Untouched => {}
            Verdict::Expired(at) => entry.expire(at),
            Verdict::Hidden => return false,
        }
        // A counter that an entry is kept under hides nothing of it, its place does; but it expires it.
        for slot in self.slots(entry).chain(entry.counter_slot()) {
            if let Some(at) = slot.stale_since(known, entry.stored()) {
                entry.expire(at);
            }
        }
        true
    }

    /// Whether a group of the entry was dropped since it was last found valid.
    pub(super) fn groups_hide(&self, entry: &Entry<V>) -> bool {
        validity::is_hidden(self.slots(entry), entry.known())
    }

    /// The groups of an entry, that of every entry included.
    fn slots<'a>(&'a self, entry: &'a Entry<V>) -> impl Iterator<Item = &'a Slot> {
        let own = entry.slots().iter().map(|slot| &**slot);
        own.chain([self.groups.all()])
    }
}
