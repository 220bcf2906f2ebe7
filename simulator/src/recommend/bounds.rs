//! What is asked for, and whether it is met.

use serde::Serialize;
use serde_json::Value;

use crate::measure::Summary;
use crate::report::figures::{FigureKind, to_compare_by};
use crate::statistics::{Direction, Interval, interval};

/// A figure that may be at most so much.
#[derive(Clone, Debug)]
pub struct Bound {
    pub figure: &'static FigureKind,
    pub most: f64,
    /// Whether it is about how stale answers are, and is met the better the shorter entries live. The others
    /// are about what the origin bears, and are met the better the longer they do.
    pub is_staleness: bool,
}

/// A figure over the replications of one trial.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub mean: f64,
    /// Half-width of the 95 % interval of the mean.
    pub ci95: f64,
    /// The largest of all replications.
    pub worst: f64,
}

impl Measured {
    /// Of one figure.
    #[must_use]
    pub fn of(figure: &FigureKind, summaries: &[Summary]) -> Self {
        let values = values(figure, summaries);
        let Interval { mean, ci95, .. } = interval(&values);
        Self {
            mean,
            ci95: ci95.unwrap_or(0.0),
            worst: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// The upper end of the interval.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.mean + self.ci95
    }
}

/// A figure by replication; 0 where a summary has null.
pub fn values(figure: &FigureKind, summaries: &[Summary]) -> Vec<f64> {
    let value = |summary: &Summary| {
        let summary = serde_json::to_value(summary).unwrap_or_default();
        let leaf = figure
            .name
            .split('.')
            .try_fold(&summary, |v, key| v.get(key));
        leaf.and_then(Value::as_f64).unwrap_or(0.0)
    };
    summaries.iter().map(value).collect()
}

impl Bound {
    /// That a figure be at most so much.
    ///
    /// # Errors
    ///
    /// There is no such figure, or more of it is better.
    pub fn new(name: &str, most: f64) -> Result<Self, String> {
        let figure = to_compare_by(name)?;
        if figure.better != Some(Direction::Lower) {
            return Err(format!("`{name}` is the better the higher it is"));
        }
        let is_staleness = name.starts_with("stale_") || name.starts_with("bound_violations");
        Ok(Self {
            figure,
            most,
            is_staleness,
        })
    }

    /// Whether a figure that is a maximum: then the worst replication counts too.
    fn is_maximum(&self) -> bool {
        self.figure.name.ends_with(".max")
    }

    /// What has to stay within the bound: the upper end of the interval, and of a maximum the largest that
    /// was seen as well.
    #[must_use]
    pub fn judged(&self, measured: &Measured) -> f64 {
        match self.is_maximum() {
            true => measured.upper().max(measured.worst),
            false => measured.upper(),
        }
    }

    #[must_use]
    pub fn is_met(&self, measured: &Measured) -> bool {
        self.judged(measured) <= self.most
    }

    /// In how many replications the figure itself is within the bound.
    #[must_use]
    pub fn met_in(&self, summaries: &[Summary]) -> usize {
        let values = values(self.figure, summaries);
        values.iter().filter(|value| **value <= self.most).count()
    }

    /// How far outside, as a multiple of the bound: above 1 where it is not met.
    #[must_use]
    pub fn excess(&self, measured: &Measured) -> f64 {
        let judged = self.judged(measured);
        match self.most > 0.0 {
            true => judged / self.most,
            false if judged <= 0.0 => 0.0,
            // Of a bound of nothing there are no multiples. Shares and ages keep their order.
            false => 1e6 * (1.0 + judged),
        }
    }

    /// `stale_ratio ≤ 0.100 %`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} ≤ {}", self.figure.name, self.figure.write(self.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summaries(ratios: &[f64]) -> Vec<Summary> {
        let with = |ratio: &f64| Summary {
            stale_ratio: *ratio,
            ..Summary::default()
        };
        ratios.iter().map(with).collect()
    }

    #[test]
    fn the_upper_end_of_the_interval_has_to_be_within_the_bound_and_not_the_mean_alone() {
        let summaries = summaries(&[0.001, 0.002, 0.003, 0.004]);
        let bound = |most| Bound::new("stale_ratio", most).unwrap();
        let measured = Measured::of(bound(1.0).figure, &summaries);
        assert!((measured.mean - 0.0025).abs() < 1e-12);
        assert!(measured.upper() > 0.0045 && measured.upper() < 0.0046);
        assert!(!bound(0.0026).is_met(&measured) && bound(0.0046).is_met(&measured));
        assert_eq!(bound(0.0026).met_in(&summaries), 2);
    }

    #[test]
    fn a_maximum_is_kept_by_every_replication() {
        let with = |max: f64| {
            let mut summary = Summary::default();
            summary.stale_age_us.max = max;
            summary
        };
        let mut maxima = vec![1.0; 40];
        maxima.push(5.0);
        let summaries: Vec<Summary> = maxima.into_iter().map(with).collect();
        let bound = Bound::new("stale_age_us.max", 4.0).unwrap();
        let measured = Measured::of(bound.figure, &summaries);
        assert!(measured.upper() < 4.0);
        assert!(!bound.is_met(&measured));
    }

    #[test]
    fn a_bound_of_nothing_is_met_by_nothing_alone() {
        let bound = Bound::new("stale_ratio", 0.0).unwrap();
        let none = Measured::of(bound.figure, &summaries(&[0.0, 0.0]));
        assert!(bound.is_met(&none) && bound.excess(&none) == 0.0);
        let some = Measured::of(bound.figure, &summaries(&[0.0, 0.1]));
        assert!(!bound.is_met(&some) && bound.excess(&some) > 1.0);
        assert!(Bound::new("hit_ratio", 0.5).is_err());
    }
}
