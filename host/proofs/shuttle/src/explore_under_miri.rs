//! Runs a scenario under Miri, whose seed decides when its threads are interrupted.

/// Runs of a scenario for each seed.
const RUNS: usize = 1;

/// Runs a scenario a few times, each time otherwise interrupted.
pub fn explore(scenario: impl Fn() + Send + Sync + Clone + 'static) {
    (0..RUNS).for_each(|_| scenario());
}
