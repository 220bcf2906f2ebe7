//! The durations that are tried.

use crate::scenario::Nanos;

/// Every duration of two significant digits, from a millisecond up: 1 ms, 1.1 ms, … 9.9 s, 10 s, 11 s. They
/// are between 1 % and 10 % apart, closer than the figures of most runs can tell, and read well in a
/// configuration.
#[derive(Clone, Debug)]
pub struct Ladder(Vec<Nanos>);

const SHORTEST: u64 = 1_000_000;

impl Ladder {
    /// Up to `longest`, what a run takes: a longer one would do the same in it. At least one rung.
    #[must_use]
    pub fn up_to(longest: Nanos) -> Self {
        let mut rungs = Vec::new();
        // In tenths of a millisecond, then of ten, of a hundred and so on.
        let mut tenth = SHORTEST / 10;
        'all: loop {
            for digits in 10..100 {
                let rung = Nanos(digits * tenth);
                if rung > longest && !rungs.is_empty() {
                    break 'all;
                }
                rungs.push(rung);
            }
            tenth *= 10;
        }
        Self(rungs)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The duration at a rung; the longest one above the last.
    #[must_use]
    pub fn at(&self, rung: usize) -> Nanos {
        let last = self.0.last().copied().unwrap_or_default();
        self.0.get(rung).copied().unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_have_two_digits_and_end_with_the_run() {
        let ladder = Ladder::up_to(Nanos::from_secs(7200));
        let words: Vec<String> = [0, 1, 89, 90, 91, ladder.len() - 1]
            .map(|rung| ladder.at(rung).to_string())
            .to_vec();
        assert_eq!(words, ["1ms", "1100us", "9900us", "10ms", "11ms", "2h"]);
        for rung in 1..ladder.len() {
            let ratio = ladder.at(rung).0 as f64 / ladder.at(rung - 1).0 as f64;
            assert!((1.01..=1.1001).contains(&ratio), "rung {rung}: {ratio}");
        }
        assert_eq!(Ladder::up_to(Nanos(5)).len(), 1);
    }
}
