//! Keeps a failing policy from hurting a request or losing an invalidation.

use std::borrow::Cow;
use std::sync::Arc;

use super::health::Health;
use super::meet::rule_for;
use super::{Calls, Change, Error, Exports, Limits, Loaded, Outcome, Policy, convert};
use crate::engine::{Instant, Lease, LeaseSource, Nanos, Plan, Purge, PurgeMode};

/// Makes instances of a policy: the first, and another whenever one has trapped or could not carry
/// out a change.
pub type Factory = Box<dyn FnMut() -> Result<Box<dyn Policy>, Error> + Send>;

/// `ttl` of the safety-net lease, which entries get that no rule covers, or whose policy failed.
pub(crate) const SAFETY_NET: Nanos = 60 * 1_000_000_000;

/// After so many successful calls what a policy has learned is saved, in case the instance traps.
const SAVED_EVERY: u32 = 256;

/// A configured policy that may fail.
///
/// A failed `on-fill` gives the safety-net lease: a minute, tagged with the key and with what the
/// loader named, so that an invalidation by such a tag reaches the entry all the same. A failed
/// `on-changes`, by a trap or by an answer, is tried once more on a new instance; when that fails too,
/// everything is dropped: an invalidation that nobody can carry out must cost hits and never
/// freshness. After [`Limits::patience`] failures in a row, or when no new instance can be made, the
/// policy is left alone: every entry gets the safety-net lease, and every change drops everything.
///
/// A new instance knows what the old one had saved, at most 256 calls ago, where the policy exports
/// `snapshots`.
pub struct Guard {
    factory: Factory,
    policy: Box<dyn Policy>,
    config: Arc<str>,
    plan: Arc<Plan>,
    limits: Limits,
    health: Arc<Health>,
    /// Of instances that are gone.
    calls: Calls,
    saved: Option<Saved>,
    /// Successful calls since then.
    since_saved: u32,
    /// Failed calls of this guard's instances.
    failures: u64,
}

/// What a policy says of one entry.
#[derive(Debug, Default)]
pub(super) struct ByRule {
    /// Nothing where no rule of it covers the key.
    pub(super) lease: Option<Lease>,
    /// Whether it failed, so that the lease is the safety net.
    pub(super) failed: bool,
}

/// What a policy has learned.
#[derive(Clone)]
pub(super) struct Saved {
    /// The name of the policy that saved it.
    pub(super) by: Arc<str>,
    pub(super) state: Vec<u8>,
}

/// The lease of an entry.
pub type LeaseFor<'a> = Cow<'a, Lease>;

/// What to do about changes.
#[derive(Debug)]
pub struct Reaction {
    /// To be carried out, in this order.
    pub purges: Vec<Purge>,
    /// Whether the policy failed, so that the purges are the host's and not the policy's.
    pub failed: bool,
}

impl Guard {
    /// Makes an instance, configures it with JSON text and checks its plan.
    ///
    /// # Errors
    ///
    /// What the policy or the host has against it.
    pub fn configure(
        mut factory: Factory,
        config: &str,
        known_feeds: &[&str],
        limits: Limits,
    ) -> Result<Guard, Error> {
        let mut policy = factory()?;
        let plan = policy.configure(config)?;
        convert::check_plan(&plan, policy.exports(), known_feeds, &limits)
            .map_err(|outcome| of(&*policy, "configure", outcome))?;
        let health = Arc::new(Health::new(limits.patience));
        Ok(Guard {
            factory,
            policy,
            config: config.into(),
            plan: Arc::new(plan),
            limits,
            health,
            calls: Calls::default(),
            saved: None,
            since_saved: 0,
            failures: 0,
        })
    }

    /// Another instance of the same policy, which fares as this one does.
    ///
    /// # Errors
    ///
    /// If it cannot be made, refuses the settings that this one took, or has another plan.
    pub(super) fn another(&self, mut factory: Factory) -> Result<Guard, Error> {
        let mut policy = factory()?;
        let plan = policy.configure(&self.config)?;
        if plan != *self.plan {
            let reason = "it answers the same settings with another plan each time";
            let outcome = Outcome::Invalid(reason.to_owned());
            return Err(of(&*policy, "configure", outcome));
        }
        Ok(Guard {
            factory,
            policy,
            config: Arc::clone(&self.config),
            plan: Arc::clone(&self.plan),
            limits: self.limits.clone(),
            health: Arc::clone(&self.health),
            calls: Calls::default(),
            saved: None,
            since_saved: 0,
            failures: 0,
        })
    }

    /// The plan that holds.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) fn shared_plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    pub(super) fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// Whether the policy wants to hear a feed.
    #[must_use]
    pub fn listens_to(&self, feed: &str) -> bool {
        self.plan.feeds.iter().any(|name| name == feed)
    }

    /// What the policy can be called for.
    #[must_use]
    pub fn exports(&self) -> Exports {
        self.policy.exports()
    }

    /// The lease of an entry that is about to be stored. Never fails.
    pub fn lease<'a>(&mut self, source: &'a LeaseSource, loaded: &Loaded<'_>) -> LeaseFor<'a> {
        if !self.health.is_given_up() {
            match source {
                LeaseSource::Rule(lease) => return Cow::Borrowed(lease),
                LeaseSource::SafetyNet => {}
                LeaseSource::Policy => match self.ask_for_lease(loaded) {
                    Ok(lease) => return Cow::Owned(lease),
                    Err(error) => {
                        let replace = !error.leaves_the_instance_alive();
                        self.note_failure(error, replace, loaded.now);
                    }
                },
            }
        }
        Cow::Owned(safety_net(source, loaded))
    }

