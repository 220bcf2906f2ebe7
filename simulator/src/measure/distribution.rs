//! Values and how often they occurred.

use hdrhistogram::Histogram as Hdr;

use super::{Lag, Latency, Quantiles, Rate, Spread};

/// Up to here every value is kept; past it, a histogram of three significant digits.
const EXACT: usize = 1 << 20;

/// By how much of itself a value of the histogram may lie below the edge that stands for it.
const RESOLUTION: f64 = 1e-3;

/// Collects whole numbers and answers for their quantiles: exactly up to about a million of them,
/// and from then on within 0.1 %.
///
/// Percentile p of n sorted values is the one at index `min(n − 1, floor(p · n))`, or the upper edge
/// of its bucket.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// How many zeros: most reads take no time.
    zeros: u64,
    values: Vec<u64>,
    folded: Option<Box<Hdr<u64>>>,
    count: u64,
    sum: u128,
    max: u64,
}

impl Distribution {
    pub fn add(&mut self, value: u64) {
        self.add_many(value, 1);
    }

    pub fn add_many(&mut self, value: u64, count: u64) {
        self.count += count;
        self.sum += u128::from(value) * u128::from(count);
        self.max = self.max.max(value);
        if value == 0 {
            self.zeros += count;
            return;
        }
        if self.folded.is_none() && self.values.len() as u64 + count > EXACT as u64 {
            let mut folded = Hdr::new_with_bounds(1, u64::MAX / 2, 3)
                .expect("the bounds and the digits are within what a histogram can have");
            self.values
                .drain(..)
                .for_each(|value| folded.saturating_record(value));
            self.folded = Some(Box::new(folded));
        }
        match &mut self.folded {
            Some(folded) => folded.saturating_record_n(value, count),
            None => self
                .values
                .extend(std::iter::repeat_n(value, count as usize)),
        }
    }

    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum as f64 / self.count as f64
        }
    }

    pub fn max(&self) -> u64 {
        self.max
    }

    /// Values in rising order with their counts, by value or by bucket.
    fn sorted(&self) -> Vec<(u64, u64)> {
        let mut sorted = Vec::new();
        if self.zeros > 0 {
            sorted.push((0, self.zeros));
        }
        if let Some(folded) = &self.folded {
            sorted.extend(folded.iter_recorded().map(|step| {
                (
                    folded.highest_equivalent(step.value_iterated_to()),
                    step.count_at_value(),
                )
            }));
            return sorted;
        }
        let mut values = self.values.clone();
        values.sort_unstable();
        let runs = values.chunk_by(|a, b| a == b);
        sorted.extend(runs.map(|run| (run[0], run.len() as u64)));
        sorted
    }

    /// The values at these shares, each between 0 and 1; all 0 where there are no values.
    fn at<const N: usize>(&self, shares: [f64; N]) -> [f64; N] {
        let sorted = self.sorted();
        shares.map(|share| {
            let index =
                ((share * self.count as f64).floor() as u64).min(self.count.saturating_sub(1));
            let mut seen = 0;
            let found = sorted.iter().find(|(_, count)| {
                seen += count;
                seen > index
            });
            found.map_or(0.0, |(value, _)| (*value).min(self.max) as f64)
        })
    }

    /// How finely its percentiles are known, as a share of their value; 0: exactly.
    pub fn resolution(&self) -> f64 {
        match self.folded {
            Some(_) => RESOLUTION,
            None => 0.0,
        }
    }

    /// In units of `unit`.
    pub fn quantiles(&self, unit: f64) -> Quantiles {
        let [p50, p90, p99, p999] = self.at([0.5, 0.9, 0.99, 0.999]).map(|value| value / unit);
        Quantiles {
            mean: self.mean() / unit,
            p50,
            p90,
            p99,
            p999,
            max: self.max as f64 / unit,
        }
    }

    pub fn latency(&self, unit: f64) -> Latency {
        let Quantiles {
            mean,
            p50,
            p99,
            p999,
            max,
            ..
        } = self.quantiles(unit);
        Latency {
            mean,
            p50,
            p99,
            p999,
            max,
        }
    }

    pub fn lag(&self) -> Lag {
        let [p99] = self.at([0.99]);
        Lag {
            mean: self.mean(),
            p99,
            max: self.max as f64,
        }
    }

    pub fn spread(&self) -> Spread {
        let [p50, p99] = self.at([0.5, 0.99]);
        Spread {
            mean: self.mean(),
            p50,
            p99,
            max: self.max as f64,
        }
    }

    /// Counts of windows as rates a second.
    pub fn rate(&self, windows_a_second: f64) -> Rate {
        let [p99] = self.at([0.99]);
        Rate {
            mean: self.mean() * windows_a_second,
            p99: p99 * windows_a_second,
            max: self.max as f64 * windows_a_second,
        }
    }

    /// Upper edges and counts, for plots and files: at most about 90 buckets a decade, edges in
    /// units of `unit`.
    pub fn buckets(&self, unit: f64) -> Vec<(f64, u64)> {
        let mut buckets: Vec<(u64, u64)> = Vec::new();
        for (value, count) in self.sorted() {
            let edge = two_digits_up(value);
            match buckets.last_mut() {
                Some((last, sum)) if *last == edge => *sum += count,
                _ => buckets.push((edge, count)),
            }
        }
        buckets
            .into_iter()
            .map(|(edge, count)| (edge as f64 / unit, count))
            .collect()
    }
}

