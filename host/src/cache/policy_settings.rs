//! The policies of a cache, as the builder is told of them.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::build_error::BuildError;
use super::builder::Builder;
use super::shared::CacheEngine;
use crate::policy::{
    Grants, Level, Limits, Loader, Log, Permission, PolicySet, Runtime, Source, Surroundings,
};
use crate::trace::Tracer;

/// The one feed that a cache has by itself.
const FEEDS: [&str; 1] = ["writes"];

/// What the builder was told of policies.
pub(super) struct PolicySettings {
    sources: Vec<Source>,
    /// Settings that came before their policy.
    config: Option<String>,
    slots: Option<usize>,
    grants: Grants,
    compiled: Option<PathBuf>,
    limits: Limits,
    log: Log,
}

impl Default for PolicySettings {
    fn default() -> PolicySettings {
        PolicySettings {
            sources: Vec::new(),
            config: None,
            slots: None,
            grants: Grants::all(),
            compiled: None,
            limits: Limits::default(),
            log: Box::new(|_, _| {}),
        }
    }
}

impl<V: Clone + Send + Sync + 'static, C> Builder<V, C> {
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
    pub fn policy(mut self, source: impl Into<Source>) -> Self {
        self.policies.add(source.into());
        self
    }

    /// The settings of the policy that was named last, or else of the next one, as JSON text. Default
    /// `{}`.
    pub fn policy_config(mut self, json: impl Into<String>) -> Self {
        self.policies.configure(json.into());
        self
    }

    /// Instances of each policy, so that fills of several threads need not wait for each other. Default:
    /// one a core. A policy that exports `snapshots` has one in any case, since it says that what it has
    /// learned matters.
    pub fn policy_slots(mut self, slots: usize) -> Self {
        self.policies.slots = Some(slots);
        self
    }

    /// Withholds something from all policies: one that imports it all the same is refused. Default:
    /// policies may ask for everything that the contract has.
    pub fn withhold(mut self, permission: Permission) -> Self {
        self.policies.grants = self.policies.grants.without(permission);
        self
    }

    /// Keeps the compiled code of policies in this folder, so that the next start takes less than a
    /// millisecond for each. It is made where there is none. What lies in it is run as native code:
    /// nobody else may write to it, and a folder that others may write to is refused.
    pub fn compiled_code_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.policies.compiled = Some(folder.into());
        self
    }

    /// What one call of the policy may use.
    pub fn policy_limits(mut self, limits: Limits) -> Self {
        self.policies.limits = limits;
        self
    }

    /// Where the lines go that the policy logs; nowhere where this is not called. As many lines a call
    /// of the policy, and as long, as [`policy_limits`](Builder::policy_limits) allow.
    ///
    /// It is called while the policy is, so that it must not call the cache.
    pub fn policy_log(mut self, log: impl FnMut(Level, &str) + Send + 'static) -> Self {
        self.policies.log = Box::new(log);
        self
    }
}

impl PolicySettings {
    pub(super) fn are_there(&self) -> bool {
        !self.sources.is_empty()
    }

    /// Takes what a file has.
    #[cfg(feature = "serde")]
    pub(super) fn take(&mut self, config: &crate::Config) {
        if let Some(name) = config.policy() {
            self.add(Source::from(name));
        }
        if let Some(json) = config.policy_config() {
            self.configure(json);
        }
    }

    fn add(&mut self, mut source: Source) {
        if let Some(config) = self.config.take() {
            source = source.config(config);
        }
        self.sources.push(source);
    }

    fn configure(&mut self, json: String) {
        match self.sources.pop() {
            Some(last) => self.sources.push(last.config(json)),
            None => self.config = Some(json),
        }
    }

    /// Compiles and configures them. Nothing without any.
    pub(super) fn load<V: Clone + Send + Sync + 'static>(
        self,
        engine: &Arc<CacheEngine<V>>,
        tracer: &Tracer,
    ) -> Result<Option<PolicySet>, BuildError> {
        if self.sources.is_empty() {
            return match self.config {
                None => Ok(None),
                Some(_) => Err(BuildError::setting(
                    "there is a policy_config and no policy: set policy as well".to_owned(),
                )),
            };
        }
        let mut runtime = Runtime::new(self.limits)?.grant(self.grants);
        if let Some(folder) = &self.compiled {
            runtime = runtime.keep_compiled_in(folder)?;
        }
        let cores = || std::thread::available_parallelism().map_or(4, usize::from);
        let slots = self.slots.unwrap_or_else(cores);
        let surroundings = surroundings(engine, self.log);
        let loader = Loader::new(runtime, slots, &FEEDS, surroundings).traced_by(tracer);
        Ok(Some(PolicySet::load(loader, &self.sources)?))
    }
}

/// What every instance of a policy reaches, those included that take the place of one that trapped: the
/// vectors and the entries of the cache, one place for lines, and random numbers of its own.
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
            entries: Some(index.clone()),
            witness: None,
        }
    }
}
