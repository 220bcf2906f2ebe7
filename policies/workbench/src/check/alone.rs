//! A case in a policy without a cache: which reads hit says the case.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shelflife::engine::{Instant, Lease, Plan, Sighting};
use shelflife::policy::{Error, Loaded, Outcome as Failure, Policy, Sightings, Surroundings};
use shelflife_policy::testing::cases::{self, Answer, Case, Does, Observed, Outcome, Step};

use super::told;
use crate::convert::{self, nanos};
use crate::subject::Subject;

/// What the case says of entries.
#[derive(Default)]
struct Stated(Mutex<BTreeMap<String, Sighting>>);

impl Stated {
    fn set(&self, step: &Step) {
        let sightings = step.sightings.iter().map(|(key, sighting)| {
            let sighting = match sighting {
                shelflife_policy::Sighting::Absent => Sighting::Absent,
                shelflife_policy::Sighting::Unread => Sighting::Unread,
                shelflife_policy::Sighting::Read => Sighting::Read,
            };
            (key.clone(), sighting)
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = sightings.collect();
    }
}

impl Sightings for Stated {
    fn sighting(&self, key: &str, _: Instant) -> Sighting {
        let stated = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stated.get(key).copied().unwrap_or(Sighting::Absent)
    }
}

/// Runs a case.
pub(super) fn run(subject: &Subject, case: &Case) -> Observed {
    let stated = Arc::new(Stated::default());
    let mut number = 0_u64;
    let surroundings = Surroundings {
        random: Box::new(move || {
            number += 1;
            number - 1
        }),
        entries: Some(stated.clone()),
        ..Surroundings::default()
    };
    let configured = subject.instance(surroundings).and_then(|mut policy| {
        let plan = policy.configure(&case.config)?;
        Ok((policy, plan))
    });
    let (mut policy, plan) = match configured {
        Ok(configured) => configured,
        Err(error) => return Observed::refused(words(&error)),
    };
    let mut observed = Observed::configured(&convert::plan_back(&plan));
    for step in &case.steps {
        stated.set(step);
        observed.steps.push(outcome(step, &plan, &mut *policy));
    }
    observed
}

/// What a policy said, or what befell it.
pub(super) fn words(error: &Error) -> String {
    match error.outcome() {
        Failure::Refused(text) => text.clone(),
        other => other.to_string(),
    }
}

fn outcome(step: &Step, plan: &Plan, policy: &mut dyn Policy) -> Outcome {
    let mut outcome = Outcome::default();
    match &step.does {
        Does::Read {
            key,
            depends_on,
            size,
            load_time,
            fails,
            expect,
            lease,
            ..
        } => {
            let is_stored = lease.is_some() || !matches!(expect, Some(Answer::Hit | Answer::Error));
            if *fails || !is_stored {
                return outcome;
            }
            let depends_on: Vec<&str> = depends_on.iter().map(String::as_str).collect();
            let loaded = Loaded {
                key,
                now: nanos(step.at.saturating_add(*load_time)),
                size: *size,
                load_time: nanos(*load_time),
                depends_on: &depends_on,
            };
            match lease_of(plan, &loaded, policy) {
                Some(Ok(lease)) => outcome.lease = Some(cases::lease(&convert::lease_back(&lease))),
                Some(Err(error)) => outcome.refused = Some(words(&error)),
                None => {}
            }
        }
        Does::Changes { changes, .. } => {
            let heard: Vec<_> = told::changes(changes, &plan.feeds).collect();
            let answer = match heard.is_empty() {
                true => Ok(Vec::new()),
                false => policy.on_changes(&heard, nanos(step.at)),
            };
            match answer {
                Ok(purges) => outcome.purges = Some(purges.iter().map(text).collect()),
                Err(error) => outcome.refused = Some(words(&error)),
            }
        }
    }
    outcome
}

/// A purge as cases write it.
pub(super) fn text(purge: &shelflife::engine::Purge) -> String {
    cases::effect(&convert::effect(purge))
}

fn lease_of(
    plan: &Plan,
    loaded: &Loaded<'_>,
    policy: &mut dyn Policy,
) -> Option<Result<Lease, Error>> {
    let rules = plan.rules.iter();
    let covering = rules.filter(|rule| loaded.key.starts_with(&rule.prefix));
    let rule = covering.max_by_key(|rule| rule.prefix.len())?;
    Some(match &rule.lease {
        Some(lease) => Ok(Lease::clone(lease)),
        None => policy.on_fill(loaded),
    })
}
