//! The values of the contract as the host has them, and as policies in Rust have them.

use std::sync::Arc;
use std::time::Duration;

use shelflife::engine::{
    Keying, Lease, Lookup, Plan, Purge, PurgeMode, Refresh, Rule, Scope, Sighting,
};
use shelflife::policy::{Change, ChangeKind};
use shelflife_policy as sdk;
use shelflife_policy::testing::Effect;

pub(crate) fn plan(plan: sdk::Plan) -> Plan {
    let rule = |rule: sdk::Rule| Rule {
        prefix: rule.prefix,
        keying: match rule.keying {
            sdk::Keying::InPlace => Keying::InPlace,
            sdk::Keying::ByGeneration(versioning) => Keying::ByGeneration {
                scope: match versioning.scope {
                    sdk::Scope::EachKey => Scope::EachKey,
                    sdk::Scope::LeadingParts(parts) => Scope::LeadingParts(parts),
                    sdk::Scope::Shared(name) => Scope::Shared(name),
                },
                cached_for: nanos(versioning.cached_for),
            },
        },
        lookup: match rule.lookup {
            sdk::Lookup::Exact => Lookup::Exact,
            sdk::Lookup::Nearest(at_least) => Lookup::Nearest(at_least),
        },
        lease: rule.lease.map(lease).map(Arc::new),
    };
    Plan {
        rules: plan.rules.into_iter().map(rule).collect(),
        feeds: plan.feeds,
    }
}

pub(crate) fn lease(lease: sdk::Lease) -> Lease {
    Lease {
        ttl: lease.ttl.map(nanos),
        idle: lease.idle.map(nanos),
        jitter: lease.jitter,
        grace: nanos(lease.grace),
        rescue: nanos(lease.rescue),
        refresh: match lease.refresh {
            sdk::Refresh::Lazy => Refresh::Lazy,
            sdk::Refresh::Ahead(share) => Refresh::Ahead(share),
            sdk::Refresh::Early(beta) => Refresh::Early(beta),
        },
        tags: lease.tags,
        generations: lease.generations,
    }
}

pub(crate) fn change(change: &Change) -> sdk::Change {
    sdk::Change {
        feed: change.feed.as_ref().to_owned(),
        position: change.position,
        collection: change.collection.as_ref().to_owned(),
        key: change.key.as_ref().to_owned(),
        kind: match change.kind {
            ChangeKind::Created => sdk::ChangeKind::Created,
            ChangeKind::Updated => sdk::ChangeKind::Updated,
            ChangeKind::Deleted => sdk::ChangeKind::Deleted,
            ChangeKind::Truncated => sdk::ChangeKind::Truncated,
            ChangeKind::Other => sdk::ChangeKind::Other,
        },
        at: sdk::Instant(change.at),
    }
}

pub(crate) fn mode(mode: sdk::PurgeMode) -> PurgeMode {
    match mode {
        sdk::PurgeMode::Drop => PurgeMode::Drop,
        sdk::PurgeMode::Expire => PurgeMode::Expire,
        sdk::PurgeMode::Replace => PurgeMode::Replace,
    }
}

/// Lengths of time past 584 years are as good as that.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A plan of the host's as policies have it.
pub(crate) fn plan_back(plan: &Plan) -> sdk::Plan {
    let rule = |rule: &Rule| sdk::Rule {
        prefix: rule.prefix.clone(),
        keying: match &rule.keying {
            Keying::InPlace => sdk::Keying::InPlace,
            Keying::ByGeneration { scope, cached_for } => {
                sdk::Keying::ByGeneration(sdk::Versioning {
                    scope: match scope {
                        Scope::EachKey => sdk::Scope::EachKey,
                        Scope::LeadingParts(parts) => sdk::Scope::LeadingParts(*parts),
                        Scope::Shared(name) => sdk::Scope::Shared(name.clone()),
                    },
                    cached_for: Duration::from_nanos(*cached_for),
                })
            }
        },
        lookup: match rule.lookup {
            Lookup::Exact => sdk::Lookup::Exact,
            Lookup::Nearest(at_least) => sdk::Lookup::Nearest(at_least),
        },
        lease: rule.lease.as_deref().map(lease_back),
    };
    sdk::Plan {
        rules: plan.rules.iter().map(rule).collect(),
        feeds: plan.feeds.clone(),
        hints: Vec::new(),
    }
}

/// A lease of the host's as policies have it.
pub(crate) fn lease_back(lease: &Lease) -> sdk::Lease {
    sdk::Lease {
        ttl: lease.ttl.map(Duration::from_nanos),
        idle: lease.idle.map(Duration::from_nanos),
        jitter: lease.jitter,
        grace: Duration::from_nanos(lease.grace),
        rescue: Duration::from_nanos(lease.rescue),
        refresh: match lease.refresh {
            Refresh::Lazy => sdk::Refresh::Lazy,
            Refresh::Ahead(share) => sdk::Refresh::Ahead(share),
            Refresh::Early(beta) => sdk::Refresh::Early(beta),
        },
        tags: lease.tags.clone(),
        generations: lease.generations.clone(),
        hints: Vec::new(),
    }
}

/// A purge of the host's as policies ask for it.
pub(crate) fn effect(purge: &Purge) -> Effect {
    match purge {
        Purge::Keys { keys, mode } => Effect::Keys(keys.clone(), mode_back(*mode)),
        Purge::KeysAgain { keys, mode, after } => {
            Effect::KeysAgain(keys.clone(), mode_back(*mode), Duration::from_nanos(*after))
        }
        Purge::Tags { tags, mode } => Effect::Tags(tags.clone(), mode_back(*mode)),
        Purge::Prefix { prefix, mode } => Effect::Prefix(prefix.clone(), mode_back(*mode)),
        // No policy asks for the second: it is the host's own.
        Purge::Bump { generation } | Purge::ExpireGeneration { generation } => {
            Effect::Bump(generation.clone())
        }
        Purge::Everything { mode } => Effect::Everything(mode_back(*mode)),
        Purge::Within {
            centre,
            at_least,
            mode,
        } => Effect::Within(centre.to_vec(), *at_least, mode_back(*mode)),
    }
}

fn mode_back(mode: PurgeMode) -> sdk::PurgeMode {
    match mode {
        PurgeMode::Drop => sdk::PurgeMode::Drop,
        PurgeMode::Expire => sdk::PurgeMode::Expire,
        PurgeMode::Replace => sdk::PurgeMode::Replace,
    }
}

/// The kind of a change as the host has it.
pub(crate) fn kind(kind: sdk::ChangeKind) -> ChangeKind {
    match kind {
        sdk::ChangeKind::Created => ChangeKind::Created,
        sdk::ChangeKind::Updated => ChangeKind::Updated,
        sdk::ChangeKind::Deleted => ChangeKind::Deleted,
        sdk::ChangeKind::Truncated => ChangeKind::Truncated,
        sdk::ChangeKind::Other => ChangeKind::Other,
    }
}

/// A length of time as people write it.
pub(crate) fn text(nanos: u64) -> String {
    sdk::testing::cases::duration(Duration::from_nanos(nanos))
}

/// What became of an entry, as policies are told.
pub(crate) fn sighting(sighting: Sighting) -> sdk::Sighting {
    match sighting {
        Sighting::Absent => sdk::Sighting::Absent,
        Sighting::Unread => sdk::Sighting::Unread,
        Sighting::Read => sdk::Sighting::Read,
    }
}
