//! A cache for threads that may block.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::builder::Builder;
use super::clock::Clock;
use super::gate::Gate;
use super::load::Load;
use super::stats::{Counters, Stats, count};
use super::write::Write;
use crate::engine::{Engine, Fill, Instant, Options, Purge, PurgeMode, Purged, Read, Reader};
use crate::policy::{Guard, Loaded};

pub(super) type SharedGate<V> = Arc<Gate<V>>;

/// A cache for threads that may block. Clones share the same entries.
///
/// # Guarantees
///
/// * A read that begins after an `invalidate…` or [`announce`](Cache::announce) returned never gets
///   a value whose load began before it was called and that it names.
/// * Any number of readers of one key share one load; so do those who come when an entry ends that is
///   being refreshed. When a loader panics, the panic goes to its
///   caller and one of the others loads instead.
/// * No invalidation waits for a loader.
///
/// A loader may read other keys of the cache, but not its own: it would wait for itself.
///
/// # Examples
///
/// ```
/// use shelflife::sync::Cache;
///
/// let cache = Cache::<String>::builder().max_capacity(10_000).build()?;
/// let greeting = cache.get_with("greeting:en", |load| {
///     load.depends_on("translations");
///     "hello".to_owned()
/// });
/// assert_eq!(greeting, "hello");
/// cache.invalidate("greeting:en");
/// assert_eq!(cache.get("greeting:en"), None);
/// # Ok::<(), shelflife::BuildError>(())
/// ```
pub struct Cache<V> {
    pub(super) shared: Arc<Shared<V>>,
}

pub(super) struct Shared<V> {
    pub(super) engine: Arc<Engine<V, SharedGate<V>>>,
    /// None without a policy. Held while the policy is called; never while anything is loaded.
    pub(super) guard: Option<Mutex<Guard>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) counters: Counters,
    /// Announcements so far.
    position: AtomicU64,
    /// Purges that are due later, by `keys-again`.
    again: Mutex<Vec<(Instant, Purge)>>,
    /// When the first of them is due, so that a read need not take the lock to know.
    again_at: AtomicU64,
}

