//! Whether chance explains a difference.

use super::LEVEL;
use super::differences::{Better, Difference};
use super::holm::holm;
use super::interval::standard_error;
use super::student::two_sided;

/// A pair of policies before its verdict.
pub(super) struct Pair {
    pub(super) difference: Difference,
    /// What the percentile's histogram cannot tell apart; 0 for any other figure.
    pub(super) resolution: f64,
    /// Nothing differs between the replications of either policy.
    pub(super) exact: bool,
    /// Pairs of equal policies are one test. Two of one policy are none.
    pub(super) test: (usize, usize),
}

impl Pair {
    /// How often chance explains it, where that is a test: where there are replications, and something
    /// was left to chance.
    fn tested(&self) -> Option<f64> {
        let differs = self.test.0 != self.test.1;
        self.difference.p.filter(|_| differs && !self.exact)
    }
}

/// How often chance alone gives a mean as far from 0 as that of these differences: the paired t-test.
///
/// Differences that are all the same have no spread to measure by, which happens to small whole numbers such
/// as the largest herd. They are taken to vary by one `step`, the least by which they could have varied: three
/// reads against two are then not shown by four replications, and thirty thousand against twenty are. Where
/// nothing is left to chance (`exact`), it explains nothing.
pub(super) fn by_chance(differences: &[f64], mean: f64, step: f64, exact: bool) -> f64 {
    let n = differences.len();
    let same = differences.iter().all(|x| *x == differences[0]);
    let error = match same {
        true if mean == 0.0 => return 1.0,
        true => step / (n as f64).sqrt(),
        false => standard_error(differences, mean),
    };
    if exact {
        return 0.0;
    }
    two_sided(mean / error, n - 1)
}

/// The verdicts of one figure, corrected together.
pub(super) fn judged(pairs: Vec<Pair>) -> Vec<Difference> {
    let mut tests: Vec<((usize, usize), f64)> = Vec::new();
    for pair in &pairs {
        if let Some(share) = pair.tested()
            && tests.iter().all(|(test, _)| *test != pair.test)
        {
            tests.push((pair.test, share));
        }
    }
    let shares: Vec<f64> = tests.iter().map(|(_, share)| *share).collect();
    let corrected = holm(&shares);
    let share_of = |pair: &Pair| {
        let place = tests.iter().position(|(test, _)| *test == pair.test)?;
        pair.tested().map(|_| corrected[place])
    };
    let judge = |pair: Pair| {
        let share = share_of(&pair);
        let mut difference = pair.difference;
        difference.p = share.or(difference.p);
        let (shown, why) = verdict(&difference, pair.exact, pair.resolution, tests.len());
        difference.a_is_better = match (shown, difference.direction.prefers(difference.mean)) {
            (false, _) => Better::NotShown,
            (true, true) => Better::Yes,
            (true, false) => Better::No,
        };
        difference.why = why;
        difference
    };
    pairs.into_iter().map(judge).collect()
}

/// Whether a difference is shown, and what that rests on.
fn verdict(difference: &Difference, exact: bool, resolution: f64, tests: usize) -> (bool, String) {
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
    let corrected = match tests {
        1 => String::new(),
        _ => format!(", corrected for {tests} comparisons"),
    };
    let why = match shown {
        true => format!("{test}{corrected}"),
        false => format!("chance could explain it: {test}{corrected}"),
    };
    (shown, why)
}
