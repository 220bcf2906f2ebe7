//! What all clones of a cache share: the engine, the policy, the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::again::Again;
use super::at_hand::AtHand;
use super::clock::Time;
use super::gate::{Failure, Gate};
use super::listener::{Listener, RemovalCause};
use super::load::{Load, Said};
use super::near::Embedder;
use super::purges::Left;
use super::runtime::Runtime;
use super::stats::{Counters, Stats};
use super::write::Write;
use crate::engine::{
    Demand, Engine, Entry, Fill, Instant, KeyRef, Lease, LeaseSource, Nanos, Pace, Purge,
    PurgeMode, Replaced,
};
use crate::policy::{Change, Loaded, PolicySet};
use crate::trace::{Discard, Tracer};

/// What is kept under a key: a value, or for a while the error of the load that should have brought one.
#[derive(Clone, Debug)]
pub(super) enum Cached<V> {
    Value(V),
    // In a box of its own, so that values need not be larger for its sake.
    Failure(Box<Failure>),
}

impl<V: Clone> Cached<V> {
    pub(super) fn value(&self) -> Option<V> {
        match self {
            Cached::Value(value) => Some(value.clone()),
            Cached::Failure(_) => None,
        }
    }
}

pub(super) type SharedGate<V> = Arc<Gate<V>>;

/// The engine as this cache uses it.
pub(super) type CacheEngine<V> = Engine<Cached<V>, SharedGate<V>>;

/// What a value takes of the capacity.
pub(super) type Weigher<V> = Box<dyn Fn(&str, &V) -> u32 + Send + Sync>;

pub(super) struct Shared<V: Send + Sync> {
    pub(super) engine: Arc<CacheEngine<V>>,
    /// What threads keep at hand.
    pub(super) at_hand: AtHand<V>,
    /// None without a policy. No lock of theirs is held while anything is loaded.
    pub(super) policies: Option<PolicySet>,
    pub(super) time: Time,
    pub(super) counters: Counters,
    /// How long a reader waits for another's load before it takes a value within its rescue, and before
    /// it loads by itself.
    pub(super) soft_timeout: Option<Duration>,
    pub(super) load_timeout: Option<Duration>,
    /// How long an error is kept whose loader does not say.
    pub(super) negative_ttl: Option<Nanos>,
    pub(super) weigher: Option<Weigher<V>>,
    pub(super) listener: Option<Listener<V>>,
    pub(super) embedder: Option<Box<dyn Embedder>>,
    /// What carries out refreshes beside their readers, and tells tasks the time.
    pub(super) runtime: Option<Arc<dyn Runtime>>,
    pub(super) name: Option<String>,
    pub(super) tracer: Tracer,
    /// Announcements so far.
    position: AtomicU64,
    /// Purges that are due later, by `keys-again`.
    pub(super) again: Again,
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    pub(super) fn new(
        engine: Arc<CacheEngine<V>>,
        at_hand: AtHand<V>,
        policies: Option<PolicySet>,
        time: Time,
    ) -> Shared<V> {
        Shared {
            engine,
            at_hand,
            policies,
            time,
            counters: Counters::default(),
            soft_timeout: None,
            load_timeout: None,
            negative_ttl: None,
            weigher: None,
            listener: None,
            embedder: None,
            runtime: None,
            name: None,
            tracer: Tracer::default(),
            position: AtomicU64::new(0),
            again: Again::default(),
        }
    }

    pub(super) fn announce(&self, writes: impl IntoIterator<Item = Write<V>>) {
        let Some(policies) = &self.policies else {
            return;
        };
        let now = self.time.now();
        let mut values = Vec::new();
        let mut announced = Vec::new();
        for mut write in writes {
            // Of two values of a key the later counts; one that was deleted since has none.
            values.push((Arc::clone(write.key()), write.value.take()));
            announced.push(write);
        }
        if announced.is_empty() {
            return;
        }
        // One change at a time, until its purges are carried out, so that two announcements of one key
        // cannot overtake each other.
        let turn = policies.begin_change();
        if !turn.is_heard("writes") {
            return;
        }
        let count = announced.len() as u64;
        let first = self.position.fetch_add(count, Ordering::AcqRel);
        let changes: Vec<Change> = announced
            .into_iter()
            .zip(first..)
            .map(|(write, position)| write.into_change(position, now))
            .collect();
        let purges = turn.react(&changes, now);
        let mut left = Left::default();
        for purge in purges {
            match purge {
                Purge::Keys {
                    keys,
                    mode: PurgeMode::Replace,
                } => {
                    for replaced in keys {
                        let mut latest = values.iter().rev();
                        let latest = latest.find(|(key, _)| **key == *replaced);
                        // A copy: a key may be named as often as it was written.
                        let value = latest.and_then(|(_, value)| value.clone());
                        self.replace(policies, &replaced, value, now, &mut left);
                    }
                }
                other => left.purged(self.carry_out(&other, &Demand::NONE)),
            }
        }
        drop(turn);
        self.tell_of(left, now);
    }

