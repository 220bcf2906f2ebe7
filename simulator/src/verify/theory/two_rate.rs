//! An entry that some writes take away, that others pass by, and that has a lease.

use super::math::{life, within};

/// What befalls an entry, each as a Poisson stream.
#[derive(Clone, Copy, Debug)]
pub struct TwoRate {
    /// A second: it is purged, by a write that its cache hears of or for nothing.
    pub purged: f64,
    /// A second: its source changes and its cache does not hear of it.
    pub unnoticed: f64,
    /// It ends after so long.
    pub ttl: f64,
}

impl TwoRate {
    /// A write-through of which a share of the paths does not tell.
    #[must_use]
    pub fn missed(write: f64, share: f64, ttl: f64) -> TwoRate {
        TwoRate {
            purged: (1.0 - share) * write,
            unnoticed: share * write,
            ttl,
        }
    }

    /// How long an entry lives on average, `τ`.
    #[must_use]
    pub fn life(&self) -> f64 {
        life(self.purged, self.ttl)
    }

    /// Share of reads that hit, where a load takes no time: `λτ / (1 + λτ)`.
    #[must_use]
    pub fn hits(&self, read: f64) -> f64 {
        let hits = read * self.life();
        hits / (1.0 + hits)
    }

    /// Stale share of hits. The age of a hit entry has the density `e^(−purged·a)/τ` up to the end of
    /// its lease, and it is fresh if nothing unnoticed fell into it: `1 − life(purged + unnoticed)/τ`.
    #[must_use]
    pub fn stale(&self) -> f64 {
        1.0 - life(self.purged + self.unnoticed, self.ttl) / self.life()
    }

    /// Share of hits with a staleness age above `x`:
    /// `(1/τ)·[(e^(−cx) − e^(−cT))/c − (e^(−cx) − e^(−(c+u)T + ux))/(c+u)]`, c purged and u unnoticed.
    #[must_use]
    pub fn older(&self, x: f64) -> f64 {
        let TwoRate {
            purged,
            unnoticed,
            ttl,
        } = *self;
        let rest = ttl - x;
        let left = (-purged * x).exp();
        left * (life(purged, rest) - life(purged + unnoticed, rest)) / self.life()
    }

    /// The chance that `after` a write the cache still serves an older value: the write was not
    /// noticed, the entry was there (`hits`), and it is neither purged nor at its end by then:
    /// `unnoticed/(all writes) · hits · e^(−c·after) · (1 − e^(−c(T−after))) / (1 − e^(−cT))`. The last
    /// factor is the chance that an entry which was met by chance had so long to live.
    #[must_use]
    pub fn inconsistent(&self, read: f64, after: f64) -> f64 {
        let TwoRate {
            purged,
            unnoticed,
            ttl,
        } = *self;
        if after >= ttl {
            return 0.0;
        }
        let lives = (-purged * after).exp() * life(purged, ttl - after) / self.life();
        unnoticed / (purged + unnoticed) * self.hits(read) * lives
    }
}

/// How many nines of a share are right: `−log10(wrong)`.
#[must_use]
pub fn nines(wrong: f64) -> f64 {
    -wrong.log10()
}

/// Mean number of loads a write where each change is heard of twice, at once by the paths that tell and
/// a `lag` later by a log: one, and another if the second purge finds what a read has loaded meanwhile:
/// `1 + (1 − missed)(1 − e^(−λ·lag))`.
#[must_use]
pub fn loads_a_write_heard_twice(read: f64, missed: f64, lag: f64) -> f64 {
    1.0 + (1.0 - missed) * within(read * lag)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn missed_paths_have_the_figures_that_are_known() {
        for (share, of_hits) in [(0.01, "0.0048"), (0.1, "0.0477"), (1.0 / 3.0, "0.154")] {
            rounds_to(TwoRate::missed(0.02, share, 60.0).stale(), of_hits);
            let without = TwoRate::missed(0.02, share, f64::INFINITY);
            assert!((without.stale() - share).abs() < 1e-12);
        }
        rounds_to(TwoRate::missed(1.0, 0.33, 3.0).stale(), "0.26486");
        rounds_to(TwoRate::missed(0.02, 0.1, 300.0).stale(), "0.098");
    }

    #[test]
    fn a_lease_alone_is_the_case_in_which_nothing_is_noticed() {
        let alone = TwoRate {
            purged: 0.0,
            unnoticed: 0.05,
            ttl: 30.0,
        };
        assert!((alone.stale() - super::super::ttl::stale(0.05, 30.0)).abs() < 1e-12);
        let tail = super::super::ttl::older(0.05, 30.0, 7.0);
        assert!((alone.older(7.0) - tail).abs() < 1e-12);
    }

    #[test]
    fn nines_after_five_minutes() {
        let after = |missed| {
            let model = TwoRate::missed(0.02, missed, 3600.0);
            nines(model.inconsistent(1e9, 300.0))
        };
        rounds_to(after(1e-2), "4.58");
        rounds_to(after(1e-6), "8.61");
    }

    #[test]
    fn a_change_that_is_heard_of_twice_is_loaded_for_twice() {
        rounds_to(loads_a_write_heard_twice(50.0, 0.1, 0.2), "1.90");
    }
}
