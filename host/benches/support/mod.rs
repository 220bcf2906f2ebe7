//! What the benches share: fair turns, equal work, and a table at the end.
//!
//! A shared machine is never quiet, so that a figure from one minute says little beside a figure from
//! the next. Here everything that is compared runs in turn, a few milliseconds each, and a ratio is
//! the median of the ratios within one round.

#![allow(dead_code, reason = "no bench needs all of it")]

pub mod caches;
pub mod guards;
pub mod heap;
pub mod hits;
pub mod interleave;
pub mod native;
pub mod table;
pub mod versions;
pub mod workload;

use std::time::Duration;

/// How much time a bench takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Up to a minute.
    Full,
    /// Some seconds, with `--quick`: to see that it runs, and an order of magnitude.
    Quick,
}

impl Effort {
    /// What the command line asks for; nothing where `cargo test` runs the bench, which only has to
    /// build then.
    pub fn from_args() -> Option<Effort> {
        let mut effort = Effort::Full;
        let mut is_bench = false;
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--bench" => is_bench = true,
                "--quick" => effort = Effort::Quick,
                "--test" => return None,
                other => {
                    eprintln!("{other}: not known; `-- --quick` is, and `--bench NAME` of cargo");
                    std::process::exit(2);
                }
            }
        }
        is_bench.then_some(effort)
    }

    /// A tenth of it where there is no time.
    pub fn of(self, full: usize) -> usize {
        match self {
            Effort::Full => full,
            Effort::Quick => full / 10,
        }
    }

    /// A tenth of it where there is no time.
    pub fn time(self, full: Duration) -> Duration {
        match self {
            Effort::Full => full,
            Effort::Quick => full / 10,
        }
    }
}

/// Keeps something for as long as the bench runs, so that every thread may refer to it.
pub fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
