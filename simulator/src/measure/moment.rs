//! The origin around its busiest window: what a herd looks like from its side.

use std::collections::VecDeque;

use super::series::WINDOW;
use crate::report::{Moment, Window};

/// Windows kept before the busiest one, and after it.
const BEFORE: usize = 20;
const AFTER: usize = 60;

/// Goes through windows of 100 ms and keeps those around the one with the most loads; of equals the first.
pub(super) struct Moments {
    start: u64,
    current: u64,
    window: Window,
    inflight: u64,
    /// The windows before the current one, [`BEFORE`] of them at most.
    before: VecDeque<Window>,
    first: u64,
    kept: Vec<Window>,
    peak: usize,
    most: u64,
}

impl Moments {
    /// From `start` on, in nanoseconds.
    pub(super) fn new(start: u64) -> Moments {
        Moments {
            start,
            current: 0,
            window: Window::default(),
            inflight: 0,
            before: VecDeque::with_capacity(BEFORE + 1),
            first: 0,
            kept: Vec::new(),
            peak: 0,
            most: 0,
        }
    }

    /// From now on so many loads are in flight; `began`: one more than before.
    pub(super) fn loads(&mut self, now: u64, inflight: u64, began: bool) {
        if now >= self.start {
            let window = (now - self.start) / WINDOW;
            if window > self.current {
                self.go_on_to(window);
            }
            self.window.loads += u64::from(began);
            self.window.inflight_max = self.window.inflight_max.max(inflight);
        } else {
            self.window.inflight_max = inflight;
        }
        self.inflight = inflight;
    }

    fn go_on_to(&mut self, window: u64) {
        self.close();
        self.current += 1;
        self.window = self.idle();
        // All windows until then are alike: no more of them are looked at than can be kept.
        let gap = window - self.current;
        let looked_at = gap.min((BEFORE + AFTER) as u64);
        for _ in 0..looked_at {
            self.close();
        }
        self.current = window;
        self.window = self.idle();
    }

    /// A window in which nothing begins or ends.
    fn idle(&self) -> Window {
        Window {
            loads: 0,
            inflight_max: self.inflight,
        }
    }

    /// The current window is over.
    fn close(&mut self) {
        if self.window.loads > self.most {
            self.most = self.window.loads;
            self.peak = self.before.len();
            self.first = self.current - self.before.len() as u64;
            self.kept.clear();
            self.kept.extend(&self.before);
            self.kept.push(self.window);
        } else if !self.kept.is_empty() && self.kept.len() <= self.peak + AFTER {
            self.kept.push(self.window);
        }
        self.before.push_back(self.window);
        if self.before.len() > BEFORE {
            self.before.pop_front();
        }
    }

    /// What was kept, up to `end`; empty where nothing was loaded.
    pub(super) fn finish(mut self, end: u64) -> Moment {
        let last = end.saturating_sub(self.start) / WINDOW;
        if last > self.current {
            self.go_on_to(last);
        }
        self.close();
        Moment {
            start_us: (self.start + self.first * WINDOW) / 1000,
            window_us: WINDOW / 1000,
            windows: self.kept,
            peak: self.peak,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn loads(moment: &Moment) -> Vec<u64> {
        moment.windows.iter().map(|window| window.loads).collect()
    }

    #[test]
    fn the_busiest_window_is_kept_with_what_was_around_it() {
        let mut moments = Moments::new(SECOND);
        moments.loads(SECOND + WINDOW, 1, true);
        moments.loads(SECOND + 2 * WINDOW, 2, true);
        moments.loads(SECOND + 2 * WINDOW + 1, 3, true);
        moments.loads(SECOND + 4 * WINDOW, 1, false);
        let moment = moments.finish(SECOND + 6 * WINDOW);
        assert_eq!(loads(&moment), [0, 1, 2, 0, 0, 0, 0]);
        assert_eq!(moment.windows[3].inflight_max, 3, "none has ended in it");
        assert_eq!(moment.windows[4].inflight_max, 3, "they end within it");
        assert_eq!(moment.windows[5].inflight_max, 1);
        assert_eq!((moment.peak, moment.start_us), (2, SECOND / 1000));
    }

    #[test]
    fn a_long_pause_neither_takes_time_nor_hides_where_the_peak_was() {
        let mut moments = Moments::new(0);
        moments.loads(5, 1, true);
        moments.loads(6, 0, false);
        let far = 1_000_000_000 * WINDOW;
        moments.loads(far, 1, true);
        moments.loads(far + 1, 2, true);
        let moment = moments.finish(far + WINDOW);
        assert_eq!(moment.peak, BEFORE);
        assert_eq!(
            moment.start_us + moment.peak as u64 * moment.window_us,
            far / 1000
        );
        assert_eq!(loads(&moment)[BEFORE..], [2, 0]);
        assert!(loads(&moment)[..BEFORE].iter().all(|count| *count == 0));
    }

    #[test]
    fn no_more_is_kept_than_can_be_shown_and_of_equal_peaks_the_first() {
        let mut moments = Moments::new(0);
        for i in 0..500 {
            moments.loads(i * WINDOW, 1, true);
            moments.loads(i * WINDOW + 1, 0, false);
        }
        let moment = moments.finish(500 * WINDOW);
        assert_eq!((moment.peak, moment.windows.len()), (0, AFTER + 1));
    }

    #[test]
    fn as_much_is_kept_after_the_busiest_window_whatever_was_before_it() {
        let mut moments = Moments::new(0);
        for i in 0..500 {
            moments.loads(i * WINDOW, 1, true);
            if i == 100 {
                moments.loads(i * WINDOW + 1, 2, true);
            }
        }
        let moment = moments.finish(500 * WINDOW);
        assert_eq!(moment.peak, BEFORE);
        assert_eq!(moment.windows.len(), BEFORE + 1 + AFTER);
    }

    #[test]
    fn what_is_in_flight_at_the_beginning_is_known() {
        let mut moments = Moments::new(SECOND);
        moments.loads(5, 7, true);
        moments.loads(SECOND, 8, true);
        let moment = moments.finish(SECOND);
        assert_eq!(loads(&moment), [1]);
        assert_eq!(moment.windows[0].inflight_max, 8);
        assert!(Moments::new(0).finish(SECOND).windows.is_empty());
    }
}
