//! What the forms are made of: life times, sums, integrals and roots.

/// `(1 − e^(−x)) / x`, which is 1 at 0: the mean of `e^(−u)` over u in (0, x).
#[must_use]
pub fn f(x: f64) -> f64 {
    if x.abs() < 1e-12 {
        1.0
    } else {
        -(-x).exp_m1() / x
    }
}

/// `1 − e^(−x)`: the chance of an event of rate 1 within x.
#[must_use]
pub fn within(x: f64) -> f64 {
    -(-x).exp_m1()
}

/// The mean of the smaller of a life of rate `m` and a limit: `(1 − e^(−m·limit)) / m`.
#[must_use]
pub fn life(m: f64, limit: f64) -> f64 {
    if m == 0.0 {
        limit
    } else if limit.is_infinite() {
        1.0 / m
    } else {
        limit * f(m * limit)
    }
}

/// The integral of a smooth function, by Simpson's rule over 4,096 pieces: exact to some ten digits where
/// nothing happens within a thousandth of the range.
#[must_use]
pub fn integral(from: f64, to: f64, function: impl Fn(f64) -> f64) -> f64 {
    const PIECES: u32 = 4096;
    let step = (to - from) / f64::from(PIECES);
    let inner: f64 = (1..PIECES)
        .map(|index| {
            let weight = if index % 2 == 1 { 4.0 } else { 2.0 };
            weight * function(from + step * f64::from(index))
        })
        .sum();
    (function(from) + inner + function(to)) * step / 3.0
}

/// Where a function that changes its sign once between two points is 0, by bisection.
#[must_use]
pub fn root(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let rises = function(low) < 0.0;
    // Halved until the two are neighbours.
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if (function(middle) < 0.0) == rises {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The share of the n-th key by rank, from 1, under Zipf's law: `r^−exponent`, all together 1.
#[must_use]
pub fn zipf(keys: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=keys)
        .map(|rank| f64::from(rank).powf(-exponent))
        .collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// The chance that the n-th event of a Poisson stream of rate 1 has come by `x` (Erlang's law).
#[must_use]
pub fn erlang(n: u32, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..n {
        term *= x / f64::from(k);
        sum += term;
    }
    1.0 - (-x).exp() * sum
}

/// The chance that a standard normal number is above `x`.
#[must_use]
pub fn normal_above(x: f64) -> f64 {
    libm::erfc(x / std::f64::consts::SQRT_2) / 2.0
}

/// Euler's constant.
pub const EULER: f64 = 0.577_215_664_901_532_9;

/// The exponential integral E1: `∫_x^∞ e^(−t)/t dt`, for x > 0.
///
/// As `e^(−x) ∫_0^1 dv / (x − ln v)`, with v = e^(−u), and v = w^8 to take away the steep end at 0.
#[must_use]
pub fn exponential_integral(x: f64) -> f64 {
    let piece = |w: f64| {
        if w == 0.0 {
            return 0.0;
        }
        8.0 * w.powi(7) / (x - 8.0 * w.ln())
    };
    (-x).exp() * integral(0.0, 1.0, piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_cut_off_at_its_limit() {
        assert_eq!(life(0.0, 5.0), 5.0);
        assert_eq!(life(0.5, f64::INFINITY), 2.0);
        assert!((life(0.5, 4.0) - (1.0 - (-2.0_f64).exp()) / 0.5).abs() < 1e-15);
        assert!((f(1e-9) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn integrals_and_roots_are_those_of_the_textbook() {
        let area = integral(0.0, std::f64::consts::PI, f64::sin);
        assert!((area - 2.0).abs() < 1e-10);
        assert!((root(0.0, 2.0, |x| x * x - 2.0) - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((root(0.0, 2.0, |x| 2.0 - x * x) - 2.0_f64.sqrt()).abs() < 1e-12);
        // Abramowitz and Stegun, table 5.1.
        assert!((exponential_integral(1.0) - 0.219_383_934).abs() < 1e-7);
        assert!((exponential_integral(0.5) - 0.559_773_595).abs() < 1e-6);
        assert!((exponential_integral(10.0) - 4.156_969e-6).abs() < 1e-11);
    }

    #[test]
    fn laws_are_those_of_the_textbook() {
        assert!((zipf(3, 1.0)[0] - 6.0 / 11.0).abs() < 1e-15);
        assert!((erlang(1, 2.0) - within(2.0)).abs() < 1e-15);
        assert!((erlang(3, 2.0) - (1.0 - 5.0 * (-2.0_f64).exp())).abs() < 1e-15);
        assert!((normal_above(1.959_963_985) - 0.025).abs() < 1e-9);
    }
}
