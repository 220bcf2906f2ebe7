//! Policies against each other, replication by replication.
//!
//! In each replication all policies meet the same reads and writes, the same announcements and delays
//! (common random numbers). So the difference of two policies is taken within each replication, where what
//! both met cancels, and its interval is over these differences: the paired-t interval of A. M. Law,
//! *Simulation Modeling and Analysis*, section 10.2.1; common random numbers are its section 11.2. Two
//! intervals that overlap say nothing of that kind, and are wider by as much as the policies have in common.
//!
//! The interval that stands beside a difference is that of this one comparison: it holds the true difference
//! in 95 of 100 cases. The verdict answers for more. Whoever looks up which policy is best looks at all
//! pairs, and of twenty pairs that do not differ one would look different. So the verdicts of one figure
//! are corrected together, by Holm's procedure: if no two policies differ, all say `not shown` in 95 of 100
//! cases. The procedure needs no independence, which pairs that share a policy do not have. Policies with the
//! same figure in every replication are one in this: what is tested of them is one test, not several. An
//! interval may leave out 0 beside a verdict of `not shown`. Figures are not corrected for each other: they
//! are different questions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Interval;
use super::chance::{Pair, by_chance, judged};
use super::headlines::{Direction, HEADLINES, Headline};
use super::interval::interval;
use crate::report::{PolicyInfo, PolicyKind, Run};

/// Whether a policy is better than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Better {
    #[serde(rename = "yes")]
    Yes,
    /// It is worse.
    #[serde(rename = "no")]
    No,
    /// Chance could explain the difference, or there is none.
    #[serde(rename = "not shown")]
    NotShown,
}

impl Better {
    /// The word for it in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotShown => "not shown",
        }
    }
}

/// One figure of two policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// As a summary names it: `stale_age_us.p99`.
    pub figure: String,
    /// Which way it is better.
    pub direction: Direction,
    /// The policy that comes first in the report, and the other.
    pub a: String,
    pub b: String,
    /// The figure of `a` less that of `b`: the mean over the replications in which both have it.
    pub mean: f64,
    /// The 95 % interval of this one difference is mean ± this. Null for one replication.
    pub ci95: Option<f64>,
    /// In how many replications both have the figure.
    pub replications: usize,
    /// How often chance alone gives such a difference, corrected for the other pairs of this figure: shown
    /// at 0.05 and below. Null for one replication.
    pub p: Option<f64>,
    pub a_is_better: Better,
    /// What the verdict rests on, or why there is none.
    pub why: String,
}

/// A policy with its runs.
struct Contestant<'a> {
    label: &'a str,
    runs: Vec<&'a Run>,
    /// Whether nothing differs between its replications.
    exact: bool,
}

/// Every pair of policies, the baselines apart, by every headline figure that both have: figure by figure,
/// pairs in the order of the report.
#[must_use]
pub fn differences(policies: &[PolicyInfo], runs: &[Run]) -> Vec<Difference> {
    let policies = policies
        .iter()
        .filter(|policy| policy.kind != PolicyKind::Baseline);
    let contestants: Vec<Contestant> = policies
        .map(|policy| {
            let own = runs.iter().filter(|run| run.policy == policy.label);
            let own: Vec<&Run> = own.collect();
            Contestant {
                label: &policy.label,
                exact: own.iter().all(|run| run.summary == own[0].summary),
                runs: own,
            }
        })
        .collect();
    let of_headline = |headline| judged(pairs(headline, &contestants));
    HEADLINES.iter().flat_map(of_headline).collect()
}

fn pairs(headline: &Headline, contestants: &[Contestant]) -> Vec<Pair> {
    let figures = |contestant: &Contestant| -> Vec<(u32, Option<f64>)> {
        let runs = contestant.runs.iter();
        runs.map(|run| (run.replication, headline.of(&run.summary)))
            .collect()
    };
    let figures: Vec<_> = contestants.iter().map(figures).collect();
    // The first that has the same figures stands for all that have.
    let stands_for = |index: usize| {
        let first = figures.iter().position(|other| *other == figures[index]);
        first.unwrap_or(index)
    };
    let mut pairs = Vec::new();
    for a in 0..contestants.len() {
        for b in a + 1..contestants.len() {
            let (of_a, of_b) = (&contestants[a], &contestants[b]);
            if let Some(mut pair) = pair(headline, of_a, of_b) {
                let (a, b) = (stands_for(a), stands_for(b));
                pair.test = (a.min(b), a.max(b));
                pairs.push(pair);
            }
        }
    }
    pairs
}

fn pair(headline: &Headline, a: &Contestant, b: &Contestant) -> Option<Pair> {
    let mut differences = Vec::new();
    let (mut largest, mut step): (f64, f64) = (0.0, 0.0);
    for run in &a.runs {
        let mut others = b.runs.iter();
        let Some(other) = others.find(|other| other.replication == run.replication) else {
            continue;
        };
        if let (Some(x), Some(y)) = (headline.of(&run.summary), headline.of(&other.summary)) {
            differences.push(x - y);
            largest = largest.max(x.abs()).max(y.abs());
            step = step.max(headline.step(&run.summary));
        }
    }
    if differences.is_empty() {
        return None;
    }
    let Interval { mean, ci95, of } = interval(&differences);
    let exact = a.exact && b.exact;
    Some(Pair {
        difference: Difference {
            figure: headline.name.to_owned(),
            direction: headline.direction,
            a: a.label.to_owned(),
            b: b.label.to_owned(),
            mean,
            ci95,
            replications: of,
            p: (of > 1).then(|| by_chance(&differences, mean, step, exact)),
            a_is_better: Better::NotShown,
            why: String::new(),
        },
        resolution: largest * resolution(headline, a.runs.iter().chain(&b.runs)),
        exact,
        test: (0, 0),
    })
}

/// How finely the percentile is known in the coarsest of these runs, as a share of its value.
fn resolution<'r>(headline: &Headline, runs: impl Iterator<Item = &'r &'r Run>) -> f64 {
    let Some(metric) = headline.histogram else {
        return 0.0;
    };
    let histograms = runs.filter_map(|run| run.histogram(metric));
    histograms.fold(0.0, |coarsest: f64, histogram| {
        coarsest.max(histogram.resolution)
    })
}

#[cfg(test)]
mod tests;
