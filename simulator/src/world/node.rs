//! One cache of the fleet, and what is known of the entries it holds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxBuildHasher;
use shelflife::engine::{Engine, Entry, FlightId, Key, Lease, Options, Plan};
use shelflife::policy::{self, Guard, Limits, Surroundings};

use super::at_hand::AtHand;
use super::changes::FEEDS;
use super::counters::Counters;
use super::shared::Warm;
use super::strategy::{Strategy, factory};
use super::truth::{FirstMissing, State};
use crate::measure::Recorder;
use crate::random::{Purpose, stream};
use crate::scenario::{Scenario, Start, TagPurge};

/// What a cache holds instead of a value: which state of the origin it is of.
#[derive(Debug)]
pub struct Held {
    pub key: u32,
    pub state: State,
    /// Loaded ahead of need, in the background.
    pub refreshed: bool,
    /// Served since it was stored.
    pub read: AtomicBool,
    /// Gave a stale answer that counts.
    pub went_stale: AtomicBool,
    /// Out of reach, but within its lease.
    orphaned: AtomicBool,
    /// Which write it lacks first.
    pub first: FirstMissing,
}

impl Held {
    pub fn new(key: u32, state: State, refreshed: bool) -> Held {
        Held {
            key,
            state,
            refreshed,
            read: AtomicBool::new(false),
            went_stale: AtomicBool::new(false),
            orphaned: AtomicBool::new(false),
            first: FirstMissing::default(),
        }
    }
}

/// An entry of a simulated cache.
pub type HeldEntry = Arc<Entry<Held>>;

/// A policy for a cache. `entity` decides its random numbers.
fn guard(
    strategy: &Strategy,
    engine: &Arc<Engine<Held>>,
    seed: u64,
    replication: u32,
    entity: u32,
) -> Result<Option<Guard>, policy::Error> {
    let Strategy::Policy { maker, config, .. } = strategy else {
        return Ok(None);
    };
    let index = Arc::clone(engine);
    let mut instances = 0;
    let surroundings = move || {
        // Another instance of a policy draws other numbers than the one before it.
        instances += 1;
        let mut rng = stream(
            seed,
            replication,
            Purpose::Policy,
            entity + (instances << 20),
        );
        Surroundings {
            random: Box::new(move || rng.random()),
            index: Some(index.clone()),
            entries: Some(index.clone()),
            ..Surroundings::default()
        }
    };
    let factory = factory(maker, surroundings);
    Guard::configure(factory, config, &FEEDS, Limits::deterministic()).map(Some)
}

/// One cache of the fleet.
pub struct Node {
    pub engine: Arc<Engine<Held>>,
    /// None for the baselines.
    pub guard: Option<Guard>,
    /// Which load each flight is, of each process, for those who join.
    pub flights: HashMap<(FlightId, u32), usize, FxBuildHasher>,
    /// The last load of each key in flight, where any may be joined.
    pub loading: HashMap<u32, usize, FxBuildHasher>,
    pub at_hand: AtHand,
    /// Nobody is answered before.
    pub busy_until: u64,
    /// Versions, where they can get lost.
    pub counters: Option<Counters>,
    /// Which keys have been stored, where the first time counts.
    pub warm: Option<Warm>,
    /// Look-ups of counters that have been told of.
    pub looked_up: u64,
    /// Reads that found no value, by key, since the first of them began a load: with its time.
    pub herds: HashMap<u32, (u64, u64), FxBuildHasher>,
    /// Whether keys are listed under the tag that is their own text. Where no list is gone through, it is enough
    /// to look at the key.
    lists_keys: bool,
    /// Keys stored with each group, by the group's number. May name a key twice, and keys that no
    /// longer carry the group.
    members: HashMap<u32, Vec<u32>, FxBuildHasher>,
    /// When the lease of what was orphaned ends, by the number of the orphaning.
    orphans: BinaryHeap<Reverse<(u64, u64)>>,
    orphaned: HashMap<u64, HeldEntry, FxBuildHasher>,
    orphanings: u64,
    pub orphan_count: u64,
    pub bytes: u64,
    draws: ChaCha8Rng,
    restarts: u32,
}

impl Node {
    pub fn new(
        strategy: &Strategy,
        scenario: &Scenario,
        replication: u32,
        number: u32,
    ) -> Result<Node, policy::Error> {
        let (seed, cache) = (scenario.seed, &scenario.cache);
        let mut options = Options::default();
        options.capacity = cache.capacity;
        options.hash_seed = seed;
        options.account = true;
        let engine = Arc::new(Engine::new(&options));
        let guard = guard(strategy, &engine, seed, replication, number)?;
        let every_key = Plan::every_key(Lease::default());
        let plan = guard.as_ref().map_or(&every_key, |guard| guard.plan());
        let life = &cache.counter_life;
        let counters = match Counters::take_from(plan, life, seed, replication, number) {
            None => {
                engine.install(plan);
                None
            }
            Some((counters, plan)) => {
                engine.install(&plan);
                Some(counters)
            }
        };
        Ok(Node {
            engine,
            guard,
            flights: HashMap::default(),
            loading: HashMap::default(),
            at_hand: AtHand::default(),
            busy_until: 0,
            counters,
            warm: (cache.start == Start::Warm).then(Warm::default),
            looked_up: 0,
            herds: HashMap::default(),
            lists_keys: cache.tag_purge != TagPurge::Generation,
            members: HashMap::default(),
            orphans: BinaryHeap::new(),
            orphaned: HashMap::default(),
            orphanings: 0,
            orphan_count: 0,
            bytes: 0,
            draws: stream(seed, replication, Purpose::Lease, number),
            restarts: 0,
        })
    }

