//! How a cache is set up.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::at_hand::AtHand;
use super::build_error::BuildError;
use super::clock::{Clock, SystemClock, Time};
use super::listener::{Listener, RemovalCause};
use super::load::nanos;
use super::near::Embedder;
use super::policy_settings::PolicySettings;
use super::runtime::Runtime;
use super::settings::Settings;
use super::shared::{CacheEngine, Shared, Weigher};
use super::{future, sync};
use crate::engine::{Engine, Options};
use crate::trace::{TracedKeys, Tracer};

/// How a cache of values `V` is set up: a [`sync::Cache`](crate::sync::Cache) or a
/// [`future::Cache`](crate::future::Cache), whichever's `builder` made it.
///
/// ```
/// use std::time::Duration;
/// use shelflife::sync::Cache;
///
/// let cache = Cache::<Vec<u8>>::builder()
///     .max_capacity(64 << 20)
///     .weigher(|key, value| (key.len() + value.len()) as u32)
///     .time_to_live(Duration::from_secs(600))
///     .grace(Duration::from_secs(60))
///     .build()?;
/// # Ok::<(), shelflife::BuildError>(())
/// ```
#[must_use]
pub struct Builder<V: Send + Sync, C = sync::Cache<V>> {
    settings: Settings,
    weigher: Option<Weigher<V>>,
    listener: Option<Listener<V>>,
    embedder: Option<Box<dyn Embedder>>,
    runtime: Option<Arc<dyn Runtime>>,
    pub(super) policies: PolicySettings,
    time: Time,
    traced_keys: TracedKeys,
    cache: PhantomData<fn() -> C>,
}

