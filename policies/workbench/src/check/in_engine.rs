//! A case in the engine, in virtual time.

use shelflife_policy::testing::cases::{self, Case, Does, Observed, Outcome};

use super::alone::{text, words};
use super::told;
use crate::convert::{self, nanos};
use crate::drive::{Drive, Reading};
use crate::subject::Subject;

/// Runs a case.
pub(super) fn run(subject: &Subject, case: &Case) -> Observed {
    let mut drive = match Drive::new(&subject.maker(), &case.config, 0) {
        Ok(drive) => drive,
        Err(error) => return Observed::refused(words(&error)),
    };
    let plan = drive.guard().plan().clone();
    let mut observed = Observed::configured(&convert::plan_back(&plan));
    for step in &case.steps {
        let now = nanos(step.at);
        let mut outcome = Outcome::default();
        match &step.does {
            Does::Read {
                key,
                depends_on,
                size,
                load_time,
                vector,
                fails,
                ..
            } => {
                let depends_on: Vec<&str> = depends_on.iter().map(String::as_str).collect();
                let reading = Reading {
                    key,
                    depends_on: &depends_on,
                    size: *size,
                    load_time: nanos(*load_time),
                    vector: vector.as_deref(),
                    fails: *fails,
                };
                let answered = drive.read(&reading, now);
                outcome.answer = Some(answered.answer);
                match answered.filled {
                    Some(filled) if filled.failed => outcome.refused = refusal(&drive),
                    Some(filled) => {
                        outcome.lease = Some(cases::lease(&convert::lease_back(&filled.lease)));
                    }
                    None => {}
                }
            }
            Does::Changes { changes, .. } => {
                drive.until(now);
                let sightings = step.sightings.keys();
                outcome.sightings = sightings
                    .map(|key| (key.clone(), convert::sighting(drive.sighting(key, now))))
                    .collect();
                let heard: Vec<_> = told::changes(changes, &plan.feeds).collect();
                let told = drive.tell(&heard, now);
                match told.failed {
                    true => outcome.refused = refusal(&drive),
                    false => outcome.purges = Some(told.purges.iter().map(text).collect()),
                }
            }
        }
        observed.steps.push(outcome);
    }
    observed
}

fn refusal(drive: &Drive) -> Option<String> {
    let error = drive.guard().last_error();
    Some(error.map_or_else(|| "it failed".to_owned(), |error| words(&error)))
}
