//! What keeps an invalidation from being lost, by name, so that a check can take one away and see what
//! is lost without it.
//!
//! Here every safeguard holds, and the compiler sees it. The proofs in `host/proofs` compile the engine with
//! `model = "mutants"`, where one at a time can be removed.

/// One thing that the engine does so that nothing invalidated comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(model = "mutants"), allow(dead_code))]
#[repr(u32)]
pub enum Safeguard {
    /// A purge of a key takes the flight of its load away (F1).
    PurgeRevokesFlight = 1,
    /// An insert takes the flight away as well (P2).
    InsertRevokesFlight,
    /// An entry is stamped with the clock from before its load began, not from when it was stored.
    StampFromBeforeLoad,
    /// An invalidation writes its tick to the group before it publishes the clock (G1).
    SlotBeforeClock,
    /// An entry is marked as checked at the clock from before the checks, not from after them.
    MarkFromBeforeChecks,
    /// Those who joined a load look whether its value was hidden before they came.
    JoinedLookAgain,
    /// A load that lands is judged by the regions.
    LandingIsJudged,
    /// A region is kept as long as a load from before it is in flight (R1).
    RegionOutlivesLoads,
    /// What was dropped is not served within its grace (P4).
    DroppedHasNoGrace,
    /// A name that gets a slot of its own takes over what its folded one remembers (G2).
    SlotInherits,
    /// A reader joins the load that is in flight (P5).
    ReadersJoin,
    /// A value below the floor of its key is not stored (V5).
    FloorIsKept,
    /// A load that had not seen the last invalidation is not stored (P9).
    FenceIsKept,
    /// An entry that leaves the store is marked, for those who keep it at hand.
    LeaversAreMarked,
}

/// Whether a safeguard is in place.
#[cfg(not(model = "mutants"))]
#[inline(always)]
pub(super) const fn holds(_: Safeguard) -> bool {
    true
}

#[cfg(model = "mutants")]
pub use mutants::{ALL, remove};

#[cfg(model = "mutants")]
pub(super) use mutants::holds;

#[cfg(model = "mutants")]
mod mutants {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Safeguard;

    /// The one that is removed; 0: none.
    static REMOVED: AtomicU32 = AtomicU32::new(0);

    /// Every safeguard.
    pub const ALL: [Safeguard; 14] = [
        Safeguard::PurgeRevokesFlight,
        Safeguard::InsertRevokesFlight,
        Safeguard::StampFromBeforeLoad,
        Safeguard::SlotBeforeClock,
        Safeguard::MarkFromBeforeChecks,
        Safeguard::JoinedLookAgain,
        Safeguard::LandingIsJudged,
        Safeguard::RegionOutlivesLoads,
        Safeguard::DroppedHasNoGrace,
        Safeguard::SlotInherits,
        Safeguard::ReadersJoin,
        Safeguard::FloorIsKept,
        Safeguard::FenceIsKept,
        Safeguard::LeaversAreMarked,
    ];

    /// Removes one safeguard of every engine of this process, and puts the one before back.
    pub fn remove(safeguard: Option<Safeguard>) {
        REMOVED.store(safeguard.map_or(0, |one| one as u32), Ordering::SeqCst);
    }

    pub(in super::super) fn holds(safeguard: Safeguard) -> bool {
        REMOVED.load(Ordering::Relaxed) != safeguard as u32
    }
}
