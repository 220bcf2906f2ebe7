//! One policy takes another's place while the cache runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as WallClock};

use super::deployment::Deployment;
use super::error::Error;
use super::meet;
use super::set::{PolicySet, Seat};
use super::source::Source;
use crate::engine::{Plan, PurgeMode};

/// What becomes of the entries that are there when a policy takes another's place. They keep the leases
/// that they have: a tag that the new policy would have given them they lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entries {
    /// Kept where the new policy has the same name, so that a new version of a policy empties no cache;
    /// expired where it has another, since nothing says that its invalidations reach them.
    #[default]
    Auto,
    /// Kept.
    Keep,
    /// Stale from now on, so that they may be served within their grace and rescue.
    Expire,
    /// Dropped.
    Drop,
}

/// What became of the state of the old policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// One of the two does not export `snapshots`, or there was nothing to hand on.
    Nothing,
    /// The new policy took it.
    Taken {
        /// How much it was.
        bytes: usize,
    },
    /// The old policy could not save it, or the new one could not make sense of it, and begins without.
    Refused(Error),
}

/// What came of a swap.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SwapReport {
    /// The name of the policy that is in place now.
    pub name: String,
    /// Its version, if it says one.
    pub version: Option<String>,
    /// SHA-256 of its component.
    pub sha256: String,
    /// SHA-256 of the component that was in place before.
    pub before: String,
    /// What became of what the old policy had learned.
    pub restored: Restored,
    /// What became of the entries: never [`Entries::Auto`].
    pub entries: Entries,
    /// How long it took to read, check, compile and configure the new policy, beside everything else.
    pub prepared_in: Duration,
    /// How long a slot was locked, so that a fill that came then had to wait: only where a state was
    /// handed on.
    pub locked_for: Duration,
}

/// What a swap does to the cache about the policies: puts rules in place, and purges everything or not.
pub(crate) trait Exchange {
    /// Called while no change is under way.
    fn install(&self, plan: &Plan, purge: Option<PurgeMode>);
}

impl PolicySet {
    /// Puts a policy in the place of the only one, or of the one with its name.
    ///
    /// # Errors
    ///
    /// Whatever there is against it; the old one stays.
    pub(crate) fn swap(&self, source: &Source, cache: &impl Exchange) -> Result<SwapReport, Error> {
        // One at a time; not held while changes and fills go on.
        let mut last = self.swapping.lock();
        let began = WallClock::now();
        let seat = self.seat_of(source)?;
        let incoming = self.load_for(seat, source)?;
        let prepared_in = began.elapsed();
        let report = self.exchange(seat, incoming, source.entries_wish(), prepared_in, cache)?;
        *last = Some(seat);
        Ok(report)
    }

    /// Puts a policy in place unless the same component with the same settings is there already.
    ///
    /// # Errors
    ///
    /// As of [`swap`](PolicySet::swap).
    #[cfg(feature = "watch")]
    pub(crate) fn swap_if_changed(
        &self,
        source: &Source,
        cache: &impl Exchange,
    ) -> Result<Option<SwapReport>, Error> {
        let mut last = self.swapping.lock();
        let began = WallClock::now();
        let seat = self.seat_of(source)?;
        let incoming = self.load_for(seat, source)?;
        let live = self.seats[seat].live.load_full();
        let is_same = live.compiled.sha256() == incoming.compiled.sha256();
        if is_same && live.name() == incoming.name() && live.config == incoming.config {
            return Ok(None);
        }
        let wish = source.entries_wish();
        let report = self.exchange(seat, incoming, wish, began.elapsed(), cache)?;
        *last = Some(seat);
        Ok(Some(report))
    }

    /// Undoes the last swap. Undone twice it is as it was.
    ///
    /// # Errors
    ///
    /// If there was none.
    pub(crate) fn rollback(&self, cache: &impl Exchange) -> Result<SwapReport, Error> {
        let last = self.swapping.lock();
        let previous = last.and_then(|seat| {
            let previous = self.seats[seat].previous.lock().clone()?;
            Some((seat, previous))
        });
        let Some((seat, previous)) = previous else {
            let reason = "no policy was swapped, so there is none to go back to";
            return Err(Error::refused(&self.names(), "rollback", reason.to_owned()));
        };
        self.exchange(seat, previous, Entries::Auto, Duration::ZERO, cache)
    }

    /// Puts a loaded policy in place. `swapping` is locked.
    pub(super) fn exchange(
        &self,
        seat: usize,
        incoming: Arc<Deployment>,
        wish: Entries,
        prepared_in: Duration,
        cache: &impl Exchange,
    ) -> Result<SwapReport, Error> {
        let before = self.plan_with(None)?;
        let after = self.plan_with(Some((seat, &incoming)))?;
        let seat = &self.seats[seat];
        let outgoing = seat.live.load_full();
        let is_same = incoming.name() == outgoing.name();
        let entries = match wish {
            // What was stored in one place would come back when it is looked for there again.
            _ if !meet::keep_alike(&before, &after) => Entries::Drop,
            Entries::Auto if is_same => Entries::Keep,
            Entries::Auto => Entries::Expire,
            wish => wish,
        };
        let turn = self.turn.lock();
        let (restored, locked_for) = hand_over(seat, &outgoing, &incoming);
        // Fills that come now ask the new policy; those whose rule was looked up before keep its lease.
        cache.install(
            &after,
            match entries {
                Entries::Drop => Some(PurgeMode::Drop),
                Entries::Expire => Some(PurgeMode::Expire),
                Entries::Auto | Entries::Keep => None,
            },
        );
        drop(turn);
        // When this returns, the old policy's code does not run any more.
        outgoing.drain();
        let report = SwapReport {
            name: incoming.name().to_owned(),
            version: incoming.compiled.version().map(str::to_owned),
            sha256: incoming.compiled.sha256().to_owned(),
            before: outgoing.compiled.sha256().to_owned(),
            restored,
            entries,
            prepared_in,
            locked_for,
        };
        seat.swaps.fetch_add(1, Ordering::Relaxed);
        if let Some(gone) = seat.previous.lock().replace(outgoing)
            && !Arc::ptr_eq(&gone, &incoming)
        {
            *self.calls_of_gone.lock() += gone.calls();
        }
        Ok(report)
    }
}

/// Hands what the old policy has learned to the new one, and lets the new one be called. No change is
/// under way.
fn hand_over(
    seat: &Seat,
    outgoing: &Deployment,
    incoming: &Arc<Deployment>,
) -> (Restored, Duration) {
    incoming.reinstate();
    let replace = || {
        seat.live.store(Arc::clone(incoming));
        outgoing.retire();
    };
    if !(outgoing.exports().snapshots && incoming.exports().snapshots) {
        replace();
        return (Restored::Nothing, Duration::ZERO);
    }
    // Nobody has the new one yet.
    let mut new = incoming.first_slot();
    let mut old = outgoing.first_slot();
    let locked = WallClock::now();
    let restored = match old.save() {
        Err(error) => Restored::Refused(error),
        Ok(None) => Restored::Nothing,
        Ok(Some(saved)) => match new.restore(&saved) {
            Ok(()) => Restored::Taken {
                bytes: saved.state.len(),
            },
            Err(error) => {
                if let Some(spare) = incoming.take_spare() {
                    *new = spare;
                }
                Restored::Refused(error)
            }
        },
    };
    drop(new);
    replace();
    drop(old);
    (restored, locked.elapsed())
}
