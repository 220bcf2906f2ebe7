//! Several policies on one cache: the strictest lease counts, and purges add up.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::Outcome;
use crate::engine::{Keying, Lease, Lookup, Nanos, Plan, Refresh, Rule};

/// The rule of a plan for a key: that with the longest prefix.
pub(super) fn rule_for<'a>(plan: &'a Plan, key: &str) -> Option<&'a Rule> {
    let fitting = plan
        .rules
        .iter()
        .filter(|rule| key.starts_with(&rule.prefix));
    fitting.max_by_key(|rule| rule.prefix.len())
}

/// Two leases of one entry as one: whatever ends it earlier counts, and what hides it by one of them
/// hides it. Of the refreshes that which comes first: a share of the time rather than a draw, the smaller
/// share, the larger beta.
pub(super) fn meet(one: Lease, other: &Lease) -> Lease {
    Lease {
        ttl: earlier(one.ttl, other.ttl),
        idle: earlier(one.idle, other.idle),
        jitter: one.jitter.max(other.jitter),
        grace: one.grace.min(other.grace),
        rescue: one.rescue.min(other.rescue),
        refresh: sooner(one.refresh, other.refresh),
        tags: union(one.tags, &other.tags),
        generations: union(one.generations, &other.generations),
    }
}

fn earlier(one: Option<Nanos>, other: Option<Nanos>) -> Option<Nanos> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn sooner(one: Refresh, other: Refresh) -> Refresh {
    match (one, other) {
        (Refresh::Lazy, other) => other,
        (one, Refresh::Lazy) => one,
        (Refresh::Ahead(one), Refresh::Ahead(other)) => Refresh::Ahead(one.min(other)),
        (Refresh::Early(one), Refresh::Early(other)) => Refresh::Early(one.max(other)),
        (ahead @ Refresh::Ahead(_), _) | (_, ahead) => ahead,
    }
}

/// The names of both, in their order, each once.
fn union(mut one: Vec<String>, other: &[String]) -> Vec<String> {
    for name in other {
        if !one.contains(name) {
            one.push(name.clone());
        }
    }
    one
}

/// The plans of several policies as one. A key is covered by the rules that cover it in each of them.
///
/// # Errors
///
/// If two of them keep the same keys by different counters: an entry can be in one place only.
pub(super) fn combine(plans: &[Arc<Plan>]) -> Result<Plan, Outcome> {
    if let [plan] = plans {
        return Ok(Plan::clone(plan));
    }
    let rules = plans.iter().flat_map(|plan| &plan.rules);
    let prefixes: BTreeSet<&str> = rules.map(|rule| rule.prefix.as_str()).collect();
    let mut combined = Plan::default();
    for prefix in prefixes {
        // Whatever begins with this prefix and with no longer one of them all has these rules.
        let mut of_prefix = plans.iter().filter_map(|plan| rule_for(plan, prefix));
        let Some(first) = of_prefix.next() else {
            continue;
        };
        let mut rule = Rule {
            prefix: prefix.to_owned(),
            ..first.clone()
        };
        for other in of_prefix {
            rule = meet_rules(rule, other)?;
        }
        combined.rules.push(rule);
    }
    for feed in plans.iter().flat_map(|plan| &plan.feeds) {
        if !combined.feeds.contains(feed) {
            combined.feeds.push(feed.clone());
        }
    }
    Ok(combined)
}

fn meet_rules(one: Rule, other: &Rule) -> Result<Rule, Outcome> {
    let keying = match (one.keying, &other.keying) {
        (Keying::InPlace, keying) => keying.clone(),
        (keying, Keying::InPlace) => keying,
        (keying, other) if keying == *other => keying,
        _ => {
            let prefix = &one.prefix;
            return Err(Outcome::Invalid(format!(
                "two policies version the keys that begin with {prefix:?}, each in its own way: \
                 an entry can be kept under one counter only"
            )));
        }
    };
    let lookup = match (one.lookup, other.lookup) {
        (Lookup::Exact, lookup) | (lookup, Lookup::Exact) => lookup,
        (Lookup::Nearest(one), Lookup::Nearest(other)) => Lookup::Nearest(one.max(other)),
    };
    // Where one of them wants to be asked, there is no lease before it was.
    let lease = match (one.lease, &other.lease) {
        (Some(one), Some(other)) => Some(Arc::new(meet(Lease::clone(&one), other))),
        _ => None,
    };
    Ok(Rule {
        prefix: one.prefix,
        keying,
        lookup,
        lease,
    })
}

