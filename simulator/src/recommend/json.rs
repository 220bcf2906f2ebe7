//! `recommendation.json`.

use serde_json::{Map, Value, json};

use super::answer::{Advice, Outcome, Proposal};
use super::trial::Trial;
use super::{Measured, Request};
use crate::error::Error;
use crate::scenario::Loaded;
use crate::workload::Workload;

/// Raised when a field changes its meaning or goes.
const SCHEMA_VERSION: u32 = 1;

/// The answer for programs. `command` is what repeats it.
///
/// # Errors
///
/// Never for what was loaded and run.
pub fn document(
    advice: &Advice,
    request: &Request,
    loaded: &Loaded,
    workload: &Workload,
    command: &str,
) -> Result<String, Error> {
    let best = advice.best();
    let bounds = request
        .bounds
        .iter()
        .map(|bound| json!({ "figure": bound.figure.name, "at_most": bound.most }));
    let trace = workload.trace.as_ref();
    let trace = trace.map(|trace| json!({ "path": trace.path, "sha256": trace.sha256 }));
    let closest = match best {
        Some(_) => None,
        None => advice.closest(request),
    };
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "program": env!("CARGO_PKG_VERSION"),
        "command": command,
        "scenario": serde_json::to_value(&loaded.scenario).map_err(Error::other)?,
        "trace": trace,
        "bounds": bounds.collect::<Vec<_>>(),
        "cost": request.cost.name,
        "met": best.is_some(),
        "recommendation": best.map(|best| proposal(best, request)),
        "paste": advice.paste,
        "confidence": best.map(|best| confidence(advice, best, request)),
        "runner_up": advice.runner_up().map(|other| proposal(other, request)),
        "costs_more_by": advice.margin(request).map(|(mean, ci95)| json!({ "mean": mean, "ci95": ci95 })),
        "closest": closest.map(|closest| proposal(closest, request)),
        "assumptions": advice.assumptions,
        "tried": advice.outcomes.iter().map(|outcome| tried(outcome, request)).collect::<Vec<_>>(),
        "left_out": advice.left_out,
    });
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Error::other(format_args!("recommendation.json: {error}")))?;
    Ok(text + "\n")
}

fn proposal(proposal: Proposal<'_>, request: &Request) -> Value {
    let candidate = proposal.candidate;
    let mut fields = figures(proposal.trial, request);
    fields.insert("pattern".to_owned(), json!(candidate.pattern));
    fields.insert("label".to_owned(), json!(candidate.policy.label));
    fields.insert("use".to_owned(), json!(candidate.policy.uses));
    Value::Object(fields)
}

/// The settings of a trial, its cost, and each bounded figure with whether it is met.
fn figures(trial: &Trial, request: &Request) -> Map<String, Value> {
    let bounds = request.bounds.iter().zip(&trial.measured);
    let bounds = bounds.map(|(bound, measured)| {
        let figure = json!({
            "mean": measured.mean,
            "ci95": measured.ci95,
            "worst": measured.worst,
            "judged": bound.judged(measured),
            "met": bound.is_met(measured),
            "met_in": bound.met_in(&trial.summaries),
        });
        (bound.figure.name.to_owned(), figure)
    });
    let bounds: Map<String, Value> = bounds.collect();
    let Measured { mean, ci95, .. } = trial.cost;
    let mut fields = Map::new();
    fields.insert("config".to_owned(), Value::Object(trial.config.clone()));
    fields.insert("cost".to_owned(), json!({ "mean": mean, "ci95": ci95 }));
    fields.insert("bounds".to_owned(), Value::Object(bounds));
    fields
}

fn confidence(advice: &Advice, best: Proposal<'_>, request: &Request) -> Value {
    let met_in = request.bounds.iter().map(|bound| {
        let met_in = bound.met_in(&best.trial.summaries);
        (bound.figure.name.to_owned(), Value::from(met_in))
    });
    json!({
        "level": 0.95,
        "replications": request.replications,
        "met_in": met_in.collect::<Map<_, _>>(),
        "not_covered": advice.not_covered,
    })
}

fn tried(outcome: &Outcome, request: &Request) -> Value {
    let trials = outcome.trials.iter();
    let trials = trials.map(|trial| Value::Object(figures(trial, request)));
    json!({
        "pattern": outcome.candidate.pattern,
        "label": outcome.candidate.policy.label,
        "met": outcome.confirmed.is_some(),
        "why": outcome.why_not(request),
        "trials": trials.collect::<Vec<_>>(),
        "confirmed": outcome.confirmed.as_ref().map(|trial| figures(trial, request)),
    })
}
