//! How a cache is set up.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::at_hand::AtHand;
use super::clock::{Clock, SystemClock, Time};
use super::load::nanos;
use super::shared::{CacheEngine, Shared};
use super::sync::Cache;
use crate::engine::{Engine, Lease, Options, Plan};
use crate::policy::{
    self, Grants, Level, Limits, Loader, Log, Permission, PolicySet, Runtime, Source, Surroundings,
};

/// How a cache of values `V` is set up. Made by [`Cache::builder`].
#[must_use]
pub struct Builder<V> {
    max_capacity: u64,
    copies_per_thread: usize,
    time_to_live: Option<Duration>,
    soft_timeout: Option<Duration>,
    load_timeout: Option<Duration>,
    hold_off: Option<Duration>,
    policies: Vec<Source>,
    /// Settings that came before their policy.
    config: Option<String>,
    slots: Option<usize>,
    grants: Grants,
    compiled: Option<PathBuf>,
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
            policies: Vec::new(),
            config: None,
            slots: None,
            grants: Grants::all(),
            compiled: None,
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

    /// A policy: the name of a built-in one, the path of a component, a name with the bytes of one, or a
    /// [`Source`] with its settings.
    ///
    /// Called more than once, the cache has several policies: of the leases that they give an entry the
    /// strictest counts, field by field, with the tags and counters of all; what they purge adds up. They
    /// are told apart by their names.
    ///
    /// ```
    /// use shelflife::policy::Source;
    /// use shelflife::sync::Cache;
    ///
    /// let cache = Cache::<String>::builder()
    ///     .policy(Source::from("tags").config(r#"{ "ttl": "1h" }"#))
    ///     .policy(Source::from("ttl").config(r#"{ "ttl": "10m" }"#))
    ///     .build()?;
    /// # Ok::<(), shelflife::BuildError>(())
    /// ```
    pub fn policy(mut self, source: impl Into<Source>) -> Builder<V> {
        let mut source = source.into();
        if let Some(config) = self.config.take() {
            source = source.config(config);
        }
        self.policies.push(source);
        self
    }

    /// The settings of the policy that was named last, or else of the next one, as JSON text. Default
    /// `{}`.
    pub fn policy_config(mut self, json: impl Into<String>) -> Builder<V> {
        match self.policies.pop() {
            Some(last) => self.policies.push(last.config(json)),
            None => self.config = Some(json.into()),
        }
        self
    }

    /// Instances of each policy, so that fills of several threads need not wait for each other. Default:
    /// one a core. A policy that exports `snapshots` has one in any case, since it says that what it has
    /// learned matters.
    pub fn policy_slots(mut self, slots: usize) -> Builder<V> {
        self.slots = Some(slots);
        self
    }

    /// Withholds something from all policies: one that imports it all the same is refused. Default:
    /// policies may ask for everything that the contract has.
    pub fn withhold(mut self, permission: Permission) -> Builder<V> {
        self.grants = self.grants.without(permission);
        self
    }

    /// Keeps the compiled code of policies in this folder, so that the next start takes less than a
    /// millisecond for each. It is made where there is none. What lies in it is run as native code:
    /// nobody else may write to it, and a folder that others may write to is refused.
    pub fn compiled_code_in(mut self, folder: impl Into<PathBuf>) -> Builder<V> {
        self.compiled = Some(folder.into());
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

    /// Builds the cache: compiles the policies and configures them.
    ///
    /// # Errors
    ///
    /// If a policy cannot be read, is no component for this contract, asks for what is withheld, refuses
    /// its settings, or does not go with the others.
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
        let policies = match self.policies.as_slice() {
            [] => {
                let ttl = self.time_to_live.map(nanos);
                engine.install(&Plan::every_key(Lease {
                    ttl,
                    ..Lease::default()
                }));
                None
            }
            sources => {
                let mut runtime = Runtime::new(self.limits)
                    .map_err(BuildError)?
                    .grant(self.grants);
                if let Some(folder) = &self.compiled {
                    runtime = runtime.keep_compiled_in(folder).map_err(BuildError)?;
                }
                let cores = || std::thread::available_parallelism().map_or(4, usize::from);
                let slots = self.slots.unwrap_or_else(cores);
                let surroundings = surroundings(&engine, self.log);
                let loader = Loader::new(runtime, slots, &FEEDS, surroundings);
                let policies = PolicySet::load(loader, sources).map_err(BuildError)?;
                engine.install(&policies.plan().map_err(BuildError)?);
                Some(policies)
            }
        };
        let at_hand = AtHand::new(self.copies_per_thread);
        let mut shared = Shared::new(engine, at_hand, policies, self.time);
        shared.soft_timeout = self.soft_timeout;
        shared.load_timeout = self.load_timeout;
        Ok(Cache {
            shared: Arc::new(shared),
        })
    }
}

/// What every instance of a policy reaches, those included that take the place of one that trapped: the
/// vectors of the cache, one place for lines, and random numbers of its own.
fn surroundings<V: Clone + Send + Sync + 'static>(
    engine: &Arc<CacheEngine<V>>,
    log: Log,
) -> impl Fn() -> Surroundings + Send + Sync + 'static {
    let index = Arc::clone(engine);
    let log = Arc::new(Mutex::new(log));
    move || {
        let mut rng = fastrand::Rng::new();
        let log = Arc::clone(&log);
        Surroundings {
            random: Box::new(move || rng.u64(..)),
            log: Box::new(move |level, line| (log.lock())(level, line)),
            index: Some(index.clone()),
        }
    }
}
