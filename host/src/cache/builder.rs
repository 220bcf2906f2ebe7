//! How a cache is set up.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::at_hand::AtHand;
use super::clock::{Clock, SystemClock, Time};
use super::load::nanos;
use super::shared::{CacheEngine, Shared};
use super::sync::Cache;
use crate::engine::{Engine, Lease, Options, Plan};
use crate::policy::{self, Factory, Guard, Level, Limits, Log, Runtime, Surroundings};

/// How a cache of values `V` is set up. Made by [`Cache::builder`].
#[must_use]
pub struct Builder<V> {
    max_capacity: u64,
    copies_per_thread: usize,
    time_to_live: Option<Duration>,
    soft_timeout: Option<Duration>,
    load_timeout: Option<Duration>,
    hold_off: Option<Duration>,
    policy: Option<(String, Vec<u8>)>,
    config: String,
    limits: Limits,
    log: Log,
    time: Time,
    values: PhantomData<fn() -> V>,
}

/// Why a cache cannot be built.
#[derive(Clone, Debug)]
pub struct BuildError(policy::Error);

impl BuildError {
    /// What the policy, or the host about it, had to say.
    #[must_use]
    pub fn policy_error(&self) -> &policy::Error {
        &self.0
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the cache cannot be built: {}", self.0)
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The one feed that a cache has by itself.
const FEEDS: [&str; 1] = ["writes"];

impl<V: Clone + Send + Sync + 'static> Builder<V> {
    pub(super) fn new() -> Builder<V> {
        Builder {
            max_capacity: 0,
            copies_per_thread: 0,
            time_to_live: None,
            soft_timeout: None,
            load_timeout: None,
            hold_off: None,
            policy: None,
            config: "{}".to_owned(),
            limits: Limits::default(),
            log: Box::new(|_, _| {}),
            time: Time::System(SystemClock::default()),
            values: PhantomData,
        }
    }

    /// Entries held at most. Unbounded where this is not called.
    pub fn max_capacity(mut self, entries: u64) -> Builder<V> {
        self.max_capacity = entries;
        self
    }

    /// How many entries each thread keeps at hand, beside the store. Hits on them touch nothing that threads
    /// share, so that threads do not slow each other down; what is at hand is served only as long as the
    /// store would serve it. Default: none.
    ///
    /// Pays where several threads read what fits into the tables most of the time, and only there: a read
    /// of anything else looks in vain first. An entry that is gone in the store may stay in memory as long
    /// as it has its place in a table; values that are known to be larger than 4 KiB have none. A place
    /// takes 16 bytes.
    #[doc(alias = "thread_local")]
    pub fn copies_per_thread(mut self, entries: usize) -> Builder<V> {
        self.copies_per_thread = entries;
        self
    }

    /// How long an entry is fresh where no policy is set. For ever where this is not called.
    pub fn time_to_live(mut self, ttl: Duration) -> Builder<V> {
        self.time_to_live = Some(ttl);
        self
    }

    /// How long a reader waits for another reader's load before it takes a value that is past its end, if
    /// there is one within the rescue of its lease. For ever where this is not called.
    pub fn soft_timeout(mut self, timeout: Duration) -> Builder<V> {
        self.soft_timeout = Some(timeout);
        self
    }

    /// How long a load may take before it holds nobody up any more: those who wait, and those who come,
    /// begin another, and what the first brings is not stored. For ever where this is not called.
    pub fn load_timeout(mut self, timeout: Duration) -> Builder<V> {
        self.load_timeout = Some(timeout);
        self
    }

    /// How long the cache remembers the versions and marks of
    /// [`invalidate_at`](Cache::invalidate_at), [`insert_at`](Cache::insert_at) and
    /// [`invalidate_marked`](Cache::invalidate_marked): longer than any replica lags. Default: a minute.
    pub fn hold_off(mut self, time: Duration) -> Builder<V> {
        self.hold_off = Some(time);
        self
    }

    /// The policy: the bytes of a component, and what errors call it.
    pub fn policy(mut self, name: &str, component: &[u8]) -> Builder<V> {
        self.policy = Some((name.to_owned(), component.to_vec()));
        self
    }

    /// The policy's settings, as JSON text. Default `{}`.
    pub fn policy_config(mut self, json: impl Into<String>) -> Builder<V> {
        self.config = json.into();
        self
    }

    /// What one call of the policy may use.
    pub fn policy_limits(mut self, limits: Limits) -> Builder<V> {
        self.limits = limits;
        self
    }

    /// Where the lines go that the policy logs; nowhere where this is not called. As many lines a call
    /// of the policy, and as long, as [`policy_limits`](Builder::policy_limits) allow.
    ///
    /// It is called while the policy is, so that it must not call the cache.
    pub fn policy_log(mut self, log: impl FnMut(Level, &str) + Send + 'static) -> Builder<V> {
        self.log = Box::new(log);
        self
    }

    /// Where the time comes from. Default: the machine's monotonic clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Builder<V> {
        self.time = Time::Other(Arc::new(clock));
        self
    }

    /// Builds the cache: compiles the policy and configures it.
    ///
    /// # Errors
    ///
    /// If the policy is no component for this contract, or refuses its settings.
    pub fn build(self) -> Result<Cache<V>, BuildError> {
        let defaults = Options::default();
        let options = Options {
            load_limit: self.load_timeout.map_or(defaults.load_limit, nanos),
            hold_off: self.hold_off.map_or(defaults.hold_off, nanos),
            capacity: self.max_capacity,
            shards: std::thread::available_parallelism().map_or(4, |cores| cores.get() * 4),
            hash_seed: fastrand::u64(..),
            ..defaults
        };
        let engine: Arc<CacheEngine<V>> = Arc::new(Engine::new(&options));
        let guard = match self.policy {
            None => {
                let ttl = self.time_to_live.map(nanos);
                engine.install(&Plan::every_key(Lease {
                    ttl,
                    ..Lease::default()
                }));
                None
            }
            Some((name, component)) => {
                let runtime = Runtime::new(self.limits.clone()).map_err(BuildError)?;
                let compiled = runtime.compile(&name, &component).map_err(BuildError)?;
                let index = Arc::clone(&engine);
                // Every instance that stands in for one that trapped logs to the same place.
                let log = Arc::new(Mutex::new(self.log));
                let factory: Factory = Box::new(move || {
                    let mut rng = fastrand::Rng::new();
                    let log = Arc::clone(&log);
                    let surroundings = Surroundings {
                        random: Box::new(move || rng.u64(..)),
                        log: Box::new(move |level, line| (log.lock())(level, line)),
                        index: Some(index.clone()),
                    };
                    Ok(Box::new(compiled.instantiate(surroundings)?))
                });
                let guard = Guard::configure(factory, &self.config, &FEEDS, self.limits)
                    .map_err(BuildError)?;
                engine.install(guard.plan());
                Some(guard)
            }
        };
        let at_hand = AtHand::new(self.copies_per_thread);
        let mut shared = Shared::new(engine, at_hand, guard, self.time);
        shared.soft_timeout = self.soft_timeout;
        shared.load_timeout = self.load_timeout;
        Ok(Cache {
            shared: Arc::new(shared),
        })
    }
}
