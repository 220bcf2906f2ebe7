//! Tests that read like a sentence: given a plan, when changes come, then it purges.
//!
//! ```
//! use shelflife_policy::testing::{Effect, given_plan, when_configured};
//! use shelflife_policy::{Change, Fill, Lease, PurgeMode, WRITES};
//! # use shelflife_policy::{Host, Listen, Plan, Policy};
//! # struct Tags;
//! # impl Policy for Tags {
//! #     type Config = ();
//! #     fn configure(_: ()) -> Result<(Self, Plan), String> {
//! #         Ok((Tags, Plan::on_fill().listen(Listen::Writes)))
//! #     }
//! #     fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
//! #         Ok(Lease::until_purged().tags(fill.depends_on))
//! #     }
//! #     fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
//! #         let tags: Vec<_> = changes.iter().map(|change| change.key.clone()).collect();
//! #         host.purge_tags(&tags, PurgeMode::Drop);
//! #         Ok(())
//! #     }
//! # }
//!
//! given_plan::<Tags>("{}")
//!     .listens_to([WRITES])
//!     .when_filled(Fill::of("page:1").made_from("product:1"))
//!     .then_lease(Lease::until_purged().tag("product:1"))
//!     .when_changes(&[Change::updated("products", "product:1")])
//!     .then_purges([Effect::tags(["product:1"], PurgeMode::Drop)]);
//!
//! when_configured::<Tags>(r#"{ "ttl": "1s" }"#).then_refuses("unknown setting `ttl`");
//! ```
//!
//! A sentence that is not true fails at its own line, with what was expected and what came, as far as they
//! differ. The order of the tags of a lease does not count, nor that of the names in one purge; the order of
//! the purges does.

use std::fmt::Debug;
use std::time::Duration;

use super::{Effect, TestHost, difference};
use crate::config;
use crate::event::{Change, Fill, Instant};
use crate::host::Host;
use crate::lease::Lease;
use crate::plan::{Plan, Rule};
use crate::policy::Policy;

/// A policy that was configured, its plan, and what its host knows.
#[derive(Debug)]
pub struct Configured<P> {
    policy: P,
    plan: Plan,
    host: TestHost,
}

/// What a policy answered.
#[derive(Debug)]
#[must_use = "an answer that nothing is said of tests nothing"]
pub struct Answered<P, A> {
    configured: Configured<P>,
    answer: Result<A, String>,
}

/// What became of settings.
#[derive(Debug)]
#[must_use = "settings that nothing is said of test nothing"]
pub struct Settled(Result<(), String>);

/// A policy with these settings.
///
/// # Panics
///
/// Where the policy refuses the settings.
#[track_caller]
pub fn given_plan<P: Policy>(config_json: &str) -> Configured<P> {
    let (policy, plan) = super::configured(config_json);
    Configured {
        policy,
        plan,
        host: TestHost::new(),
    }
}

/// Configures a policy, for settings that it should refuse.
pub fn when_configured<P: Policy>(config_json: &str) -> Settled {
    Settled(config::read(config_json).and_then(P::configure).map(drop))
}

impl Settled {
    /// The policy refuses the settings, in a text that has this in it.
    ///
    /// # Panics
    ///
    /// Where it takes them, or says something else.
    #[track_caller]
    pub fn then_refuses(self, text: &str) {
        refuses(&self.0, "the settings", text);
    }
}

