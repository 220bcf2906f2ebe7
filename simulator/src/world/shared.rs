//! A cache between the caches and the origin: `cache.shared_ttl`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use shelflife::engine::{Engine, Fill, KeyRef, Lease, Options, Plan, Read, Reader, Ticket};

use super::node::Held;
use super::truth::State;
use crate::random::{Purpose, stream};
use crate::scenario::{Cache, Start};

/// It keeps what was loaded through it for a fixed time, and hears of no write.
pub struct Shared {
    engine: Engine<Held>,
    lease: Lease,
    /// Keys whose first entry lives for a random part of the lease.
    warm: Option<Warm>,
    draws: ChaCha8Rng,
}

/// What a look into it comes to.
pub enum Found {
    /// A value, as of this state.
    Value(State),
    /// Nothing: what the origin brings is to be stored.
    Nothing(Ticket),
}

impl Shared {
    /// None where the scenario has none.
    pub fn new(cache: &Cache, seed: u64, replication: u32) -> Option<Shared> {
        if cache.shared_ttl.0 == 0 {
            return None;
        }
        // The same seed as that of every other engine, so that keys are hashed once.
        let mut options = Options::default();
        options.hash_seed = seed;
        let engine = Engine::new(&options);
        let lease = Lease::for_nanos(cache.shared_ttl.0);
        engine.install(&Plan::every_key(lease.clone()));
        Some(Shared {
            engine,
            lease,
            warm: (cache.start == Start::Warm).then(Warm::default),
            draws: stream(seed, replication, Purpose::Lease, u32::MAX),
        })
    }

    /// Looks for a key.
    pub fn find(&mut self, key: KeyRef<'_>, now: u64) -> Found {
        let draws = &mut self.draws;
        let mut draw = || draws.random();
        let mut reader = Reader {
            now,
            vector: None,
            coalesce: false,
            draw: &mut draw,
        };
        match self.engine.read(key, &mut reader) {
            Read::Hit { entry, .. } => Found::Value(entry.value().state),
            Read::Load(ticket, ()) => Found::Nothing(ticket),
            other => unreachable!("a read that the engine answers with {other:?}"),
        }
    }

    /// What the origin brought; nothing where it failed.
    pub fn landed(&mut self, ticket: Ticket, key: u32, state: Option<State>, now: u64) {
        let Some(state) = state else {
            self.engine.abandon(&ticket);
            return;
        };
        let mut lease = self.lease.clone();
        let (began, ttl) = (ticket.began(), lease.ttl);
        let warm = self.warm.as_mut();
        if warm.is_some_and(|warm| warm.is_first(key, began, now, ttl)) {
            lease.jitter = 1.0;
        }
        let fill = Fill {
            now,
            ..Fill::default()
        };
        let draws = &mut self.draws;
        let mut draw = || draws.random();
        let held = Held::new(key, state, false);
        self.engine.complete(ticket, held, &lease, &fill, &mut draw);
    }
}

/// Which keys have been stored before, in caches that begin warm.
#[derive(Default)]
pub struct Warm {
    /// When each was stored first.
    stored: Vec<Option<u64>>,
}

impl Warm {
    /// Whether what a load brings is the first entry of its key, within one lease of the start: then it lives
    /// for a random part of the lease. So does what was loaded at the same time and takes its place. Whoever
    /// is stored first when the start is long past is as good as any.
    pub fn is_first(&mut self, key: u32, began: u64, now: u64, ttl: Option<u64>) -> bool {
        let key = key as usize;
        if self.stored.len() <= key {
            self.stored.resize(key + 1, None);
        }
        let first = *self.stored[key].get_or_insert(now);
        (first == now || began <= first) && ttl.is_some_and(|ttl| first < ttl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_loaded_before_the_first_entry_is_there_is_first() {
        let mut warm = Warm::default();
        let ttl = Some(100);
        assert!(warm.is_first(7, 0, 10, ttl));
        assert!(warm.is_first(7, 5, 12, ttl), "loaded beside it");
        assert!(!warm.is_first(7, 11, 20, ttl), "loaded after it");
        assert!(!warm.is_first(8, 100, 110, ttl), "a lease after the start");
        assert!(!warm.is_first(9, 0, 10, None), "it never ends");
    }
}
