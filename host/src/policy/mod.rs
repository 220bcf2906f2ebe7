//! One loaded policy: inspect it, limit it, call it.
//!
//! A policy is a WebAssembly component behind the contract in `wit/`. [`Runtime::compile`] checks a
//! file and compiles it, [`CompiledPolicy::instantiate`] makes an instance that can be called, and
//! [`Guard`] keeps a failing one from hurting anybody: it calls again on a new instance, falls back
//! to a safety-net lease, and drops everything when an invalidation cannot be carried out.
//!
//! A cache names its policies by [`Source`]. They can be replaced while it runs; what came of that says a
//! [`SwapReport`], and what a candidate would have done differently a [`CanaryReport`].
//!
//! No hit calls a policy. A fill does where the policy decides leases one by one, a change does where
//! it listens; what a call purges is noted in a journal and handed out when the call succeeds.

#[allow(unsafe_code)] // generated; see the top of the file
mod bindings;
mod canary;
mod change;
mod circumstances;
mod component;
mod convert;
mod deadline;
mod deployment;
mod difference;
mod disk;
mod error;
mod exchange;
mod grants;
mod guard;
mod health;
mod info;
mod inspect;
mod instance;
mod last_words;
mod limits;
mod loader;
mod meet;
mod memory;
mod runtime;
mod set;
mod source;
mod state;
mod swap;

use std::sync::Arc;

use crate::engine::{Engine, Instant, Lease, Plan, Purge, Sighting};

pub use change::{Change, ChangeKind, Loaded, Row};
pub use circumstances::Circumstances;
pub use component::CompiledPolicy;
pub use difference::{CanaryReport, LeaseDifference, PurgeDifference, Sample};
pub use error::{Error, Outcome};
pub use exchange::{HostCall, Witness};
pub use grants::{Grants, Permission};
pub use guard::{Factory, Guard, LeaseFor, Reaction};
pub use info::PolicyInfo;
pub use inspect::{Interfaces, Mismatch};
pub use instance::Instance;
pub use limits::Limits;
pub use runtime::Runtime;
pub use source::Source;
pub use swap::{Entries, Restored, SwapReport};

pub(crate) use loader::Loader;
pub(crate) use set::PolicySet;
pub(crate) use swap::Exchange;

/// The contract that this host offers.
pub const CONTRACT: &str = "shelflife:policy@0.1.0";

/// Which optional interfaces a policy exports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// `leases`: it can be asked for the lease of one entry.
    pub leases: bool,
    /// `reactions`: it can be told of changes.
    pub reactions: bool,
    /// `snapshots`: what it has learned can be handed to another instance.
    pub snapshots: bool,
}

/// What can be called, in WebAssembly or not.
pub trait Policy: Send {
    /// What errors call it.
    fn name(&self) -> &str;

    /// The version that it says it has, if it says one.
    fn version(&self) -> Option<&str> {
        None
    }

    /// What it can be called for.
    fn exports(&self) -> Exports;

    /// Called once, before anything else, with JSON text.
    ///
    /// # Errors
    ///
    /// Refuses the policy.
    fn configure(&mut self, config: &str) -> Result<Plan, Error>;

    /// The lease of one entry.
    ///
    /// # Errors
    ///
    /// The entry gets the safety-net lease.
    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error>;

    /// What changes purge.
    ///
    /// # Errors
    ///
    /// Nothing of it takes effect.
    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error>;

    /// What it has learned, for the instance that takes its place; nothing from a policy that does not
    /// export `snapshots`.
    ///
    /// # Errors
    ///
    /// The instance that follows begins without.
    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    /// Hands it what another instance has saved, of the policy with the name `saved_by`. Called once after
    /// `configure`, where the policy exports `snapshots`.
    ///
    /// # Errors
    ///
    /// The instance is of no use any more.
    fn restore(&mut self, _saved_by: &str, _state: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    /// What its calls came to so far.
    fn calls(&self) -> Calls;

    /// Bytes of linear memory that it holds; nothing from one that is no component.
    fn memory(&self) -> Option<usize> {
        None
    }
}

/// What the calls of a policy came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls.
    pub calls: u64,
    /// Those that failed.
    pub traps: u64,
    /// Fuel used, about one a WebAssembly instruction.
    pub fuel: u64,
    /// Calls of which the wall time was taken.
    pub timed: u64,
    /// Their wall time together, in nanoseconds.
    pub timed_nanos: u64,
    /// Lines that they logged past the limit of a call, and that were dropped.
    pub lines_dropped: u64,
}

impl std::ops::AddAssign for Calls {
    fn add_assign(&mut self, other: Calls) {
        self.calls += other.calls;
        self.traps += other.traps;
        self.fuel += other.fuel;
        self.timed += other.timed;
        self.timed_nanos += other.timed_nanos;
        self.lines_dropped += other.lines_dropped;
    }
}

/// How much a line of a policy's log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every step.
    Trace,
    /// Decisions.
    Debug,
    /// Worth knowing.
    Info,
    /// To be looked at.
    Warn,
    /// To be acted on.
    Error,
}

/// A search among the vectors of a cache.
pub trait Neighbours: Send + Sync {
    /// Keys with a cosine similarity of at least `at_least`, nearest first, at most `limit`.
    fn nearest(&self, to: &[f32], at_least: f32, limit: usize) -> Vec<(String, f32)>;
}

impl<V: Send + Sync, W: Clone + Default + Send> Neighbours for Engine<V, W> {
    fn nearest(&self, to: &[f32], at_least: f32, limit: usize) -> Vec<(String, f32)> {
        let near = Engine::nearest(self, to, at_least).into_iter().take(limit);
        near.map(|(key, similarity)| (key.text().to_owned(), similarity))
            .collect()
    }
}

/// What became of the entries of a cache.
pub trait Sightings: Send + Sync {
    /// What became of the entry under a key since it was stored.
    fn sighting(&self, key: &str, now: Instant) -> Sighting;
}

impl<V: Send + Sync, W: Clone + Default + Send> Sightings for Engine<V, W> {
    fn sighting(&self, key: &str, now: Instant) -> Sighting {
        Engine::sighting(self, self.key(key), now)
    }
}

/// Takes the lines that a policy logs.
pub type Log = Box<dyn FnMut(Level, &str) + Send>;

/// What a policy's imports reach.
pub struct Surroundings {
    /// Random numbers.
    pub random: Box<dyn FnMut() -> u64 + Send>,
    /// Where log lines go.
    pub log: Log,
    /// The vectors of the cache.
    pub index: Option<Arc<dyn Neighbours>>,
    /// Its entries.
    pub entries: Option<Arc<dyn Sightings>>,
    /// Who is told of every call that the policy makes of its host.
    pub witness: Option<Witness>,
}

impl Default for Surroundings {
    /// No vectors and no entries, a log that goes nowhere, and a random number that is always 0.
    fn default() -> Surroundings {
        Surroundings {
            random: Box::new(|| 0),
            log: Box::new(|_, _| {}),
            index: None,
            entries: None,
            witness: None,
        }
    }
}

/// Hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
