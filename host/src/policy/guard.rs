//! Keeps a failing policy from hurting a request or losing an invalidation.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Calls, Change, Error, Exports, Limits, Loaded, Policy, convert};
use crate::engine::{Instant, Lease, LeaseSource, Nanos, Plan, Purge, PurgeMode};

/// Makes instances of a policy: the first, and another whenever one has trapped.
pub type Factory = Box<dyn FnMut() -> Result<Box<dyn Policy>, Error> + Send>;

/// After so many failures in a row the policy is left alone.
const PATIENCE: u32 = 8;

/// The safety-net lease: what entries get that no rule covers, or whose policy failed.
pub(crate) const SAFETY_NET: Nanos = 60 * 1_000_000_000;

/// A configured policy that may fail.
///
/// A failed `on-fill` gives the safety-net lease. A failed `on-changes` is tried once more on a new
/// instance; when that fails too, everything is dropped: an invalidation that nobody can carry out
/// must cost hits and never freshness. After eight failures in a row the policy is left alone and
/// every entry gets the safety-net lease.
pub struct Guard {
    factory: Factory,
    policy: Box<dyn Policy>,
    config: String,
    plan: Plan,
    limits: Limits,
    safety_net: Arc<Lease>,
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
            safety_net: Arc::new(Lease::for_nanos(SAFETY_NET)),
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
                    Err(error) => self.note_failure(error, loaded.now),
                },
            }
        }
        Cow::Owned(Lease::clone(&self.safety_net))
    }

    /// What changes purge. Never fails; see the type for what happens when the policy does.
    pub fn react(&mut self, changes: &[Change], now: Instant) -> Reaction {
        let everything = || Reaction {
            purges: vec![Purge::Everything { mode: PurgeMode::Drop }],
            failed: true,
        };
        if self.standing_in_since.is_some() {
            return everything();
        }
        for _ in 0..2 {
            match self.policy.on_changes(changes, now) {
                Ok(purges) => {
                    self.failures_in_a_row = 0;
                    return Reaction { purges, failed: false };
                }
                Err(error) => self.note_failure(error, now),
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

    fn note_failure(&mut self, error: Error, now: Instant) {
        self.failures_in_a_row += 1;
        let replace = !error.leaves_the_instance_alive();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Outcome;

    /// Fails as long as the script says so; one shared by all instances.
    struct Scripted(Arc<parking_lot::Mutex<Vec<bool>>>);

    impl Scripted {
        fn next(&self) -> Result<(), Error> {
            let works = self.0.lock().pop().unwrap_or(true);
            let trap = || Error::new("scripted", None, Outcome::Trap("as told".into()));
            if works { Ok(()) } else { Err(trap()) }
        }
    }

    impl Policy for Scripted {
        fn name(&self) -> &str {
            "scripted"
        }
        fn exports(&self) -> Exports {
            Exports { leases: true, reactions: true }
        }
        fn configure(&mut self, _: &str) -> Result<Plan, Error> {
            let rule = crate::engine::Rule::default();
            Ok(Plan { rules: vec![rule], feeds: vec!["writes".into()] })
        }
        fn on_fill(&mut self, _: &Loaded<'_>) -> Result<Lease, Error> {
            self.next().map(|()| Lease::for_nanos(7))
        }
        fn on_changes(&mut self, _: &[Change], _: Instant) -> Result<Vec<Purge>, Error> {
            self.next().map(|()| Vec::new())
        }
        fn calls(&self) -> Calls {
            Calls::default()
        }
    }

    /// The outcomes of the calls to come, in order.
    fn guard(outcomes: &[bool]) -> Guard {
        let script: Vec<bool> = outcomes.iter().rev().copied().collect();
        let script = Arc::new(parking_lot::Mutex::new(script));
        let factory: Factory = Box::new(move || Ok(Box::new(Scripted(Arc::clone(&script)))));
        Guard::configure(factory, "{}", &["writes"], Limits::default()).unwrap()
    }

    fn ttl(guard: &mut Guard) -> Nanos {
        let loaded = Loaded { key: "a", now: 0, size: 0, load_time: 0, depends_on: &[] };
        guard.lease(&LeaseSource::Policy, &loaded).ttl.unwrap()
    }

    #[test]
    fn a_failed_fill_gets_the_safety_net_and_the_next_one_asks_again() {
        let mut guard = guard(&[false, true]);
        assert_eq!(ttl(&mut guard), SAFETY_NET);
        assert_eq!(ttl(&mut guard), 7);
    }

    #[test]
    fn a_change_that_fails_once_is_carried_out_by_a_new_instance() {
        let mut guard = guard(&[false, true]);
        let reaction = guard.react(&[Change::write("a")], 0);
        assert!(!reaction.failed && reaction.purges.is_empty());
    }

    #[test]
    fn a_change_that_fails_twice_drops_everything() {
        let mut guard = guard(&[false, false]);
        let reaction = guard.react(&[Change::write("a")], 0);
        assert!(reaction.failed);
        assert_eq!(reaction.purges, [Purge::Everything { mode: PurgeMode::Drop }]);
    }

    #[test]
    fn after_eight_failures_in_a_row_the_safety_net_stands_in() {
        let mut guard = guard(&[false; 8]);
        for _ in 0..8 {
            assert_eq!(ttl(&mut guard), SAFETY_NET);
        }
        assert_eq!(guard.standing_in_since(), Some(0));
        assert_eq!(ttl(&mut guard), SAFETY_NET, "although the script would let it work");
        assert!(guard.react(&[Change::write("a")], 0).failed);
    }
}
