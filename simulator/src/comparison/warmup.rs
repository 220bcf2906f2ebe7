//! How much of the beginning a comparison leaves out.
//!
//! All runs of a comparison leave out the same time, so that in each replication every policy is measured
//! over the same reads and writes.

use rayon::prelude::*;

use super::{Contender, Progress};
use crate::error::Error;
use crate::report::{self, Series};
use crate::scenario::{self, Scenario};
use crate::workload::Workload;
use crate::world::{self, Outcome, Strategy};

/// Leases are waited for so many times. All entries of a cold cache end together, and their ends drift apart
/// by the wait for the next read, lease by lease.
const LEASES: u64 = 3;

/// The cache is full when it holds this share of what it holds in the end.
const FULL: f64 = 0.99;

/// The warm-up takes at most this part of a run: the other half is for measuring.
const MOST: u64 = 2;

/// The warm-up of a comparison, and why it is as long as it is.
///
/// With `auto` every policy, and perfect invalidation, is tried once over the whole run, in a replication
/// that is not measured. The warm-up lasts until in each of these trials three times the longest lease, its
/// grace with it, is over, and the cache has first held 99 % of what it held on average over the last quarter
/// of the run; but for half of the run at most. Nothing of it depends on the number of threads, on the number
/// of replications only by which one is tried.
///
/// # Errors
///
/// What a policy has against its configuration.
pub(super) fn settle(
    scenario: &Scenario,
    workload: &Workload,
    contenders: &[Contender],
    progress: &Progress,
) -> Result<report::Warmup, Error> {
    let asked = scenario.warmup.unwrap_or_default();
    if asked != scenario::Warmup::Auto {
        let used_us = workload.warmup / 1000;
        let why = match used_us {
            0 => "a cold start is measured",
            _ => "as the scenario says, or its default",
        };
        return Ok(report::Warmup {
            asked: asked.to_string(),
            used_us,
            wanted_us: used_us,
            why: why.to_owned(),
        });
    }
    let trial = scenario.replications.max(1);
    let tried = tried(contenders).collect::<Vec<_>>();
    let needs = tried
        .par_iter()
        .with_max_len(1)
        .map(|contender| {
            let label = format!("{}, warm-up", contender.info.label);
            let task = progress.task(label, workload.expected_events());
            let strategy = &contender.strategy;
            let outcome = world::run(scenario, workload, strategy, trial, task.events())
                .map_err(Error::usage)?;
            Ok(need(&contender.info.label, &outcome))
        })
        .collect::<Result<Vec<Need>, Error>>()?;
    Ok(decide(needs, workload.duration / 1000))
}

/// How many runs [`settle`] carries out.
pub(super) fn trials(scenario: &Scenario, contenders: &[Contender]) -> u64 {
    match scenario.warmup {
        Some(scenario::Warmup::Auto) => tried(contenders).count() as u64,
        _ => 0,
    }
}

/// Everything that fills a cache.
fn tried(contenders: &[Contender]) -> impl Iterator<Item = &Contender> {
    let fills = |contender: &&Contender| !matches!(contender.strategy, Strategy::NoCache);
    contenders.iter().filter(fills)
}

/// How long a policy needs, and why.
struct Need {
    us: u64,
    why: String,
}

fn need(label: &str, outcome: &Outcome) -> Need {
    let leases = LEASES.saturating_mul(outcome.longest_lease) / 1000;
    let full = full_after(&outcome.series);
    match leases >= full {
        true => Need {
            us: leases,
            why: format!("three times the longest lease of “{label}”"),
        },
        false => Need {
            us: full,
            why: format!("until the cache of “{label}” held 99 % of what it holds in the end"),
        },
    }
}

/// When a cache first held nearly what it holds in the last quarter, in microseconds.
fn full_after(series: &Series) -> u64 {
    let bins = &series.bins;
    let last = &bins[bins.len() - bins.len().div_ceil(4)..];
    let sum: u64 = last.iter().map(|bin| bin.entries).sum();
    let enough = FULL * sum as f64 / last.len().max(1) as f64;
    let full = bins.iter().position(|bin| bin.entries as f64 >= enough);
    full.map_or(0, |bin| series.start_us + (bin as u64 + 1) * series.bin_us)
}

fn decide(needs: Vec<Need>, duration_us: u64) -> report::Warmup {
    let mut most = Need {
        us: 0,
        why: "no policy keeps anything".to_owned(),
    };
    for need in needs {
        if need.us > most.us {
            most = need;
        }
    }
    let room = duration_us / MOST;
    let why = match most.us > room {
        true => format!(
            "half of the run, for {} would take {}",
            most.why,
            scenario::Nanos(most.us.saturating_mul(1000))
        ),
        false => most.why,
    };
    report::Warmup {
        asked: scenario::Warmup::Auto.to_string(),
        used_us: most.us.min(room),
        wanted_us: most.us,
        why,
    }
}

/// What the replications of a comparison differ by, and so what its intervals are about.
pub(super) fn intervals_cover(scenario: &Scenario) -> String {
    match (scenario.replications.max(1), &scenario.trace) {
        (1, _) => "There was one replication, and so there are no intervals.".to_owned(),
        (n, None) => format!(
            "Intervals and differences are over {n} replications, each with reads, writes, announcements, \
             delays and latencies of its own."
        ),
        (n, Some(_)) => format!(
            "Intervals and differences are over {n} replays of one recording, each with announcements, \
             delays and latencies of its own. The reads and writes are the same in all of them: nothing here \
             says how far another recording would differ."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Bin;

    fn series(entries: impl IntoIterator<Item = u64>) -> Series {
        let bin = |entries| Bin {
            entries,
            ..Bin::default()
        };
        Series {
            start_us: 0,
            bin_us: 1_000_000,
            bins: entries.into_iter().map(bin).collect(),
            ..Series::default()
        }
    }

    #[test]
    fn a_cache_is_full_when_it_first_holds_nearly_what_it_holds_in_the_end() {
        let filling = series((1..=240).map(|second| (10 * second).min(600)));
        assert_eq!(full_after(&filling), 60_000_000);
        assert_eq!(full_after(&series([0; 240])), 1_000_000);
        assert_eq!(full_after(&series([])), 0);
        // What it holds goes up and down: 99 % of the mean are reached, whatever the noise.
        let noisy = series((0..240_u64).map(|second| 50 + second * 7919 % 13));
        assert!(full_after(&noisy) < 10_000_000);
    }

    fn needs(us: &[u64]) -> Vec<Need> {
        let need = |us: &u64| Need {
            us: *us,
            why: format!("{us}"),
        };
        us.iter().map(need).collect()
    }

    #[test]
    fn the_policy_that_needs_most_decides_for_all() {
        let warmup = decide(needs(&[3, 9, 5]), 100);
        assert_eq!((warmup.used_us, warmup.wanted_us), (9, 9));
        assert_eq!((warmup.asked.as_str(), warmup.why.as_str()), ("auto", "9"));
        assert_eq!(decide(Vec::new(), 100).used_us, 0);
    }

    #[test]
    fn half_of_the_run_is_kept_to_measure() {
        let warmup = decide(needs(&[80_000_000]), 100_000_000);
        assert_eq!((warmup.used_us, warmup.wanted_us), (50_000_000, 80_000_000));
        assert_eq!(warmup.why, "half of the run, for 80000000 would take 80s");
    }
}