    /// The lease by the policy's own rules; nothing where none of them covers the key. Never fails.
    pub(super) fn lease_by_rule(&mut self, loaded: &Loaded<'_>) -> ByRule {
        // Asked by its own plan and not by the cache's, so that no instance is asked for what only the
        // one before it could answer.
        let Some(rule) = rule_for(&self.plan, loaded.key) else {
            return ByRule::default();
        };
        let source = match &rule.lease {
            Some(lease) => LeaseSource::Rule(Arc::clone(lease)),
            None => LeaseSource::Policy,
        };
        let failures = self.failures;
        let lease = self.lease(&source, loaded).into_owned();
        ByRule {
            lease: Some(lease),
            failed: self.failures != failures,
        }
    }

    /// What changes purge. Never fails; see the type for what happens when the policy does.
    pub fn react(&mut self, changes: &[Change], now: Instant) -> Reaction {
        let everything = || Reaction {
            purges: vec![Purge::Everything {
                mode: PurgeMode::Drop,
            }],
            failed: true,
        };
        if self.health.is_given_up() {
            return everything();
        }
        for is_first in [true, false] {
            match self.policy.on_changes(changes, now) {
                Ok(purges) => {
                    self.succeeded();
                    return Reaction {
                        purges,
                        failed: false,
                    };
                }
                Err(error) => {
                    // The second try is on a new instance, whatever became of the first.
                    let replace = is_first || !error.leaves_the_instance_alive();
                    self.note_failure(error, replace, now);
                }
            }
            if self.health.is_given_up() {
                break;
            }
        }
        everything()
    }

    /// What the policy has learned, for the one that takes its place. Nothing from one that has nothing
    /// to hand on.
    ///
    /// # Errors
    ///
    /// The policy's; what it saved last is as good as there is then.
    pub(super) fn save(&mut self) -> Result<Option<Saved>, Error> {
        if !self.policy.exports().snapshots || self.health.is_given_up() {
            return Ok(self.saved.clone());
        }
        match self.policy.save() {
            Ok(state) => {
                let by = self.policy.name().into();
                self.saved = state.map(|state| Saved { by, state });
                self.since_saved = 0;
                Ok(self.saved.clone())
            }
            Err(error) => Err(error),
        }
    }

    /// Hands the policy what another has learned.
    ///
    /// # Errors
    ///
    /// The policy's; the guard is of no use then.
    pub(super) fn restore(&mut self, saved: &Saved) -> Result<(), Error> {
        self.policy.restore(&saved.by, &saved.state)?;
        // What it made of that it saves by itself.
        self.saved = None;
        self.since_saved = SAVED_EVERY;
        Ok(())
    }

    /// What its calls came to so far, on all instances.
    #[must_use]
    pub fn calls(&self) -> Calls {
        let mut calls = self.calls;
        calls += self.policy.calls();
        calls
    }

    /// What went wrong last.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.health.last_error()
    }

    /// Since when the safety net stands in for the policy, if it does.
    #[must_use]
    pub fn standing_in_since(&self) -> Option<Instant> {
        self.health.standing_in_since()
    }

    fn ask_for_lease(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        let lease = self.policy.on_fill(loaded)?;
        convert::check_lease(&lease, &self.limits)
            .map_err(|outcome| of(&*self.policy, "on-fill", outcome))?;
        self.succeeded();
        Ok(lease)
    }

    fn succeeded(&mut self) {
        self.health.succeeded();
        if self.policy.exports().snapshots {
            self.since_saved += 1;
            if self.since_saved >= SAVED_EVERY {
                self.since_saved = 0;
                // What cannot be saved now is as it was saved before.
                let _ = self.save();
            }
        }
    }

    fn note_failure(&mut self, error: Error, replace: bool, now: Instant) {
        self.failures += 1;
        self.health.failed(error, now);
        if !replace || self.health.is_given_up() {
            return;
        }
        if let Err(error) = self.replace_instance() {
            self.health.failed(error, now);
            self.health.give_up(now);
        }
    }

    fn replace_instance(&mut self) -> Result<(), Error> {
        let mut policy = self.configured()?;
        if let Some(saved) = &self.saved
            && policy.restore(&saved.by, &saved.state).is_err()
        {
            // Without what the one before had learned, rather than not at all.
            policy = self.configured()?;
        }
        self.calls += self.policy.calls();
        self.policy = policy;
        Ok(())
    }

    fn configured(&mut self) -> Result<Box<dyn Policy>, Error> {
        let mut policy = (self.factory)()?;
        policy.configure(&self.config)?;
        Ok(policy)
    }
}

/// What the host has against an answer of a policy.
fn of(policy: &dyn Policy, function: &'static str, outcome: Outcome) -> Error {
    Error::new(policy.name(), Some(function), outcome).of_version(policy.version())
}

/// The lease of an entry whose policy cannot be asked, or that no rule covers.
fn safety_net(source: &LeaseSource, loaded: &Loaded<'_>) -> Lease {
    let lease = Lease::for_nanos(SAFETY_NET);
    match source {
        LeaseSource::SafetyNet => lease,
        // What hid the rule's entries before hides them still.
        LeaseSource::Rule(rule) => Lease {
            tags: rule.tags.clone(),
            generations: rule.generations.clone(),
            ..lease
        },
        LeaseSource::Policy => {
            let mut tags: Vec<String> = loaded.depends_on.iter().map(|tag| (*tag).into()).collect();
            tags.push(loaded.key.to_owned());
            Lease { tags, ..lease }
        }
    }
}

#[cfg(test)]
mod tests;
