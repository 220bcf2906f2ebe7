//! The figures that policies are compared by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::Summary;

/// Which way a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Higher,
    Lower,
}

impl Direction {
    /// The word for it in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    /// Whether a figure that is greater by `difference` is the better one.
    #[must_use]
    pub fn prefers(self, difference: f64) -> bool {
        match self {
            Self::Higher => difference > 0.0,
            Self::Lower => difference < 0.0,
        }
    }
}

/// By what a figure moves at least, where it moves at all.
#[derive(Clone, Copy)]
enum Step {
    /// A whole number.
    One,
    /// One read among all.
    Read,
    /// One load within a window of 100 ms, as a rate a second.
    Window,
    /// A nanosecond, in microseconds; or a mean, which moves by less.
    Fine,
}

/// A figure of which everybody agrees whether more or less of it is better.
pub struct Headline {
    /// As a report names it.
    pub name: &'static str,
    pub direction: Direction,
    step: Step,
    /// The histogram that it is read from, where it is a percentile.
    pub(super) histogram: Option<&'static str>,
    of: fn(&Summary) -> Option<f64>,
}

impl Headline {
    /// The figure of one replication. None where it means nothing: the age of stale answers where there
    /// is none, sessions without clients, wrong hits where nothing is found by meaning.
    #[must_use]
    pub fn of(&self, summary: &Summary) -> Option<f64> {
        (self.of)(summary).filter(|_| summary.reads > 0)
    }

    /// By what the figure of this replication would move at least, had it moved.
    pub(super) fn step(&self, summary: &Summary) -> f64 {
        match self.step {
            Step::One => 1.0,
            Step::Read => 1.0 / summary.reads.max(1) as f64,
            Step::Window => 10.0,
            Step::Fine => 1e-3,
        }
    }
}

const fn headline(
    name: &'static str,
    direction: Direction,
    step: Step,
    of: fn(&Summary) -> Option<f64>,
) -> Headline {
    Headline {
        name,
        direction,
        step,
        histogram: None,
        of,
    }
}

const fn percentile(
    name: &'static str,
    histogram: &'static str,
    of: fn(&Summary) -> Option<f64>,
) -> Headline {
    Headline {
        name,
        direction: Direction::Lower,
        step: Step::Fine,
        histogram: Some(histogram),
        of,
    }
}

/// The staleness of answers, of which there must be some.
fn stale(summary: &Summary, figure: f64) -> Option<f64> {
    (summary.stale_answers > 0).then_some(figure)
}

/// All of them, freshness first.
///
/// Not among them: what is good or bad depending on what one wants (`invalidations.sent`, `refreshes`), and
/// what follows from another (`misses` from `hit_ratio`).
pub const HEADLINES: [Headline; 16] = {
    use Direction::{Higher, Lower};
    use Step::{Fine, One, Read, Window};
    [
        headline("hit_ratio", Higher, Read, |s| Some(s.hit_ratio)),
        headline("stale_ratio", Lower, Read, |s| Some(s.stale_ratio)),
        headline("stale_age_us.mean", Lower, Fine, |s| {
            stale(s, s.stale_age_us.mean)
        }),
        percentile("stale_age_us.p99", "stale_age_us", |s| {
            stale(s, s.stale_age_us.p99)
        }),
        headline("stale_age_us.max", Lower, Fine, |s| {
            stale(s, s.stale_age_us.max)
        }),
        headline("version_lag.mean", Lower, Fine, |s| {
            stale(s, s.version_lag.mean)
        }),
        headline("read_your_writes_violations", Lower, One, |s| {
            s.read_your_writes_violations.map(|n| n as f64)
        }),
        headline("monotonic_read_violations", Lower, One, |s| {
            s.monotonic_read_violations.map(|n| n as f64)
        }),
        headline("origin_loads", Lower, One, |s| Some(s.origin_loads as f64)),
        headline("origin_rate.max", Lower, Window, |s| {
            Some(s.origin_rate.max)
        }),
        headline("inflight_max", Lower, One, |s| Some(s.inflight_max as f64)),
        headline("herd.max", Lower, One, |s| Some(s.herd.max)),
        headline("read_latency_us.mean", Lower, Fine, |s| {
            Some(s.read_latency_us.mean)
        }),
        percentile("read_latency_us.p99", "read_latency_us", |s| {
            Some(s.read_latency_us.p99)
        }),
        headline("failed_reads", Lower, One, |s| Some(s.failed_reads as f64)),
        headline("semantic.wrong_hits", Lower, One, |s| {
            s.semantic.map(|semantic| semantic.wrong_hits as f64)
        }),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_figure_of_the_report_under_its_own_name() {
        let summary = Summary {
            reads: 1,
            stale_answers: 1,
            read_your_writes_violations: Some(0),
            monotonic_read_violations: Some(0),
            semantic: Some(crate::measure::Semantic::default()),
            ..Summary::default()
        };
        for headline in &HEADLINES {
            // A figure that nothing else has, put where its name says.
            let mut value = serde_json::to_value(&summary).unwrap();
            let path = format!("/{}", headline.name.replace('.', "/"));
            let place = value
                .pointer_mut(&path)
                .unwrap_or_else(|| panic!("no {path}"));
            *place = match place.is_u64() {
                true => serde_json::json!(77),
                false => serde_json::json!(77.0),
            };
            let marked: Summary = serde_json::from_value(value).unwrap();
            assert_eq!(headline.of(&marked), Some(77.0), "{}", headline.name);
        }
    }

    #[test]
    fn an_age_without_stale_answers_is_none() {
        let summary = Summary {
            reads: 5,
            ..Summary::default()
        };
        let of = |name: &str| {
            let headline = HEADLINES.iter().find(|headline| headline.name == name);
            headline.unwrap().of(&summary)
        };
        assert_eq!(of("stale_age_us.mean"), None);
        assert_eq!(of("stale_ratio"), Some(0.0));
        assert_eq!(of("monotonic_read_violations"), None);
    }

    #[test]
    fn a_direction_prefers_what_is_better_and_nothing_between_equals() {
        assert!(Direction::Higher.prefers(0.1) && !Direction::Higher.prefers(-0.1));
        assert!(Direction::Lower.prefers(-0.1) && !Direction::Lower.prefers(0.1));
        assert!(!Direction::Higher.prefers(0.0) && !Direction::Lower.prefers(0.0));
    }
}
