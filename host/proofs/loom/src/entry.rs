//! An entry, as far as groups can tell.

use crate::groups::{Groups, How, Slot, Tick};
use crate::shim::{Arc, AtomicU64, Ordering};
use crate::time::{Instant, NEVER};
use crate::validity;

/// How a group is dropped.
pub(crate) const HARD: How = How {
    soft_at: None,
    mark: None,
};

/// How a group is expired as of a time.
pub(crate) fn soft(at: Instant) -> How {
    How {
        soft_at: Some(at),
        ..HARD
    }
}

pub(crate) struct Entry {
    slots: Vec<Arc<Slot>>,
    checked: AtomicU64,
    expired_at: AtomicU64,
}

impl Entry {
    pub(crate) fn new(start: Tick, slots: impl IntoIterator<Item = Arc<Slot>>) -> Entry {
        Entry {
            slots: slots.into_iter().collect(),
            checked: AtomicU64::new(start),
            expired_at: AtomicU64::new(NEVER),
        }
    }

    /// Whether the engine would serve it: as `Engine::validate` does.
    pub(crate) fn may_be_served(&self, groups: &Groups) -> bool {
        validity::was_checked(groups, &self.checked) || self.check(groups)
    }

    fn check(&self, groups: &Groups) -> bool {
        let known = self.checked.load(Ordering::Acquire);
        let judged = validity::check(groups, self.slots(groups), known, |known| {
            for slot in self.slots(groups) {
                if let Some(at) = slot.stale_since(known, 0) {
                    self.expired_at.fetch_min(at, Ordering::AcqRel);
                }
            }
            true
        });
        if let Some(known) = judged {
            self.checked.store(known, Ordering::Release);
        }
        judged.is_some()
    }

    /// Whether a group was dropped since it was last found valid.
    pub(crate) fn is_hidden(&self, groups: &Groups) -> bool {
        validity::is_hidden(self.slots(groups), self.checked.load(Ordering::Acquire))
    }

    /// Since when soft invalidations make it stale; `None` if it is fresh.
    pub(crate) fn expired_at(&self) -> Option<Instant> {
        let at = self.expired_at.load(Ordering::Acquire);
        (at != NEVER).then_some(at)
    }

    fn slots<'a>(&'a self, groups: &'a Groups) -> impl Iterator<Item = &'a Slot> {
        let own = self.slots.iter().map(|slot| &**slot);
        own.chain([groups.all()])
    }
}
