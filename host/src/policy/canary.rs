//! A candidate beside the policy in place: asked the same, and nothing of its answers is carried out.
//!
//! What it would have done differently is counted, with a few examples of each kind, until it is promoted
//! or dropped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::deployment::Deployment;
use super::difference::{
    CanaryReport, LeaseDifference, PurgeDifference, Sample, differing_fields, names,
};
use super::error::Error;
use super::guard::ByRule;
use super::set::PolicySet;
use super::source::Source;
use super::swap::{Exchange, SwapReport};
use super::{Change, Loaded, Reaction};
use crate::engine::Instant;

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
        let Some(mut seen) = self.comparable(said.failed, live.failed) else {
            return;
        };
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

    /// What was seen so far, if both have answered. What the policy in place does when it has failed says
    /// nothing of what it wants.
    fn comparable(
        &self,
        candidate_failed: bool,
        live_failed: bool,
    ) -> Option<MutexGuard<'_, Seen>> {
        let mut seen = self.seen.lock();
        if candidate_failed {
            seen.failures += 1;
        }
        (!candidate_failed && !live_failed).then_some(seen)
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
        let Some(mut seen) = self.comparable(said.failed, live.failed) else {
            return;
        };
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
