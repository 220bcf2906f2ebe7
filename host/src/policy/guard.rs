//! Keeps a failing policy from hurting a request or losing an invalidation.

use std::borrow::Cow;

use super::{Calls, Change, Error, Exports, Limits, Loaded, Policy, convert};
use crate::engine::{Instant, Lease, LeaseSource, Nanos, Plan, Purge, PurgeMode};

/// Makes instances of a policy: the first, and another whenever one has trapped or could not carry
/// out a change.
pub type Factory = Box<dyn FnMut() -> Result<Box<dyn Policy>, Error> + Send>;

/// After so many failures in a row the policy is left alone.
const PATIENCE: u32 = 8;

/// `ttl` of the safety-net lease, which entries get that no rule covers, or whose policy failed.
pub(crate) const SAFETY_NET: Nanos = 60 * 1_000_000_000;

/// A configured policy that may fail.
///
/// A failed `on-fill` gives the safety-net lease: a minute, tagged with the key and with what the
/// loader named, so that an invalidation by such a tag reaches the entry all the same. A failed
/// `on-changes`, by a trap or by an answer, is tried once more on a new instance; when that fails too,
/// everything is dropped: an invalidation that nobody can carry out must cost hits and never
/// freshness. After eight failures in a row, or when no new instance can be made, the policy is left
/// alone: every entry gets the safety-net lease, and every change drops everything.
pub struct Guard {
    factory: Factory,
    policy: Box<dyn Policy>,
    config: String,
    plan: Plan,
    limits: Limits,
    /// Of instances that are gone.
    calls: Calls,
    failures_in_a_row: u32,
    last_error: Option<Error>,
    standing_in_since: Option<Instant>,
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
            .map_err(|outcome| Error::new(policy.name(), Some("configure"), outcome))?;
        Ok(Guard {
            factory,
            policy,
            config: config.to_owned(),
            plan,
            limits,
            calls: Calls::default(),
            failures_in_a_row: 0,
            last_error: None,
            standing_in_since: None,
        })
    }

    /// The plan that holds.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
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
        if self.standing_in_since.is_none() {
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

    /// What changes purge. Never fails; see the type for what happens when the policy does.
    pub fn react(&mut self, changes: &[Change], now: Instant) -> Reaction {
        let everything = || Reaction {
            purges: vec![Purge::Everything {
                mode: PurgeMode::Drop,
            }],
            failed: true,
        };
        if self.standing_in_since.is_some() {
            return everything();
        }
        for is_first in [true, false] {
            match self.policy.on_changes(changes, now) {
                Ok(purges) => {
                    self.failures_in_a_row = 0;
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
            if self.standing_in_since.is_some() {
                break;
            }
        }
        everything()
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
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }

    /// Since when the safety net stands in for the policy, if it does.
    #[must_use]
    pub fn standing_in_since(&self) -> Option<Instant> {
        self.standing_in_since
    }

    fn ask_for_lease(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        let lease = self.policy.on_fill(loaded)?;
        convert::check_lease(&lease, &self.limits)
            .map_err(|outcome| Error::new(self.policy.name(), Some("on-fill"), outcome))?;
        self.failures_in_a_row = 0;
        Ok(lease)
    }

    fn note_failure(&mut self, error: Error, replace: bool, now: Instant) {
        self.failures_in_a_row += 1;
        self.last_error = Some(error);
        if self.failures_in_a_row >= PATIENCE || (replace && self.replace_instance().is_err()) {
            self.standing_in_since = Some(now);
        }
    }

    fn replace_instance(&mut self) -> Result<(), Error> {
        let mut policy = (self.factory)()?;
        policy.configure(&self.config)?;
        self.calls += self.policy.calls();
        self.policy = policy;
        Ok(())
    }
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
            let mut tags: Vec<String> =
                loaded.depends_on.iter().map(|tag| (**tag).into()).collect();
            tags.push(loaded.key.to_owned());
            Lease { tags, ..lease }
        }
    }
}

#[cfg(test)]
mod tests;
