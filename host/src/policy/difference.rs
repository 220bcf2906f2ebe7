//! In what two policies differ that were asked the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::error::Error;
use crate::engine::{Instant, Lease, Purge, PurgeMode};

/// Where a candidate and the policy in place differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CanaryReport {
    /// What the candidate is called.
    pub name: String,
    /// Its version, if it says one.
    pub version: Option<String>,
    /// SHA-256 of its component.
    pub sha256: String,
    /// Fills that both were asked about.
    pub fills: u64,
    /// Those with another lease.
    pub differing_fills: u64,
    /// Changes that both were told of.
    pub changes: u64,
    /// Calls with changes after which they would have purged other things.
    pub differing_changes: u64,
    /// Calls in which the candidate failed; what came of them is in none of the other figures.
    pub failures: u64,
    /// What went wrong last.
    pub last_error: Option<Error>,
    /// Since when the candidate has failed so often in a row that it is asked no more, if it has.
    pub given_up_since: Option<Instant>,
    /// The fields in which leases differed, by name.
    pub leases: Vec<LeaseDifference>,
    /// What one of them purged and the other did not, by kind.
    pub purges: Vec<PurgeDifference>,
}

/// A field in which leases differed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseDifference {
    /// The field: `ttl`, `idle`, `jitter`, `grace`, `rescue`, `refresh`, `tags` or `generations`; or
    /// `covered`, where only one of the policies has a rule for the key.
    pub field: &'static str,
    /// How many leases differed in it.
    pub count: u64,
    /// The first few.
    pub samples: Vec<Sample>,
}

/// An entry whose leases differed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// The key of the entry.
    pub key: String,
    /// What the policy in place said.
    pub live: String,
    /// What the candidate said.
    pub candidate: String,
}

/// What one of two policies purged and the other did not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurgeDifference {
    /// By what: `keys`, `keys-again`, `tags`, `prefix`, `bump`, `within` or `everything`.
    pub kind: &'static str,
    /// Names that only the policy in place purged.
    pub only_live: u64,
    /// The first few of them, with how they were purged.
    pub samples_live: Vec<String>,
    /// Names that only the candidate would have purged.
    pub only_candidate: u64,
    /// The first few of them, with how they would have been purged.
    pub samples_candidate: Vec<String>,
}

/// The fields in which two leases differ, and what they say.
pub(super) fn differing_fields(
    live: Option<&Lease>,
    candidate: Option<&Lease>,
) -> Vec<(&'static str, String, String)> {
    let (live, candidate) = match (live, candidate) {
        (None, None) => return Vec::new(),
        (Some(live), Some(candidate)) => (live, candidate),
        (live, candidate) => {
            let covered = |lease: Option<&Lease>| match lease {
                Some(_) => "a lease".to_owned(),
                None => "no rule".to_owned(),
            };
            return vec![("covered", covered(live), covered(candidate))];
        }
    };
    let time = |time: Option<u64>| match time {
        Some(nanos) => format!("{:?}", Duration::from_nanos(nanos)),
        None => "for ever".to_owned(),
    };
    let mut fields = Vec::new();
    let mut differ = |field, is_same: bool, live: String, candidate: String| {
        if !is_same {
            fields.push((field, live, candidate));
        }
    };
    let (one, other) = (live, candidate);
    differ("ttl", one.ttl == other.ttl, time(one.ttl), time(other.ttl));
    differ(
        "idle",
        one.idle == other.idle,
        time(one.idle),
        time(other.idle),
    );
    differ(
        "jitter",
        one.jitter == other.jitter,
        one.jitter.to_string(),
        other.jitter.to_string(),
    );
    differ(
        "grace",
        one.grace == other.grace,
        time(Some(one.grace)),
        time(Some(other.grace)),
    );
    differ(
        "rescue",
        one.rescue == other.rescue,
        time(Some(one.rescue)),
        time(Some(other.rescue)),
    );
    differ(
        "refresh",
        one.refresh == other.refresh,
        format!("{:?}", one.refresh),
        format!("{:?}", other.refresh),
    );
    let is_same = |one: &[String], other: &[String]| {
        one.len() == other.len() && one.iter().all(|name| other.contains(name))
    };
    differ(
        "tags",
        is_same(&one.tags, &other.tags),
        one.tags.join(", "),
        other.tags.join(", "),
    );
    differ(
        "generations",
        is_same(&one.generations, &other.generations),
        one.generations.join(", "),
        other.generations.join(", "),
    );
    fields
}

