//! Lists of the keys that carry a tag, as caches keep them that have no generations.

use super::math::{f, life, within};

/// How long a purge takes that goes through a list of `members`, in the unit of `per_key`.
#[must_use]
pub fn scan(members: f64, per_key: f64) -> f64 {
    members * per_key
}

/// How many reads come while it takes, at `rate` a second: each waits half of it on average.
#[must_use]
pub fn blocked(rate: f64, scan: f64) -> f64 {
    rate * scan
}

/// A purge that reads the list, deletes its keys one by one and then the list: share of the keys that were
/// stored again before the list went, so that no purge finds them: `1 − f(λδ)`. A key is deleted at a
/// uniform time of the scan.
#[must_use]
pub fn lost(read: f64, scan: f64) -> f64 {
    1.0 - f(read * scan)
}

/// The same: stale share of hits, `π(T − τ)/(τ + πT)` with `π = (1 − e^(−μT))·lost`. A listed entry lives
/// τ = life(μ, T) and is purged with the chance 1 − e^(−μT); one that is lost lives all of T, of which
/// T − τ stale. Reads are frequent: nothing stays away for long.
#[must_use]
pub fn stale_lost(read: f64, write: f64, scan: f64, ttl: f64) -> f64 {
    let lives = life(write, ttl);
    let lost = within(write * ttl) * lost(read, scan);
    lost * (ttl - lives) / (lives + lost * ttl)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn lists_have_the_figures_that_are_known() {
        rounds_to(scan(1e4, 1e-6), "0.01");
        rounds_to(blocked(2e4, scan(1e4, 1e-6)), "200");
        rounds_to(lost(100.0, 0.01), "0.368");
        rounds_to(stale_lost(100.0, 0.01, 0.01, 300.0), "0.35846");
    }
}
