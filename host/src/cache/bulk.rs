//! Many keys at once, with one load for all that are missing.

use super::landing::{Carrying, InFlight};
use super::load::Load;
use super::read::{Ask, Join, PATIENCE};
use super::running::Running;
use super::shared::{Cached, Shared};
use super::stats::Count;
use crate::engine::{KeyRef, Read};
use crate::trace::Cause;

/// A read of many keys that is under way.
pub(super) struct Bulk<'k, V> {
    keys: &'k [&'k str],
    values: Vec<Option<V>>,
    /// Places among the keys that are to be looked at.
    open: Vec<usize>,
    attempt: u32,
}

/// What is to be done before the keys are looked at again: first load what is this reader's, then wait for
/// the others. Whoever waited for a load of another reader while it holds up loads of its own could wait
/// for ever, if that reader did the same.
pub(super) struct Round<'k, V: Clone + Send + Sync + 'static> {
    pub(super) mine: Mine<'k, V>,
    pub(super) joins: Vec<Joining<'k, V>>,
}

/// The loads of this reader.
pub(super) struct Mine<'k, V: Clone + Send + Sync + 'static> {
    places: Vec<(usize, KeyRef<'k>)>,
    flights: Vec<InFlight<V>>,
}

/// A load of another reader that this one waits for.
pub(super) struct Joining<'k, V> {
    place: usize,
    pub(super) key: KeyRef<'k>,
    pub(super) join: Join<V>,
}

impl<'k, V: Clone> Bulk<'k, V> {
    pub(super) fn new(keys: &'k [&'k str]) -> Bulk<'k, V> {
        Bulk {
            keys,
            values: vec![None; keys.len()],
            open: (0..keys.len()).collect(),
            attempt: 0,
        }
    }

    /// In the order of the keys.
    pub(super) fn into_values(self) -> Vec<Option<V>> {
        self.values
    }

    /// Takes what a wait has brought; nothing if the key is to be looked at again.
    pub(super) fn take(&mut self, joining: &Joining<'k, V>, value: Option<V>) {
        match value {
            Some(value) => self.values[joining.place] = Some(value),
            None => self.open.push(joining.place),
        }
    }
}

impl<'k, V: Clone + Send + Sync + 'static> Mine<'k, V> {
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn take(&mut self, place: usize, key: KeyRef<'k>, flight: InFlight<V>) {
        self.places.push((place, key));
        self.flights.push(flight);
    }

    /// The keys to load.
    pub(super) fn keys(&self, bulk: &Bulk<'k, V>) -> Vec<&'k str> {
        let key = |(place, _): &(usize, KeyRef<'_>)| bulk.keys[*place];
        self.places.iter().map(key).collect()
    }

    /// What their loader may say of each.
    pub(super) fn loads(&self) -> Vec<Load> {
        self.places.iter().map(|_| Load::default()).collect()
    }

    /// While the loader runs, or its future is polled.
    pub(super) fn running(&self) -> Carrying<'_> {
        InFlight::all_running(&self.flights)
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// Looks at the keys that are open. Nothing if there are none any more.
    pub(super) fn round<'k>(&self, bulk: &mut Bulk<'k, V>) -> Option<Round<'k, V>> {
        if bulk.open.is_empty() {
            return None;
        }
        let coalesce = bulk.attempt < PATIENCE;
        bulk.attempt += 1;
        let mut joins = Vec::new();
        let mut mine = Mine {
            places: Vec::new(),
            flights: Vec::new(),
        };
        for place in std::mem::take(&mut bulk.open) {
            let key = self.engine.key(bulk.keys[place]);
            if mine.places.iter().any(|(_, other)| *other == key) {
                // The same key twice: it is there when the first has been loaded.
                bulk.open.push(place);
                continue;
            }
            match self.read(Ask::by_key(key), coalesce) {
                Read::Hit {
                    entry,
                    refresh: None,
                    ..
                } => match self.serve(entry, None) {
                    Some(served) => {
                        self.counters.add(Count::Hit);
                        bulk.values[place] = Some(served.value);
                    }
                    None => {
                        self.forget_failure(key);
                        bulk.open.push(place);
                    }
                },
                Read::Hit {
                    refresh: Some((ticket, gate)),
                    ..
                } => {
                    self.counters.add(Count::Miss);
                    mine.take(place, key, self.flight(key, Cause::Refresh, ticket, gate));
                }
                Read::Load(ticket, gate) => {
                    self.counters.add(Count::Miss);
                    mine.take(place, key, self.flight(key, Cause::Miss, ticket, gate));
                }
                // Its own load of the key, further up this thread's calls, brings it when they return.
                Read::Join { waiters, .. } if Running::is(&waiters) => {}
                Read::Join {
                    waiters, joined, ..
                } => {
                    self.counters.add(Count::Coalesced);
                    let gate = waiters;
                    let join = Join { gate, joined };
                    joins.push(Joining { place, key, join });
                }
            }
        }
        Some(Round { mine, joins })
    }

    /// Each value is stored or not on its own account.
    pub(super) fn land_all(
        &self,
        bulk: &mut Bulk<'_, V>,
        mine: Mine<'_, V>,
        loads: &[Load],
        loaded: Vec<Option<V>>,
    ) {
        // Keys that the loader left out have no value, and their flights end with nothing.
        let loaded = loaded.into_iter().chain(std::iter::repeat(None));
        let each = mine.places.into_iter().zip(mine.flights).zip(loads);
        for ((((place, key), flight), load), value) in each.zip(loaded) {
            if let Some(value) = &value {
                let value = Cached::Value(value.clone());
                self.land(key, flight, value, load.take());
            }
            bulk.values[place] = value;
        }
    }
}
