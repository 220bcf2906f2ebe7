//! The rules of freshness.
//!
//! The engine has no clock, no thread, no I/O and no WebAssembly: time is an argument, randomness is
//! an argument, and whoever drives it does the loading. The same engine serves threads in
//! [`sync::Cache`](crate::sync::Cache) and virtual time in the simulator.
//!
//! A **read** ([`Engine::read`]) finds an entry, or begins or joins a load. A load brings its value
//! back with the [`Ticket`] that the read gave it ([`Engine::complete`]), or gives up
//! ([`Engine::abandon`]). A **purge** ([`Engine::purge`]) hides entries. Two mechanisms keep what was
//! hidden from coming back:
//!
//! * *by key*, the flight of a load: taken away by whatever invalidates or replaces the key, and
//!   without it a load stores nothing (`flights.rs`, F1);
//! * *by group*, the invalidation clock: an entry is stamped with the clock as read before its
//!   loader ran, and is hidden by any of its groups that was invalidated later (`groups.rs`, G1).
//!
//! What that guarantees:
//!
//! * **P1** A read that begins after a purge returned never gets a value whose load began before the
//!   purge was called: by key, tag, prefix, counter, region of meaning or everything; on a miss, a
//!   join or a refresh.
//! * **P2** An insert or a replacement supersedes every load of its key that is in flight.
//! * **P3** No purge waits for a loader.
//! * **P4** What was dropped is never served again; what was expired may be, within its grace or
//!   rescue, counted from the first time.
//! * **P5** With coalescing, one load a key at a time.
//! * **P8** The same calls with the same arguments give the same answers.

mod copies;
mod entry;
mod fill;
mod flights;
mod floors;
mod groups;
mod key;
mod lease;
mod names;
mod purge;
mod read;
mod regions;
mod roster;
mod rules;
mod safeguards;
mod seen;
mod shim;
mod sighting;
mod slot;
mod standing;
mod store;
mod sweep;
mod terms;
mod time;
mod validity;
mod vectors;
mod versions;
mod view;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use copies::Copies;
pub use entry::{Entry, Fill};
pub use fill::{Outcome, Replaced, Stored, Ticket};
pub use flights::FlightId;
pub use key::{Key, KeyRef};
pub use lease::{Keying, Lease, Lookup, Plan, PurgeMode, Refresh, Rule, Scope};
pub use purge::{Purge, Purged};
pub use read::{Joined, Read, Reader, Update};
pub use regions::Predicate;
pub use roster::Pace;
pub use rules::LeaseSource;
#[cfg(model = "mutants")]
pub use safeguards::{ALL as SAFEGUARDS, Safeguard, remove as remove_safeguard};
pub use seen::{Demand, Seen};
pub use sighting::Sighting;
pub use time::{Instant, Nanos};
pub use view::Leaving;

use flights::Flights;
use floors::Floors;
use groups::{Groups, Kind};
use key::KeyHasher;
use regions::Regions;
use rules::Rules;
use shim::{AtomicBool, AtomicU32, Mutex, Ordering, RwLock};
use store::Store;
use terms::Terms;
use vectors::VectorIndex;
use versions::KnownVersions;

/// How an engine is set up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Entries held at most, or where they are weighed what they may weigh together; 0: unbounded.
    pub capacity: u64,
    /// Whether an entry takes as much of the capacity as its fill says ([`Fill::weight`]), and not 1. Each
    /// shard has its share of the capacity: what is heavier than that is not kept.
    pub weighed: bool,
    /// Entries that the capacity is expected to hold, where that is not the capacity itself; 0: unknown.
    /// Below 32 a shard there are fewer shards.
    pub expected_entries: usize,
    /// Independent locks. 1 makes eviction reproducible; more let threads pass each other.
    pub shards: usize,
    /// Decides the hashes of keys. Fixed for reproducible runs, random where strangers choose keys.
    pub hash_seed: u64,
    /// Tags, and likewise counters, that are told apart at most; past that they share slots, and a
    /// collision costs a miss.
    pub max_groups: usize,
    /// How long a load may take before readers of its key begin another, whose value counts.
    pub load_limit: Nanos,
    /// How long the origin's versions and marks are remembered that an invalidation demanded: longer
    /// than any replica lags.
    pub hold_off: Nanos,
    /// Whether a purge reports the fresh entries that it hit ([`Purged::fresh`]). Costs a look at each.
    pub account: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            capacity: 0,
            weighed: false,
            expected_entries: 0,
            shards: 1,
            hash_seed: 0,
            max_groups: 1 << 22,
            load_limit: time::NEVER,
            hold_off: 60 * 1_000_000_000,
            account: false,
        }
    }
}

