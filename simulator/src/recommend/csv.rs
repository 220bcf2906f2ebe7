//! What was tried, as CSV.

use super::Request;
use super::answer::{Advice, Outcome};
use super::trial::Trial;
use crate::error::Error;
use crate::report::csv::Rows;
use crate::report::exact;

/// A row for each candidate and figure, the bounded ones and the cost: where it meets the bounds at the least
/// cost, or comes closest. `at_most` is empty for the cost.
///
/// # Errors
///
/// Never for what was run.
pub fn csv(advice: &Advice, request: &Request) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push([
        "policy", "met", "chosen", "config", "figure", "at_most", "mean", "ci95", "worst",
    ])?;
    let chosen = advice.best().map(|best| best.candidate);
    for outcome in &advice.outcomes {
        let Some(trial) = shown(outcome, request) else {
            continue;
        };
        let is_chosen = chosen.is_some_and(|chosen| std::ptr::eq(chosen, &outcome.candidate));
        let bounded = request.bounds.iter().zip(&trial.measured);
        let bounded = bounded.map(|(bound, measured)| (bound.figure, exact(bound.most), measured));
        let cost = (request.cost, String::new(), &trial.cost);
        for (figure, at_most, measured) in bounded.chain([cost]) {
            rows.push([
                outcome.candidate.policy.label.clone(),
                outcome.confirmed.is_some().to_string(),
                is_chosen.to_string(),
                serde_json::Value::Object(trial.config.clone()).to_string(),
                figure.name.to_owned(),
                at_most,
                exact(measured.mean),
                exact(measured.ci95),
                exact(measured.worst),
            ])?;
        }
    }
    rows.finish()
}

fn shown<'a>(outcome: &'a Outcome, request: &Request) -> Option<&'a Trial> {
    outcome
        .confirmed
        .as_ref()
        .or_else(|| outcome.closest(request))
}
