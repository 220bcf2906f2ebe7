//! Entries that were stored together, and end together.

use super::math::{erlang, within};

/// Mean number of different keys that are read within a time, each at its rate: `Σ(1 − e^(−λ_k w))`. So
/// many loads follow a flush, the purge of a group, or the end of a common lease.
#[must_use]
pub fn wave(rates: impl IntoIterator<Item = f64>, time: f64) -> f64 {
    rates.into_iter().map(|rate| within(rate * time)).sum()
}

/// Loads a second while keys end whose leases were drawn uniformly over a time: `N / spread`.
#[must_use]
pub fn plateau(keys: f64, spread: f64) -> f64 {
    keys / spread
}

/// Loads a second between two times after `n − 1` leases without jitter: the n-th fill of each key comes
/// with the n-th of its exponential waits, so within the window with the chance that Erlang's law gives.
#[must_use]
pub fn locked(keys: f64, read: f64, n: u32, from: f64, to: f64) -> f64 {
    keys * (erlang(n, read * to) - erlang(n, read * from)) / (to - from)
}

#[cfg(test)]
mod tests {
    use super::super::math::zipf;
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn a_common_end_has_the_figures_that_are_known() {
        rounds_to(plateau(10_000.0, 60.0), "167");
        // Cycle 10 of 10,000 keys at 50 reads a second: the density at its mode, 9/50 s.
        let peak = locked(10_000.0, 50.0, 10, 0.18 - 1e-5, 0.18 + 1e-5);
        assert!((65_850.0..65_900.0).contains(&peak), "{peak}");
        rounds_to(wave(vec![2.0; 10_000], 0.5), "6321");
        let keys = zipf(1_000_000, 0.99);
        let rates = || keys.iter().map(|share| share * 1e5);
        rounds_to(wave(rates(), 1.0), "38967");
        rounds_to(wave(rates(), 60.0), "640339");
        let writes = zipf(20_000, 0.99);
        let missed = wave(writes.iter().map(|share| share * 200.0), 60.0);
        rounds_to(missed, "3892.9");
    }
}
