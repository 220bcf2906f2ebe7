//! Look-ups and purges by meaning, where a text is the point of its topic and noise:
//! `normalise(c + n)` with `|n|² ≈ s` in `dims` dimensions, `s` the variance of the noise. Cosines of two
//! texts are nearly normal; means and variances are to first order in 1/dims.

use super::math::normal_above;

/// How far a text lies from the middle of its topic.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// `s`.
    pub variance: f64,
    /// Numbers in a vector.
    pub dims: f64,
}

impl Noise {
    /// Chance that two texts of a topic have a cosine of at least `threshold`. Mean `1/(1+s)`, variance
    /// `[2(s³ + s²/2)/(1+s)⁴ + s²/(1+s)²]/dims`.
    #[must_use]
    pub fn hits(&self, threshold: f64) -> f64 {
        let (s, k) = (self.variance, 1.0 + self.variance);
        let variance = 2.0 * (s.powi(3) + s * s / 2.0) / k.powi(4) + s * s / (k * k);
        self.above(threshold, 1.0 / k, variance)
    }

    /// Chance that a text lies within `radius` of the middle of its topic, and so is purged by a change of
    /// it. Mean `1/√(1+s)`, variance `s²(s + ½)/((1+s)³·dims)`.
    #[must_use]
    pub fn recall(&self, radius: f64) -> f64 {
        let (s, k) = (self.variance, 1.0 + self.variance);
        let variance = s * s * (s + 0.5) / k.powi(3);
        self.above(radius, 1.0 / k.sqrt(), variance)
    }

    /// The same for the middle of another topic, of cosine ρ to its own: collateral. Mean `ρ/√k`, variance
    /// `[(1−ρ²)² + s(1 − 2ρ²/k + ρ²/k²) + ρ²s²/(2k²)]/(dims·k)` with k = 1 + s.
    #[must_use]
    pub fn collateral(&self, radius: f64, cosine: f64) -> f64 {
        let (s, k) = (self.variance, 1.0 + self.variance);
        let r2 = cosine * cosine;
        // The middles are where they are: only the noise varies.
        let noise = s * (1.0 - 2.0 * r2 / k + r2 / (k * k)) + r2 * s * s / (2.0 * k * k);
        self.above(radius, cosine / k.sqrt(), noise / k)
    }

    fn above(&self, least: f64, mean: f64, variance: f64) -> f64 {
        normal_above((least - mean) / (variance / self.dims).sqrt())
    }
}

/// The variance of the noise at which half of the texts of a topic find each other: `1/θ − 1`.
#[must_use]
pub fn half_hits(threshold: f64) -> f64 {
    1.0 / threshold - 1.0
}

/// That at which a change reaches half of its texts: `1/r² − 1`.
#[must_use]
pub fn half_recall(radius: f64) -> f64 {
    1.0 / (radius * radius) - 1.0
}

/// The cosine between topics at which a change takes half of the texts of the other: `r√(1+s)`.
#[must_use]
pub fn half_collateral(radius: f64, variance: f64) -> f64 {
    radius * (1.0 + variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn meanings_have_the_figures_that_are_known() {
        let noise = |variance| Noise {
            variance,
            dims: 384.0,
        };
        rounds_to(noise(0.08).hits(0.92), "0.86651");
        rounds_to(half_hits(0.92), "0.087");
        rounds_to(half_recall(0.85), "0.384");
        rounds_to(half_collateral(0.85, 0.08), "0.883");
        let half = |value: f64| (value - 0.5).abs() < 1e-9;
        assert!(half(noise(half_hits(0.92)).hits(0.92)));
        assert!(half(noise(half_recall(0.85)).recall(0.85)));
        let cosine = half_collateral(0.85, 0.08);
        assert!(half(noise(0.08).collateral(0.85, cosine)));
    }
}