/// The least number of two significant digits that is not below `value`.
fn two_digits_up(value: u64) -> u64 {
    let mut step = 1u64;
    while value / step >= 100 {
        step *= 10;
    }
    value.div_ceil(step).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_values_at_their_index() {
        let mut sample = Distribution::default();
        (1..=100).rev().for_each(|value| sample.add(value * 1000));
        let quantiles = sample.quantiles(1000.0);
        assert_eq!(
            (quantiles.p50, quantiles.p90, quantiles.p99),
            (51.0, 91.0, 100.0)
        );
        assert_eq!((quantiles.mean, quantiles.max), (50.5, 100.0));
    }

    #[test]
    fn zeros_count_as_values() {
        let mut sample = Distribution::default();
        sample.add_many(0, 99);
        sample.add(7);
        assert_eq!(sample.quantiles(1.0).p50, 0.0);
        assert_eq!(sample.quantiles(1.0).p99, 7.0);
    }

    #[test]
    fn no_values_are_all_zero() {
        assert_eq!(Distribution::default().quantiles(1.0), Quantiles::default());
        assert!(Distribution::default().buckets(1.0).is_empty());
    }

    #[test]
    fn a_folded_distribution_is_within_a_thousandth() {
        let mut sample = Distribution::default();
        let count = EXACT as u64 + 1000;
        (1..=count).for_each(|value| sample.add(value * 1000));
        let quantiles = sample.quantiles(1.0);
        let exact = ((0.99 * count as f64).floor() + 1.0) * 1000.0;
        assert!((quantiles.p99 / exact - 1.0).abs() <= sample.resolution());
        assert!(quantiles.p99 >= exact, "the upper edge of its bucket");
        assert_eq!(quantiles.max, count as f64 * 1000.0);
        assert_eq!(Distribution::default().resolution(), 0.0);
    }

    #[test]
    fn buckets_keep_every_count() {
        let mut sample = Distribution::default();
        [0, 1, 99, 100, 101, 110, 111]
            .iter()
            .for_each(|value| sample.add(*value));
        let buckets = sample.buckets(1.0);
        assert_eq!(
            buckets,
            [
                (0.0, 1),
                (1.0, 1),
                (99.0, 1),
                (100.0, 1),
                (110.0, 2),
                (120.0, 1)
            ]
        );
    }
}
