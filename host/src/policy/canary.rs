//! A candidate beside the policy in place: asked the same, and nothing of its answers is carried out.
//!
//! What it would have done differently is counted, with a few examples of each kind, until it is promoted
//! or dropped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::deployment::Deployment;
use super::error::Error;
use super::guard::ByRule;
use super::set::PolicySet;
use super::source::Source;
use super::swap::{Exchange, SwapReport};
use super::{Change, Loaded, Reaction};
use crate::engine::{Instant, Lease, Purge, PurgeMode};

/// Examples that are kept of each kind of difference.
const SAMPLES: usize = 8;

/// A candidate for a seat.
pub(super) struct Canary {
    pub(super) seat: usize,
    pub(super) candidate: Arc<Deployment>,
    source: Source,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    fills: u64,
    differing_fills: u64,
    changes: u64,
    differing_changes: u64,
    failures: u64,
    leases: BTreeMap<&'static str, (u64, Vec<Sample>)>,
    purges: BTreeMap<&'static str, Purged>,
}

#[derive(Default)]
struct Purged {
    only_live: u64,
    only_candidate: u64,
    samples_live: Vec<String>,
    samples_candidate: Vec<String>,
}

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

impl Canary {
    /// Asks the candidate about the entry that the policy in place gave a lease.
    pub(super) fn compare_leases(&self, loaded: &Loaded<'_>, live: &ByRule) {
        if self.candidate.health.is_given_up() {
            return;
        }
        let Ok(said) = self
            .candidate
            .with((), |(), guard| guard.lease_by_rule(loaded))
        else {
            return;
        };
        let mut seen = self.seen.lock();
        if said.failed {
            seen.failures += 1;
            return;
        }
        // Where the policy in place has failed, its lease says nothing of what it wants.
        if live.failed {
            return;
        }
        seen.fills += 1;
        let fields = differing_fields(live.lease.as_ref(), said.lease.as_ref());
        if !fields.is_empty() {
            seen.differing_fills += 1;
        }
        for (field, live, candidate) in fields {
            let (count, samples) = seen.leases.entry(field).or_default();
            *count += 1;
            if samples.len() < SAMPLES {
                samples.push(Sample {
                    key: loaded.key.to_owned(),
                    live,
                    candidate,
                });
            }
        }
    }

    /// Tells the candidate of the changes that the policy in place has reacted to, or does not listen to.
    pub(super) fn compare_purges(&self, changes: &[Change], now: Instant, live: &Reaction) {
        let candidate = &self.candidate;
        if candidate.health.is_given_up() {
            return;
        }
        let feed = changes.first().map_or("", |change| &*change.feed);
        let said = match candidate.listens_to(feed) {
            true => candidate.with((), |(), guard| guard.react(changes, now)),
            false => Ok(Reaction {
                purges: Vec::new(),
                failed: false,
            }),
        };
        let Ok(said) = said else { return };
        let mut seen = self.seen.lock();
        if said.failed {
            seen.failures += 1;
            return;
        }
        if live.failed {
            return;
        }
        seen.changes += changes.len() as u64;
        let (one, other) = (names(&live.purges), names(&said.purges));
        let mut differs = false;
        for ((kind, name), live) in &one {
            let more = live.saturating_sub(other.get(&(*kind, name.clone())).copied().unwrap_or(0));
            if more > 0 {
                differs = true;
                let purged = seen.purges.entry(kind).or_default();
                purged.only_live += more;
                keep(&mut purged.samples_live, name);
            }
        }
        for ((kind, name), candidate) in &other {
            let more =
                candidate.saturating_sub(one.get(&(*kind, name.clone())).copied().unwrap_or(0));
            if more > 0 {
                differs = true;
                let purged = seen.purges.entry(kind).or_default();
                purged.only_candidate += more;
                keep(&mut purged.samples_candidate, name);
            }
        }
        seen.differing_changes += u64::from(differs);
    }

    fn report(&self) -> CanaryReport {
        let seen = self.seen.lock();
        let compiled = &self.candidate.compiled;
        let leases = seen
            .leases
            .iter()
            .map(|(field, (count, samples))| LeaseDifference {
                field,
                count: *count,
                samples: samples.clone(),
            });
        let purges = seen.purges.iter().map(|(kind, purged)| PurgeDifference {
            kind,
            only_live: purged.only_live,
            samples_live: purged.samples_live.clone(),
            only_candidate: purged.only_candidate,
            samples_candidate: purged.samples_candidate.clone(),
        });
        CanaryReport {
            name: compiled.name().to_owned(),
            version: compiled.version().map(str::to_owned),
            sha256: compiled.sha256().to_owned(),
            fills: seen.fills,
            differing_fills: seen.differing_fills,
            changes: seen.changes,
            differing_changes: seen.differing_changes,
            failures: seen.failures,
            last_error: self.candidate.health.last_error(),
            given_up_since: self.candidate.health.standing_in_since(),
            leases: leases.collect(),
            purges: purges.collect(),
        }
    }
}

fn keep(samples: &mut Vec<String>, name: &str) {
    if samples.len() < SAMPLES {
        samples.push(name.to_owned());
    }
}

/// The fields in which two leases differ, and what they say.
fn differing_fields(
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
fn names(purges: &[Purge]) -> BTreeMap<(&'static str, String), u64> {
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

impl PolicySet {
    /// Lets a candidate run beside the policy whose place it could take: the only one, or the one with its
    /// name. It takes the place of a candidate that was there.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, or does not go with the other policies.
    pub(crate) fn start_canary(&self, source: &Source) -> Result<(), Error> {
        let _one_at_a_time = self.swapping.lock();
        let seat = self.seat_of(source)?;
        let candidate = self.load_for(seat, source)?;
        self.plan_with(Some((seat, &candidate)))?;
        // It sees whole changes or none.
        let _turn = self.turn.lock();
        self.canary.store(Some(Arc::new(Canary {
            seat,
            candidate,
            source: source.clone(),
            seen: Mutex::default(),
        })));
        Ok(())
    }

    /// Where the candidate differs so far; nothing without one.
    pub(crate) fn canary_report(&self) -> Option<CanaryReport> {
        let canary = self.canary.load_full()?;
        Some(canary.report())
    }

    /// Puts the candidate in place.
    ///
    /// # Errors
    ///
    /// If there is none, or it has failed too often in a row.
    pub(crate) fn promote_canary(&self, cache: &impl Exchange) -> Result<SwapReport, Error> {
        let mut last = self.swapping.lock();
        let refused = |reason: &str| Error::refused(&self.names(), "promote", reason.to_owned());
        let Some(canary) = self.canary.load_full() else {
            return Err(refused("no candidate runs beside it"));
        };
        if canary.candidate.health.is_given_up() {
            return Err(refused("the candidate has failed too often in a row"));
        }
        let candidate = Arc::clone(&canary.candidate);
        let wish = canary.source.entries_wish();
        // Not a candidate any more: what it is asked from now on counts.
        self.canary.store(None);
        let report = self.exchange(canary.seat, candidate, wish, Duration::ZERO, cache)?;
        *last = Some(canary.seat);
        Ok(report)
    }

    /// Lets the candidate go; what was seen of it until then.
    pub(crate) fn drop_canary(&self) -> Option<CanaryReport> {
        let _one_at_a_time = self.swapping.lock();
        let canary = self.canary.swap(None)?;
        Some(canary.report())
    }
}