impl<V: Clone + Send + Sync + 'static, C> Builder<V, C> {
    pub(super) fn new() -> Builder<V, C> {
        Builder {
            settings: Settings::default(),
            weigher: None,
            listener: None,
            embedder: None,
            runtime: None,
            policies: PolicySettings::default(),
            time: Time::System(SystemClock::default()),
            traced_keys: TracedKeys::default(),
            cache: PhantomData,
        }
    }

    /// What the application calls it: [`Cache::name`](crate::sync::Cache::name), the label `cache` of its
    /// metrics, and the field `cache` of its spans and events.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Entries held at most or, with a [`weigher`](Builder::weigher), what they may weigh together.
    /// Unbounded where this is not called.
    pub fn max_capacity(mut self, capacity: u64) -> Self {
        self.settings.max_capacity = Some(capacity);
        self
    }

    /// Entries that are expected where there is a [`weigher`](Builder::weigher). Default: a sixty-fourth of
    /// the capacity, and 65,536 at most.
    ///
    /// A cache consists of shards, four for each core and fewer than that if they would be for less than 32
    /// entries each. Each has its share of the capacity: an entry that is heavier than that is not kept.
    pub fn initial_capacity(mut self, entries: usize) -> Self {
        self.settings.initial_capacity = Some(entries);
        self
    }

    /// How many entries each thread keeps at hand, beside the store. Hits on them touch nothing that threads
    /// share, so that threads do not slow each other down; what is at hand is served only as long as the
    /// store would serve it. Default: none.
    ///
    /// Pays where several threads read what fits into the tables most of the time, and only there: a read
    /// of anything else looks in vain first. An entry that is gone in the store may stay in memory as long
    /// as it has its place in a table; values that are known to be larger than 4 KiB, or weigh more than
    /// 4,096, have none. A place takes 16 bytes.
    #[doc(alias = "thread_local")]
    pub fn copies_per_thread(mut self, entries: usize) -> Self {
        self.settings.copies_per_thread = Some(entries);
        self
    }

    /// What a value takes of the capacity; 0 counts as 1. It is called when a value is about to be stored,
    /// under no lock.
    pub fn weigher(mut self, weigher: impl Fn(&str, &V) -> u32 + Send + Sync + 'static) -> Self {
        self.weigher = Some(Box::new(weigher));
        self
    }

    /// Who is told of each value that leaves the cache, with its key and why.
    ///
    /// What is promised: each value that was stored and has left is told of once, under no lock of the cache,
    /// so that a listener may call it; by the thread that removed it, before the call that did so returns;
    /// what one thread removes in the order in which it did. What two threads remove, even of one key, may be
    /// told in either order. Values that [`invalidate_tag`](crate::sync::Cache::invalidate_tag) and
    /// the like have hidden, and those whose time is up, are told of when their memory is given back: by
    /// loads, or [`run_pending_tasks`](crate::sync::Cache::run_pending_tasks). A value that was never stored,
    /// and one that is in the cache when that is dropped, is not told of.
    ///
    /// A listener that panics is not called again; whoever caused the removal does not notice.
    pub fn eviction_listener(
        mut self,
        listener: impl Fn(&str, &V, RemovalCause) + Send + Sync + 'static,
    ) -> Self {
        self.listener = Some(Listener::new(listener));
        self
    }

    /// How long an entry is fresh where no policy is set. For ever where this is not called.
    pub fn time_to_live(mut self, ttl: Duration) -> Self {
        self.settings.time_to_live = Some(ttl);
        self
    }

    /// How long an entry may go unread where no policy is set. For ever where this is not called.
    pub fn time_to_idle(mut self, idle: Duration) -> Self {
        self.settings.time_to_idle = Some(idle);
        self
    }

    /// Share of the time to live, of which a random part is taken off for each entry, so that those stored
    /// together do not end together: from 0, the default, to 1. Where no policy is set.
    pub fn jitter(mut self, share: f64) -> Self {
        self.settings.jitter = Some(share);
        self
    }

    /// How long past its end a value may be served while one reader loads it again, where no policy is
    /// set: HTTP's `stale-while-revalidate`. Not at all where this is not called.
    #[doc(alias = "stale_while_revalidate")]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = Some(grace);
        self
    }

    /// How long past its end a value may be served when the load that replaces it fails, where no policy
    /// is set: HTTP's `stale-if-error`. Not at all where this is not called.
    #[doc(alias = "stale_if_error")]
    pub fn rescue(mut self, rescue: Duration) -> Self {
        self.settings.rescue = Some(rescue);
        self
    }

    /// The share of its time to live past which an entry is loaded again by the first that reads it, where
    /// no policy is set. It takes the place of [`early_refresh`](Builder::early_refresh).
    pub fn refresh_ahead(mut self, share: f64) -> Self {
        self.settings.refresh_ahead = Some(share);
        self.settings.early_refresh = None;
        self
    }

    /// Loads an entry again before its end with a chance that grows towards it, the more so the longer its
    /// load takes (XFetch; beta is 1 for what its authors found best), where no policy is set. It takes
    /// the place of [`refresh_ahead`](Builder::refresh_ahead).
    pub fn early_refresh(mut self, beta: f64) -> Self {
        self.settings.early_refresh = Some(beta);
        self.settings.refresh_ahead = None;
        self
    }

    /// Lets reads with an embedding find the nearest entry with at least this cosine similarity, where no
    /// policy is set.
    pub fn nearest(mut self, at_least: f32) -> Self {
        self.settings.nearest = Some(at_least);
        self
    }

    /// What turns texts into embeddings, for
    /// [`get_similar_with`](crate::sync::Cache::get_similar_with).
    pub fn embedder(mut self, embedder: impl Embedder + 'static) -> Self {
        self.embedder = Some(Box::new(embedder));
        self
    }

    /// How long readers get the error of a load that failed, instead of loading again, where its loader does
    /// not say ([`Load::keep_failure_for`](crate::Load::keep_failure_for)). Not at all where this is not
    /// called.
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.settings.negative_ttl = Some(ttl);
        self
    }

    /// How long a reader waits for another reader's load before it takes a value that is past its end, if
    /// there is one within the rescue of its lease. For ever where this is not called.
    pub fn soft_timeout(mut self, timeout: Duration) -> Self {
        self.settings.soft_timeout = Some(timeout);
        self
    }

    /// How long a load may take before it holds nobody up any more: those who wait, and those who come,
    /// begin another, and what the first brings is not stored. For ever where this is not called.
    pub fn load_timeout(mut self, timeout: Duration) -> Self {
        self.settings.load_timeout = Some(timeout);
        self
    }

    /// How long the cache remembers the versions and marks of
    /// [`invalidate_at`](crate::sync::Cache::invalidate_at), [`insert_at`](crate::sync::Cache::insert_at)
    /// and [`invalidate_marked`](crate::sync::Cache::invalidate_marked): longer than any replica lags.
    /// Default: a minute.
    pub fn hold_off(mut self, time: Duration) -> Self {
        self.settings.hold_off = Some(time);
        self
    }

    /// How spans and events name keys: in full, by a number, or not at all. Default: by a number
    /// ([`TracedKeys::Hashed`]).
    #[cfg(feature = "tracing")]
    pub fn trace_keys(mut self, keys: TracedKeys) -> Self {
        self.traced_keys = keys;
        self
    }

    /// Where the time comes from. Default: the machine's monotonic clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.time = Time::Other(Arc::new(clock));
        self
    }

    /// Takes every setting that `config` has; the others stay as they are.
    ///
    /// See [`Config`](crate::Config) for an example.
    #[cfg(feature = "serde")]
    pub fn config(mut self, config: &crate::Config) -> Self {
        self.settings.take(config);
        self.policies.take(config);
        self
    }

    fn build_shared(self) -> Result<Arc<Shared<V>>, BuildError> {
        let settings = self.settings;
        settings.check(self.policies.are_there())?;
        let defaults = Options::default();
        let options = Options {
            load_limit: settings.load_timeout.map_or(defaults.load_limit, nanos),
            hold_off: settings.hold_off.map_or(defaults.hold_off, nanos),
            capacity: settings.max_capacity.unwrap_or(0),
            weighed: self.weigher.is_some(),
            expected_entries: settings.initial_capacity.unwrap_or(0),
            shards: std::thread::available_parallelism().map_or(4, |cores| cores.get() * 4),
            hash_seed: fastrand::u64(..),
            ..defaults
        };
        let engine: Arc<CacheEngine<V>> = Arc::new(Engine::new(&options));
        let tracer = Tracer::new(settings.name.as_deref(), self.traced_keys);
        let policies = self.policies.load(&engine, &tracer)?;
        let plan = match &policies {
            None => settings.plan(),
            Some(policies) => policies.plan()?,
        };
        engine.install(&plan);
        let at_hand = AtHand::new(settings.copies_per_thread.unwrap_or(0));
        let mut shared = Shared::new(engine, at_hand, policies, self.time);
        shared.soft_timeout = settings.soft_timeout;
        shared.load_timeout = settings.load_timeout;
        shared.negative_ttl = settings.negative_ttl.map(nanos);
        shared.weigher = self.weigher;
        shared.listener = self.listener;
        shared.embedder = self.embedder;
        shared.runtime = self.runtime;
        shared.name = settings.name;
        shared.tracer = tracer;
        Ok(Arc::new(shared))
    }
}

impl<V: Clone + Send + Sync + 'static> Builder<V, sync::Cache<V>> {
    /// Builds the cache: compiles the policy and configures it.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or the policy is no component for this contract or refuses its
    /// settings.
    pub fn build(self) -> Result<sync::Cache<V>, BuildError> {
        let shared = self.build_shared()?;
        Ok(sync::Cache { shared })
    }
}

impl<V: Clone + Send + Sync + 'static> Builder<V, future::Cache<V>> {
    /// What refreshes behind the answer and ends waits in time. Without one, readers refresh themselves.
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.runtime = Some(Arc::new(runtime));
        self
    }

    /// Builds the cache: compiles the policy and configures it. That takes milliseconds in which the calling
    /// thread does nothing else.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, the policy is no component for this contract or refuses its settings,
    /// or there is a timeout and no [`runtime`](Builder::runtime) that could keep it.
    pub fn build(self) -> Result<future::Cache<V>, BuildError> {
        if self.runtime.is_none() {
            self.settings.check_needs_no_runtime()?;
        }
        let shared = self.build_shared()?;
        Ok(future::Cache { shared })
    }
}
