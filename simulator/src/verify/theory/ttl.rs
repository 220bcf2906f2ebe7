//! A lease that runs from the store, and nothing hears of writes. Loads take no time.

use super::math::{f, life, root, within};

/// Share of reads that hit: `λT / (1 + λT)`. J. Jung, A. W. Berger, H. Balakrishnan, "Modeling TTL-based
/// Internet caches", INFOCOM 2003.
#[must_use]
pub fn hits(read: f64, ttl: f64) -> f64 {
    read * ttl / (1.0 + read * ttl)
}

/// Loads a second and key: one a lease, which the first read after its end begins: `1 / (T + 1/λ)`.
#[must_use]
pub fn loads(read: f64, ttl: f64) -> f64 {
    1.0 / (ttl + 1.0 / read)
}

/// Stale share of hits: the age of a hit entry is uniform over the lease, so `1 − f(μT)`.
#[must_use]
pub fn stale(write: f64, ttl: f64) -> f64 {
    1.0 - f(write * ttl)
}

/// Share of hits with a staleness age above `x`: `(T − x)/T − (1 − e^(−μ(T−x)))/(μT)`. An entry of age a
/// has it if a write fell into its first a − x.
#[must_use]
pub fn older(write: f64, ttl: f64, x: f64) -> f64 {
    let rest = ttl - x;
    rest / ttl - within(write * rest) / (write * ttl)
}

/// The staleness age below which a share of the stale hits lie.
#[must_use]
pub fn age_quantile(write: f64, ttl: f64, share: f64) -> f64 {
    let above = (1.0 - share) * stale(write, ttl);
    root(0.0, ttl, |x| older(write, ttl, x) - above)
}

/// Mean staleness age of the stale hits: that of all hits, `T/2 − 1/μ + (1 − e^(−μT))/(μ²T)`, over their
/// share.
#[must_use]
pub fn age_mean(write: f64, ttl: f64) -> f64 {
    let of_hits = ttl / 2.0 - 1.0 / write + within(write * ttl) / (write * write * ttl);
    of_hits / stale(write, ttl)
}

/// Mean number of writes that a stale hit lacks: that of all hits, `μT/2`, over their share.
#[must_use]
pub fn lag_mean(write: f64, ttl: f64) -> f64 {
    write * ttl / 2.0 / stale(write, ttl)
}

/// Stale share of hits where each lease ends at a uniform time between `low` and `high`:
/// `1 − (1 − E e^(−μT)) / (μ E T)`. Hits fall into a lease by its length.
#[must_use]
pub fn stale_jittered(write: f64, low: f64, high: f64) -> f64 {
    let mean = (low + high) / 2.0;
    let survive = (-write * low).exp() * f(write * (high - low));
    1.0 - (1.0 - survive) / (write * mean)
}

/// An entry that ends when it has not been read for `idle`: share of reads that hit, `1 − e^(−λ·idle)`.
#[must_use]
pub fn hits_sliding(read: f64, idle: f64) -> f64 {
    within(read * idle)
}

/// The same: stale share of hits. The n-th hit is fresh with the chance `φ^n`, where
/// `φ = λ/(λ+μ)·(1 − e^(−(λ+μ)·idle))` is that of a read in time before any write; summed over n and over
/// the mean number of hits, `e^(λ·idle) − 1`, the fresh share is `φ/(1−φ) / (e^(λ·idle) − 1)`.
#[must_use]
pub fn stale_sliding(read: f64, write: f64, idle: f64) -> f64 {
    let phi = read * life(read + write, idle);
    1.0 - phi / (1.0 - phi) / (read * idle).exp_m1()
}

/// Stale share of hits in a cache with a lease of `near` that loads from a cache with a lease of `far`,
/// whose age at such a load is uniform: fresh if no write fell into either: `1 − f(μS)·f(μT)`.
#[must_use]
pub fn stale_over(write: f64, near: f64, far: f64) -> f64 {
    1.0 - f(write * near) * f(write * far)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn the_frontier_of_leases_has_the_figures_that_are_known() {
        let rows = [
            (1.0, "0.0246", "0.90"),
            (5.0, "0.1152", "4.52"),
            (30.0, "0.4821", "27.5"),
            (60.0, "0.6833", "55.8"),
            (300.0, "0.9333", "288"),
        ];
        for (ttl, share, p99) in rows {
            rounds_to(stale(0.05, ttl), share);
            rounds_to(age_quantile(0.05, ttl, 0.99), p99);
        }
        rounds_to(loads(2.0, 5.0), "0.18182");
        rounds_to(age_quantile(0.5, 5.0, 0.99), "4.6334");
        rounds_to(age_mean(0.5, 5.0) * stale(0.5, 5.0), "1.2343");
    }

    #[test]
    fn the_age_has_the_tail_that_its_mean_is_the_area_under() {
        let area = super::super::math::integral(0.0, 5.0, |x| older(0.5, 5.0, x));
        assert!((area - age_mean(0.5, 5.0) * stale(0.5, 5.0)).abs() < 1e-10);
        assert!((older(0.5, 5.0, 0.0) - stale(0.5, 5.0)).abs() < 1e-15);
    }

    #[test]
    fn sliding_and_jittered_leases_and_two_levels() {
        rounds_to(stale_sliding(1.0, 0.2, 2.0), "0.51046");
        rounds_to(stale_jittered(0.05, 15.0, 45.0), "0.49643");
        rounds_to(stale_over(0.1, 2.0, 10.0), "0.427");
    }
}
