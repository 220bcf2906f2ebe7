//! Whether an invalidation hides an entry.

use super::Engine;
use super::entry::{Entry, Freshness};
use super::regions::Verdict;
use super::safeguards::{Safeguard, holds};
use super::shim::Ordering;
use super::time::Instant;

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
    pub(super) fn was_checked(&self, entry: &Entry<V>) -> bool {
        entry.checked.load(Ordering::Acquire) == self.groups.now()
    }

    #[cold]
    #[inline(never)]
    fn check(&self, entry: &Entry<V>) -> bool {
        let mut now = self.groups.now();
        let checked = entry.checked.load(Ordering::Acquire);
        if self.groups_hide(entry) {
            return false;
        }
        let start = entry.start;
        match self
            .regions
            .judge(checked.max(start), entry.key().text(), entry.vector())
        {
            Verdict::Untouched => {}
            Verdict::Expired(at) => entry.expire(at),
            Verdict::Hidden => return false,
        }
        let all = self.groups.all();
        for slot in entry.slots().iter().map(|slot| &**slot).chain([all]) {
            if let Some(at) = slot.stale_since(start, entry.stored()) {
                entry.expire(at);
            }
        }
        if !holds(Safeguard::MarkFromBeforeChecks) {
            now = self.groups.now();
        }
        // Only now, and with the reading from before the checks: an invalidation that came in
        // between has a later tick and makes the next read look again.
        entry.checked.store(now, Ordering::Release);
        true
    }

    /// Whether a group of the entry was dropped since its load began.
    pub(super) fn groups_hide(&self, entry: &Entry<V>) -> bool {
        let start = entry.start;
        self.groups.all().hard() > start || entry.slots().iter().any(|slot| slot.hard() > start)
    }
}
