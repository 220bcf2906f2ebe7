//! Refreshes that are drawn: a read that comes `g` before the end of the lease loads again with the chance
//! `e^(−g/(βD))`. A. Vattani, F. Chierichetti, K. Lowenstein, "Optimal Probabilistic Cache Stampede
//! Prevention", PVLDB 8(8), 2015 (XFetch). The law of the gap and of the stampede is derived here.

use super::math::{EULER, exponential_integral, integral};

/// Early refreshes of one key, whose loads always take the same time, under a lease that is long
/// compared with `beta · load`.
#[derive(Clone, Copy, Debug)]
pub struct Early {
    /// Reads of the key a second.
    pub read: f64,
    /// β.
    pub beta: f64,
    /// D.
    pub load: f64,
    /// T.
    pub ttl: f64,
}

impl Early {
    /// `x = λβD`: how many reads fall into the time within which refreshes begin.
    fn x(&self) -> f64 {
        self.read * self.beta * self.load
    }

    /// Mean time from the refresh to the end of the lease, 0 where no refresh came in time.
    ///
    /// The reads that refresh are a thinned Poisson stream, so that the first comes at a gap of at most g
    /// with the chance `exp(−x e^(−g/(βD)))`: Gumbel's law. Its mean above 0 is
    /// `βD (ln x + γ + E1(x))`.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let x = self.x();
        self.beta * self.load * (x.ln() + EULER + exponential_integral(x))
    }

    /// Share of leases in which no refresh comes in time, so that a read waits: `e^(−x)`.
    #[must_use]
    pub fn blocked(&self) -> f64 {
        (-self.x()).exp()
    }

    /// Without coalescing: mean number of loads that one lease brings about; `e^(1/β)` where x is large.
    ///
    /// `X = x e^(−gap/(βD))` is exponential of mean 1, cut off at x, where no refresh came in time. What
    /// begins while the first load runs is Poisson of mean `(e^(1/β) − 1) X`; where that reaches past the end
    /// of the lease, of mean `x − X` before it and `λ(D − gap)` after, when every read loads. For large x
    /// the number of loads is geometric on 1, 2, …, whatever the rate of the reads.
    #[must_use]
    pub fn stampede(&self) -> f64 {
        let (x, beta) = (self.x(), self.beta);
        let corner = x * (-1.0 / beta).exp();
        let in_time = |drawn: f64| (-drawn).exp() * drawn * (1.0 / beta).exp_m1();
        let past_the_end = |drawn: f64| {
            let gap = x * (x / drawn).ln();
            (-drawn).exp() * (x - drawn + x / beta - gap)
        };
        let early = integral(0.0, corner, in_time) + integral(corner, x, past_the_end);
        1.0 + early + self.blocked() * x / beta
    }

    /// Loads a second, with coalescing: one for `T + D − E[gap]`.
    #[must_use]
    pub fn loads(&self) -> f64 {
        1.0 / (self.ttl + self.load - self.gap())
    }

    /// Loads a second without: each late one restarts the lease, `D·tanh(1/(2β))` later on average.
    #[must_use]
    pub fn loads_uncoalesced(&self) -> f64 {
        let late = self.load * (1.0 / (2.0 * self.beta)).tanh();
        self.stampede() / (self.ttl + self.load + late - self.gap())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn drawn_refreshes_have_the_figures_that_are_known() {
        let early = Early {
            read: 100.0,
            beta: 1.0,
            load: 0.1,
            ttl: 10.0,
        };
        rounds_to(early.gap(), "0.28798");
        rounds_to(early.loads_uncoalesced(), "0.27445");
        rounds_to(early.stampede(), "2.7056");
        let seldom = Early {
            read: 20.0,
            ..early
        };
        rounds_to(seldom.stampede(), "2.1523");
        let read = 5000.0;
        for (beta, loads) in [(1.0, "2.718"), (1.5, "1.948"), (2.0, "1.649")] {
            let often = Early {
                beta,
                read,
                ..early
            };
            rounds_to(often.stampede(), loads);
        }
    }
}
