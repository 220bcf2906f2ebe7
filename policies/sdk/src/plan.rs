//! What the host does on its own once a policy is configured.

use std::time::Duration;

use shelflife_policy_derive::Settings;

use crate::lease::{Hint, Lease};

/// The name of the feed of the writes that the application announces.
pub const WRITES: &str = "writes";

/// The name of the feed of captured changes, as the simulator calls it.
pub const CAPTURE: &str = "capture";

/// What the host does from now on without calling the policy.
///
/// ```
/// use shelflife_policy::{Lease, Listen, Plan};
/// use std::time::Duration;
///
/// let safety_net = Lease::for_duration(Duration::from_secs(300));
/// let plan = Plan::every_key(safety_net).listen(Listen::Writes);
/// assert_eq!(plan.feeds, ["writes"]);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Rules by prefix, in any order; the longest prefix that a key begins with wins.
    pub rules: Vec<Rule>,
    /// The feeds whose changes the policy wants, by name.
    pub feeds: Vec<String>,
    /// Settings that this version of the contract has no field for. A host refuses a name it does not
    /// know.
    pub hints: Vec<Hint>,
}

impl Plan {
    /// One rule for every key: this lease.
    pub fn every_key(lease: Lease) -> Self {
        Self::default().rule(Rule::every_key().lease(lease))
    }

    /// One rule for every key: ask [`Policy::on_fill`](crate::Policy::on_fill) for the lease. Only for
    /// a policy that exports `leases`; a host refuses it from any other.
    pub fn on_fill() -> Self {
        Self::default().rule(Rule::every_key())
    }

    /// Adds a rule. No two rules may have the same prefix: a host refuses such a plan.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds the usual feeds.
    pub fn listen(mut self, listen: Listen) -> Self {
        self.feeds
            .extend(listen.feeds().iter().map(|feed| (*feed).to_owned()));
        self
    }

    /// Adds a feed by the name that the host was configured with.
    pub fn feed(mut self, name: impl Into<String>) -> Self {
        self.feeds.push(name.into());
        self
    }
}

/// Which of the usual feeds a policy reacts to. As a setting it is the text `"writes"`, `"capture"`
/// or `"both"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Settings)]
pub enum Listen {
    /// The writes that the application announces.
    Writes,
    /// The changes captured from the database.
    Capture,
    /// Both of them.
    Both,
}

impl Listen {
    /// The names of the feeds.
    pub const fn feeds(self) -> &'static [&'static str] {
        match self {
            Self::Writes => &[WRITES],
            Self::Capture => &[CAPTURE],
            Self::Both => &[WRITES, CAPTURE],
        }
    }
}

/// What holds for every key with a prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What the keys begin with; empty for every key.
    pub prefix: String,
    /// How entries are kept.
    pub keying: Keying,
    /// How entries are found.
    pub lookup: Lookup,
    /// The lease of every such entry. `None` asks the policy for each, on its fill.
    pub lease: Option<Lease>,
}

impl Rule {
    /// A rule for every key, kept in place, found by its text, leased on fill.
    pub fn every_key() -> Self {
        Self::prefix("")
    }

    /// The same for the keys that begin so.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            keying: Keying::InPlace,
            lookup: Lookup::Exact,
            lease: None,
        }
    }

    /// Gives every such entry this lease instead of asking on its fill.
    pub fn lease(mut self, lease: Lease) -> Self {
        self.lease = Some(lease);
        self
    }

    /// Keeps one entry a key and counter value.
    pub fn by_generation(mut self, versioning: Versioning) -> Self {
        self.keying = Keying::ByGeneration(versioning);
        self
    }

    /// Finds entries by meaning, from this cosine similarity on, between -1 and 1.
    pub fn nearest(mut self, at_least: f32) -> Self {
        self.lookup = Lookup::Nearest(at_least);
        self
    }
}

/// How entries are kept under their key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keying {
    /// One entry a key.
    InPlace,
    /// One entry a key and counter value: a bump leaves the old entry behind, unread, until its `ttl`
    /// or eviction takes it.
    ByGeneration(Versioning),
}

/// How versioned entries find their counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioning {
    /// Which counter it is.
    pub scope: Scope,
    /// How long a reader may go on using a counter value that it has looked up. A bump is noticed only
    /// after so long; zero: at once.
    pub cached_for: Duration,
}

/// Which counter a key is versioned by.
#[derive(Debug, Clone, PartialEq, Eq, Settings)]
pub enum Scope {
    /// One of its own, named like the key.
    EachKey,
    /// Shared by the keys with the same first parts, split and joined at `:`. At least 1.
    #[setting(name = "leading_parts")]
    LeadingParts(u32),
    /// One with this name, shared by every key of the rule.
    Shared(String),
}

/// How a read finds its entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lookup {
    /// By its key.
    Exact,
    /// By meaning: the entry under the key itself, else the nearest fresh entry of the same rule whose
    /// cosine similarity is at least this, between -1 and 1.
    Nearest(f32),
}
