//! When the events of one stream come.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp1};

use super::Schedule;
use crate::scenario::Arrivals;

/// The arrivals of one stream. Times add up in nanoseconds as floating point, exact to a fraction of
/// one over a hundred days, so that rounding never accumulates.
pub(super) struct Clock<'a> {
    rates: &'a [(u64, f64)],
    arrivals: Arrivals,
    rng: ChaCha8Rng,
    duration: u64,
    /// Index of the rate that holds.
    rate: usize,
    /// Mean gap, in nanoseconds; infinite at a rate of 0.
    gap: f64,
    /// Since when the rate holds, until when, and how many events it has had.
    since: f64,
    until: f64,
    count: u64,
    time: f64,
    /// The next event; `u64::MAX` after the last.
    pub(super) next: u64,
}

impl<'a> Clock<'a> {
    pub(super) fn new(schedule: &'a Schedule, duration: u64, rng: ChaCha8Rng) -> Self {
        let mut clock = Self {
            rates: &schedule.rates,
            arrivals: schedule.arrivals,
            rng,
            duration,
            rate: 0,
            gap: 0.0,
            since: 0.0,
            until: 0.0,
            count: 0,
            time: 0.0,
            next: 0,
        };
        clock.enter(0);
        clock.advance();
        clock
    }

    fn enter(&mut self, rate: usize) {
        let (since, per_second) = self.rates[rate];
        self.rate = rate;
        self.gap = if per_second > 0.0 {
            1e9 / per_second
        } else {
            f64::INFINITY
        };
        self.since = since as f64;
        self.until = self
            .rates
            .get(rate + 1)
            .map_or(self.duration, |(at, _)| *at)
            .min(self.duration) as f64;
        self.count = 0;
        // Exponential gaps have no memory: what was under way when the rate changed is drawn anew.
        self.time = self.since;
    }

    pub(super) fn advance(&mut self) {
        loop {
            self.time = match self.arrivals {
                Arrivals::Poisson if self.gap.is_finite() => {
                    let gap: f64 = Exp1.sample(&mut self.rng);
                    self.time + gap * self.gap
                }
                Arrivals::Poisson => f64::INFINITY,
                Arrivals::Even => {
                    self.count += 1;
                    self.since + self.count as f64 * self.gap
                }
            };
            if self.time < self.until {
                self.next = self.time as u64;
                return;
            }
            if self.rate + 1 == self.rates.len() || self.rates[self.rate + 1].0 >= self.duration {
                self.next = u64::MAX;
                return;
            }
            self.enter(self.rate + 1);
        }
    }
}
