//! A mean over replications and how far it may be off.

use super::student::t975;

/// A mean and the half-width of its confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// 0 without any number.
    pub mean: f64,
    /// The interval is mean ± this. None for fewer than two numbers, which have no spread.
    pub ci95: Option<f64>,
    /// Of how many numbers.
    pub of: usize,
}

/// Mean and 95 % confidence interval of independent numbers: two-sided, by Student's t.
///
/// Exact for normal numbers. A figure of one replication is a mean over many fill cycles and so is
/// nearly normal where there are many; where there are few, [`doubts`](super::doubts()) says so.
///
/// Summed in the order given, deviations from the mean in a second pass: the same numbers give
/// the same bits, and large counts with a small spread lose nothing to cancellation.
#[must_use]
pub fn interval(numbers: &[f64]) -> Interval {
    let of = numbers.len();
    let n = of as f64;
    if of == 0 {
        return Interval::default();
    }
    let mean = numbers.iter().sum::<f64>() / n;
    let ci95 = match of {
        1 => None,
        // Equal numbers have no spread, not the rounding error of their mean.
        _ if numbers.iter().all(|x| *x == numbers[0]) => {
            let mean = numbers[0];
            let ci95 = Some(0.0);
            return Interval { mean, ci95, of };
        }
        _ => Some(t975(of - 1) * standard_error(numbers, mean)),
    };
    Interval { mean, ci95, of }
}

/// The standard error of the mean of at least two numbers.
pub(super) fn standard_error(numbers: &[f64], mean: f64) -> f64 {
    let n = numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
    (squares / (n - 1.0) / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_known_sample_is_the_textbook_one() {
        let Interval { mean, ci95, of } = interval(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((mean, of), (2.5, 4));
        let expected = 3.182446 * 1.290_994_448_735_805_6 / 2.0;
        assert!((ci95.unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn equal_figures_have_an_interval_of_exactly_nothing() {
        let found = interval(&[0.1, 0.1, 0.1]);
        assert_eq!((found.mean, found.ci95), (0.1, Some(0.0)));
    }

    #[test]
    fn one_figure_has_a_mean_and_no_interval_and_none_has_neither() {
        assert_eq!(interval(&[7.0]).ci95, None);
        assert_eq!(interval(&[]), Interval::default());
    }
}
