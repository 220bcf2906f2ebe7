//! Series over virtual time, in as many columns as a figure can show.

use crate::report::Series;

/// One value a column, over the time that the columns cover.
pub struct Columns {
    pub start_us: f64,
    pub column_us: f64,
    pub values: Vec<f64>,
}

impl Columns {
    /// The time at the middle of column `i`.
    pub fn middle(&self, i: usize) -> f64 {
        self.start_us + (i as f64 + 0.5) * self.column_us
    }

    pub fn end_us(&self) -> f64 {
        self.start_us + self.values.len() as f64 * self.column_us
    }
}

/// Loads a second, averaged over replications, in at most `most` columns of equal length.
///
/// A last column that is not full is left out: its rate would come from less time than the others.
pub fn mean_rate(runs: &[&Series], most: usize) -> Option<Columns> {
    let first = runs.iter().find(|s| !s.bins.is_empty() && s.bin_us > 0)?;
    let together = first.bins.len().div_ceil(most).max(1);
    let columns = first.bins.len() / together;
    let seconds = (first.bin_us * together as u64) as f64 / 1e6;
    let values = (0..columns)
        .map(|i| {
            let rates: Vec<f64> = runs
                .iter()
                .filter_map(|s| s.bins.get(i * together..(i + 1) * together))
                .map(|bins| bins.iter().map(|b| b.origin_loads as f64).sum::<f64>() / seconds)
                .collect();
            rates.iter().sum::<f64>() / rates.len().max(1) as f64
        })
        .collect();
    Some(Columns {
        start_us: first.start_us as f64,
        column_us: (first.bin_us * together as u64) as f64,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Bin;

    fn series(loads: &[u64]) -> Series {
        Series {
            start_us: 1_000_000,
            bin_us: 500_000,
            bins: loads
                .iter()
                .map(|&origin_loads| Bin {
                    origin_loads,
                    ..Bin::default()
                })
                .collect(),
            ..Series::default()
        }
    }

    #[test]
    fn rates_are_averaged_over_replications_and_joined_into_columns() {
        let (a, b) = (series(&[1, 2, 3, 4, 9]), series(&[3, 4, 5, 6, 9]));
        let columns = mean_rate(&[&a, &b], 2).unwrap();
        assert_eq!(columns.column_us, 1_500_000.0);
        assert_eq!(columns.values, [6.0]);
        let columns = mean_rate(&[&a, &b], 9).unwrap();
        assert_eq!(columns.values, [4.0, 6.0, 8.0, 10.0, 18.0]);
        assert_eq!(columns.middle(0), 1_250_000.0);
        assert!(mean_rate(&[], 9).is_none());
        assert!(mean_rate(&[&Series::default()], 9).is_none());
    }
}
