//! Runs a case against native code, without a cache around it.

use super::case::{Answer, Case, Does, Step, StepChange};
use super::compare::{Observed, Outcome};
use super::text;
use crate::event::{Change, Fill, Instant};
use crate::lease::Lease;
use crate::native::NativePolicy;
use crate::plan::Plan;
use crate::testing::TestHost;

/// Runs a case against native code. Which reads hit it takes from the case: there is no cache here.
pub fn run(case: &Case, policy: &mut dyn NativePolicy) -> Observed {
    let plan = match policy.configure(&case.config) {
        Ok(plan) => plan,
        Err(text) => return Observed::refused(text),
    };
    let mut observed = Observed::configured(&plan);
    let mut host = TestHost::new();
    for step in &case.steps {
        host.now = Instant(text::nanos(step.at));
        host.sightings = step.sightings.clone();
        observed.steps.push(outcome(step, &plan, policy, &mut host));
    }
    observed
}

fn outcome(
    step: &Step,
    plan: &Plan,
    policy: &mut dyn NativePolicy,
    host: &mut TestHost,
) -> Outcome {
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
            let fill = Fill {
                key: key.clone(),
                now: Instant(text::nanos(step.at.saturating_add(*load_time))),
                size: *size,
                load_time: *load_time,
                depends_on: depends_on.clone(),
            };
            host.now = fill.now;
            match lease_of(plan, fill, policy, host) {
                Some(Ok(lease)) => outcome.lease = Some(text::lease(&lease)),
                Some(Err(refused)) => outcome.refused = Some(refused),
                None => {}
            }
        }
        Does::Changes { changes, .. } => {
            let heard: Vec<&StepChange> = changes
                .iter()
                .filter(|one| plan.feeds.contains(&one.change.feed))
                .collect();
            host.know(&heard);
            let list: Vec<Change> = heard.iter().map(|one| one.change.clone()).collect();
            let answer = match list.is_empty() {
                true => Ok(()),
                false => policy.on_changes(&list, host),
            };
            let journal = std::mem::take(&mut host.journal);
            match answer {
                Ok(()) => outcome.purges = Some(journal.iter().map(text::effect).collect()),
                Err(refused) => outcome.refused = Some(refused),
            }
        }
    }
    outcome
}

/// The lease of an entry by the longest rule that covers its key; nothing where none does.
fn lease_of(
    plan: &Plan,
    fill: Fill,
    policy: &mut dyn NativePolicy,
    host: &mut TestHost,
) -> Option<Result<Lease, String>> {
    let rules = plan
        .rules
        .iter()
        .filter(|rule| fill.key.starts_with(&rule.prefix));
    let rule = rules.max_by_key(|rule| rule.prefix.len())?;
    Some(match &rule.lease {
        Some(lease) => Ok(lease.clone()),
        None => policy.on_fill(fill, host),
    })
}

impl TestHost {
    /// Knows of these changes' rows and of nothing else.
    fn know(&mut self, changes: &[&StepChange]) {
        self.before.clear();
        self.after.clear();
        self.embeddings.clear();
        for (index, change) in changes.iter().enumerate() {
            for (column, value) in &change.before {
                self.before.insert((index, column.clone()), value.clone());
            }
            for (column, value) in &change.after {
                self.after.insert((index, column.clone()), value.clone());
            }
            if let Some(vector) = &change.vector {
                self.embeddings.insert(index, vector.clone());
            }
        }
    }
}
