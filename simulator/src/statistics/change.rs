//! One figure before and after: whether chance explains the change.

use super::LEVEL;
use super::chance::by_chance;
use super::headlines::HEADLINES;
use super::holm::holm;
use super::interval::{interval, standard_error};
use super::student::{t975, two_sided};
use crate::measure::Summary;

/// By what a change is told from chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// The differences of the replications that have the same number, by the t-test. For runs with the same
    /// random numbers.
    Paired,
    /// Two means with variances of their own, by Welch's t-test. Source: B. L. Welch, “The Generalization of
    /// ‘Student's’ Problem when Several Different Population Variances are Involved”, Biometrika 34 (1947),
    /// 28–35; degrees of freedom by Satterthwaite, rounded down.
    Welch,
}

/// A figure of two runs by replication.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The number of each replication that has the figure, and the figure.
    pub before: Vec<(u32, f64)>,
    pub after: Vec<(u32, f64)>,
    /// By what the figure moves at least, where it moves at all.
    pub step: f64,
}

/// What a figure changed by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Means over the replications that are compared.
    pub before: f64,
    pub after: f64,
    /// Half-width of the 95 % interval of `after − before`. None where there are too few replications.
    pub ci95: Option<f64>,
    /// How often chance alone gives such a change. None where there are too few replications.
    pub p: Option<f64>,
}

impl Change {
    /// Compares the samples; none where one of them is empty, or nothing can be paired.
    #[must_use]
    pub fn of(samples: &Samples, test: Test) -> Option<Self> {
        match test {
            Test::Paired => paired(samples),
            Test::Welch => welch(samples),
        }
    }
}

