//! Changes captured from a log: every write is heard of, a while later.

use super::math::{f, integral, life, within};

/// A lag that is always the same, and no lease. Share of reads that hit: `λ/(λ + μ)`, whatever the lag,
/// for purges come as often as writes.
#[must_use]
pub fn hits(read: f64, write: f64) -> f64 {
    read / (read + write)
}

/// The same: stale share of hits, `(1 − e^(−2μL))/2`. An entry of age a, of density `μe^(−μa)`, is fresh if
/// no write fell into the last `min(L, a)`: any before would have purged it.
#[must_use]
pub fn stale(write: f64, lag: f64) -> f64 {
    within(2.0 * write * lag) / 2.0
}

/// The same: mean staleness age of the stale hits. That of all hits is `e^(−μL)(cosh μL − 1)/μ`.
#[must_use]
pub fn age_mean(write: f64, lag: f64) -> f64 {
    let x = write * lag;
    (-x).exp() * (x.cosh() - 1.0) / write / stale(write, lag)
}

/// An exponential lag of each change by itself, so that they overtake each other: stale share of hits. An
/// entry of age a is fresh if no write of that time is still on its way: the fresh share is
/// `∫ μe^(−μa) exp(−μℓ(1 − e^(−a/ℓ))) da`.
#[must_use]
pub fn stale_exponential(write: f64, mean_lag: f64) -> f64 {
    // With u = e^(−μa).
    let fresh = |u: f64| {
        let passed = u.powf(1.0 / (write * mean_lag));
        (-write * mean_lag * (1.0 - passed)).exp()
    };
    1.0 - integral(0.0, 1.0, fresh)
}

/// A constant lag, and loads whose snapshot is `tail` older than their store: share of loads that store an
/// older value for good, their change having been delivered before they came back:
/// `1 − e^(−μ(tail − L)⁺)`. A lag longer than a load leaves none.
#[must_use]
pub fn stale_sets(write: f64, lag: f64, tail: f64) -> f64 {
    within(write * (tail - lag).max(0.0))
}

/// The same, where nothing guards the store: stale share of hits, from
/// `∫ e^(−μa) exp(−μ[(tail − L)⁺ + min(L, a + tail)]) da / life(μ, T)` for the fresh ones.
#[must_use]
pub fn stale_unguarded(write: f64, lag: f64, tail: f64, ttl: f64) -> f64 {
    let end = ttl.min(60.0 / write);
    let fresh = |age: f64| {
        let lost = (tail - lag).max(0.0) + lag.min(age + tail);
        (-write * (age + lost)).exp()
    };
    // The integrand has a corner where the age and the tail make up the lag.
    let corner = (lag - tail).clamp(0.0, end);
    let area = integral(0.0, corner, fresh) + integral(corner, end, fresh);
    1.0 - area / life(write, ttl)
}

/// Loads that read a replica which is `behind`, by less than the lag: stale share of hits. An entry of age a
/// is fresh if no write fell into the last `min(L, a + R)`.
#[must_use]
pub fn stale_behind_replica(write: f64, lag: f64, behind: f64) -> f64 {
    stale_unguarded(write, lag, behind, f64::INFINITY)
}

/// The same where the replica is behind by more than the lag, to first order in μ: the first read after a
/// purge loads the old value if it comes within `R − L`: `1 − e^(−λ(R−L) − μL)`.
#[must_use]
pub fn stale_before_replica(read: f64, write: f64, lag: f64, behind: f64) -> f64 {
    within(read * (behind - lag) + write * lag)
}

/// While the log is silent for so long: stale share of the reads of a key that is always there, fresh when
/// the silence began: `1 − f(μO)`.
#[must_use]
pub fn stale_in_outage(write: f64, outage: f64) -> f64 {
    1.0 - f(write * outage)
}

/// The same to the end of a lease that is short compared with the outage: `1 − f(μT)`, but for the first
/// leases, which began before it: their entries end at a uniform time u within `T`, and until then a write
/// since the outage began makes them stale, not one since their store.
#[must_use]
pub fn stale_in_outage_with_lease(write: f64, outage: f64, ttl: f64) -> f64 {
    let settled = 1.0 - f(write * ttl);
    // At time t < T of the outage the entry began before it with the chance 1 − t/T.
    let begun = |t: f64| {
        let old = (1.0 - t / ttl) * within(write * t);
        let new = (t - within(write * t) / write) / ttl;
        old + new
    };
    let first = ttl.min(outage);
    (integral(0.0, first, begun) + (outage - first) * settled) / outage
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn captured_changes_have_the_figures_that_are_known() {
        rounds_to(stale(1.0, 0.5), "0.31606");
        rounds_to(stale(0.02, 0.2), "0.00398");
        rounds_to(age_mean(1.0, 0.5) * stale(1.0, 0.5), "0.077409");
        rounds_to(stale_exponential(1.0, 0.5), "0.27522");
        rounds_to(stale_unguarded(2.0, 0.05, 0.2, f64::INFINITY), "0.32968");
        rounds_to(stale_sets(0.5, 0.05, 0.1), "0.02469");
        assert!((stale_unguarded(1.0, 0.5, 0.0, f64::INFINITY) - stale(1.0, 0.5)).abs() < 1e-9);
    }

    #[test]
    fn outages_and_replicas_have_the_figures_that_are_known() {
        rounds_to(stale_in_outage(0.02, 120.0), "0.621");
        // The first leases are a little fresher than the rest.
        rounds_to(stale_in_outage(0.02, 10.0), "0.094");
        let with_lease = stale_in_outage_with_lease(0.02, 120.0, 10.0);
        assert!((0.088..0.0937).contains(&with_lease), "{with_lease}");
        rounds_to(stale_behind_replica(0.05, 0.3, 0.1), "0.0148");
        rounds_to(stale_before_replica(10.0, 0.05, 0.05, 0.1), "0.395");
    }
}