/// Whether two plans keep every key in the same place, so that what is stored by the one is found and
/// purged by the other.
pub(super) fn keep_alike(one: &Plan, other: &Plan) -> bool {
    let prefixes = one.rules.iter().chain(&other.rules);
    let keying =
        |plan, key: &str| rule_for(plan, key).map_or(Keying::InPlace, |rule| rule.keying.clone());
    prefixes
        .map(|rule| rule.prefix.as_str())
        .chain([""])
        .all(|prefix| keying(one, prefix) == keying(other, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Scope;

    fn rule(prefix: &str, ttl: Option<Nanos>) -> Rule {
        Rule {
            prefix: prefix.into(),
            lease: ttl.map(|ttl| Arc::new(Lease::for_nanos(ttl))),
            ..Rule::default()
        }
    }

    fn plan(rules: &[Rule]) -> Arc<Plan> {
        Arc::new(Plan {
            rules: rules.to_vec(),
            feeds: vec!["writes".into()],
        })
    }

    #[test]
    fn the_strictest_of_two_leases_counts_and_their_names_add_up() {
        let one = Lease {
            ttl: Some(10),
            idle: None,
            jitter: 0.1,
            grace: 5,
            rescue: 100,
            refresh: Refresh::Early(1.0),
            tags: vec!["a".into(), "b".into()],
            generations: vec!["g".into()],
        };
        let other = Lease {
            ttl: None,
            idle: Some(7),
            jitter: 0.0,
            grace: 9,
            rescue: 50,
            refresh: Refresh::Ahead(0.8),
            tags: vec!["b".into(), "c".into()],
            generations: Vec::new(),
        };
        let both = Lease {
            ttl: Some(10),
            idle: Some(7),
            jitter: 0.1,
            grace: 5,
            rescue: 50,
            refresh: Refresh::Ahead(0.8),
            tags: vec!["a".into(), "b".into(), "c".into()],
            generations: vec!["g".into()],
        };
        assert_eq!(meet(one.clone(), &other), both);
        let turned = meet(other, &one);
        assert_eq!((turned.ttl, turned.grace), (both.ttl, both.grace));
        assert_eq!(turned.refresh, both.refresh);
    }

    #[test]
    fn a_key_is_covered_by_the_longest_rule_of_each_policy() {
        let one = plan(&[rule("", Some(100)), rule("user:", Some(10))]);
        let other = plan(&[rule("user:1", Some(50)), rule("page:", None)]);
        let both = combine(&[one, other]).unwrap();
        let ttl = |key| {
            let rule = rule_for(&both, key).unwrap();
            rule.lease.as_ref().map(|lease| lease.ttl.unwrap())
        };
        assert_eq!(ttl("x"), Some(100));
        assert_eq!(ttl("user:2"), Some(10));
        assert_eq!(ttl("user:17"), Some(10), "the shorter of two that cover it");
        assert_eq!(ttl("page:1"), None, "one of them is to be asked");
        assert_eq!(both.feeds, ["writes"]);
    }

    #[test]
    fn two_policies_cannot_keep_a_key_in_two_places() {
        let by = |name: &str| {
            let keying = Keying::ByGeneration {
                scope: Scope::Shared(name.into()),
                cached_for: 0,
            };
            let rule = Rule {
                keying,
                ..rule("", Some(1))
            };
            plan(&[rule])
        };
        let refused = combine(&[by("a"), by("b")]).unwrap_err().to_string();
        assert!(refused.contains("each in its own way"), "{refused}");
        assert!(combine(&[by("a"), by("a")]).is_ok());
        assert!(combine(&[by("a"), plan(&[rule("", Some(1))])]).is_ok());
        assert!(!keep_alike(&by("a"), &plan(&[rule("", Some(1))])));
        assert!(!keep_alike(&by("a"), &by("b")));
        assert!(keep_alike(&by("a"), &by("a")));
    }

    #[test]
    fn what_two_leases_come_to_is_never_laxer_than_one_of_them() {
        let mut rng = fastrand::Rng::with_seed(0);
        let mut lease = || Lease {
            ttl: rng.bool().then(|| rng.u64(0..100)),
            idle: rng.bool().then(|| rng.u64(0..100)),
            jitter: rng.f64(),
            grace: rng.u64(0..100),
            rescue: rng.u64(0..100),
            refresh: match rng.u8(0..3) {
                0 => Refresh::Lazy,
                1 => Refresh::Ahead(rng.f64()),
                _ => Refresh::Early(rng.f64() + 0.1),
            },
            tags: (0..rng.usize(0..4)).map(|n| n.to_string()).collect(),
            generations: Vec::new(),
        };
        let end = |time: Option<Nanos>| time.unwrap_or(Nanos::MAX);
        for _ in 0..1_000 {
            let (one, other) = (lease(), lease());
            let both = meet(one.clone(), &other);
            for each in [&one, &other] {
                assert!(end(both.ttl) <= end(each.ttl) && end(both.idle) <= end(each.idle));
                assert!(both.grace <= each.grace && both.rescue <= each.rescue);
                assert!(both.jitter >= each.jitter);
                assert!(each.tags.iter().all(|tag| both.tags.contains(tag)));
            }
            assert_eq!(meet(both.clone(), &one), both, "once more changes nothing");
            assert!(both.check().is_ok());
        }
    }
}
