//! Writes that put their value into the cache, each after a delay of its own. The entry is always there.

#[cfg(test)]
use super::math::integral;

/// A value that is not older takes the place of another: stale share of reads, `1 − E e^(−μS)`; for an
/// exponential delay `μℓ/(1 + μℓ)`. A read is stale as long as the last write before it is on its way.
#[must_use]
pub fn stale_newest_wins(write: f64, mean_delay: f64) -> f64 {
    let x = write * mean_delay;
    x / (1.0 + x)
}

/// What arrives last stays, exponential delays: stale share of reads.
///
/// Let the last write before a read have come B before it, exponential of rate μ, and arrive S after it was
/// made. It is what is there if S < B and no older write arrives between S and B. The older writes that
/// arrive then, and the newer ones on their way, are Poisson; the chance of none is
/// `exp(−μ[S + ℓ(1 − e^(−B/ℓ))·e^(−S/ℓ)])` over independent B of rate μ and S of mean ℓ.
#[must_use]
pub fn stale_last_arrival_wins(write: f64, mean_delay: f64) -> f64 {
    let m = write * mean_delay;
    // With y = e^(−S/ℓ) and w = e^(−μB), both uniform on (0, 1); fourth powers flatten the ends.
    let fresh_given_w = |w: f64| {
        let behind = 1.0 - w.powf(4.0 / m);
        inner(|z| {
            let y = z.powi(4);
            4.0 * z.powi(3) * z.powf(4.0 * m) * (-m * behind * y).exp()
        })
    };
    1.0 - inner(|w| 4.0 * w.powi(3) * fresh_given_w(w))
}

/// Over (0, 1), in fewer pieces than [`integral`]: an integral of integrals would have millions.
fn inner(function: impl Fn(f64) -> f64) -> f64 {
    const PARTS: u32 = 4;
    // Gauss and Legendre with five points, exact for polynomials of degree nine, on each part.
    const POINTS: [(f64, f64); 5] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    let half = 0.5 / f64::from(PARTS);
    let parts = (0..PARTS).map(|part| {
        let middle = half * f64::from(2 * part + 1);
        let points = POINTS.iter();
        points
            .map(|(at, weight)| weight * function(middle + half * at))
            .sum::<f64>()
            * half
    });
    parts.sum()
}

/// A constant delay: stale share of reads, `1 − e^(−μL)`.
#[must_use]
pub fn stale_constant(write: f64, delay: f64) -> f64 {
    super::math::within(write * delay)
}

/// Chance that of two writes in a row the second arrives first: `μℓ / (2(1 + μℓ))`.
#[must_use]
pub fn reordered(write: f64, mean_delay: f64) -> f64 {
    let x = write * mean_delay;
    x / (2.0 * (1.0 + x))
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn updates_have_the_figures_that_are_known() {
        rounds_to(stale_last_arrival_wins(2.0, 0.1), "0.23791");
        rounds_to(stale_last_arrival_wins(10.0, 0.01), "0.133");
        let one = 1.0 - (-1.0_f64).exp();
        assert!((stale_last_arrival_wins(10.0, 0.1) - one).abs() < 1e-6);
        rounds_to(stale_newest_wins(2.0, 0.1), "0.16667");
        rounds_to(stale_newest_wins(10.0, 0.01), "0.0909");
        rounds_to(stale_newest_wins(10.0, 0.1), "0.500");
    }

    #[test]
    fn the_integral_by_points_is_that_by_pieces() {
        let function = |x: f64| (3.0 * x).sin() * x.powi(3);
        assert!((inner(function) - integral(0.0, 1.0, function)).abs() < 1e-9);
    }
}
