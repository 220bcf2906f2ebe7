//! F1: a load that comes back without its flight stores nothing.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread::{self, JoinHandle};

use crate::explore::{Returned, explore};
use crate::flights::{FlightId, Flights};
use crate::key::{Key, KeyHasher};
use crate::shim::Mutex;

/// What the origin holds before the write, and after it.
const OLD: u64 = 1;
const NEW: u64 = 2;

/// A cache of one key: its flights as the engine has them, and a store of one value.
struct Cache {
    key: Key,
    flights: Flights<()>,
    stored: Mutex<Option<u64>>,
    origin: AtomicU64,
}

impl Cache {
    fn new() -> Arc<Cache> {
        Arc::new(Cache {
            key: KeyHasher::new(0).key("key").to_key(),
            flights: Flights::new(1),
            stored: Mutex::default(),
            origin: AtomicU64::new(OLD),
        })
    }

    fn take_off(&self) -> FlightId {
        let key = self.key.as_ref();
        self.flights.lock(key).take_off(key, 0, 0).0
    }

    fn load(&self) -> u64 {
        self.origin.load(Ordering::Relaxed)
    }

    /// As `Engine::complete`.
    fn complete(&self, flight: FlightId, value: u64) {
        let mut table = self.flights.lock(self.key.as_ref());
        if table.land(self.key.as_ref(), flight) {
            *self.stored.lock() = Some(value);
        }
    }

    /// As `Engine::purge_key`.
    fn purge(&self) {
        let mut table = self.flights.lock(self.key.as_ref());
        table.revoke(self.key.as_ref());
        *self.stored.lock() = None;
    }

    /// As `Engine::insert`.
    fn insert(&self, value: u64) {
        let mut table = self.flights.lock(self.key.as_ref());
        table.revoke(self.key.as_ref());
        *self.stored.lock() = Some(value);
    }

    /// A hit asks nobody but the store.
    fn read(&self) -> Option<u64> {
        *self.stored.lock()
    }
}

/// A thread with a load that takes off, asks the origin and comes back.
fn load(cache: &Arc<Cache>) -> JoinHandle<()> {
    let cache = Arc::clone(cache);
    thread::spawn(move || {
        let flight = cache.take_off();
        let value = cache.load();
        cache.complete(flight, value);
    })
}

/// A thread that writes to the origin and tells the cache.
fn write(
    cache: &Arc<Cache>,
    returned: &Arc<Returned>,
    tell: impl FnOnce(&Cache) + 'static,
) -> JoinHandle<()> {
    let (cache, returned) = (Arc::clone(cache), Arc::clone(returned));
    thread::spawn(move || {
        cache.origin.store(NEW, Ordering::Relaxed);
        tell(&cache);
        returned.note();
    })
}

#[test]
fn a_value_from_before_a_purge_is_not_read_after_it() {
    explore(|| {
        let cache = Cache::new();
        let returned = Arc::new(Returned::default());
        let loader = load(&cache);
        let writer = write(&cache, &returned, Cache::purge);

        let is_over = returned.is_noted();
        assert!(!(is_over && cache.read() == Some(OLD)), "it came back");

        loader.join().unwrap();
        writer.join().unwrap();
        assert_ne!(cache.read(), Some(OLD), "it came back");
    });
}

/// Also where a load from after the purge has a flight of its own, in which the old one may not land.
#[test]
fn a_value_from_before_a_purge_does_not_land_in_the_flight_of_a_later_load() {
    explore(|| {
        let cache = Cache::new();
        let returned = Arc::new(Returned::default());
        let old = cache.take_off();
        let value = cache.load();
        let writer = write(&cache, &returned, Cache::purge);
        let loader = load(&cache);

        cache.complete(old, value);
        let is_over = returned.is_noted();
        assert!(!(is_over && cache.read() == Some(OLD)), "it came back");

        writer.join().unwrap();
        loader.join().unwrap();
        assert_ne!(cache.read(), Some(OLD), "it came back");
    });
}

#[test]
fn loads_that_share_a_flight_store_nothing_old_after_a_purge() {
    explore(|| {
        let cache = Cache::new();
        let returned = Arc::new(Returned::default());
        let loaders = [load(&cache), load(&cache)];
        let writer = write(&cache, &returned, Cache::purge);

        let is_over = returned.is_noted();
        assert!(!(is_over && cache.read() == Some(OLD)), "it came back");

        for loader in loaders {
            loader.join().unwrap();
        }
        writer.join().unwrap();
        assert_ne!(cache.read(), Some(OLD), "it came back");
        assert_eq!(cache.flights.oldest_start(), None, "a flight is left over");
    });
}

#[test]
fn an_inserted_value_is_not_overwritten_by_a_load_from_before_it() {
    explore(|| {
        let cache = Cache::new();
        let returned = Arc::new(Returned::default());
        let loader = load(&cache);
        let writer = write(&cache, &returned, |cache| cache.insert(NEW));

        let is_over = returned.is_noted();
        assert!(!is_over || cache.read() == Some(NEW), "it was overwritten");

        loader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(cache.read(), Some(NEW), "it was overwritten");
    });
}