/// Entries, loads in flight and the rules that decide which may be served.
///
/// `W` is what a driver keeps beside each load in flight for those who wait for it.
pub struct Engine<V, W = ()> {
    hasher: KeyHasher,
    store: Store<V>,
    flights: Flights<W>,
    groups: Groups,
    regions: Regions<V>,
    /// Held by whoever gives up regions beside other work.
    settling: Mutex<()>,
    rules: ArcSwap<Rules>,
    /// Whether every rule keeps its entries in place and finds them by key: then a read need not ask.
    rules_are_plain: AtomicBool,
    /// Terms of leases that entries share, the one used last at the end.
    terms: Mutex<Vec<Arc<Terms>>>,
    vectors: RwLock<VectorIndex>,
    /// What loads of single keys must have seen.
    floors: Floors,
    /// The part that the next sweep goes through.
    next_part: AtomicU32,
    load_limit: Nanos,
    account: bool,
    /// Whether first hits are noted, for somebody has asked for them.
    is_watched: AtomicBool,
    /// Counter values that readers still go by, with the time of the look-up
    /// (`Keying::ByGeneration::cached_for`).
    known_versions: Mutex<KnownVersions>,
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// An empty engine without rules: every key gets the safety-net lease that its driver has.
    #[must_use]
    pub fn new(options: &Options) -> Engine<V, W> {
        Engine {
            hasher: KeyHasher::new(options.hash_seed),
            store: Store::new(options),
            flights: Flights::new(options.shards),
            groups: Groups::new(options.max_groups),
            regions: Regions::default(),
            settling: Mutex::default(),
            rules: ArcSwap::default(),
            rules_are_plain: AtomicBool::new(true),
            terms: Mutex::default(),
            vectors: RwLock::default(),
            floors: Floors::new(options.hold_off),
            next_part: AtomicU32::new(0),
            load_limit: options.load_limit,
            account: options.account,
            is_watched: AtomicBool::new(false),
            known_versions: Mutex::default(),
        }
    }

    /// A key of this engine. Allocates nothing.
    #[must_use]
    #[inline]
    pub fn key<'a>(&self, text: &'a str) -> KeyRef<'a> {
        self.hasher.key(text)
    }

    /// Puts the rules of a plan in place of those before. Entries keep the lease they have.
    pub fn install(&self, plan: &Plan) {
        let rules = Arc::new(Rules::new(plan));
        // Whoever asked may be gone with the plan before; who has come asks when it wants to know.
        self.is_watched.store(false, Ordering::Relaxed);
        // Asking in vain is no harm; so the flag may promise nothing that the rules of the moment break.
        self.rules_are_plain.store(false, Ordering::SeqCst);
        let plain = rules.are_plain();
        self.rules.store(rules);
        self.rules_are_plain.store(plain, Ordering::SeqCst);
    }

    /// Where the lease of an entry under this key comes from.
    #[must_use]
    pub fn lease_source(&self, key: KeyRef<'_>) -> LeaseSource {
        self.rules.load().lease_source(key.text())
    }

    /// The number of a tag's group, as [`Entry::groups`] gives it.
    #[must_use]
    pub fn tag_number(&self, tag: &str) -> u32 {
        self.groups.find(Kind::Tag, tag).id()
    }

    /// The number of a counter's group, as [`Entry::groups`] and [`Entry::counter`] give it.
    #[must_use]
    pub fn counter_number(&self, generation: &str) -> u32 {
        self.groups.find(Kind::Counter, generation).id()
    }

    /// Keys stored with a vector whose cosine similarity is at least `at_least`, nearest first.
    #[must_use]
    pub fn nearest(&self, to: &[f32], at_least: f32) -> Vec<(Key, f32)> {
        self.vectors.read().within(to, at_least)
    }

    /// How often counters were looked up whose values readers may go by for a while
    /// ([`Keying::ByGeneration`]), rather than such a value used again.
    #[must_use]
    pub fn counter_look_ups(&self) -> u64 {
        self.known_versions.lock().looked_up()
    }

    /// Entries held, hidden ones that no sweep has met included.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.store.len()
    }

    /// What the entries held take of the capacity: their weights, or where they are not weighed 1 each.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.store.weight()
    }

    /// Bytes held by the names of groups and by vectors, estimated.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        // A name of some 16 bytes with its length and counts, a slot, and a table entry for both.
        const BYTES_PER_NAME: usize = 112;
        self.groups.len() * BYTES_PER_NAME + self.vectors.read().bytes()
    }
}

#[cfg(test)]
mod tests;
