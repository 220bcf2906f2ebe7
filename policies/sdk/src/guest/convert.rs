//! Values of the contract to values of the SDK and back.

use std::time::Duration;

use super::bindings::imports::shelflife::policy::types as wit;
use super::{leases, lifecycle, reactions};
use crate::event::{Change, ChangeKind, Fill, Instant, PurgeMode};
use crate::lease::{Hint, Lease, Refresh};
use crate::plan::{Keying, Lookup, Plan, Rule, Scope, Versioning};

/// Whole nanoseconds, cut to the longest that the contract can say. Not by way of 128 bits, which take a
/// component a hundred instructions.
pub(super) fn nanos(duration: Duration) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    match duration.as_secs() {
        seconds if seconds <= u64::MAX / SECOND => {
            (seconds * SECOND).saturating_add(duration.subsec_nanos().into())
        }
        _ => u64::MAX,
    }
}

pub(super) fn mode(mode: PurgeMode) -> wit::PurgeMode {
    match mode {
        PurgeMode::Drop => wit::PurgeMode::Drop,
        PurgeMode::Expire => wit::PurgeMode::Expire,
        PurgeMode::Replace => wit::PurgeMode::Replace,
    }
}

pub(super) fn lease(lease: Lease) -> wit::Lease {
    wit::Lease {
        ttl: lease.ttl.map(nanos),
        idle: lease.idle.map(nanos),
        jitter: lease.jitter,
        grace: nanos(lease.grace),
        rescue: nanos(lease.rescue),
        refresh: match lease.refresh {
            Refresh::Lazy => wit::Refresh::Lazy,
            Refresh::Ahead(share) => wit::Refresh::Ahead(share),
            Refresh::Early(beta) => wit::Refresh::Early(beta),
        },
        tags: lease.tags,
        generations: lease.generations,
        hints: hints(lease.hints),
    }
}

pub(super) fn plan(plan: Plan) -> lifecycle::Plan {
    lifecycle::Plan {
        rules: plan.rules.into_iter().map(rule).collect(),
        feeds: plan.feeds,
        hints: hints(plan.hints),
    }
}

fn rule(rule: Rule) -> lifecycle::Rule {
    lifecycle::Rule {
        prefix: rule.prefix,
        keying: match rule.keying {
            Keying::InPlace => lifecycle::Keying::InPlace,
            Keying::ByGeneration(Versioning { scope, cached_for }) => {
                lifecycle::Keying::ByGeneration(lifecycle::Versioning {
                    scope: match scope {
                        Scope::EachKey => lifecycle::Scope::EachKey,
                        Scope::LeadingParts(parts) => lifecycle::Scope::LeadingParts(parts),
                        Scope::Shared(name) => lifecycle::Scope::Shared(name),
                    },
                    cached_for: nanos(cached_for),
                })
            }
        },
        lookup: match rule.lookup {
            Lookup::Exact => lifecycle::Lookup::Exact,
            Lookup::Nearest(at_least) => lifecycle::Lookup::Nearest(at_least),
        },
        lease: rule.lease.map(lease),
    }
}

fn hints(hints: Vec<Hint>) -> Vec<wit::Hint> {
    hints
        .into_iter()
        .map(|Hint { name, value }| wit::Hint { name, value })
        .collect()
}

pub(super) fn fill(fill: leases::Fill) -> Fill {
    Fill {
        key: fill.key,
        now: Instant(fill.now),
        size: fill.size,
        load_time: Duration::from_nanos(fill.load_time),
        depends_on: fill.depends_on,
    }
}

pub(super) fn change(change: reactions::Change) -> Change {
    Change {
        feed: change.feed,
        position: change.position,
        collection: change.collection,
        key: change.key,
        kind: match change.kind {
            reactions::ChangeKind::Created => ChangeKind::Created,
            reactions::ChangeKind::Updated => ChangeKind::Updated,
            reactions::ChangeKind::Deleted => ChangeKind::Deleted,
            reactions::ChangeKind::Truncated => ChangeKind::Truncated,
            reactions::ChangeKind::Other => ChangeKind::Other,
        },
        at: Instant(change.at),
    }
}
