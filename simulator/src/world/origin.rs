//! Where loads go: latency, servers with a queue, failures.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::{Rng, RngExt};

use crate::random::{Keyed, Purpose};
use crate::scenario::{self, FaultKind, Late};

/// What is known of a load when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When it comes back, or is given up.
    pub ends: u64,
    /// The instant whose state it brings, replica lag and visibility taken off.
    pub reads: u64,
    pub fails: bool,
}

/// When a fault lasts, once or again and again.
struct Spans {
    from: u64,
    lasts: u64,
    every: Option<u64>,
}

impl Spans {
    fn of(fault: &scenario::Fault) -> Spans {
        Spans {
            from: fault.at.0,
            lasts: fault.lasts.map_or(u64::MAX, |lasts| lasts.0),
            every: fault.every.map(|every| every.0),
        }
    }

    fn contain(&self, at: u64) -> bool {
        let since = at.checked_sub(self.from);
        since.is_some_and(|since| match self.every {
            Some(every) => since % every < self.lasts,
            None => since < self.lasts,
        })
    }
}

/// The source of truth, as far as time goes.
pub struct Origin<'a> {
    settings: &'a scenario::Origin,
    /// When each server is free again; empty without a queue.
    servers: BinaryHeap<Reverse<u64>>,
    slow: Vec<(Spans, f64)>,
    down: Vec<Spans>,
    draws: Keyed,
}

impl<'a> Origin<'a> {
    pub fn new(
        settings: &'a scenario::Origin,
        faults: &[scenario::Fault],
        seed: u64,
        replication: u32,
    ) -> Origin<'a> {
        let of = |kind| faults.iter().filter(move |fault| fault.what == kind);
        let slow =
            of(FaultKind::OriginSlow).map(|fault| (Spans::of(fault), fault.by.unwrap_or(1.0)));
        Origin {
            settings,
            servers: (0..settings.servers).map(|_| Reverse(0)).collect(),
            slow: slow.collect(),
            down: of(FaultKind::OriginDown).map(Spans::of).collect(),
            draws: Keyed::new(seed, replication, Purpose::Load),
        }
    }

    /// When a load that begins now is given up with its readers, if it is not back by then.
    fn gives_up(&self, now: u64) -> Option<u64> {
        let timeout = self.settings.timeout.0;
        let drops = timeout > 0 && self.settings.late == Late::Drop;
        drops.then(|| now.saturating_add(timeout))
    }

    /// A load begins now. `number` decides all that is drawn for it.
    pub fn visit(&mut self, now: u64, number: u64) -> Visit {
        let mut draws = self.draws.of(number);
        let starts = match self.servers.peek() {
            Some(&Reverse(free)) => now.max(free),
            None => now,
        };
        let mut latency = self.settings.latency.sample(&mut draws) as f64;
        for (spans, by) in &self.slow {
            if spans.contain(starts) {
                latency *= by;
            }
        }
        let latency = latency as u64;
        let ends = starts.saturating_add(latency);
        if self.servers.pop().is_some() {
            self.servers.push(Reverse(ends));
        }
        let reads = starts.saturating_add((latency as f64 * self.settings.snapshot_at) as u64);
        let lag = self.settings.replica_lag.sample(&mut draws);
        let lag = lag.saturating_add(self.settings.visible_after.sample(&mut draws));
        let down = self.down.iter().any(|spans| spans.contain(ends));
        let mut fails = down || happens(self.settings.errors, &mut draws);
        let mut ends = ends;
        // The server above stays busy with it: nobody tells the origin that its work is for nothing.
        if let Some(given_up) = self.gives_up(now)
            && ends > given_up
        {
            fails = true;
            ends = given_up;
        }
        Visit {
            ends,
            reads: reads.saturating_sub(lag),
            fails,
        }
    }
}

/// Whether something of this probability happens. Draws nothing where there is no doubt.
pub fn happens(probability: f64, rng: &mut impl Rng) -> bool {
    if probability <= 0.0 {
        false
    } else if probability >= 1.0 {
        true
    } else {
        rng.random::<f64>() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Distribution, Nanos};

    fn settings(servers: u32) -> scenario::Origin {
        let latency = Distribution::Constant(Nanos(10));
        scenario::Origin {
            latency,
            servers,
            ..scenario::Origin::default()
        }
    }

    #[test]
    fn a_load_beyond_the_servers_waits_for_the_first_to_be_free() {
        let settings = settings(2);
        let mut origin = Origin::new(&settings, &[], 0, 0);
        let ends: Vec<u64> = [0, 1, 2, 3].map(|now| origin.visit(now, now).ends).into();
        assert_eq!(ends, [10, 11, 20, 21]);
    }

    #[test]
    fn what_is_drawn_for_a_load_does_not_depend_on_those_before_it() {
        let latency = Distribution::Exponential(Nanos(1_000_000));
        let settings = scenario::Origin {
            latency,
            errors: 0.5,
            replica_lag: Distribution::Exponential(Nanos(1_000_000)),
            ..scenario::Origin::default()
        };
        let mut few = Origin::new(&settings, &[], 3, 1);
        let mut many = Origin::new(&settings, &[], 3, 1);
        for number in 0..50 {
            let visit = many.visit(1 << 40, number);
            if number % 7 == 0 {
                assert_eq!(few.visit(1 << 40, number), visit);
            }
        }
    }

    #[test]
    fn a_load_given_up_keeps_its_server_busy() {
        let settings = scenario::Origin {
            timeout: Nanos(12),
            ..settings(1)
        };
        let mut origin = Origin::new(&settings, &[], 0, 0);
        let visits = [0, 1, 15].map(|now| origin.visit(now, now));
        assert_eq!(visits.map(|visit| visit.ends), [10, 13, 27]);
        assert_eq!(visits.map(|visit| visit.fails), [false, true, true]);
    }

    #[test]
    fn a_load_reads_the_state_part_of_the_way() {
        let settings = settings(0);
        assert_eq!(Origin::new(&settings, &[], 0, 0).visit(100, 1).reads, 105);
    }

    #[test]
    fn a_load_that_ends_while_the_origin_is_down_fails() {
        let settings = settings(0);
        let fault = scenario::Fault {
            at: Nanos(50),
            what: FaultKind::OriginDown,
            every: None,
            by: None,
            lasts: Some(Nanos(20)),
        };
        let fails = |fault: &scenario::Fault| {
            let mut origin = Origin::new(&settings, std::slice::from_ref(fault), 0, 0);
            [39, 40, 59, 60, 139, 140].map(|now| origin.visit(now, now).fails)
        };
        assert_eq!(fails(&fault), [false, true, true, false, false, false]);
        let again = scenario::Fault {
            every: Some(Nanos(100)),
            ..fault
        };
        assert_eq!(fails(&again), [false, true, true, false, false, true]);
    }
}