impl<P: Policy> Configured<P> {
    /// The plan names these feeds, and no others.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn listens_to<const N: usize>(self, feeds: [&str; N]) -> Self {
        difference::of_lines("the feeds of the plan", &feeds, &self.plan.feeds);
        self
    }

    /// The plan gives every key this lease, by one rule.
    ///
    /// # Panics
    ///
    /// Where it has other rules, or another lease.
    #[track_caller]
    pub fn leases_every_key(self, lease: Lease) -> Self {
        match &self.plan.rules[..] {
            [rule] if rule.prefix.is_empty() => difference::of_leases(&lease, rule.lease.as_ref()),
            rules => panic!("the plan has other rules than one for every key: {rules:#?}"),
        }
        self
    }

    /// The plan asks for the lease of every entry when it is filled.
    ///
    /// # Panics
    ///
    /// Where some rule has a lease.
    #[track_caller]
    pub fn leases_on_fill(self) -> Self {
        let fixed = self.plan.rules.iter().find(|rule| rule.lease.is_some());
        if let Some(Rule { prefix, lease, .. }) = fixed {
            panic!("the plan has a lease for the keys with the prefix `{prefix}`: {lease:#?}");
        }
        self
    }

    /// The plan, for whatever else is to be said of it.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The host, for whatever else it should know.
    pub fn host(&mut self) -> &mut TestHost {
        &mut self.host
    }

    /// The host's clock stands so long after its start.
    pub fn at(mut self, now: Duration) -> Self {
        self.host.now = Instant(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX));
        self
    }

    /// The row of the change at `index` in the next call has this column, now.
    pub fn row_after(mut self, index: usize, column: &str, value: &str) -> Self {
        self.host = self.host.row_after(index, column, value);
        self
    }

    /// The row of the change at `index` in the next call had this column, before the change.
    pub fn row_before(mut self, index: usize, column: &str, value: &str) -> Self {
        self.host = self.host.row_before(index, column, value);
        self
    }

    /// A value was loaded and is about to be stored.
    pub fn when_filled(mut self, fill: Fill) -> Answered<P, Lease> {
        let answer = self.policy.on_fill(fill, &mut Host::native(&mut self.host));
        self.host.journal.clear();
        Answered {
            configured: self,
            answer,
        }
    }

    /// These changes come, in one call. What the host knows of rows and embeddings is about this call alone.
    pub fn when_changes(mut self, changes: &[Change]) -> Answered<P, Vec<Effect>> {
        let answer = self.host.react(&mut self.policy, changes);
        self.host.forget_rows();
        Answered {
            configured: self,
            answer,
        }
    }
}

impl<P, A: Debug> Answered<P, A> {
    /// The policy refuses, in a text that has this in it; nothing of the call happens.
    ///
    /// # Panics
    ///
    /// Where it answers, or says something else.
    #[track_caller]
    pub fn then_refuses(self, text: &str) -> Configured<P> {
        refuses(&self.answer, "the call", text);
        self.configured
    }

    #[track_caller]
    fn answered(self) -> (A, Configured<P>) {
        match self.answer {
            Ok(answer) => (answer, self.configured),
            Err(text) => panic!("the policy refuses the call: {text}"),
        }
    }
}

impl<P> Answered<P, Lease> {
    /// The entry has this lease.
    ///
    /// # Panics
    ///
    /// Where it has another one, or none.
    #[track_caller]
    pub fn then_lease(self, lease: Lease) -> Configured<P> {
        let (found, configured) = self.answered();
        difference::of_leases(&lease, Some(&found));
        configured
    }

    /// The entry carries these tags and no others, whatever else its lease says.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn then_tags<const N: usize>(self, tags: [&str; N]) -> Configured<P> {
        let (mut found, configured) = self.answered();
        let mut tags = tags;
        tags.sort_unstable();
        found.tags.sort_unstable();
        difference::of_lines("the tags of the lease", &tags, &found.tags);
        configured
    }
}

impl<P> Answered<P, Vec<Effect>> {
    /// The policy asks for this, in this order, and for nothing else.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn then_purges<const N: usize>(self, effects: [Effect; N]) -> Configured<P> {
        let (found, configured) = self.answered();
        difference::of_effects(&effects, &found);
        configured
    }

    /// The policy asks for nothing.
    ///
    /// # Panics
    ///
    /// Where it does.
    #[track_caller]
    pub fn then_purges_nothing(self) -> Configured<P> {
        self.then_purges([])
    }
}

#[track_caller]
fn refuses<A: Debug>(answer: &Result<A, String>, what: &str, text: &str) {
    match answer {
        Ok(answer) => {
            panic!("the policy takes {what}, and should refuse: {text}\nit answers {answer:?}")
        }
        Err(found) if found.contains(text) => {}
        Err(found) => {
            panic!("the policy refuses {what} with\n    {found}\nand not with\n    {text}")
        }
    }
}
