//! What a run has shown, held against what the case says.

use std::collections::BTreeMap;
use std::fmt;

use super::case::{Answer, Case, Does, Step};
use super::text;
use crate::event::Sighting;

/// What a run of a case has shown. What a runner cannot see it leaves out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// The text by which the policy refused its settings.
    pub refused: Option<String>,
    /// The plan, as [`super::plan`] writes it.
    pub plan: Option<Vec<String>>,
    /// Names of the feeds of the plan.
    pub feeds: Option<Vec<String>>,
    /// Prefixes of the rules of the plan.
    pub prefixes: Option<Vec<String>>,
    /// What came of each step.
    pub steps: Vec<Outcome>,
}

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// What the reader got.
    pub answer: Option<Answer>,
    /// The lease of what was stored, as [`super::lease`] writes it.
    pub lease: Option<String>,
    /// What was purged, as [`super::effect`] writes it.
    pub purges: Option<Vec<String>>,
    /// The text by which the policy refused the call.
    pub refused: Option<String>,
    /// What had become of the entries that the step speaks of.
    pub sightings: BTreeMap<String, Sighting>,
}

impl Observed {
    /// A run that ended with the configuration.
    pub fn refused(text: impl Into<String>) -> Self {
        Self {
            refused: Some(text.into()),
            ..Self::default()
        }
    }

    /// A run of a policy that has this plan.
    pub fn configured(plan: &crate::Plan) -> Self {
        Self {
            plan: Some(text::plan(plan)),
            feeds: Some(plan.feeds.clone()),
            prefixes: Some(plan.rules.iter().map(|rule| rule.prefix.clone()).collect()),
            ..Self::default()
        }
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `configure`, or a step by its number, time and what it does.
    pub place: String,
    /// What: `lease`, `purges`, …
    pub what: &'static str,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            what,
            expected,
            got,
        } = self;
        write!(f, "{place}: {what}: expected {expected}, got {got}")
    }
}

/// What a run shows that the case does not say.
pub fn compare(case: &Case, observed: &Observed) -> Vec<Difference> {
    let mut found = Found {
        place: "configure".to_owned(),
        differences: Vec::new(),
    };
    match (&case.refused, &observed.refused) {
        (Some(words), got) => {
            found.contains("refusal", words, got.as_deref());
            return found.differences;
        }
        (None, Some(text)) => {
            found.is("settings", "accepted", &format!("refused: {text}"));
            return found.differences;
        }
        (None, None) => {}
    }
    if let Some(plan) = &case.plan {
        for (what, expected, got) in [
            ("feeds", &plan.feeds, &observed.feeds),
            ("prefixes", &plan.prefixes, &observed.prefixes),
        ] {
            if let (Some(expected), Some(got)) = (expected, got) {
                found.is(what, &text::set(expected), &text::set(got));
            }
        }
    }
    for (index, (step, outcome)) in case.steps.iter().zip(&observed.steps).enumerate() {
        found.place = place(index, step);
        found.step(step, outcome);
    }
    found.differences
}

/// Where two runs of a case have shown different things: each as the second has it, and as the first had.
pub fn compare_runs(case: &Case, first: &Observed, second: &Observed) -> Vec<Difference> {
    let mut found = Found {
        place: "configure".to_owned(),
        differences: Vec::new(),
    };
    let verdict = |run: &Observed| match run.refused {
        Some(_) => "refused",
        None => "accepted",
    };
    found.is("settings", verdict(first), verdict(second));
    if let (Some(first), Some(second)) = (&first.plan, &second.plan) {
        found.is("plan", &first.join(", "), &second.join(", "));
    }
    let outcomes = first.steps.iter().zip(&second.steps);
    for (index, (step, (first, second))) in case.steps.iter().zip(outcomes).enumerate() {
        found.place = place(index, step);
        if let (Some(first), Some(second)) = (first.answer, second.answer) {
            found.is("answer", &first.to_string(), &second.to_string());
        }
        if let (Some(first), Some(second)) = (&first.lease, &second.lease) {
            found.is("lease", first, second);
        }
        if let (Some(first), Some(second)) = (&first.purges, &second.purges) {
            found.is("purges", &list(first), &list(second));
        }
    }
    found.differences
}

fn place(index: usize, step: &Step) -> String {
    let does = match &step.does {
        Does::Read { key, .. } => format!("read {key}"),
        Does::Changes { changes, .. } => match &changes[..] {
            [one] => format!("change of {} {}", one.change.collection, one.change.key),
            many => format!("{} changes", many.len()),
        },
    };
    format!("step {} ({}, {does})", index + 1, text::duration(step.at))
}

struct Found {
    place: String,
    differences: Vec<Difference>,
}

impl Found {
    fn step(&mut self, step: &Step, outcome: &Outcome) {
        for (key, got) in &outcome.sightings {
            if let Some(expected) = step.sightings.get(key).filter(|expected| *expected != got) {
                let of = |sighting| format!("{sighting:?} of {key}").to_lowercase();
                self.is("sighting", &of(*expected), &of(*got));
            }
        }
        match (&step.refused, &outcome.refused) {
            // A runner that is a whole cache says nothing of it: it goes on with its safety net.
            (Some(_), None) if outcome.lease.is_none() && outcome.purges.is_none() => {}
            (Some(words), got) => {
                self.contains("refusal", words, got.as_deref());
                return;
            }
            (None, Some(text)) => {
                self.is("call", "answered", &format!("refused: {text}"));
                return;
            }
            (None, None) => {}
        }
        match &step.does {
            Does::Read { expect, lease, .. } => {
                if let (Some(expect), Some(got)) = (expect, outcome.answer) {
                    self.is("answer", &expect.to_string(), &got.to_string());
                }
                if let (Some(lease), Some(got)) = (lease, &outcome.lease) {
                    self.is("lease", lease, got);
                }
            }
            Does::Changes { purges, .. } => {
                if let (Some(purges), Some(got)) = (purges, &outcome.purges) {
                    self.is("purges", &list(purges), &list(got));
                }
            }
        }
    }

    fn contains(&mut self, what: &'static str, words: &str, got: Option<&str>) {
        let got = got.unwrap_or("nothing refused");
        if !got.contains(words) {
            self.note(what, format!("a text with {}", text::quoted(words)), got);
        }
    }

    fn is(&mut self, what: &'static str, expected: &str, got: &str) {
        if expected != got {
            self.note(what, expected.to_owned(), got);
        }
    }

    fn note(&mut self, what: &'static str, expected: String, got: &str) {
        self.differences.push(Difference {
            place: self.place.clone(),
            what,
            expected,
            got: got.to_owned(),
        });
    }
}

fn list(purges: &[String]) -> String {
    format!("[{}]", purges.join(", "))
}
