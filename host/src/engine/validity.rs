//! Whether groups hide an entry, and the mark that spares the next read the look.
//!
//! An entry carries the reading of the invalidation clock at which it was last found valid. A read
//! that finds the clock there need not look further: the whole cost of validity on most hits.

use super::groups::{Groups, Slot, Tick};
use super::safeguards::{Safeguard, holds};
use super::shim::{AtomicU64, Ordering};

/// Whether nothing was invalidated since an entry with this mark was last found valid.
pub(super) fn was_checked(groups: &Groups, checked: &AtomicU64) -> bool {
    checked.load(Ordering::Acquire) == groups.now()
}

/// Whether an entry may be served that was loaded at `start` and belongs to the groups in `slots`, that
/// of every entry included. Moves its mark, `checked`, if it may.
///
/// `rest` looks at what hides entries and is no group, and answers whether nothing of it hides this one.
/// It is given the tick up to which that is known, and is called only if the groups hide nothing. What
/// it notes on the entry is there for every read that finds the mark.
pub(super) fn check<'a>(
    groups: &Groups,
    slots: impl IntoIterator<Item = &'a Slot>,
    start: Tick,
    checked: &AtomicU64,
    rest: impl FnOnce(Tick) -> bool,
) -> bool {
    let mut now = groups.now();
    let known = checked.load(Ordering::Acquire);
    if is_hidden(slots, start) || !rest(known.max(start)) {
        return false;
    }
    if !holds(Safeguard::MarkFromBeforeChecks) {
        // Or the check would have to wait for days until a thread is interrupted just here.
        std::thread::yield_now();
        now = groups.now();
    }
    // Only now, and with the reading from before the checks: an invalidation that came in between has
    // a later tick and makes the next read look again.
    checked.store(now, Ordering::Release);
    true
}

/// Whether one of the groups was dropped since a load that began at `start`.
pub(super) fn is_hidden<'a>(slots: impl IntoIterator<Item = &'a Slot>, start: Tick) -> bool {
    slots.into_iter().any(|slot| slot.hard() > start)
}
