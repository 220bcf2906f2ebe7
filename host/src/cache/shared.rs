//! What all clones of a cache share: the engine, the policy, the clock; and how purges reach the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::at_hand::AtHand;
use super::clock::Time;
use super::gate::{Failure, Gate};
use super::load::Load;
use super::stats::{Count, Counters};
use super::write::Write;
use crate::engine::{
    Demand, Engine, Fill, Instant, KeyRef, Lease, LeaseSource, Pace, Purge, PurgeMode, Purged,
};
use crate::policy::{Loaded, PolicySet};

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
    /// Announcements so far.
    position: AtomicU64,
    /// Purges that are due later, by `keys-again`.
    again: Mutex<Vec<(Instant, Purge)>>,
    /// When the first of them is due, so that a read need not take the lock to know.
    again_at: AtomicU64,
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
            position: AtomicU64::new(0),
            again: Mutex::default(),
            again_at: AtomicU64::new(Instant::MAX),
        }
    }

    pub(super) fn announce(&self, mut write: Write<V>) {
        let Some(policies) = &self.policies else {
            return;
        };
        let now = self.time.now();
        let key = write.key().to_owned();
        let mut value = write.value.take();
        // One change at a time, until its purges are carried out, so that two announcements of one key
        // cannot overtake each other.
        let turn = policies.begin_change();
        if !turn.is_heard("writes") {
            return;
        }
        let position = self.position.fetch_add(1, Ordering::AcqRel);
        let purges = turn.react(&[write.into_change(position, now)], now);
        for purge in purges {
            match purge {
                Purge::Keys {
                    keys,
                    mode: PurgeMode::Replace,
                } => {
                    for replaced in keys {
                        let value = if replaced == key { value.take() } else { None };
                        self.replace(policies, &replaced, value, now);
                    }
                }
                other => self.purge(&other, &Demand::NONE),
            }
        }
    }

    /// A fresh entry takes the value that a write carries; anything else goes.
    fn replace(&self, policies: &PolicySet, key: &str, value: Option<V>, now: Instant) {
        let engine = &self.engine;
        let engine_key = engine.key(key);
        // The policy need not be asked where there is nothing to replace. Whether there still is when
        // it has answered is for the engine to see.
        let resident = engine.peek_fresh(engine_key, now);
        let (Some(value), Some(resident)) = (value, resident) else {
            self.purge_key(key, PurgeMode::Drop, &Demand::NONE);
            return;
        };
        let fill = Fill {
            now,
            size: resident.size(),
            ..Fill::default()
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
        let value = Cached::Value(value);
        engine.replace(engine_key, value, &lease, &fill, &mut fastrand::f64);
    }

    /// The lease of a value that is about to be stored.
    pub(super) fn lease(
        &self,
        source: &LeaseSource,
        key: KeyRef<'_>,
        fill: &Fill,
        load: &Load,
    ) -> Lease {
        let mut lease = match (&self.policies, source) {
            // A rule's lease is no secret of the policy.
            (None, LeaseSource::Rule(lease)) => Lease::clone(lease),
            (None, _) => Lease::default(),
            (Some(policies), source) => {
                let loaded = Loaded {
                    key: key.text(),
                    now: fill.now,
                    size: fill.size,
                    load_time: fill.load_time,
                    depends_on: &load.depends_on,
                };
                policies.lease(source, &loaded)
            }
        };
        if self.policies.is_none() {
            // Without a policy what the loader names is what `invalidate_tag` takes.
            lease
                .tags
                .extend(load.depends_on.iter().map(|tag| tag.as_ref().to_owned()));
        }
        // The strictest counts.
        if let Some(ttl) = load.ttl {
            lease.ttl = Some(lease.ttl.map_or(ttl, |other| other.min(ttl)));
        }
        lease
    }

    /// When a purge takes effect. By the clock that hits are judged by: on a finer one, what it expires
    /// would be fresh until the coarse clock has caught up.
    fn time_of_purge(&self) -> Instant {
        self.time.coarse()
    }

    pub(super) fn purge_key(&self, key: &str, mode: PurgeMode, demand: &Demand) {
        self.counters.add(Count::Invalidation);
        let key = self.engine.key(key);
        let now = self.time_of_purge();
        let mut purged = Purged::default();
        self.engine.purge_key(key, mode, demand, now, &mut purged);
    }

    pub(super) fn purge_tag(&self, tag: &str, mode: PurgeMode, demand: &Demand) {
        self.counters.add(Count::Invalidation);
        // A soft invalidation takes effect at a time, and a demand is held until one.
        let now = match (mode, demand.mark) {
            (PurgeMode::Drop, None) => 0,
            _ => self.time_of_purge(),
        };
        self.engine
            .purge_tags(std::iter::once(tag), mode, demand, now);
    }

    pub(super) fn purge(&self, purge: &Purge, demand: &Demand) {
        self.counters.add(Count::Invalidation);
        let now = self.time_of_purge();
        match purge {
            Purge::KeysAgain { keys, mode, after } => {
                let later = Purge::Keys {
                    keys: keys.clone(),
                    mode: *mode,
                };
                let due = now.saturating_add(*after);
                let mut again = self.again.lock();
                again.push((due, later));
                self.again_at.fetch_min(due, Ordering::AcqRel);
            }
            other => drop(self.engine.purge_demanding(other, demand, now)),
        }
    }

    /// Carries out what is due by now. Every read looks, since a cache that only hits must purge too.
    pub(super) fn purge_again(&self, now: Instant) {
        if now >= self.again_at.load(Ordering::Acquire) {
            self.purge_what_is_due(now);
        }
    }

    #[cold]
    fn purge_what_is_due(&self, now: Instant) {
        let due: Vec<Purge> = {
            let mut again = self.again.lock();
            let due = again
                .extract_if(.., |(at, _)| *at <= now)
                .map(|(_, purge)| purge)
                .collect();
            let next = again.iter().map(|(at, _)| *at).min();
            self.again_at
                .store(next.unwrap_or(Instant::MAX), Ordering::Release);
            due
        };
        for purge in due {
            self.purge(&purge, &Demand::NONE);
        }
    }

    /// What goes along with each store.
    pub(super) fn after_store(&self, now: Instant) {
        self.purge_again(now);
        self.engine.sweep(now, Pace::BESIDE_A_LOAD);
    }
}
