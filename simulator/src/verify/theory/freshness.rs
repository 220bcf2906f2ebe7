//! What freshness costs: Z. Mao, R. Iyer, S. Shenker, I. Stoica, "Revisiting Cache Freshness for Emerging
//! Real-Time Applications", HotNets 2024 (arXiv 2412.20221), and where its closed form is not exact.
//!
//! Time goes in intervals of `T`; what was written in one is told of at its end.

use super::math::within;

/// One object, read and written at Poisson rates, under changes that are told of once an interval.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// A second.
    pub read: f64,
    /// A second.
    pub write: f64,
    /// T.
    pub interval: f64,
}

impl Object {
    /// `P_R`: that it is read within an interval.
    #[must_use]
    pub fn is_read(&self) -> f64 {
        within(self.read * self.interval)
    }

    /// `P_W`: that it is written within an interval.
    #[must_use]
    pub fn is_written(&self) -> f64 {
        within(self.write * self.interval)
    }

    /// Reads an interval that miss since the object was invalidated, as the paper prints it:
    /// `P_R P_W / (P_R + P_W)`.
    #[must_use]
    pub fn stale_misses_as_printed(&self) -> f64 {
        let (r, w) = (self.is_read(), self.is_written());
        r * w / (r + w)
    }

    /// The same exactly: `P_R P_W / (P_W + P_IV)`. An object that was invalidated is valid at the end of an
    /// interval only if it was read and not written since:
    /// `P_IV = λr(e^(−λw T) − e^(−λr T))/(λr − λw)`. The printed form takes it to be valid whenever it was
    /// read.
    #[must_use]
    pub fn stale_misses(&self) -> f64 {
        let (r, w) = (self.is_read(), self.is_written());
        r * w / (w + self.is_read_last())
    }

    /// `P_IV`.
    fn is_read_last(&self) -> f64 {
        let Object {
            read,
            write,
            interval,
        } = *self;
        let difference = (read - write) * interval;
        if difference.abs() < 1e-9 {
            return read * interval * (-read * interval).exp();
        }
        read * ((-write * interval).exp() - (-read * interval).exp()) / (read - write)
    }
}

/// Share of the reads that miss where every object ends at each multiple of `interval`:
/// `Σ(1 − e^(−λ_k T)) / (T Σλ_k)`: `C_S` of a time to live in the paper, which puts it on a grid.
#[must_use]
pub fn misses_on_a_grid(rates: &[f64], interval: f64) -> f64 {
    let total: f64 = rates.iter().sum();
    super::expiry::wave(rates.iter().copied(), interval) / (interval * total)
}

/// The same where a lease begins with the fill: `Σ λ_k/(1 + λ_k T) / Σλ_k`.
#[must_use]
pub fn misses_from_the_fill(rates: &[f64], interval: f64) -> f64 {
    let total: f64 = rates.iter().sum();
    let misses = rates.iter().map(|rate| rate / (1.0 + rate * interval));
    misses.sum::<f64>() / total
}

/// What it costs to keep up with writes, a request, where every request is a read with the chance r.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Of a miss.
    pub miss: f64,
    /// Of an invalidation.
    pub invalidate: f64,
    /// Of an update.
    pub update: f64,
}

impl Costs {
    /// Invalidations that are told of at once, and only of what is there: a write after a read costs one,
    /// and a read after a write a miss: `r(1 − r)(c_m + c_i)`.
    #[must_use]
    pub fn of_invalidating(&self, r: f64) -> f64 {
        r * (1.0 - r) * (self.miss + self.invalidate)
    }

    /// Every write an update: `(1 − r)·c_u`.
    #[must_use]
    pub fn of_updating(&self, r: f64) -> f64 {
        (1.0 - r) * self.update
    }

    /// What is cheaper of the two for ever: the least that is possible for who knows the rates and not what
    /// comes next (section 3.2, with an interval of nothing).
    #[must_use]
    pub fn of_the_best(&self, r: f64) -> f64 {
        self.of_invalidating(r).min(self.of_updating(r))
    }
}

/// The points of the paper's figure 2a (theory), read off its vector graphics: T in seconds, and the share
/// of reads that miss, in percent.
pub const FIGURE_2A: [(f64, f64); 12] = [
    (0.1, 97.7),
    (0.3, 93.3),
    (0.5, 89.4),
    (0.7, 85.9),
    (1.0, 81.4),
    (2.0, 70.7),
    (5.0, 56.0),
    (10.0, 46.0),
    (20.0, 37.3),
    (50.0, 27.6),
    (100.0, 21.5),
    (1000.0, 7.5),
];

#[cfg(test)]
mod tests {
    use super::super::math::zipf;
    use super::super::tests::rounds_to;
    use super::*;

    fn object(read: f64, write: f64, interval: f64) -> Object {
        Object {
            read,
            write,
            interval,
        }
    }

    #[test]
    fn the_exact_form_has_the_figures_that_are_known() {
        rounds_to(object(0.9, 0.1, 0.1).stale_misses(), "0.00896");
        rounds_to(object(0.9, 0.1, 0.1).stale_misses_as_printed(), "0.00892");
        rounds_to(object(2.0, 1.0, 1.0).stale_misses(), "0.49815");
        rounds_to(object(5.0, 5.0, 0.5).stale_misses(), "0.750");
        let low = |object: Object| 1.0 - object.stale_misses_as_printed() / object.stale_misses();
        rounds_to(low(object(2.0, 1.0, 1.0)), "0.27");
        rounds_to(low(object(5.0, 5.0, 0.5)), "0.39");
        rounds_to(low(object(1.0, 4.0, 2.0)), "0.44");
    }

    #[test]
    fn costs_have_the_figures_that_are_known() {
        let cheap = Costs {
            miss: 1.0,
            invalidate: 0.1,
            update: 0.8,
        };
        rounds_to(cheap.of_the_best(0.3), "0.231");
        rounds_to(cheap.of_the_best(0.6), "0.264");
        rounds_to(cheap.of_the_best(0.9), "0.080");
        let dear = Costs { miss: 4.0, ..cheap };
        rounds_to(
            (dear.of_the_best(0.9) + dear.of_the_best(0.1)) / 2.0,
            "0.2245",
        );
    }

    #[test]
    fn the_paper_s_curve_is_that_of_500_keys_at_4_8_reads_a_second() {
        let rates: Vec<f64> = zipf(500, 1.3).iter().map(|share| share * 4.8).collect();
        for (interval, percent) in FIGURE_2A {
            let off = 100.0 * misses_on_a_grid(&rates, interval) - percent;
            assert!(off.abs() < 0.7, "{interval}: {off}");
        }
    }
}
