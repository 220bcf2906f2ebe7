//! Draws schedules.

use std::env;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

/// Schedules of each kind, unless `SCHEDULES` says otherwise.
const SCHEDULES: usize = 20_000;

/// Preemptions that PCT places.
const DEPTH: usize = 4;

/// Runs a scenario under many schedules, or under the one that `SCHEDULE` names.
pub fn explore(scenario: impl Fn() + Send + Sync + Clone + 'static) {
    if let Ok(schedule) = env::var("SCHEDULE") {
        return shuttle::replay(scenario, &schedule);
    }
    let number = |name| env::var(name).ok().and_then(|value| value.parse().ok());
    let schedules = number("SCHEDULES").map_or(SCHEDULES, |number: u64| number as usize);
    let seed = number("SEED").unwrap_or(1);
    let evenly = RandomScheduler::new_from_seed(seed, schedules);
    Runner::new(evenly, Config::new()).run(scenario.clone());
    let preempting = PctScheduler::new_from_seed(seed, DEPTH, schedules);
    Runner::new(preempting, Config::new()).run(scenario);
}
