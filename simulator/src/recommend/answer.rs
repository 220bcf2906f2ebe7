//! Which candidate it is, which comes next, and how sure that is.

use super::bounds::values;
use super::candidates::{Candidate, LeftOut};
use super::paste::{Paste, paste};
use super::trial::{Bench, Trial};
use super::{Request, words};
use crate::scenario::Nanos;
use crate::statistics::{Direction, Interval, interval};

/// What one candidate came to.
#[derive(Debug)]
pub struct Outcome {
    pub candidate: Candidate,
    /// What its search has run, from the shortest life on.
    pub trials: Vec<Trial>,
    /// Whether the search has found settings that meet the bounds.
    pub found: bool,
    /// These settings on replications that the search has not seen, or the next ones down that meet the
    /// bounds there.
    pub confirmed: Option<Trial>,
}

impl Outcome {
    /// The trial that misses the bounds least. There is one at least.
    #[must_use]
    pub fn closest(&self, request: &Request) -> Option<&Trial> {
        let trials = self.trials.iter();
        trials.min_by(|a, b| {
            let excess = a.excess(request).total_cmp(&b.excess(request));
            excess.then(a.cost.mean.total_cmp(&b.cost.mean))
        })
    }

    /// Why it is not the answer, where it is not.
    #[must_use]
    pub fn why_not(&self, request: &Request) -> String {
        words::why_not(self, request)
    }
}

/// A candidate with its settings, and what they came to.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    pub candidate: &'a Candidate,
    pub trial: &'a Trial,
}

/// The answer.
#[derive(Debug)]
pub struct Advice {
    /// In the order in which candidates are named.
    pub outcomes: Vec<Outcome>,
    pub left_out: Vec<LeftOut>,
    /// The cheapest that meets the bounds, as an index into `outcomes`.
    best: Option<usize>,
    /// The cheapest that meets them of another pattern.
    runner_up: Option<usize>,
    /// What to put into an application, where something meets the bounds.
    pub paste: Option<Paste>,
    /// What the answer takes for granted, a sentence each.
    pub assumptions: Vec<String>,
    /// What the confidence does not cover, a sentence each.
    pub not_covered: Vec<String>,
}

impl Advice {
    pub(super) fn new(outcomes: Vec<Outcome>, left_out: Vec<LeftOut>, bench: &Bench<'_>) -> Self {
        let request = bench.request;
        let cheapest = |but: Option<&str>| {
            let met = outcomes.iter().enumerate().filter_map(|(index, outcome)| {
                let trial = outcome.confirmed.as_ref()?;
                let other = but.is_none_or(|but| outcome.candidate.pattern != but);
                other.then_some((index, trial.cost.mean))
            });
            // Of two that cost the same the one that is named first, which is the simpler one.
            met.reduce(
                |best, other| match request.cost.is_better(other.1, best.1) {
                    true => other,
                    false => best,
                },
            )
        };
        let best = cheapest(None).map(|(index, _)| index);
        let pattern = best.map(|best| outcomes[best].candidate.pattern.clone());
        let runner_up = pattern.and_then(|pattern| cheapest(Some(&pattern)));
        let mut advice = Self {
            outcomes,
            left_out,
            best,
            runner_up: runner_up.map(|(index, _)| index),
            paste: None,
            assumptions: words::assumptions(bench.loaded),
            not_covered: Vec::new(),
        };
        advice.not_covered = words::not_covered(&advice, bench);
        advice.paste = advice.best().map(|best| paste(best, bench.loaded));
        advice
    }

    fn proposal(&self, index: Option<usize>) -> Option<Proposal<'_>> {
        let outcome = self.outcomes.get(index?)?;
        Some(Proposal {
            candidate: &outcome.candidate,
            trial: outcome.confirmed.as_ref()?,
        })
    }

    /// The cheapest that meets the bounds.
    #[must_use]
    pub fn best(&self) -> Option<Proposal<'_>> {
        self.proposal(self.best)
    }

    /// The cheapest of another pattern that meets them.
    #[must_use]
    pub fn runner_up(&self) -> Option<Proposal<'_>> {
        self.proposal(self.runner_up)
    }

    /// Where nothing meets the bounds: what misses them least.
    #[must_use]
    pub fn closest(&self, request: &Request) -> Option<Proposal<'_>> {
        let trials = self.outcomes.iter().filter_map(|outcome| {
            let candidate = &outcome.candidate;
            let trial = outcome.closest(request)?;
            Some(Proposal { candidate, trial })
        });
        trials.min_by(|a, b| a.trial.excess(request).total_cmp(&b.trial.excess(request)))
    }

    /// How much the runner-up costs beside the best: the mean difference by replication and the half-width
    /// of its 95 % interval. Both have had the same reads, writes and announcements.
    #[must_use]
    pub fn margin(&self, request: &Request) -> Option<(f64, f64)> {
        let (best, other) = (self.best()?, self.runner_up()?);
        let best = values(request.cost, &best.trial.summaries);
        let other = values(request.cost, &other.trial.summaries);
        let sign = match request.cost.better {
            Some(Direction::Higher) => -1.0,
            _ => 1.0,
        };
        let differences = best
            .iter()
            .zip(&other)
            .map(|(best, other)| sign * (other - best));
        let differences: Vec<f64> = differences.collect();
        let Interval { mean, ci95, .. } = interval(&differences);
        Some((mean, ci95.unwrap_or(0.0)))
    }
}

/// Whether the longest life that was tried is the answer: longer ones do the same in a run of this length.
pub(super) fn is_longest(proposal: Proposal<'_>, bench: &Bench<'_>) -> Option<Nanos> {
    let last = bench.ladder.len() - 1;
    let longest = proposal.candidate.has_ttl && proposal.trial.rung == last;
    longest.then(|| bench.ladder.at(last))
}