/// What purges name, how often, with how they purge it.
pub(super) fn names(purges: &[Purge]) -> BTreeMap<(&'static str, String), u64> {
    let mut names = BTreeMap::new();
    let mut note = |kind, name: String| *names.entry((kind, name)).or_insert(0) += 1;
    let how = |mode: PurgeMode| match mode {
        PurgeMode::Drop => "drop",
        PurgeMode::Expire => "expire",
        PurgeMode::Replace => "replace",
    };
    for purge in purges {
        match purge {
            Purge::Keys { keys, mode } => {
                keys.iter()
                    .for_each(|key| note("keys", format!("{key} ({})", how(*mode))));
            }
            Purge::KeysAgain { keys, mode, after } => keys.iter().for_each(|key| {
                let after = Duration::from_nanos(*after);
                note(
                    "keys-again",
                    format!("{key} ({}, after {after:?})", how(*mode)),
                );
            }),
            Purge::Tags { tags, mode } => {
                tags.iter()
                    .for_each(|tag| note("tags", format!("{tag} ({})", how(*mode))));
            }
            Purge::Prefix { prefix, mode } => note("prefix", format!("{prefix} ({})", how(*mode))),
            Purge::Bump { generation } => note("bump", generation.clone()),
            Purge::ExpireGeneration { generation } => note("expire", generation.clone()),
            Purge::Everything { mode } => note("everything", how(*mode).to_owned()),
            Purge::Within {
                centre,
                at_least,
                mode,
            } => {
                let mut name = String::new();
                // The whole vector tells two purges apart; its beginning is enough to read.
                let mut sum = 0_u64;
                for value in centre.iter() {
                    sum = sum.rotate_left(5) ^ u64::from(value.to_bits());
                }
                let first: Vec<f32> = centre.iter().take(4).copied().collect();
                let _ = write!(
                    name,
                    "{first:?}… of {} numbers, #{sum:x}, from {at_least} ({})",
                    centre.len(),
                    how(*mode)
                );
                note("within", name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn only_the_fields_that_differ_are_named() {
        let one = Lease {
            tags: vec!["a".into(), "b".into()],
            ..Lease::for_nanos(1_000_000_000)
        };
        let turned = Lease {
            tags: vec!["b".into(), "a".into()],
            ..one.clone()
        };
        assert!(differing_fields(Some(&one), Some(&turned)).is_empty());
        let other = Lease {
            ttl: None,
            grace: 5,
            ..one.clone()
        };
        let fields = differing_fields(Some(&one), Some(&other));
        assert_eq!(
            fields,
            [
                ("ttl", "1s".into(), "for ever".into()),
                ("grace", "0ns".into(), "5ns".into())
            ]
        );
        assert_eq!(
            differing_fields(Some(&one), None),
            [("covered", "a lease".into(), "no rule".into())]
        );
    }

    #[test]
    fn purges_are_the_same_whatever_calls_they_come_in() {
        let keys = |keys: &[&str]| Purge::Keys {
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
            mode: PurgeMode::Drop,
        };
        assert_eq!(
            names(&[keys(&["a", "b"])]),
            names(&[keys(&["b"]), keys(&["a"])])
        );
        assert_ne!(names(&[keys(&["a"])]), names(&[keys(&["a", "a"])]));
        let within = |last: f32| Purge::Within {
            centre: Arc::from([0.0, 0.0, 0.0, 0.0, last]),
            at_least: 0.9,
            mode: PurgeMode::Drop,
        };
        assert_ne!(names(&[within(1.0)]), names(&[within(0.5)]));
    }
}
