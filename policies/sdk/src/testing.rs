//! Helpers for a policy's own unit tests: sentences ([`given_plan`], [`when_configured`]), and the host that
//! they are told to, which notes what it is asked for.
//!
//! ```
//! use shelflife_policy::testing::{Effect, TestHost};
//! use shelflife_policy::{Host, PurgeMode};
//!
//! let mut host = TestHost::new().row_after(0, "slug", "red");
//! let slug = Host::native(&mut host).row_after(0, "slug").unwrap();
//! Host::native(&mut host).purge_keys(&[slug], PurgeMode::Drop);
//! assert_eq!(host.journal, [Effect::keys(["red"], PurgeMode::Drop)]);
//! ```
//!
//! Not in components.

#[cfg(feature = "cases")]
pub mod cases;
mod difference;
mod given;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use given::{Answered, Configured, Settled, given_plan, when_configured};

use crate::event::{Change, Fill, Instant, Level, Neighbour, PurgeMode, Sighting};
use crate::host::{Host, NativeHost};
use crate::lease::Lease;
use crate::plan::Plan;
use crate::policy::Policy;

/// Something that a policy asked its host to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// [`Host::purge_keys`].
    Keys(Vec<String>, PurgeMode),
    /// [`Host::purge_tags`].
    Tags(Vec<String>, PurgeMode),
    /// [`Host::purge_prefix`].
    Prefix(String, PurgeMode),
    /// [`Host::bump`].
    Bump(String),
    /// [`Host::purge_everything`].
    Everything(PurgeMode),
    /// [`Host::purge_keys_again`].
    KeysAgain(Vec<String>, PurgeMode, Duration),
    /// [`Host::purge_within`].
    Within(Vec<f32>, f32, PurgeMode),
}

impl Effect {
    /// A purge of these keys.
    pub fn keys<const N: usize>(keys: [&str; N], mode: PurgeMode) -> Self {
        Self::Keys(keys.map(str::to_owned).into(), mode)
    }

    /// A purge of these keys after a delay.
    pub fn keys_again<const N: usize>(keys: [&str; N], mode: PurgeMode, after: Duration) -> Self {
        Self::KeysAgain(keys.map(str::to_owned).into(), mode, after)
    }

    /// A purge of these tags.
    pub fn tags<const N: usize>(tags: [&str; N], mode: PurgeMode) -> Self {
        Self::Tags(tags.map(str::to_owned).into(), mode)
    }

    /// A purge of the keys that begin so.
    pub fn prefix(prefix: &str, mode: PurgeMode) -> Self {
        Self::Prefix(prefix.to_owned(), mode)
    }

    /// A counter that moved.
    pub fn bump(generation: &str) -> Self {
        Self::Bump(generation.to_owned())
    }
}

/// In one line: `drop the tags product:1, product:2`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = |mode: &PurgeMode| match mode {
            PurgeMode::Drop => "drop",
            PurgeMode::Expire => "expire",
            PurgeMode::Replace => "replace",
        };
        match self {
            Self::Keys(keys, mode) => write!(f, "{} the keys {}", how(mode), keys.join(", ")),
            Self::Tags(tags, mode) => write!(f, "{} the tags {}", how(mode), tags.join(", ")),
            Self::Prefix(prefix, mode) => write!(f, "{} the keys {prefix}…", how(mode)),
            Self::Bump(generation) => write!(f, "bump {generation}"),
            Self::Everything(mode) => write!(f, "{} everything", how(mode)),
            Self::KeysAgain(keys, mode, after) => {
                let keys = keys.join(", ");
                write!(f, "{} the keys {keys} again after {after:?}", how(mode))
            }
            Self::Within(of, at_least, mode) => {
                write!(f, "{} what is within {at_least} of {of:?}", how(mode))
            }
        }
    }
}

/// A host that notes what it is asked for, and knows what a test has told it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestHost {
    /// What the policy asked for, in its order.
    pub journal: Vec<Effect>,
    /// The lines it logged.
    pub lines: Vec<(Level, String)>,
    /// What the clock says.
    pub now: Instant,
    /// The next random number; each call adds 1.
    pub random: u64,
    /// What [`Host::nearest`] looks through.
    pub entries: Vec<Neighbour>,
    /// What [`Host::sightings`] answers, by key: every other entry is absent.
    pub sightings: BTreeMap<String, Sighting>,
    after: BTreeMap<(usize, String), String>,
    before: BTreeMap<(usize, String), String>,
    embeddings: BTreeMap<usize, Vec<f32>>,
}

impl TestHost {
    /// A host that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells a column of the change at `index`, after the change.
    pub fn row_after(mut self, index: usize, column: &str, value: &str) -> Self {
        self.after.insert((index, column.into()), value.into());
        self
    }

    /// Tells a column of the change at `index`, before the change.
    pub fn row_before(mut self, index: usize, column: &str, value: &str) -> Self {
        self.before.insert((index, column.into()), value.into());
        self
    }

    /// Tells the embedding of what the change at `index` changed.
    pub fn embedding(mut self, index: usize, embedding: &[f32]) -> Self {
        self.embeddings.insert(index, embedding.to_vec());
        self
    }

    /// Knows nothing of rows and embeddings any more: they are those of one call.
    fn forget_rows(&mut self) {
        self.after.clear();
        self.before.clear();
        self.embeddings.clear();
    }

