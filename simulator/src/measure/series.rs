//! What happened when: bins for the time series, windows for the origin's load.

use super::Distribution;
use crate::report::{Bin, Series};

/// How many bins a time series has.
const BINS: u64 = 240;

/// The window over which rates of the origin are taken.
pub(super) const WINDOW: u64 = 100_000_000;

/// Bins of equal length over the measured time.
pub(super) struct Bins {
    start: u64,
    width: u64,
    bins: Vec<Bin>,
}

impl Bins {
    pub(super) fn new(start: u64, end: u64) -> Bins {
        let length = end.saturating_sub(start).max(1);
        let width = length.div_ceil(BINS).max(1);
        // The last instant belongs to the last bin.
        let count = (length / width + 1).min(BINS);
        Bins {
            start,
            width,
            bins: vec![Bin::default(); count as usize],
        }
    }

    /// The bin of a time; what comes after the end belongs to the last.
    pub(super) fn at(&mut self, now: u64) -> &mut Bin {
        let index = (now.saturating_sub(self.start) / self.width) as usize;
        let last = self.bins.len() - 1;
        &mut self.bins[index.min(last)]
    }

    /// When the bin of a time is over; before the first, when that begins.
    pub(super) fn end_of(&self, now: u64) -> u64 {
        if now < self.start {
            return self.start;
        }
        self.start + ((now - self.start) / self.width + 1) * self.width
    }

    pub(super) fn finish(mut self) -> Series {
        // A bin in which nothing happened holds what the one before it held.
        let mut held = 0;
        for bin in &mut self.bins {
            if *bin == Bin::default() {
                bin.entries = held;
            }
            held = bin.entries;
        }
        Series {
            start_us: self.start / 1000,
            bin_us: (self.width / 1000).max(1),
            bins: self.bins,
            ..Series::default()
        }
    }
}

/// Counts by windows of 100 ms, empty ones included.
pub(super) struct Windows {
    start: u64,
    current: u64,
    count: u64,
    counts: Distribution,
}

impl Windows {
    pub(super) fn new(start: u64) -> Windows {
        Windows {
            start,
            current: 0,
            count: 0,
            counts: Distribution::default(),
        }
    }

    pub(super) fn note(&mut self, now: u64) {
        let window = now.saturating_sub(self.start) / WINDOW;
        if window > self.current {
            self.counts.add(self.count);
            self.counts.add_many(0, window - self.current - 1);
            (self.current, self.count) = (window, 0);
        }
        self.count += 1;
    }

    /// The counts of all windows up to `end`.
    pub(super) fn finish(mut self, end: u64) -> Distribution {
        let windows = end
            .saturating_sub(self.start)
            .div_ceil(WINDOW)
            .max(self.current + 1);
        self.counts.add(self.count);
        self.counts.add_many(0, windows - self.current - 1);
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_windows_count() {
        let mut windows = Windows::new(0);
        [0, 1, 350_000_000]
            .into_iter()
            .for_each(|at| windows.note(at));
        let rate = windows.finish(1_000_000_000).rate(10.0);
        assert_eq!((rate.mean, rate.max), (3.0, 20.0));
    }

    #[test]
    fn what_comes_before_the_first_bin_ends_where_it_begins() {
        let bins = Bins::new(480, 960);
        assert_eq!(
            [0, 479, 480, 481, 482].map(|now| bins.end_of(now)),
            [480, 480, 482, 482, 484]
        );
    }

    #[test]
    fn the_last_instant_belongs_to_the_last_bin() {
        let mut bins = Bins::new(0, 240);
        bins.at(0).reads += 1;
        bins.at(240).reads += 1;
        let series = bins.finish();
        assert_eq!(series.bins.len(), 240);
        assert_eq!((series.bins[0].reads, series.bins[239].reads), (1, 1));
    }
}
