//! The rule by which a figure is held against what is expected of it.

use serde::{Deserialize, Serialize};

use crate::statistics::{Interval, interval, t975};

/// How far an exact form may be off, as a share of what is expected.
pub const EXACT: f64 = 0.02;

/// What is expected of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// This, up to an absolute tolerance. `exact`: the form holds exactly for the world that was run, so
    /// that the deviation in units of its standard error must look normal.
    Value {
        value: f64,
        tolerance: f64,
        exact: bool,
    },
    /// No replication has more: a bound that is promised.
    AtMost(f64),
    /// The mean lies between two values that theory gives.
    Between(f64, f64),
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    Fail,
    /// The interval is wider than the tolerance: the run was too short to tell.
    Inconclusive,
}

/// A row's figure over the replications, and what it says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    pub mean: f64,
    /// Half-width of the 95 % confidence interval; none for a single replication.
    pub ci95: Option<f64>,
    /// The deviation in standard errors, where the form is exact and there is an error.
    pub z: Option<f64>,
    pub verdict: Verdict,
}

/// Judges a figure, one value a replication.
///
/// A value passes if `|mean − expected| ≤ max(tolerance, 3·ci)` and `ci ≤ tolerance`, where ci is the
/// half-width of the 95 % confidence interval (Student's t over replications): an equivalence test in the
/// sense of D. J. Schuirmann (J. Pharmacokinetics and Biopharmaceutics 15(6), 1987) whose margin is never
/// tighter than three intervals. It fails where the first does not hold. Where only the second does not,
/// nothing is shown, and it is inconclusive. What is expected to be exactly 0 has no tolerance and must be 0
/// in every replication.
#[must_use]
pub fn judge(expected: Expected, sample: &[f64]) -> Judgement {
    let Interval { mean, ci95, .. } = interval(sample);
    let half = ci95.unwrap_or(f64::INFINITY);
    let judgement = |verdict| Judgement {
        mean,
        ci95,
        z: None,
        verdict,
    };
    if sample.is_empty() || sample.iter().any(|value| !value.is_finite()) {
        return judgement(Verdict::Fail);
    }
    match expected {
        Expected::Value {
            value,
            tolerance,
            exact,
        } => {
            let off = (mean - value).abs();
            let verdict = if off > tolerance.max(3.0 * half) {
                Verdict::Fail
            } else if half > tolerance {
                Verdict::Inconclusive
            } else {
                Verdict::Pass
            };
            let error = half / t975(sample.len().saturating_sub(1).max(1));
            let known = exact && error > 0.0 && error.is_finite();
            Judgement {
                z: known.then(|| (mean - value) / error),
                ..judgement(verdict)
            }
        }
        Expected::AtMost(bound) => judgement(match sample.iter().all(|value| *value <= bound) {
            true => Verdict::Pass,
            false => Verdict::Fail,
        }),
        Expected::Between(low, high) => {
            let (from, to) = (mean - half, mean + half);
            judgement(if from >= low && to <= high {
                Verdict::Pass
            } else if to < low || from > high {
                Verdict::Fail
            } else {
                Verdict::Inconclusive
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: f64) -> Expected {
        Expected::Value {
            value,
            tolerance: EXACT * value,
            exact: true,
        }
    }

    /// Sixteen values around a mean, whose interval is `ci` wide.
    fn around(mean: f64, ci: f64) -> Vec<f64> {
        let deviation = ci * (15.0_f64).sqrt() / t975(15);
        (0..16)
            .map(|index| {
                mean + if index % 2 == 0 {
                    deviation
                } else {
                    -deviation
                }
            })
            .collect()
    }

    fn verdict(expected: Expected, mean: f64, ci: f64) -> Verdict {
        let judgement = judge(expected, &around(mean, ci));
        assert!((judgement.ci95.unwrap() - ci).abs() < 1e-9);
        judgement.verdict
    }

    #[test]
    fn a_figure_within_its_tolerance_passes_if_its_interval_is_too() {
        assert_eq!(verdict(value(1.0), 1.019, 0.001), Verdict::Pass);
        assert_eq!(verdict(value(1.0), 1.019, 0.019), Verdict::Pass);
        assert_eq!(verdict(value(1.0), 1.019, 0.021), Verdict::Inconclusive);
    }

    #[test]
    fn a_figure_off_by_more_than_three_intervals_and_its_tolerance_fails() {
        assert_eq!(verdict(value(1.0), 1.021, 0.001), Verdict::Fail);
        assert_eq!(verdict(value(1.0), 1.045, 0.019), Verdict::Pass);
        assert_eq!(verdict(value(1.0), 1.3, 0.05), Verdict::Fail);
    }

    #[test]
    fn a_single_replication_shows_nothing() {
        let judgement = judge(value(1.0), &[1.0]);
        assert_eq!(judgement.verdict, Verdict::Inconclusive);
        assert_eq!((judgement.ci95, judgement.z), (None, None));
    }

    #[test]
    fn nothing_expected_means_nothing_in_any_replication() {
        assert_eq!(judge(value(0.0), &[0.0; 4]).verdict, Verdict::Pass);
        let once = judge(value(0.0), &[0.0, 0.0, 0.0, 1e-9]);
        assert_ne!(once.verdict, Verdict::Pass);
    }

    #[test]
    fn a_bound_is_broken_by_one_replication() {
        let bound = Expected::AtMost(2.0);
        assert_eq!(judge(bound, &[1.0, 2.0]).verdict, Verdict::Pass);
        assert_eq!(judge(bound, &[1.0, 2.1]).verdict, Verdict::Fail);
    }

    #[test]
    fn a_range_holds_the_whole_interval() {
        let range = Expected::Between(0.6, 0.7);
        assert_eq!(verdict(range, 0.65, 0.01), Verdict::Pass);
        assert_eq!(verdict(range, 0.695, 0.01), Verdict::Inconclusive);
        assert_eq!(verdict(range, 0.72, 0.01), Verdict::Fail);
    }

    #[test]
    fn a_figure_that_is_no_number_fails() {
        assert_eq!(judge(value(1.0), &[1.0, f64::NAN]).verdict, Verdict::Fail);
        assert_eq!(judge(value(1.0), &[]).verdict, Verdict::Fail);
    }

    #[test]
    fn the_deviation_is_told_in_standard_errors() {
        let judgement = judge(value(1.0), &around(1.01, 0.01));
        assert!((judgement.z.unwrap() - t975(15)).abs() < 1e-6);
    }
}
