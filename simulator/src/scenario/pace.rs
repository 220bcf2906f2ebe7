//! How fast a stream runs from when on: phases set its rate, bursts multiply it.

use super::{Burst, Phase, Stream, Workload};

/// From when on, in nanoseconds, how many events a second. Begins at 0; times rise.
pub(crate) type Paces = Vec<(u64, f64)>;

/// Reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Reads,
    Writes,
}

impl Which {
    pub(crate) fn stream(self, workload: &Workload) -> &Stream {
        match self {
            Self::Reads => &workload.reads,
            Self::Writes => &workload.writes,
        }
    }

    fn rate(self, phase: &Phase) -> Option<f64> {
        match self {
            Self::Reads => phase.reads.rate,
            Self::Writes => phase.writes.rate,
        }
    }

    pub(crate) fn times(self, burst: &Burst) -> f64 {
        match self {
            Self::Reads => burst.reads,
            Self::Writes => burst.writes,
        }
    }
}

/// What happens at one instant, in the order in which it must: a burst that ends as another begins
/// does not overlap it.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Turn {
    Off(usize),
    Rate(f64),
    On(usize),
}

/// How often a burst begins before `duration`.
pub(crate) fn beginnings(burst: &Burst, duration: u64) -> u64 {
    match (burst.every, duration.checked_sub(burst.at.0 + 1)) {
        (_, None) => 0,
        (None, Some(_)) => 1,
        (Some(every), Some(rest)) => rest / every.0.max(1) + 1,
    }
}

/// The rates of one stream up to `duration`. A stream of which phases and bursts say nothing has one
/// rate, and goes on undisturbed by what they say of the other.
pub(crate) fn paces(workload: &Workload, which: Which, duration: u64) -> Paces {
    let phases = workload.phases.iter();
    let mut turns: Vec<(u64, Turn)> = phases
        .filter_map(|phase| Some((phase.at.0, Turn::Rate(which.rate(phase)?))))
        .collect();
    for (index, burst) in workload.bursts.iter().enumerate() {
        if which.times(burst) == 1.0 {
            continue;
        }
        for number in 0..beginnings(burst, duration) {
            let on = burst.at.0 + number * burst.every.unwrap_or_default().0;
            turns.push((on, Turn::On(index)));
            turns.push((on.saturating_add(burst.lasts.0), Turn::Off(index)));
        }
    }
    turns.sort_by(|a, b| {
        let by_turn = a.1.partial_cmp(&b.1);
        a.0.cmp(&b.0)
            .then(by_turn.unwrap_or(std::cmp::Ordering::Equal))
    });
    let mut rate = which.stream(workload).rate;
    let mut on = vec![false; workload.bursts.len()];
    let mut paces: Paces = vec![(0, rate)];
    for (at, turn) in turns {
        match turn {
            Turn::Rate(next) => rate = next,
            Turn::On(index) => on[index] = true,
            Turn::Off(index) => on[index] = false,
        }
        let running = workload.bursts.iter().zip(&on).filter(|(_, on)| **on);
        let times: f64 = running.map(|(burst, _)| which.times(burst)).product();
        let pace = (at, rate * times);
        match paces.last_mut() {
            Some(last) if last.0 == at => *last = pace,
            _ => paces.push(pace),
        }
    }
    paces
}

/// How many events a stream of these rates has before `duration`, on average.
pub(crate) fn events(paces: &[(u64, f64)], duration: u64) -> f64 {
    let ends = paces.iter().skip(1).map(|(at, _)| *at).chain([duration]);
    let pieces = paces.iter().zip(ends);
    pieces
        .map(|((at, rate), end)| rate * end.min(duration).saturating_sub(*at) as f64 / 1e9)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::{Nanos, PhaseStream};
    use super::*;

    fn burst(at: u64, lasts: u64, every: Option<u64>, reads: f64) -> Burst {
        Burst {
            at: Nanos(at),
            lasts: Nanos(lasts),
            every: every.map(Nanos),
            reads,
            writes: 1.0,
        }
    }

    fn workload(bursts: Vec<Burst>) -> Workload {
        let mut workload = Workload {
            bursts,
            ..Workload::default()
        };
        workload.reads.rate = 10.0;
        workload
    }

    #[test]
    fn a_burst_multiplies_the_rate_of_its_stream_alone_and_comes_again() {
        let workload = workload(vec![burst(100, 20, Some(50), 3.0)]);
        assert_eq!(
            paces(&workload, Which::Reads, 200),
            [
                (0, 10.0),
                (100, 30.0),
                (120, 10.0),
                (150, 30.0),
                (170, 10.0)
            ]
        );
        let writes = workload.writes.rate;
        assert_eq!(paces(&workload, Which::Writes, 200), [(0, writes)]);
    }

    #[test]
    fn bursts_that_overlap_multiply_and_a_phase_changes_what_is_multiplied() {
        let mut workload = workload(vec![burst(10, 30, None, 2.0), burst(20, 5, None, 5.0)]);
        workload.phases = vec![Phase {
            at: Nanos(30),
            reads: PhaseStream {
                rate: Some(1.0),
                popularity: None,
            },
            writes: PhaseStream::default(),
        }];
        assert_eq!(
            paces(&workload, Which::Reads, 100),
            [
                (0, 10.0),
                (10, 20.0),
                (20, 100.0),
                (25, 20.0),
                (30, 2.0),
                (40, 1.0)
            ]
        );
    }

    #[test]
    fn a_burst_that_begins_after_the_end_is_none() {
        let late = burst(200, 20, Some(50), 3.0);
        assert_eq!(beginnings(&late, 200), 0);
        assert_eq!(beginnings(&late, 201), 1);
        assert_eq!(beginnings(&late, 251), 2);
    }

    #[test]
    fn events_are_rates_times_their_time() {
        let paces = [(0, 10.0), (1_000_000_000, 30.0), (5_000_000_000, 1.0)];
        assert_eq!(events(&paces, 2_000_000_000), 40.0);
    }
}
