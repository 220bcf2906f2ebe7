//! Whether groups hide an entry, and the mark that spares the next read the look.
//!
//! An entry carries the reading of the invalidation clock at which it was last found valid: to begin with,
//! that from before its load began. A read that finds the clock there need not look further, the whole cost
//! of validity on most hits; one that does not asks which groups were dropped since.

use super::groups::{Groups, Slot, Tick};
use super::safeguards::{Safeguard, holds};
use super::shim::{AtomicU64, Ordering};

/// Whether nothing was invalidated since an entry with this mark was last found valid.
#[inline]
pub(super) fn was_checked(groups: &Groups, checked: &AtomicU64) -> bool {
    checked.load(Ordering::Acquire) == groups.now()
}

/// Judges an entry with the mark `known` that belongs to the groups in `slots`, that of every entry
/// included. Gives the mark that it gets if nothing hides it.
///
/// `rest` looks at what hides entries and is no group, and answers whether nothing of it hides this one.
/// It is given the tick up to which that is known, and is called only if the groups hide nothing. What
/// it notes on the entry is there for every read that finds the mark.
pub(super) fn check<'a>(
    groups: &Groups,
    slots: impl IntoIterator<Item = &'a Slot>,
    known: Tick,
    rest: impl FnOnce(Tick) -> bool,
) -> Option<Tick> {
    let mut now = groups.now();
    if is_hidden(slots, known) || !rest(known) {
        return None;
    }
    if !holds(Safeguard::MarkFromBeforeChecks) {
        // Or the check would have to wait for days until a thread is interrupted just here.
        std::thread::yield_now();
        now = groups.now();
    }
    // The reading from before the checks: an invalidation that came in between has a later tick and makes
    // the next read look again.
    Some(now)
}

/// Whether one of the groups was dropped since `known`.
pub(super) fn is_hidden<'a>(slots: impl IntoIterator<Item = &'a Slot>, known: Tick) -> bool {
    slots.into_iter().any(|slot| slot.hard() > known)
}