fn paired(samples: &Samples) -> Option<Change> {
    let pairs: Vec<(f64, f64)> = samples
        .before
        .iter()
        .filter_map(|(replication, before)| {
            let after = samples.after.iter().find(|(other, _)| other == replication);
            Some((*before, after?.1))
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let differences: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let found = interval(&differences);
    let mean = |of: fn(&(f64, f64)) -> f64| {
        let numbers: Vec<f64> = pairs.iter().map(of).collect();
        interval(&numbers).mean
    };
    let p = (found.of > 1).then(|| by_chance(&differences, found.mean, samples.step, false));
    Some(Change {
        before: mean(|pair| pair.0),
        after: mean(|pair| pair.1),
        ci95: found.ci95,
        p,
    })
}

fn welch(samples: &Samples) -> Option<Change> {
    let numbers = |sample: &[(u32, f64)]| sample.iter().map(|(_, x)| *x).collect::<Vec<f64>>();
    let (before, after) = (numbers(&samples.before), numbers(&samples.after));
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let (old, new) = (interval(&before), interval(&after));
    let untested = Change {
        before: old.mean,
        after: new.mean,
        ci95: None,
        p: None,
    };
    if before.len() < 2 || after.len() < 2 {
        return Some(untested);
    }
    let is_constant = |sample: &[f64]| sample.iter().all(|x| *x == sample[0]);
    let squared = |sample: &[f64], mean: f64| match is_constant(sample) {
        true => 0.0,
        false => standard_error(sample, mean).powi(2),
    };
    let (a, b) = (squared(&before, old.mean), squared(&after, new.mean));
    let (n, m) = (before.len() as f64, after.len() as f64);
    // Without any spread they are taken to vary by one step, as everywhere.
    let (error, freedom) = match a + b > 0.0 {
        true => {
            let freedom = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (m - 1.0));
            ((a + b).sqrt(), freedom.floor().max(1.0) as usize)
        }
        false => (
            samples.step * (1.0 / n + 1.0 / m).sqrt(),
            before.len() + after.len() - 2,
        ),
    };
    let difference = new.mean - old.mean;
    Some(Change {
        ci95: Some(match a + b > 0.0 {
            true => t975(freedom) * error,
            false => 0.0,
        }),
        p: Some(match difference == 0.0 {
            true => 1.0,
            false => two_sided(difference / error, freedom),
        }),
        ..untested
    })
}

/// By what a figure of these replications moves at least; 0 for one that is no headline.
#[must_use]
pub fn step_of(figure: &str, summaries: &[&Summary]) -> f64 {
    let headline = HEADLINES.iter().find(|headline| headline.name == figure);
    headline.map_or(0.0, |headline| {
        let steps = summaries.iter().map(|summary| headline.step(summary));
        steps.fold(0.0, f64::max)
    })
}

/// Which of many changes are shown: corrected by Holm's procedure, so that the chance that *any* of them is
/// shown by mistake is at most 5 %. Gives the corrected share of each, and whether it is shown.
#[must_use]
pub fn shown(shares: &[f64]) -> Vec<(f64, bool)> {
    let corrected = holm(shares).into_iter();
    corrected.map(|p| (p, p <= 1.0 - LEVEL)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(before: &[f64], after: &[f64]) -> Samples {
        let numbered = |numbers: &[f64]| (0..).zip(numbers.iter().copied()).collect();
        Samples {
            before: numbered(before),
            after: numbered(after),
            step: 1.0,
        }
    }

    #[test]
    fn pairs_take_out_what_both_runs_have_in_common() {
        // Each replication has a level of its own, and the second run is about 1 above it.
        let samples = samples(&[10.0, 20.0, 30.0, 40.0], &[11.0, 21.1, 30.9, 41.0]);
        let paired = Change::of(&samples, Test::Paired).unwrap();
        let apart = Change::of(&samples, Test::Welch).unwrap();
        assert!(paired.p.unwrap() < 0.001, "{paired:?}");
        assert!(apart.p.unwrap() > 0.9, "{apart:?}");
        assert_eq!((paired.before, apart.before), (25.0, 25.0));
    }

    /// Means 20.82 and 23.653, t = 2.852955 with 27.89 degrees of freedom, taken as 27; the share outside by
    /// the midpoint rule over the density, elsewhere.
    #[test]
    fn welch_gives_what_was_worked_out_by_hand() {
        let a = [
            27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7,
            21.4,
        ];
        let b = [
            27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5,
            24.4,
        ];
        let change = Change::of(&samples(&a, &b), Test::Welch).unwrap();
        let p = change.p.unwrap();
        assert!((p - 0.0082128).abs() < 1e-6, "{p}");
        let ci95 = change.ci95.unwrap();
        assert!(
            (change.after - change.before - ci95).signum() > 0.0,
            "0 is outside"
        );
    }

    #[test]
    fn one_replication_has_no_test_and_none_in_common_no_change() {
        let one = Change::of(&samples(&[1.0], &[2.0]), Test::Paired).unwrap();
        assert_eq!((one.p, one.ci95, one.after), (None, None, 2.0));
        let one = Change::of(&samples(&[1.0], &[2.0, 2.5]), Test::Welch).unwrap();
        assert_eq!(one.p, None);
        assert!(Change::of(&samples(&[], &[2.0]), Test::Welch).is_none());
        let mut apart = samples(&[1.0], &[2.0]);
        apart.after[0].0 = 7;
        assert!(Change::of(&apart, Test::Paired).is_none());
    }

    #[test]
    fn numbers_without_any_spread_are_taken_to_vary_by_a_step() {
        let small = Change::of(&samples(&[2.0; 4], &[3.0; 4]), Test::Welch).unwrap();
        let large = Change::of(&samples(&[2.0; 4], &[300.0; 4]), Test::Welch).unwrap();
        assert!(small.p.unwrap() > 0.05 && large.p.unwrap() < 1e-6);
        let same = Change::of(&samples(&[2.0; 4], &[2.0; 4]), Test::Welch).unwrap();
        assert_eq!((same.p, same.ci95), (Some(1.0), Some(0.0)));
    }
}
