//! Runs of one policy each, timed.

// Every bench takes what it needs of it.
#![allow(dead_code)]

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use shelflife_sim::comparison::{Contender, contenders};
use shelflife_sim::scenario::{Loaded, Overrides, from_str};
use shelflife_sim::workload::{Workload, build};
use shelflife_sim::world;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A scenario with its workload and what it compares, ready to run.
pub struct Setting {
    pub loaded: Loaded,
    pub workload: Workload,
    pub contenders: Vec<Contender>,
}

impl Setting {
    pub fn new(text: &str) -> Setting {
        let overrides = Overrides::default();
        let loaded = from_str(text, "bench.toml", Path::new(""), &overrides).expect("a scenario");
        Setting::of(loaded)
    }

    pub fn of(loaded: Loaded) -> Setting {
        let workload = build(&loaded).expect("a workload");
        let contenders = contenders(&loaded).expect("policies");
        Setting {
            loaded,
            workload,
            contenders,
        }
    }

    /// Runs one of what is compared; gives its events and how long this thread ran for them.
    pub fn run(&self, contender: usize) -> Timed {
        let strategy = &self.contenders[contender].strategy;
        let done = AtomicU64::new(0);
        let started = thread_time();
        let outcome = world::run(&self.loaded.scenario, &self.workload, strategy, 0, &done);
        let took = thread_time() - started;
        let outcome = outcome.expect("a run");
        assert!(outcome.policy_error.is_none(), "{:?}", outcome.policy_error);
        Timed {
            events: outcome.events,
            took,
            hit_ratio: outcome.summary.hit_ratio,
        }
    }
}

/// One run and what it took.
pub struct Timed {
    pub events: u64,
    pub took: Duration,
    pub hit_ratio: f64,
}

impl Timed {
    /// Millions of events a second of one core.
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64() / 1e6
    }
}

/// How long this thread has run: what other work takes of the processor meanwhile does not count, what it
/// takes of caches and memory does.
pub fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The middle one, and the least and the greatest.
pub fn spread(mut figures: Vec<f64>) -> (f64, f64, f64) {
    figures.sort_by(f64::total_cmp);
    (
        figures[figures.len() / 2],
        figures[0],
        figures[figures.len() - 1],
    )
}

/// Whether `-- --quick` was asked for.
pub fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}
