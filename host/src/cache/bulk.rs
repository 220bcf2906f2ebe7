//! Many keys at once, with one load for all that are missing.

use std::convert::Infallible;

use super::load::{InFlight, Load};
use super::read::PATIENCE;
use super::shared::{Cached, Shared, SharedGate};
use super::stats::Count;
use crate::engine::{Joined, KeyRef, Read};

/// A load of another reader that this one waits for.
struct Join<'k, V> {
    /// Place among the keys that were asked for.
    place: usize,
    key: KeyRef<'k>,
    gate: SharedGate<V>,
    joined: Joined,
}

/// A load of this reader's own.
struct Mine<'k, 's, V: Clone + Send + Sync + 'static> {
    place: usize,
    key: KeyRef<'k>,
    flight: InFlight<'s, V>,
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    pub(super) fn get_many_with(
        &self,
        keys: &[&str],
        mut loader: impl FnMut(&[&str], &mut [Load]) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        let mut values: Vec<Option<V>> = vec![None; keys.len()];
        let mut open: Vec<usize> = (0..keys.len()).collect();
        for attempt in 0.. {
            if open.is_empty() {
                break;
            }
            let coalesce = attempt < PATIENCE;
            let (mut mine, mut joins): (Vec<Mine<'_, '_, V>>, Vec<Join<'_, V>>) =
                Default::default();
            let mut again = Vec::new();
            for place in open {
                let key = self.engine.key(keys[place]);
                if mine.iter().any(|other| other.key == key) {
                    // The same key twice: it is there when the first has been loaded.
                    again.push(place);
                    continue;
                }
                match self.read(key, coalesce) {
                    Read::Hit {
                        entry,
                        refresh: None,
                        ..
                    } => match entry.value().value() {
                        Some(value) => {
                            self.counters.add(Count::Hit);
                            values[place] = Some(value);
                        }
                        None => {
                            self.forget_failure(key);
                            again.push(place);
                        }
                    },
                    Read::Hit {
                        refresh: Some((ticket, gate)),
                        ..
                    }
                    | Read::Load(ticket, gate) => {
                        self.counters.add(Count::Miss);
                        let flight = InFlight::new(&self.engine, ticket, gate);
                        mine.push(Mine { place, key, flight });
                    }
                    Read::Join {
                        waiters, joined, ..
                    } => {
                        self.counters.add(Count::Coalesced);
                        joins.push(Join {
                            place,
                            key,
                            gate: waiters,
                            joined,
                        });
                    }
                }
            }
            self.load_all(mine, &mut loader, &mut values, keys);
            // Only now: whoever waits for a load of another reader while it holds up loads of its own
            // could wait for ever, if that reader does the same.
            for join in joins {
                // Its own load of the key, further up this thread's calls, brings it when they return.
                let answer = match join.gate.is_mine() {
                    true => None,
                    false => self.wait::<Infallible>(join.key, &join.gate, join.joined),
                };
                match answer {
                    Some(Ok(value)) => values[join.place] = Some(value),
                    _ if join.gate.is_mine() => {}
                    _ => again.push(join.place),
                }
            }
            open = again;
        }
        values
    }

    /// One load for all of them; each value is stored or not on its own account.
    fn load_all(
        &self,
        mine: Vec<Mine<'_, '_, V>>,
        loader: &mut impl FnMut(&[&str], &mut [Load]) -> Vec<Option<V>>,
        values: &mut [Option<V>],
        keys: &[&str],
    ) {
        if mine.is_empty() {
            return;
        }
        let texts: Vec<&str> = mine.iter().map(|one| keys[one.place]).collect();
        let mut loads: Vec<Load> = texts.iter().map(|_| Load::default()).collect();
        let loaded = loader(&texts, &mut loads);
        // Keys that the loader left out have no value, and their flights end with nothing.
        let loaded = loaded.into_iter().chain(std::iter::repeat(None));
        for ((one, load), value) in mine.into_iter().zip(loads).zip(loaded) {
            if let Some(value) = &value {
                self.land(one.key, one.flight, Cached::Value(value.clone()), load);
            }
            values[one.place] = value;
        }
    }
}