    /// Starts again, empty, with a new instance of the policy; gives what became of the old one.
    pub fn restart(
        &mut self,
        strategy: &Strategy,
        seed: u64,
        replication: u32,
        number: u32,
    ) -> Option<Guard> {
        self.restarts += 1;
        // What was in flight comes back to a process that no longer is.
        self.herds.clear();
        self.members.clear();
        self.loading.clear();
        self.busy_until = 0;
        let entity = number + (self.restarts << 10);
        // The same settings were accepted before.
        let fresh = guard(strategy, &self.engine, seed, replication, entity)
            .ok()
            .flatten()?;
        self.guard.replace(fresh)
    }

    /// The engine and a source of numbers from [0, 1), side by side.
    pub fn engine_and_draws(&mut self) -> (&Engine<Held>, impl FnMut() -> f64 + '_) {
        let Node { engine, draws, .. } = self;
        (engine, || draws.random())
    }

    /// An entry was stored in this cache.
    pub fn stored(&mut self, entry: &HeldEntry) {
        self.at_hand.put(entry);
        self.bytes += entry.size();
        let own = match self.lists_keys {
            true => None,
            false => entry.own_tag(),
        };
        let groups = entry.groups().chain(entry.counter());
        for group in groups.filter(|group| Some(*group) != own) {
            let members = self.members.entry(group).or_default();
            members.push(entry.value().key);
            if members.len() >= 64 && members.len().is_power_of_two() {
                members.sort_unstable();
                members.dedup();
            }
        }
    }

    /// An entry is gone from memory.
    pub fn left(&mut self, entry: &HeldEntry, recorder: &mut Recorder) {
        self.at_hand.forget(entry);
        self.bytes = self.bytes.saturating_sub(entry.size());
        let held = entry.value();
        if held.refreshed && !held.read.load(Ordering::Relaxed) {
            recorder.wasted_refresh(entry.stored());
        }
        if held.orphaned.swap(false, Ordering::Relaxed) {
            self.orphan_count -= 1;
        }
    }

    /// The fresh entries that carry a group of this name, each once; the list starts anew.
    pub fn take_members(
        &mut self,
        group: u32,
        name: &str,
        keys: &[Key],
        now: u64,
    ) -> Vec<HeldEntry> {
        let carries = |entry: &HeldEntry| {
            let mut groups = entry.groups().chain(entry.counter());
            groups.any(|other| other == group)
        };
        let mut members = self.members.remove(&group).unwrap_or_default();
        members.sort_unstable();
        members.dedup();
        let fresh = members.into_iter().filter_map(|key| {
            let entry = self.engine.peek_fresh(keys[key as usize].as_ref(), now)?;
            carries(&entry).then_some(entry)
        });
        let mut fresh: Vec<_> = fresh.collect();
        if !self.lists_keys
            && let Some(own) = self.engine.peek_fresh(self.engine.key(name), now)
            && own.own_tag() == Some(group)
        {
            fresh.push(own);
        }
        fresh
    }

    /// What an entry of a key is kept under now, where that is not the key itself.
    pub fn spelled(&self, key: &str, now: u64) -> Option<Key> {
        let spelled = self.counters.as_ref()?.spell(key, now)?;
        Some(self.engine.key(&spelled).to_key())
    }

    /// The keys that were stored with a group since its list was last deleted, each once.
    pub fn listed(&self, group: u32) -> Vec<u32> {
        let mut keys = self.members.get(&group).cloned().unwrap_or_default();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Deletes the list of a group.
    pub fn unlist(&mut self, group: u32) {
        self.members.remove(&group);
    }

    /// A purge has put entries out of reach that stay in memory.
    pub fn orphan(&mut self, entries: Vec<HeldEntry>) {
        for entry in entries {
            if !entry.value().orphaned.swap(true, Ordering::Relaxed) {
                self.orphan_count += 1;
                self.orphanings += 1;
                self.orphans
                    .push(Reverse((entry.fresh_until(), self.orphanings)));
                self.orphaned.insert(self.orphanings, entry);
            }
        }
    }

    /// Counts the entries within their lease that no read can reach any more.
    pub fn orphans(&mut self, now: u64) -> u64 {
        while let Some(&Reverse((ends, number))) = self.orphans.peek() {
            if ends > now {
                break;
            }
            self.orphans.pop();
            if let Some(entry) = self.orphaned.remove(&number)
                && entry.value().orphaned.swap(false, Ordering::Relaxed)
            {
                self.orphan_count -= 1;
            }
        }
        self.orphan_count
    }
}