    /// Passes changes to a policy; answers what it asked for. As with a real host that is nothing
    /// where the policy answers with an error.
    ///
    /// # Errors
    ///
    /// The policy's own.
    pub fn react(
        &mut self,
        policy: &mut impl Policy,
        changes: &[Change],
    ) -> Result<Vec<Effect>, String> {
        let answer = policy.on_changes(changes, &mut Host::native(self));
        let journal = std::mem::take(&mut self.journal);
        answer.map(|()| journal)
    }
}

impl NativeHost for TestHost {
    fn now(&mut self) -> Instant {
        self.now
    }

    fn random(&mut self) -> u64 {
        let number = self.random;
        self.random = number.wrapping_add(1);
        number
    }

    fn log(&mut self, level: Level, message: &str) {
        self.lines.push((level, message.to_owned()));
    }

    fn purge_keys(&mut self, keys: &[String], mode: PurgeMode) {
        self.journal.push(Effect::Keys(keys.to_vec(), mode));
    }

    fn purge_tags(&mut self, tags: &[String], mode: PurgeMode) {
        self.journal.push(Effect::Tags(tags.to_vec(), mode));
    }

    fn purge_prefix(&mut self, prefix: &str, mode: PurgeMode) {
        self.journal.push(Effect::prefix(prefix, mode));
    }

    fn bump(&mut self, generation: &str) {
        self.journal.push(Effect::bump(generation));
    }

    fn purge_everything(&mut self, mode: PurgeMode) {
        self.journal.push(Effect::Everything(mode));
    }

    fn purge_keys_again(&mut self, keys: &[String], mode: PurgeMode, after: Duration) {
        self.journal
            .push(Effect::KeysAgain(keys.to_vec(), mode, after));
    }

    fn row_after(&mut self, index: usize, column: &str) -> Option<String> {
        self.after.get(&(index, column.to_owned())).cloned()
    }

    fn row_before(&mut self, index: usize, column: &str) -> Option<String> {
        self.before.get(&(index, column.to_owned())).cloned()
    }

    fn embedding_of_change(&mut self, index: usize) -> Option<Vec<f32>> {
        self.embeddings.get(&index).cloned()
    }

    fn nearest(&mut self, _: &[f32], at_least: f32, limit: usize) -> Vec<Neighbour> {
        let mut near: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.similarity >= at_least)
            .cloned()
            .collect();
        near.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
        near.truncate(limit);
        near
    }

    fn purge_within(&mut self, of: &[f32], at_least: f32, mode: PurgeMode) {
        self.journal
            .push(Effect::Within(of.to_vec(), at_least, mode));
    }

    fn sightings(&mut self, keys: &[String]) -> Vec<Sighting> {
        let of = |key: &String| self.sightings.get(key).copied();
        keys.iter()
            .map(|key| of(key).unwrap_or(Sighting::Absent))
            .collect()
    }
}

/// A policy with these settings, and its plan.
///
/// # Panics
///
/// Where the policy refuses the settings.
#[track_caller]
pub fn configured<P: Policy>(config_json: &str) -> (P, Plan) {
    match crate::config::read(config_json).and_then(P::configure) {
        Ok(configured) => configured,
        Err(text) => panic!("the policy refuses {config_json}: {text}"),
    }
}

/// The plan of a policy with these settings.
///
/// # Panics
///
/// Where the policy refuses the settings.
#[track_caller]
pub fn plan_of<P: Policy>(config_json: &str) -> Plan {
    configured::<P>(config_json).1
}

/// The lease of a plan's only rule.
///
/// # Panics
///
/// Where the policy refuses the settings, has other rules too, or asks for the lease on fill.
#[track_caller]
pub fn lease_of<P: Policy>(config_json: &str) -> Lease {
    let [rule] = <[_; 1]>::try_from(plan_of::<P>(config_json).rules)
        .unwrap_or_else(|rules| panic!("the plan has {} rules", rules.len()));
    rule.lease.expect("the rule has a lease")
}

/// What a policy refuses these settings with.
///
/// # Panics
///
/// Where the policy takes them.
#[track_caller]
pub fn refusal_of<P: Policy>(config_json: &str) -> String {
    match crate::config::read(config_json).and_then(P::configure) {
        Ok(_) => panic!("the policy takes {config_json}"),
        Err(text) => text,
    }
}

/// The lease that a policy gives to one entry.
///
/// # Panics
///
/// Where the policy refuses the settings or the fill.
#[track_caller]
pub fn lease_on_fill<P: Policy>(config_json: &str, fill: &Fill) -> Lease {
    let (mut policy, _) = configured::<P>(config_json);
    policy
        .on_fill(fill.clone(), &mut Host::native(&mut TestHost::new()))
        .expect("the policy gives a lease")
}

/// What a policy asks a host that knows nothing to do about these changes.
///
/// # Panics
///
/// Where the policy refuses the settings or the changes.
#[track_caller]
pub fn reaction_of<P: Policy>(config_json: &str, changes: &[Change]) -> Vec<Effect> {
    let (mut policy, _) = configured::<P>(config_json);
    TestHost::new()
        .react(&mut policy, changes)
        .expect("the policy takes the changes")
}
