//! The engine's promises under threads that do everything at once.
//!
//! A few threads read, load, join, cancel, insert, replace, invalidate, sweep and evict over a few keys,
//! as a seed says. Values carry the origin's version. A writer changes the origin, invalidates, and notes
//! the version when the invalidation has *returned*; a reader takes down what is noted *before* it reads,
//! and what it is served must be no older. That is P1 and P2 word for word, and with the time of soft
//! invalidations P4; where loads say what they had seen, V5 and P9 as well. P5 is checked by counting
//! loads.
//!
//! Whether the check would notice is checked too: `tests/safeguards.rs` removes the engine's safeguards
//! one after another, and each must be missed.
//!
//! ```text
//! cargo run --release -p shelflife-history -- --operations 100000000 --threads 2 --seed 1
//! ```
//!
//! | file | what |
//! |---|---|
//! | `subjects.rs` | the keys, what they are made from, what invalidates them |
//! | `origin.rs` | transactions, snapshots, a replica that lags |
//! | `record.rs` | what has been invalidated, and what may be served after that |
//! | `underway.rs` | the loads of each key |
//! | `round.rs` | an engine, set up in one of many ways, and what its threads share |
//! | `actor.rs`, `writer.rs` | a thread |

#[path = "../../../src/engine/mod.rs"]
pub mod engine;

mod actor;
mod origin;
mod record;
mod round;
mod subjects;
mod underway;
mod writer;

use actor::Actor;
use round::{Kind, Round};

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Operations of all threads together, about.
    pub operations: u64,
    /// Threads that drive one engine.
    pub threads: usize,
    /// Decides what each thread does; not when it is interrupted.
    pub seed: u64,
    /// Operations before another engine is made, set up in another way.
    pub round: u64,
}

impl Config {
    /// So many operations of so many threads.
    #[must_use]
    pub fn new(operations: u64, threads: usize, seed: u64) -> Config {
        Config {
            operations,
            threads,
            seed,
            round: 20_000,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations carried out.
    pub operations: u64,
    /// What should not have been, with the round in which it was. The first ends the run.
    pub violations: Vec<String>,
}

/// Runs rounds until there were as many operations as asked for, or a violation.
#[must_use]
pub fn run(config: &Config) -> Report {
    let mut report = Report::default();
    let mut random = fastrand::Rng::with_seed(config.seed);
    while report.operations < config.operations && report.violations.is_empty() {
        let seed = random.u64(..);
        let left = config.operations - report.operations;
        let one = run_round(seed, config.threads, left.min(config.round));
        report.operations += one.operations;
        report.violations = one.violations;
    }
    report
}

fn run_round(seed: u64, threads: usize, operations: u64) -> Report {
    let mut random = fastrand::Rng::with_seed(seed);
    let round = Round::new(Kind::draw(&mut random), seed);
    let share = operations.div_ceil(threads as u64);
    let done = std::thread::scope(|scope| {
        let actors: Vec<_> = (0..threads)
            .map(|_| {
                let mut actor = Actor::new(&round, random.u64(..));
                scope.spawn(move || actor.run(share))
            })
            .collect();
        actors
            .into_iter()
            .map(|actor| actor.join().expect("an actor panicked"))
            .sum()
    });
    let kind = round.kind;
    let violations = round.violations.into_inner();
    Report {
        operations: done,
        violations: violations
            .into_iter()
            .map(|what| format!("{what} (seed {seed}, {kind:?})"))
            .collect(),
    }
}
