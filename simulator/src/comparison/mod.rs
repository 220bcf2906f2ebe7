//! Strategies side by side: every policy of a scenario and the two baselines, all replications.

mod policies;
mod progress;

use std::io::Write;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use rayon::prelude::*;
use shelflife::policy::Calls;

pub use policies::{Components, Contender, contenders};
pub use progress::Progress;

use crate::error::Error;
use crate::report::{PolicyTiming, Report, Run, SCHEMA_VERSION, Timing, TraceInfo, totals};
use crate::scenario::Loaded;
use crate::workload::Workload;
use crate::world::{self, Outcome};

/// How a comparison is carried out. None of it changes what it finds.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Runs at the same time; 0: as many as there are cores.
    pub jobs: usize,
    /// Whether to show how far it is.
    pub progress: bool,
}

/// A finished run and how long it took.
struct Finished {
    outcome: Outcome,
    seconds: f64,
}

/// Runs everything that a scenario names, and both baselines.
///
/// # Errors
///
/// What a policy has against its configuration, before anything runs.
pub fn compare(loaded: &Loaded, workload: &Workload, effort: Effort) -> Result<Report, Error> {
    let contenders = contenders(loaded)?;
    let replications = loaded.scenario.replications.max(1);
    let jobs: Vec<(&Contender, u32)> = contenders
        .iter()
        .flat_map(|contender| (0..replications).map(move |replication| (contender, replication)))
        .collect();
    // A thread without a run to carry out is of no use.
    let threads = effort.jobs.min(jobs.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::other(format!("no threads to run on: {error}")))?;
    let done = AtomicU64::new(0);
    let expected = workload.expected_events() * jobs.len() as u64;
    let started = Instant::now();
    let finished = Progress::watch(effort.progress, &done, expected, || {
        pool.install(|| {
            // Each run by itself: they take very different times.
            let runs = jobs.par_iter().with_max_len(1);
            runs.map(|(contender, replication)| {
                let started = Instant::now();
                let scenario = &loaded.scenario;
                let strategy = &contender.strategy;
                let outcome = world::run(scenario, workload, strategy, *replication, &done)
                    .map_err(Error::usage)?;
                Ok(Finished {
                    outcome,
                    seconds: started.elapsed().as_secs_f64(),
                })
            })
            .collect::<Result<Vec<Finished>, Error>>()
        })
    })?;
    let seconds = started.elapsed().as_secs_f64();
    assemble(loaded, workload, &contenders, &jobs, finished, seconds)
}

fn assemble(
    loaded: &Loaded,
    workload: &Workload,
    contenders: &[Contender],
    jobs: &[(&Contender, u32)],
    finished: Vec<Finished>,
    seconds: f64,
) -> Result<Report, Error> {
    let timing = timing(contenders, jobs, &finished, seconds);
    let mut runs = Vec::new();
    // Once a policy: its replications fail alike.
    let mut warned = None;
    for ((contender, replication), Finished { outcome, .. }) in jobs.iter().zip(finished) {
        let label = &contender.info.label;
        if let Some(error) = &outcome.policy_error
            && warned != Some(label)
        {
            warned = Some(label);
            // One line, whatever the policy says. A reader that has gone away stops nothing.
            let _ = writeln!(std::io::stderr(), "warning: {}", Error::other(error));
        }
        runs.push(Run {
            policy: label.clone(),
            replication: *replication,
            summary: outcome.summary,
            series: outcome.series,
            histograms: outcome.histograms,
        });
    }
    let totals = contenders.iter().map(|contender| {
        let label = &contender.info.label;
        let of_policy = runs.iter().filter(|run| run.policy == *label);
        let summaries: Vec<_> = of_policy.map(|run| run.summary.clone()).collect();
        totals(label, &summaries)
    });
    let totals = totals.collect();
    let scenario = serde_json::to_value(&loaded.scenario)
        .map_err(|error| Error::other(format!("the scenario cannot be written: {error}")))?;
    let trace = workload.trace.as_ref().map(|trace| {
        Ok(TraceInfo {
            path: trace.path.clone(),
            sha256: trace.sha256.clone(),
            statistics: serde_json::to_value(&trace.statistics)?,
        })
    });
    let trace = trace.transpose().map_err(|error: serde_json::Error| {
        Error::other(format!("the trace's statistics cannot be written: {error}"))
    })?;
    Ok(Report {
        schema_version: SCHEMA_VERSION,
        scenario,
        seed: loaded.scenario.seed,
        trace,
        policies: contenders
            .iter()
            .map(|contender| contender.info.clone())
            .collect(),
        runs,
        totals,
        timing,
        command: String::new(),
        companions: Vec::new(),
    })
}

fn timing(
    contenders: &[Contender],
    jobs: &[(&Contender, u32)],
    finished: &[Finished],
    seconds: f64,
) -> Timing {
    let mut calls = Calls::default();
    let mut events = 0;
    let mut policies: Vec<PolicyTiming> = contenders
        .iter()
        .map(|contender| PolicyTiming {
            policy: contender.info.label.clone(),
            ..PolicyTiming::default()
        })
        .collect();
    for ((contender, _), run) in jobs.iter().zip(finished) {
        events += run.outcome.events;
        if contender.is_component() {
            calls += run.outcome.calls;
        }
        let of_policy = policies
            .iter_mut()
            .find(|timing| timing.policy == contender.info.label);
        if let Some(timing) = of_policy {
            timing.seconds += run.seconds;
            timing.events += run.outcome.events;
            timing.events_per_second = timing.events as f64 / timing.seconds.max(1e-9);
        }
    }
    Timing {
        seconds,
        events_per_second: events as f64 / seconds.max(1e-9),
        guest_calls: calls.calls,
        ns_per_guest_call: calls.timed_nanos as f64 / calls.timed.max(1) as f64,
        policies,
    }
}
