//! Loads in flight, and which of them may still store what they bring.
//!
//! **F1** A load that is in flight holds its key's flight. Whatever invalidates or replaces the key
//! takes the flight away, under the same lock under which a load stores: a load that comes back
//! without its flight stores nothing, and a read that begins afterwards starts a flight of its own.
//!
//! The flights are a table of their own, beside the entries: a placeholder inside quick_cache would
//! serve threads that block, but its guard borrows the cache, and a load in virtual time outlives
//! every borrow.

use hashbrown::HashMap;

use super::groups::Tick;
use super::key::{Key, KeyRef, Prehashed};
use super::shim::{Mutex, MutexGuard};
use super::time::{Instant, Nanos};

/// What a load in flight is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlightId(u64);

#[derive(Debug)]
pub(super) struct Flight<W> {
    pub(super) id: FlightId,
    /// Loads that share it: more than one only without coalescing.
    loads: u32,
    /// The reading of the invalidation clock before the oldest of them began.
    start: Tick,
    /// When the oldest of them began.
    began: Instant,
    /// What those who joined wait on.
    pub(super) waiters: W,
}

type Shard<W> = HashMap<Key, Flight<W>, Prehashed>;

/// Every load in flight, by key.
#[derive(Debug)]
pub(super) struct Flights<W> {
    shards: Box<[Mutex<Table<W>>]>,
}

/// The flights of one shard of the keys; its lock orders loads and invalidations of a key.
#[derive(Debug)]
pub(super) struct Table<W> {
    flights: Shard<W>,
    next: u64,
    /// Distance between two flight numbers of a shard, so that no two shards give the same.
    step: u64,
}

impl<W: Default> Flights<W> {
    /// `shards` is rounded up to a power of two.
    pub(super) fn new(shards: usize) -> Flights<W> {
        let count = shards.max(1).next_power_of_two() as u64;
        let table = |next| Table {
            flights: HashMap::default(),
            next,
            step: count,
        };
        Flights {
            shards: (0..count).map(|shard| Mutex::new(table(shard))).collect(),
        }
    }

    pub(super) fn lock(&self, key: KeyRef<'_>) -> MutexGuard<'_, Table<W>> {
        // The high bits: the store and the tables use the low ones.
        let shard = (key.hash() >> 48) as usize & (self.shards.len() - 1);
        self.shards[shard].lock()
    }

    /// The oldest clock reading of any load in flight.
    pub(super) fn oldest_start(&self) -> Option<Tick> {
        let oldest = |shard: &Mutex<Table<W>>| shard.lock().flights.values().map(|f| f.start).min();
        self.shards.iter().filter_map(oldest).min()
    }

    /// Forgets every flight: whatever is loading stores nothing.
    pub(super) fn revoke_all(&self) {
        for shard in &self.shards {
            shard.lock().flights.clear();
        }
    }
}

impl<W: Clone + Default> Table<W> {
    /// The flight of a key, if it has been under way for less than `limit`: a load that takes longer
    /// holds nobody up any more.
    pub(super) fn get(&self, key: KeyRef<'_>, now: Instant, limit: Nanos) -> Option<&Flight<W>> {
        let flight = self.flights.get(&key)?;
        (now.saturating_sub(flight.began) < limit).then_some(flight)
    }

    /// Adds a load to the key's flight, or begins one. Gives what those who join wait on as well.
    pub(super) fn take_off(
        &mut self,
        key: KeyRef<'_>,
        start: Tick,
        began: Instant,
    ) -> (FlightId, W) {
        if let Some(flight) = self.flights.get_mut(&key) {
            flight.loads += 1;
            return (flight.id, flight.waiters.clone());
        }
        let id = FlightId(self.next);
        self.next += self.step;
        let waiters = W::default();
        let flight = Flight {
            id,
            loads: 1,
            start,
            began,
            waiters: waiters.clone(),
        };
        self.flights.insert(key.to_key(), flight);
        (id, waiters)
    }

    /// Ends a load. Whether its flight was still there: only then may it store (F1).
    pub(super) fn land(&mut self, key: KeyRef<'_>, id: FlightId) -> bool {
        let Some(flight) = self.flights.get_mut(&key).filter(|flight| flight.id == id) else {
            return false;
        };
        flight.loads -= 1;
        if flight.loads == 0 {
            self.flights.remove(&key);
        }
        true
    }

    /// Takes the key's flight away.
    pub(super) fn revoke(&mut self, key: KeyRef<'_>) {
        self.flights.remove(&key);
    }
}

#[cfg(all(test, not(model)))]
mod tests {
    use super::super::key::KeyHasher;
    use super::*;

    fn key(text: &str) -> KeyRef<'_> {
        KeyHasher::new(0).key(text)
    }

    #[test]
    fn a_revoked_load_may_not_store() {
        let flights = Flights::<()>::new(4);
        let id = flights.lock(key("a")).take_off(key("a"), 0, 0).0;
        flights.lock(key("a")).revoke(key("a"));
        assert!(!flights.lock(key("a")).land(key("a"), id));
    }

    #[test]
    fn a_revoked_load_may_not_store_in_the_flight_of_its_successor() {
        let flights = Flights::<()>::new(1);
        let old = flights.lock(key("a")).take_off(key("a"), 0, 0).0;
        flights.lock(key("a")).revoke(key("a"));
        let new = flights.lock(key("a")).take_off(key("a"), 0, 0).0;
        assert!(!flights.lock(key("a")).land(key("a"), old));
        assert!(flights.lock(key("a")).land(key("a"), new));
    }

    #[test]
    fn loads_that_share_a_flight_all_may_store() {
        let flights = Flights::<()>::new(1);
        let first = flights.lock(key("a")).take_off(key("a"), 3, 0).0;
        let second = flights.lock(key("a")).take_off(key("a"), 4, 0).0;
        assert_eq!(flights.oldest_start(), Some(3));
        assert!(flights.lock(key("a")).land(key("a"), second));
        assert!(flights.lock(key("a")).land(key("a"), first));
        assert_eq!(flights.oldest_start(), None);
    }

    #[test]
    fn a_load_that_takes_too_long_holds_nobody_up() {
        let flights = Flights::<()>::new(1);
        flights.lock(key("a")).take_off(key("a"), 0, 10);
        assert!(flights.lock(key("a")).get(key("a"), 19, 10).is_some());
        assert!(flights.lock(key("a")).get(key("a"), 20, 10).is_none());
    }
}