    /// A fresh entry takes the value that a write carries; anything else goes.
    fn replace(
        &self,
        policies: &PolicySet,
        key: &str,
        value: Option<V>,
        now: Instant,
        left: &mut Left<V>,
    ) {
        let engine = &self.engine;
        let engine_key = engine.key(key);
        // The policy need not be asked where there is nothing to replace. Whether there still is when
        // it has answered is for the engine to see.
        let resident = engine.peek_fresh(engine_key, now);
        let (Some(value), Some(resident)) = (value, resident) else {
            left.purged(self.carry_out_on_key(engine_key, PurgeMode::Drop, &Demand::NONE));
            return;
        };
        let value = Cached::Value(value);
        let mut said = Said::default();
        let fill = Fill {
            size: resident.size(),
            ..self.fill(engine_key, &value, &mut said, now)
        };
        let loaded = Loaded {
            key,
            now,
            size: fill.size,
            load_time: 0,
            depends_on: &[],
        };
        let source = engine.lease_source(engine_key);
        let lease = policies.lease(&source, &loaded);
        match engine.replace(engine_key, value, &lease, &fill, &mut fastrand::f64) {
            Replaced::Stored(stored) => left.stored(stored),
            Replaced::Dropped(purged) => left.purged(purged),
            Replaced::Behind => {}
        }
    }

    /// The lease of a value that is about to be stored.
    pub(super) fn lease(
        &self,
        source: &LeaseSource,
        key: KeyRef<'_>,
        fill: &Fill,
        said: &Said,
    ) -> Lease {
        let mut lease = match (&self.policies, source) {
            // A rule's lease is no secret of the policy.
            (None, LeaseSource::Rule(lease)) => Lease::clone(lease),
            (None, _) => Lease::default(),
            (Some(policies), source) => {
                let depends_on: Vec<&str> = said.depends_on.iter().map(|tag| &**tag).collect();
                let loaded = Loaded {
                    key: key.text(),
                    now: fill.now,
                    size: fill.size,
                    load_time: fill.load_time,
                    depends_on: &depends_on,
                };
                policies.lease(source, &loaded)
            }
        };
        let owned = |tag: &Arc<str>| tag.as_ref().to_owned();
        lease.tags.extend(said.tags.iter().map(owned));
        if self.policies.is_none() {
            // Without a policy what the loader names is what `invalidate_tag` takes, and how long a value
            // is of use past its end is for the loader to say.
            lease.tags.extend(said.depends_on.iter().map(owned));
            lease.grace = said.grace.unwrap_or(lease.grace);
            lease.rescue = said.rescue.unwrap_or(lease.rescue);
        }
        // The strictest counts.
        if let Some(ttl) = said.ttl {
            lease.ttl = Some(lease.ttl.map_or(ttl, |other| other.min(ttl)));
        }
        lease.grace = said
            .grace
            .map_or(lease.grace, |grace| grace.min(lease.grace));
        lease.rescue = said
            .rescue
            .map_or(lease.rescue, |rescue| rescue.min(lease.rescue));
        lease
    }

    /// Stores a value that no load brought. Nothing if it may not be stored.
    pub(super) fn store(
        &self,
        key: KeyRef<'_>,
        value: V,
        load: &Load,
    ) -> Option<Arc<Entry<Cached<V>>>> {
        let engine = &self.engine;
        let now = self.time.now();
        let value = Cached::Value(value);
        let mut said = load.take();
        let fill = self.fill(key, &value, &mut said, now);
        if said.is_unsearchable {
            self.discard(key, None, Discard::Unsearchable);
        }
        if fill.skip {
            // What is there, or is on its way, is superseded all the same.
            let purged = self.carry_out_on_key(key, PurgeMode::Drop, &Demand::NONE);
            self.tell_of_purged(&purged);
            return None;
        }
        let source = engine.lease_source(key);
        let lease = self.lease(&source, key, &fill, &said);
        let stored = engine.insert(key, value, &lease, &fill, &mut fastrand::f64);
        self.tell_of_stored(&stored, now);
        self.after_store(now);
        stored.is_stored().then_some(stored.entry)
    }

    pub(super) fn stats(&self) -> Stats {
        let mut stats = self.counters.read();
        if let Some(policies) = &self.policies {
            let calls = policies.calls();
            (stats.policy_calls, stats.policy_traps) = (calls.calls, calls.traps);
        }
        stats
    }

    /// Throws away what nothing can serve any more, and purges again what is due.
    pub(super) fn sweep(&self, pace: Pace) {
        let now = self.time.now();
        self.purge_again(now);
        let gone = self.engine.sweep(now, pace);
        self.tell(&gone, RemovalCause::Expired, now);
    }

    /// What goes along with each store.
    pub(super) fn after_store(&self, now: Instant) {
        self.purge_again(now);
        let gone = self.engine.sweep(now, Pace::BESIDE_A_LOAD);
        self.tell(&gone, RemovalCause::Expired, now);
    }
}
