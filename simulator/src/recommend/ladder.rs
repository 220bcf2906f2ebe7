//! The durations that are tried.

use crate::scenario::Nanos;

/// Durations of two significant digits, of milliseconds, of seconds up to ten minutes, of minutes up to ten
/// hours, of hours from there on: 1 ms, 1.1 ms, … 9.9 s, 10 s, 11 s, … 590 s, 10 min, 11 min. They are
/// between 1 % and 10 % apart, closer than the figures of most runs can tell, and read well in a
/// configuration.
#[derive(Clone, Debug)]
pub struct Ladder(Vec<Nanos>);

/// How many nanoseconds a rung of ten is the tenth part of, and up to which number of them it goes.
fn rungs() -> impl Iterator<Item = Nanos> {
    const MILLISECOND: u64 = 1_000_000;
    const SECOND: u64 = 1_000 * MILLISECOND;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    let seconds = (0..5).map(|decade| (MILLISECOND / 10 * 10_u64.pow(decade), 100));
    let minutes = [(10 * SECOND, 60), (MINUTE, 100), (10 * MINUTE, 60)];
    let hours = (0..5).map(|decade| (HOUR * 10_u64.pow(decade), 100));
    let scales = seconds.chain(minutes).chain(hours);
    scales.flat_map(|(unit, end)| (10..end).map(move |digits| Nanos(digits * unit)))
}

impl Ladder {
    /// Up to `longest`, what a run takes: a longer one would do the same in it. At least one rung.
    #[must_use]
    pub fn up_to(longest: Nanos) -> Self {
        let within: Vec<Nanos> = rungs().take_while(|rung| *rung <= longest).collect();
        match within.is_empty() {
            true => Self(rungs().take(1).collect()),
            false => Self(within),
        }
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
        let ladder = Ladder::up_to(Nanos::from_secs(86_399));
        let words = |rungs: &[usize]| -> Vec<String> {
            rungs
                .iter()
                .map(|rung| ladder.at(*rung).to_string())
                .collect()
        };
        assert_eq!(
            words(&[0, 1, 89, 90, 91]),
            ["1ms", "1100us", "9900us", "10ms", "11ms"]
        );
        assert_eq!(
            words(&[449, 450, 499, 500, 501]),
            ["99s", "100s", "590s", "10m", "11m"]
        );
        let last = ladder.len() - 1;
        assert_eq!(words(&[last - 14, last - 13, last]), ["590m", "10h", "23h"]);
        for rung in 1..ladder.len() {
            let ratio = ladder.at(rung).0 as f64 / ladder.at(rung - 1).0 as f64;
            assert!((1.01..=1.1001).contains(&ratio), "rung {rung}: {ratio}");
        }
        assert_eq!(Ladder::up_to(Nanos(5)).len(), 1);
    }
}