/// Loads that a reader joins in vain before it loads by itself.
const PATIENCE: u32 = 3;

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Sets up a cache.
    pub fn builder() -> Builder<V> {
        Builder::new()
    }

    pub(super) fn engine(options: &Options) -> Engine<V, SharedGate<V>> {
        Engine::new(options)
    }

    pub(super) fn new(
        engine: Arc<Engine<V, SharedGate<V>>>,
        guard: Option<Guard>,
        clock: Arc<dyn Clock>,
    ) -> Cache<V> {
        let shared = Shared {
            engine,
            guard: guard.map(Mutex::new),
            clock,
            counters: Counters::default(),
            position: AtomicU64::new(0),
            again: Mutex::default(),
            again_at: AtomicU64::new(Instant::MAX),
        };
        Cache {
            shared: Arc::new(shared),
        }
    }

    /// The value under a key, if there is one that may be served. Loads nothing.
    pub fn get(&self, key: &str) -> Option<V> {
        let Shared {
            engine,
            clock,
            counters,
            ..
        } = &*self.shared;
        let now = clock.now();
        self.purge_again(now);
        let entry = engine.peek_fresh(&engine.key(key), now)?;
        count(&counters.hits);
        Some(entry.value().clone())
    }

    /// The value under a key, loaded if need be.
    ///
    /// A reader that finds an entry which its lease wants refreshed loads it anew itself; everybody
    /// else is served what is there.
    pub fn get_with(&self, key: &str, loader: impl FnOnce(&mut Load) -> V) -> V {
        let Shared {
            engine,
            clock,
            counters,
            ..
        } = &*self.shared;
        let key = engine.key(key);
        for attempt in 0.. {
            let mut draw = fastrand::f64;
            // A key that is invalidated faster than it loads must not keep anybody waiting for ever.
            let coalesce = attempt < PATIENCE;
            let now = clock.now();
            self.purge_again(now);
            let mut reader = Reader {
                now,
                vector: None,
                coalesce,
                draw: &mut draw,
            };
            match engine.read(&key, &mut reader) {
                Read::Hit {
                    refresh: Some((ticket, gate)),
                    ..
                } => {
                    count(&counters.hits);
                    return self.load(&key, ticket, gate, loader);
                }
                Read::Hit { entry, .. } => {
                    count(&counters.hits);
                    return entry.value().clone();
                }
                Read::Join {
                    waiters, joined, ..
                } => {
                    count(&counters.coalesced);
                    if let Some(entry) = waiters.wait()
                        && engine.may_serve(&key, &entry, joined, clock.now())
                    {
                        return entry.value().clone();
                    }
                }
                Read::Load(ticket, gate) => {
                    count(&counters.misses);
                    return self.load(&key, ticket, gate, loader);
                }
            }
        }
        unreachable!("a reader loads by itself before it has tried for ever")
    }

    /// Stores a value. It supersedes every load of its key that is in flight.
    pub fn insert(&self, key: &str, value: V) {
        self.store(key, value, &Load::default());
    }

    /// Takes the value under a key away: it is never served again.
    pub fn invalidate(&self, key: &str) {
        self.purge(&Purge::Keys {
            keys: vec![key.to_owned()],
            mode: PurgeMode::Drop,
        });
    }

    /// Takes away every value whose lease names `tag`: without a policy whatever the loader said that
    /// the value is made from, with one what the policy made of it. O(1), however many there are.
    pub fn invalidate_tag(&self, tag: &str) {
        self.purge(&Purge::Tags {
            tags: vec![tag.to_owned()],
            mode: PurgeMode::Drop,
        });
    }

    /// Takes away every value whose key begins so.
    pub fn invalidate_prefix(&self, prefix: &str) {
        self.purge(&Purge::Prefix {
            prefix: prefix.to_owned(),
            mode: PurgeMode::Drop,
        });
    }

    /// Takes everything away.
    pub fn invalidate_all(&self) {
        self.purge(&Purge::Everything {
            mode: PurgeMode::Drop,
        });
    }

    /// Tells the policy of a write, *after* it was committed. What the policy makes of it has taken
    /// effect when this returns. Without a policy, or with one that does not listen to writes,
    /// nothing happens.
    pub fn announce(&self, mut write: Write<V>) {
        let Shared {
            guard,
            clock,
            position,
            ..
        } = &*self.shared;
        let Some(guard) = guard else { return };
        let now = clock.now();
        let key = write.key().to_owned();
        let mut value = write.value.take();
        // The guard stays locked until the purges are carried out, so that two announcements of one
        // key cannot overtake each other.
        let mut guard = guard.lock();
        if !guard.listens_to("writes") {
            return;
        }
        let position = position.fetch_add(1, Ordering::AcqRel);
        let purges = guard.react(&[write.into_change(position, now)], now).purges;
        for purge in purges {
            match purge {
                Purge::Keys {
                    keys,
                    mode: PurgeMode::Replace,
                } => {
                    for replaced in keys {
                        let value = if replaced == key { value.take() } else { None };
                        self.replace(&mut guard, &replaced, value, now);
                    }
                }
                other => self.purge(&other),
            }
        }
    }

    /// Throws away what no lease keeps, and purges again what is due. A cache that is read does a
    /// little of it by itself.
    pub fn run_pending_tasks(&self) {
        let now = self.shared.clock.now();
        self.purge_again(now);
        while self.shared.engine.sweep(now, 1_024).0 > 0 {}
    }

    /// Entries held, those included that will not be served any more.
    pub fn entry_count(&self) -> u64 {
        self.shared.engine.entry_count() as u64
    }

    /// What the cache has done so far.
    pub fn stats(&self) -> Stats {
        let mut stats = self.shared.counters.read();
        if let Some(guard) = &self.shared.guard {
            let calls = guard.lock().calls();
            (stats.policy_calls, stats.policy_traps) = (calls.calls, calls.traps);
        }
        stats
    }

    fn store(&self, key: &str, value: V, load: &Load) {
        let Shared { engine, clock, .. } = &*self.shared;
        let key = engine.key(key);
        let fill = Fill {
            now: clock.now(),
            ..Fill::default()
        };
        let source = engine.lease_source(&key);
        let lease = self.lease(&source, key.text(), &fill, load);
        engine.insert(&key, value, &lease, &fill, &mut fastrand::f64);
    }

    /// A fresh entry takes the value that a write carries; anything else goes.
    fn replace(&self, guard: &mut Guard, key: &str, value: Option<V>, now: Instant) {
        let Shared { engine, .. } = &*self.shared;
        let engine_key = engine.key(key);
        // The policy need not be asked where there is nothing to replace. Whether there still is when
        // it has answered is for the engine to see.
        let resident = engine.peek_fresh(&engine_key, now);
        let (Some(value), Some(resident)) = (value, resident) else {
            engine.purge_key(&engine_key, PurgeMode::Drop, now, &mut Purged::default());
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
        let source = engine.lease_source(&engine_key);
        let lease = guard.lease(&source, &loaded);
        engine.replace(&engine_key, value, &lease, &fill, &mut fastrand::f64);
    }

    fn purge(&self, purge: &Purge) {
        let Shared {
            engine,
            clock,
            counters,
            again,
            again_at,
            ..
        } = &*self.shared;
        count(&counters.invalidations);
        let now = clock.now();
        match purge {
            Purge::KeysAgain { keys, mode, after } => {
                let later = Purge::Keys {
                    keys: keys.clone(),
                    mode: *mode,
                };
                let due = now.saturating_add(*after);
                let mut again = again.lock();
                again.push((due, later));
                again_at.fetch_min(due, Ordering::AcqRel);
            }
            other => drop(engine.purge(other, now)),
        }
    }

    /// Carries out what is due by now. Every read looks, since a cache that only hits must purge too.
    pub(super) fn purge_again(&self, now: Instant) {
        let Shared {
            again, again_at, ..
        } = &*self.shared;
        if now < again_at.load(Ordering::Acquire) {
            return;
        }
        let due: Vec<Purge> = {
            let mut again = again.lock();
            let due = again
                .extract_if(.., |(at, _)| *at <= now)
                .map(|(_, purge)| purge)
                .collect();
            let next = again.iter().map(|(at, _)| *at).min();
            again_at.store(next.unwrap_or(Instant::MAX), Ordering::Release);
            due
        };
        for purge in due {
            self.purge(&purge);
        }
    }
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Cache<V> {
        Cache {
            shared: Arc::clone(&self.shared),
        }
    }
}
