//! What one client sees of its own writes, and of what it has seen before.

use super::math::f;

/// Chance that a client which reads a key `after` it has written it gets an older value, under a lease alone:
/// `h(1 − after/T)`: there was an entry, and it has not ended since. The complement is the t-visibility of P.
/// Bailis and others, "Probabilistically Bounded Staleness", PVLDB 5(8), 2012.
#[must_use]
pub fn own_write_unseen_ttl(read: f64, ttl: f64, after: f64) -> f64 {
    super::ttl::hits(read, ttl) * (1.0 - after / ttl).max(0.0)
}

/// The same with captured changes whose lags are independent and exponential: `h·e^(−μ·after)·P(L > after)`:
/// there was an entry, no earlier change took it away since, and the own one is on its way.
#[must_use]
pub fn own_write_unseen_capture(read: f64, write: f64, mean_lag: f64, after: f64) -> f64 {
    super::capture::hits(read, write) * (-after * (write + 1.0 / mean_lag)).exp()
}

/// Two reads one right after the other, each of any of `nodes` caches with leases of their own: chance that
/// the second gets an older value. With both from entries of uniform ages it is
/// `1/2 − 1/x + (1 − e^(−x))/x²`, x = μT; where the first has just loaded, that of a stale hit. Both by the
/// chance of other caches, `1 − 1/k`.
#[must_use]
pub fn backwards(read_a_node: f64, write: f64, ttl: f64, nodes: f64) -> f64 {
    let hits = super::ttl::hits(read_a_node, ttl);
    let x = write * ttl;
    let both = backwards_hits(x);
    let first_loads = 1.0 - f(x);
    (1.0 - 1.0 / nodes) * (hits * hits * both + (1.0 - hits) * hits * first_loads)
}

/// The same for two hits in different caches.
#[must_use]
pub fn backwards_hits(x: f64) -> f64 {
    0.5 - 1.0 / x + f(x) / x
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn sessions_have_the_figures_that_are_known() {
        rounds_to(own_write_unseen_ttl(2.0, 30.0, 5.0), "0.81967");
        assert_eq!(own_write_unseen_ttl(2.0, 30.0, 31.0), 0.0);
        rounds_to(own_write_unseen_capture(5.0, 0.5, 0.3, 0.2), "0.42233");
        rounds_to(backwards_hits(3.0), "0.27225");
        rounds_to(0.9 * backwards_hits(1.0), "0.119");
        let often = backwards(1e9, 1.0 / 30.0, 30.0, 10.0);
        assert!((often - 0.9 * backwards_hits(1.0)).abs() < 1e-6);
    }
}
