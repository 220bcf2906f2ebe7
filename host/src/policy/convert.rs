//! Answers of a component, checked and turned into the engine's terms.

use std::collections::HashSet;
use std::sync::Arc;

use super::bindings::imports::shelflife::policy::types;
use super::bindings::lifecycle::exports::shelflife::policy::lifecycle as wire;
use super::bindings::reactions::exports::shelflife::policy::reactions;
use super::change::{Change, ChangeKind};
use super::error::Outcome;
use super::limits::Limits;
use crate::engine::{Keying, Lease, Lookup, Plan, Refresh, Rule, Scope};

pub(super) fn plan(plan: wire::Plan, limits: &Limits) -> Result<Plan, Outcome> {
    refuse_hints("plan", &plan.hints)?;
    let rules = plan.rules.into_iter().map(|rule| self::rule(rule, limits));
    Ok(Plan {
        rules: rules.collect::<Result<_, _>>()?,
        feeds: plan.feeds,
    })
}

fn rule(rule: wire::Rule, limits: &Limits) -> Result<Rule, Outcome> {
    let keying = match rule.keying {
        wire::Keying::InPlace => Keying::InPlace,
        wire::Keying::ByGeneration(versioning) => {
            let scope = match versioning.scope {
                wire::Scope::EachKey => Scope::EachKey,
                wire::Scope::LeadingParts(parts) => Scope::LeadingParts(parts),
                wire::Scope::Shared(name) => Scope::Shared(name),
            };
            Keying::ByGeneration {
                scope,
                cached_for: versioning.cached_for,
            }
        }
    };
    let lookup = match rule.lookup {
        wire::Lookup::Exact => Lookup::Exact,
        wire::Lookup::Nearest(at_least) => Lookup::Nearest(at_least),
    };
    let lease = rule
        .lease
        .map(|lease| self::lease(lease, limits))
        .transpose()?
        .map(Arc::new);
    Ok(Rule {
        prefix: rule.prefix,
        keying,
        lookup,
        lease,
    })
}

pub(super) fn lease(lease: types::Lease, limits: &Limits) -> Result<Lease, Outcome> {
    refuse_hints("lease", &lease.hints)?;
    let refresh = match lease.refresh {
        types::Refresh::Lazy => Refresh::Lazy,
        types::Refresh::Ahead(share) => Refresh::Ahead(share),
        types::Refresh::Early(beta) => Refresh::Early(beta),
    };
    let lease = Lease {
        ttl: lease.ttl,
        idle: lease.idle,
        jitter: lease.jitter,
        grace: lease.grace,
        rescue: lease.rescue,
        refresh,
        tags: lease.tags,
        generations: lease.generations,
    };
    check_lease(&lease, limits)?;
    Ok(lease)
}

/// What every lease must keep, whoever made it.
pub(super) fn check_lease(lease: &Lease, limits: &Limits) -> Result<(), Outcome> {
    lease.check().map_err(Outcome::Invalid)?;
    let names = || lease.tags.iter().chain(&lease.generations);
    quota("tags in a lease", lease.tags.len(), limits.tags)?;
    quota(
        "generations in a lease",
        lease.generations.len(),
        limits.tags,
    )?;
    quota(
        "bytes in a name",
        names().map(String::len).max().unwrap_or(0),
        limits.name,
    )
}

/// What every plan must keep, whoever made it.
pub(super) fn check_plan(
    plan: &Plan,
    exports: super::Exports,
    known_feeds: &[&str],
    limits: &Limits,
) -> Result<(), Outcome> {
    quota("rules", plan.rules.len(), limits.rules)?;
    let mut prefixes = HashSet::new();
    for rule in &plan.rules {
        let prefix = &rule.prefix;
        quota("bytes in a name", prefix.len(), limits.name)?;
        if !prefixes.insert(prefix) {
            return Err(Outcome::Invalid(format!(
                "two rules have the prefix {prefix:?}"
            )));
        }
        match &rule.lease {
            Some(lease) => check_lease(lease, limits)?,
            None if exports.leases => {}
            None => {
                let reason =
                    "has no lease, and the policy exports no leases.on-fill to ask for one";
                return Err(Outcome::Invalid(format!(
                    "the rule for {prefix:?} {reason}"
                )));
            }
        }
        if let Keying::ByGeneration {
            scope: Scope::LeadingParts(0),
            ..
        } = rule.keying
        {
            let reason = "is versioned by 0 leading parts: at least 1 names a counter";
            return Err(Outcome::Invalid(format!(
                "the rule for {prefix:?} {reason}"
            )));
        }
        if let Lookup::Nearest(at_least) = rule.lookup
            && !(-1.0..=1.0).contains(&at_least)
        {
            let reason = format!("looks for a similarity of {at_least}: it is between -1 and 1");
            return Err(Outcome::Invalid(format!(
                "the rule for {prefix:?} {reason}"
            )));
        }
    }
    for feed in &plan.feeds {
        if !known_feeds.contains(&feed.as_str()) {
            let known = known_feeds.join(", ");
            return Err(Outcome::Invalid(format!(
                "no feed is called {feed:?}; there are: {known}"
            )));
        }
        if !exports.reactions {
            let reason = "the policy listens to a feed and exports no reactions.on-changes";
            return Err(Outcome::Invalid(reason.into()));
        }
    }
    Ok(())
}

fn refuse_hints(of: &str, hints: &[types::Hint]) -> Result<(), Outcome> {
    match hints.first() {
        None => Ok(()),
        Some(hint) => {
            let name = &hint.name;
            Err(Outcome::Invalid(format!(
                "the {of} has a hint {name:?}, which this host does not know"
            )))
        }
    }
}

pub(super) fn quota(what: &'static str, got: usize, limit: usize) -> Result<(), Outcome> {
    if got <= limit {
        Ok(())
    } else {
        Err(Outcome::Quota { what, got, limit })
    }
}

pub(super) fn change(change: &Change) -> reactions::Change<'_> {
    let kind = match change.kind {
        ChangeKind::Created => reactions::ChangeKind::Created,
        ChangeKind::Updated => reactions::ChangeKind::Updated,
        ChangeKind::Deleted => reactions::ChangeKind::Deleted,
        ChangeKind::Truncated => reactions::ChangeKind::Truncated,
        ChangeKind::Other => reactions::ChangeKind::Other,
    };
    reactions::Change {
        feed: &change.feed,
        position: change.position,
        collection: &change.collection,
        key: &change.key,
        kind,
        at: change.at,
    }
}
