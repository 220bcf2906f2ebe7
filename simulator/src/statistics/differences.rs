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
//! cases. The procedure needs no independence, which pairs that share a policy do not have. An interval may
//! therefore leave out 0 beside a verdict of `not shown`. Figures are not corrected for each other: they are
//! different questions.

use serde::{Deserialize, Serialize};

use super::headlines::{Direction, HEADLINES, Headline};
use super::holm::holm;
use super::interval::{interval, standard_error};
use super::student::two_sided;
use super::{Interval, LEVEL};
use crate::measure::Summary;
use crate::report::{PolicyInfo, PolicyKind, Run};

/// Whether a policy is better than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A pair before its verdict.
struct Pair {
    difference: Difference,
    /// What the percentile's histogram cannot tell apart; 0 for any other figure.
    resolution: f64,
    /// Nothing differs between the replications of either policy.
    exact: bool,
}

/// Every pair of policies, the baselines apart, by every headline figure that both have: figure by figure,
/// pairs in the order of the report.
#[must_use]
pub fn differences(policies: &[PolicyInfo], runs: &[Run]) -> Vec<Difference> {
    let contestants: Vec<(&str, Vec<&Run>)> = policies
        .iter()
        .filter(|policy| policy.kind != PolicyKind::Baseline)
        .map(|policy| {
            let own = runs.iter().filter(|run| run.policy == policy.label);
            (policy.label.as_str(), own.collect())
        })
        .collect();
    let mut found = Vec::new();
    for headline in &HEADLINES {
        let mut pairs = Vec::new();
        for (index, a) in contestants.iter().enumerate() {
            let later = &contestants[index + 1..];
            pairs.extend(later.iter().filter_map(|b| pair(headline, a, b)));
        }
        found.extend(judged(pairs));
    }
    found
}

fn pair(headline: &Headline, a: &(&str, Vec<&Run>), b: &(&str, Vec<&Run>)) -> Option<Pair> {
    let mut differences = Vec::new();
    let (mut largest, mut step): (f64, f64) = (0.0, 0.0);
    for run in &a.1 {
        let other =
            b.1.iter()
                .find(|other| other.replication == run.replication);
        let both = other
            .and_then(|other| Some((headline.of(&run.summary)?, headline.of(&other.summary)?)));
        if let Some((x, y)) = both {
            differences.push(x - y);
            largest = largest.max(x.abs()).max(y.abs());
            step = step.max(headline.step(&run.summary));
        }
    }
    if differences.is_empty() {
        return None;
    }
    let Interval { mean, ci95, of } = interval(&differences);
    let same = |runs: &[&Run]| {
        let summaries = runs.iter().map(|run| &run.summary);
        all_equal(summaries)
    };
    let exact = same(&a.1) && same(&b.1);
    Some(Pair {
        difference: Difference {
            figure: headline.name.to_owned(),
            direction: headline.direction,
            a: a.0.to_owned(),
            b: b.0.to_owned(),
            mean,
            ci95,
            replications: of,
            p: (of > 1).then(|| by_chance(&differences, mean, step, exact)),
            a_is_better: Better::NotShown,
            why: String::new(),
        },
        resolution: largest * resolution(headline, a.1.iter().chain(&b.1)),
        exact,
    })
}

fn all_equal<'s>(mut summaries: impl Iterator<Item = &'s Summary>) -> bool {
    match summaries.next() {
        Some(first) => summaries.all(|other| other == first),
        None => true,
    }
}

/// How finely the percentile is known in the coarsest of these runs, as a share of its value.
fn resolution<'r>(headline: &Headline, runs: impl Iterator<Item = &'r &'r Run>) -> f64 {
    let Some(metric) = headline.histogram else {
        return 0.0;
    };
    let histograms = runs.flat_map(|run| &run.histograms);
    let read_from = histograms.filter(|histogram| histogram.metric == metric);
    read_from.fold(0.0, |coarsest: f64, histogram| {
        coarsest.max(histogram.resolution)
    })
}

/// How often chance alone gives a mean as far from 0 as this one: the paired t-test.
///
/// Differences that are all the same have no spread to measure by, which happens to small whole numbers such
/// as the largest herd. They are taken to vary by one `step`, the least by which they could have varied: three
/// reads against two are then not shown by four replications, and thirty thousand against twenty are. Where
/// nothing is left to chance (`exact`), it explains nothing.
fn by_chance(differences: &[f64], mean: f64, step: f64, exact: bool) -> f64 {
    let n = differences.len();
    let spread = standard_error(differences, mean);
    if mean == 0.0 && spread == 0.0 {
        return 1.0;
    }
    if exact {
        return 0.0;
    }
    let same = differences.iter().all(|x| *x == differences[0]);
    let error = if same {
        step / (n as f64).sqrt()
    } else {
        spread
    };
    two_sided(mean / error, n - 1)
}

/// The verdicts of one figure, corrected together.
fn judged(pairs: Vec<Pair>) -> impl Iterator<Item = Difference> {
    // What nothing was left to chance in is no test, and pays for none.
    let tested = |pair: &Pair| pair.difference.p.filter(|_| !pair.exact);
    let shares: Vec<f64> = pairs.iter().filter_map(tested).collect();
    let family = shares.len();
    let mut corrected = holm(&shares).into_iter();
    pairs.into_iter().map(move |pair| {
        let share = tested(&pair).and_then(|_| corrected.next());
        let mut difference = pair.difference;
        difference.p = share.or(difference.p);
        let (shown, why) = verdict(&difference, pair.exact, pair.resolution, family);
        difference.a_is_better = match (shown, difference.direction.prefers(difference.mean)) {
            (false, _) => Better::NotShown,
            (true, true) => Better::Yes,
            (true, false) => Better::No,
        };
        difference.why = why;
        difference
    })
}

fn verdict(difference: &Difference, exact: bool, resolution: f64, family: usize) -> (bool, String) {
    let Difference {
        mean,
        ci95,
        p,
        replications,
        ..
    } = difference;
    let Some(p) = p else {
        let why = "one replication: nothing tells a difference from chance";
        return (false, why.to_owned());
    };
    let same = *ci95 == Some(0.0);
    if same && *mean == 0.0 {
        return (false, "equal in every replication".to_owned());
    }
    if mean.abs() <= resolution {
        return (false, "less than the histogram tells apart".to_owned());
    }
    if exact {
        let why = "the replications do not differ: no draw plays a part";
        return (true, why.to_owned());
    }
    let shown = *p <= 1.0 - LEVEL;
    let test = match same {
        true => format!(
            "the same difference in all {replications} replications, by the t-test for one step"
        ),
        false => format!("paired differences of {replications} replications, by the t-test"),
    };
    let pairs = match family {
        1 => String::new(),
        _ => format!(", corrected for {family} pairs"),
    };
    let why = match shown {
        true => format!("{test}{pairs}"),
        false => format!("chance could explain it: {test}{pairs}"),
    };
    (shown, why)
}

#[cfg(test)]
mod tests;
