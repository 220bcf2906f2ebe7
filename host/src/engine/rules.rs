//! The rules of a plan, ordered so that a key finds its own.

use std::sync::Arc;

use super::lease::{Keying, Lease, Lookup, Plan, Rule};

/// Where the lease of an entry comes from.
#[derive(Clone, Debug)]
pub enum LeaseSource {
    /// The rule has one for all its entries.
    Rule(Arc<Lease>),
    /// The policy decides entry by entry.
    Policy,
    /// No rule covers the key: the host's safety net.
    SafetyNet,
}

/// The rules of a plan, longest prefix first.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    pub(super) fn new(plan: &Plan) -> Rules {
        let mut rules = plan.rules.clone();
        rules.sort_by(|a, b| {
            b.prefix
                .len()
                .cmp(&a.prefix.len())
                .then(a.prefix.cmp(&b.prefix))
        });
        Rules { rules }
    }

    /// The rule for a key and its number.
    pub(super) fn find(&self, key: &str) -> Option<(usize, &Rule)> {
        // A rule for every key needs no look at the key, which may be far from any cache line.
        let fits = |rule: &Rule| rule.prefix.is_empty() || key.starts_with(&rule.prefix);
        self.rules.iter().enumerate().find(|(_, rule)| fits(rule))
    }

    /// Whether every entry is kept under its key and found by it.
    pub(super) fn are_plain(&self) -> bool {
        let is_plain = |rule: &Rule| rule.keying == Keying::InPlace && rule.lookup == Lookup::Exact;
        self.rules.iter().all(is_plain)
    }

    /// The least similarity that any rule by meaning asks; nothing if there is none.
    pub(super) fn least_similarity(&self) -> Option<f32> {
        let similarities = self.rules.iter().filter_map(|rule| match rule.lookup {
            Lookup::Exact => None,
            Lookup::Nearest(at_least) => Some(at_least),
        });
        similarities.reduce(f32::min)
    }

    pub(super) fn lease_source(&self, key: &str) -> LeaseSource {
        match self.find(key) {
            None => LeaseSource::SafetyNet,
            Some((_, rule)) => match &rule.lease {
                Some(lease) => LeaseSource::Rule(Arc::clone(lease)),
                None => LeaseSource::Policy,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins_whatever_the_order() {
        let rule = |prefix: &str| Rule {
            prefix: prefix.into(),
            ..Rule::default()
        };
        let plan = Plan {
            rules: vec![rule(""), rule("user:"), rule("user:1")],
            feeds: vec![],
        };
        let rules = Rules::new(&plan);
        let prefix = |key: &str| rules.find(key).unwrap().1.prefix.clone();
        assert_eq!(prefix("user:17"), "user:1");
        assert_eq!(prefix("user:2"), "user:");
        assert_eq!(prefix("page"), "");
    }

    #[test]
    fn a_key_that_no_rule_covers_gets_the_safety_net() {
        let plan = Plan {
            rules: vec![Rule {
                prefix: "a".into(),
                ..Rule::default()
            }],
            feeds: vec![],
        };
        assert!(matches!(
            Rules::new(&plan).lease_source("b"),
            LeaseSource::SafetyNet
        ));
        assert!(matches!(
            Rules::new(&plan).lease_source("ab"),
            LeaseSource::Policy
        ));
    }
}
