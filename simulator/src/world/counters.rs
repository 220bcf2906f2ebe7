//! The counters of versioned keys, kept where they can get lost: `cache.counter_life`.
//!
//! The engine's own counters are never lost, and no two entries are ever kept under the same value of one.
//! Here they lie in a cache that evicts, as in many an application: whoever finds none takes it for 1, and a
//! write that finds none makes it 1. Entries are kept under the counter's value and their key, `v1:user:17`,
//! and the engine takes them for keys like any other.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rustc_hash::FxBuildHasher;
use shelflife::engine::{Keying, Plan, Scope};

use crate::random::{Purpose, stream};
use crate::scenario::Distribution;

/// The counters of one cache.
pub struct Counters {
    life: Distribution,
    lives: ChaCha8Rng,
    /// Prefixes of keys and the scope of their counters.
    scopes: Vec<(String, Scope)>,
    /// Values, and when they get lost.
    values: HashMap<String, (u64, u64), FxBuildHasher>,
}

impl Counters {
    /// The counters of a plan that has versioned keys, and the plan without them; nothing where the plan
    /// has none or they do not get lost.
    pub fn take_from(
        plan: &Plan,
        life: &Distribution,
        seed: u64,
        replication: u32,
        node: u32,
    ) -> Option<(Counters, Plan)> {
        if life.is_zero() {
            return None;
        }
        let mut plan = plan.clone();
        let mut scopes = Vec::new();
        for rule in &mut plan.rules {
            if let Keying::ByGeneration { scope, .. } = std::mem::take(&mut rule.keying) {
                scopes.push((rule.prefix.clone(), scope));
            }
        }
        if scopes.is_empty() {
            return None;
        }
        scopes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        let counters = Counters {
            life: life.clone(),
            lives: stream(seed, replication, Purpose::CounterLife, node),
            scopes,
            values: HashMap::default(),
        };
        Some((counters, plan))
    }

    /// What the entry of a key is kept under now; nothing where it is kept under the key.
    pub fn spell(&self, key: &str, now: u64) -> Option<String> {
        let mut scopes = self.scopes.iter();
        let (_, scope) = scopes.find(|(prefix, _)| key.starts_with(prefix))?;
        let version = self.value(scope.counter(key), now).unwrap_or(1);
        Some(format!("v{version}:{key}"))
    }

    /// Moves a counter.
    pub fn bump(&mut self, counter: &str, now: u64) {
        if let Some(value) = self.value(counter, now) {
            if let Some(kept) = self.values.get_mut(counter) {
                kept.0 = value + 1;
            }
            return;
        }
        let lost = now.saturating_add(self.life.sample(&mut self.lives));
        self.values.insert(counter.to_owned(), (1, lost));
    }

    fn value(&self, counter: &str, now: u64) -> Option<u64> {
        let (value, lost) = self.values.get(counter)?;
        (now < *lost).then_some(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Nanos;
    use shelflife::engine::Rule;

    fn counters(life: u64) -> Option<(Counters, Plan)> {
        let rule = |prefix: &str, keying| Rule {
            prefix: prefix.to_owned(),
            keying,
            ..Rule::default()
        };
        let versioned = Keying::ByGeneration {
            scope: Scope::EachKey,
            cached_for: 0,
        };
        let plan = Plan {
            rules: vec![rule("plain:", Keying::InPlace), rule("user:", versioned)],
            feeds: Vec::new(),
        };
        Counters::take_from(&plan, &Distribution::Constant(Nanos(life)), 1, 0, 0)
    }

    #[test]
    fn a_counter_that_is_lost_counts_from_1_again() {
        let (mut counters, plan) = counters(100).unwrap();
        assert!(plan.rules.iter().all(|rule| rule.keying == Keying::InPlace));
        let at = |counters: &Counters, now| counters.spell("user:7", now).unwrap();
        assert_eq!(at(&counters, 0), "v1:user:7", "none is taken for 1");
        counters.bump("user:7", 0);
        assert_eq!(
            at(&counters, 1),
            "v1:user:7",
            "and the first write makes it 1"
        );
        counters.bump("user:7", 50);
        assert_eq!(at(&counters, 99), "v2:user:7");
        assert_eq!(at(&counters, 100), "v1:user:7");
        counters.bump("user:7", 100);
        assert_eq!(at(&counters, 101), "v1:user:7");
        assert_eq!(counters.spell("plain:7", 0), None);
    }

    #[test]
    fn counters_that_are_kept_are_the_engine_s() {
        assert!(counters(0).is_none());
    }
}
