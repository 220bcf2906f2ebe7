//! Changes of a value that go by what is there, one at a time for a key.
//!
//! A change holds the flight of its key, as a load does: loads and changes of one key wait for each other, and
//! whatever invalidates or replaces the key meanwhile supersedes the change.

use super::gate::Waited;
use super::landing::InFlight;
use super::load::Load;
use super::read::Join;
use super::running::Running;
use super::served::{Entry, Served};
use super::shared::{Cached, Shared};
use crate::engine::{Demand, FlightId, KeyRef, PurgeMode, Update};
use crate::trace::Cause;

/// What is to become of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op<V> {
    /// It stays as it is, or stays away.
    Nop,
    /// This is stored.
    Put(V),
    /// It goes.
    Remove,
}

/// What has become of a value.
#[derive(Debug)]
pub enum CompResult<V> {
    /// There was none, and there is one now.
    Inserted(Entry<V>),
    /// There was another one.
    ReplacedWith(Entry<V>),
    /// It was taken away.
    Removed(Entry<V>),
    /// There was none, and there is none.
    StillNone,
    /// It is as it was.
    Unchanged(Entry<V>),
}

impl<V> CompResult<V> {
    /// The entry that there is now, if there is one.
    #[must_use]
    pub fn into_entry(self) -> Option<Entry<V>> {
        match self {
            CompResult::Inserted(entry)
            | CompResult::ReplacedWith(entry)
            | CompResult::Unchanged(entry) => Some(entry),
            CompResult::Removed(_) | CompResult::StillNone => None,
        }
    }
}

/// What somebody has to do next who changes a value.
pub(super) enum Change<V: Clone + Send + Sync + 'static> {
    /// To change it, from this.
    Begin(InFlight<V>, Option<Served<V>>),
    /// To wait for whoever is loading or changing it.
    Wait(Join<V>, FlightId),
    /// The same, but further up its own calls: the change is made as an insert is.
    Alone(Option<Served<V>>),
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// `over` is a flight that was waited for in vain ([`Shared::over`]).
    pub(super) fn change(&self, key: KeyRef<'_>, over: Option<FlightId>) -> Change<V> {
        let now = self.time.coarse();
        self.purge_again(now);
        match self.engine.update(key, over, now) {
            Update::Wait { waiters, .. } if Running::is(&waiters) => {
                let entry = self.engine.get(key, now);
                Change::Alone(entry.and_then(|entry| self.serve(entry, None)))
            }
            Update::Wait {
                flight,
                waiters,
                joined,
            } => {
                let gate = waiters;
                Change::Wait(Join { gate, joined }, flight)
            }
            Update::Begin {
                ticket,
                waiters,
                entry,
            } => {
                let flight = self.flight(key, Cause::Change, ticket, waiters);
                Change::Begin(flight, entry.and_then(|entry| self.serve(entry, None)))
            }
        }
    }

    /// The flight, if a wait for it shows that it is over but for loads that did not wait for their turn.
    pub(super) fn over(&self, waited: &Waited<V>, flight: FlightId) -> Option<FlightId> {
        matches!(waited, Waited::Late).then_some(flight)
    }

    /// Carries out what was decided. `flight` is none for a change from within the load of its own key.
    pub(super) fn settle(
        &self,
        key: KeyRef<'_>,
        flight: Option<InFlight<V>>,
        before: Option<Entry<V>>,
        op: Op<V>,
        load: &Load,
    ) -> CompResult<V> {
        let now = self.time.now();
        match (op, before) {
            (Op::Nop, None) => CompResult::StillNone,
            (Op::Nop, Some(before)) => CompResult::Unchanged(before),
            (Op::Remove, before) => {
                let purged = match flight {
                    Some(flight) => flight.withdraw(now),
                    None => self.carry_out_on_key(key, PurgeMode::Drop, &Demand::NONE),
                };
                self.tell_of_purged(&purged);
                before.map_or(CompResult::StillNone, CompResult::Removed)
            }
            (Op::Put(value), before) => {
                let entry = match flight {
                    Some(flight) => {
                        let stored = Cached::Value(value.clone());
                        Some(self.land(key, flight, stored, load.take()))
                    }
                    None => self.store(key, value.clone(), load),
                };
                let entry = Served::loaded(value, entry).into_entry(key.text(), now);
                match before {
                    None => CompResult::Inserted(entry),
                    Some(_) => CompResult::ReplacedWith(entry),
                }
            }
        }
    }
}
