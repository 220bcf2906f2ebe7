//! A number that changes now and then, averaged over time.

/// The average over the measured time of what was last set.
pub(super) struct Average {
    from: u64,
    to: u64,
    since: u64,
    value: u64,
    /// Value times nanoseconds.
    area: u128,
}

impl Average {
    pub(super) fn new(from: u64, to: u64) -> Average {
        Average {
            from,
            to,
            since: from,
            value: 0,
            area: 0,
        }
    }

    pub(super) fn set(&mut self, now: u64, value: u64) {
        let now = now.clamp(self.from, self.to);
        self.area += u128::from(self.value) * u128::from(now.saturating_sub(self.since));
        self.since = self.since.max(now);
        self.value = value;
    }

    pub(super) fn finish(mut self) -> f64 {
        let (to, value) = (self.to, self.value);
        self.set(to, value);
        let measured = self.to.saturating_sub(self.from);
        if measured == 0 {
            return value as f64;
        }
        self.area as f64 / measured as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_for_as_long_as_it_holds_within_the_measured_time() {
        let mut average = Average::new(100, 200);
        average.set(50, 4);
        average.set(150, 10);
        average.set(300, 90);
        assert_eq!(average.finish(), 7.0);
    }
}
