//! Strategies side by side: every policy of a scenario and the two baselines, all replications.

mod policies;
mod progress;
mod warmup;

use std::io::Write;
use std::time::Instant;

use rayon::prelude::*;
use shelflife::policy::Calls;

pub use policies::{Components, Contender, contenders, hex};
pub use progress::{Progress, Task};

use crate::error::Error;
use crate::report::{PolicyTiming, Report, Run, SCHEMA_VERSION, Timing, TraceInfo, Warmup, totals};
use crate::scenario::Loaded;
use crate::statistics::{Evidence, differences, doubts};
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
    let scenario = &loaded.scenario;
    let trials = warmup::trials(scenario, &contenders);
    let events = workload.expected_events();
    let all = jobs.len() as u64 + trials;
    let progress = Progress::of(all, Some(events * all));
    let (warmup, finished, seconds) = progress.watch(effort.progress, || {
        pool.install(|| {
            let warmup = warmup::settle(scenario, workload, &contenders, &progress)?;
            let mut workload = workload.clone();
            if trials > 0 {
                workload.warmup = warmup.used_us * 1000;
            }
            let started = Instant::now();
            // Each run by itself: they take very different times.
            let runs = jobs.par_iter().with_max_len(1);
            let finished = runs
                .map(|(contender, replication)| {
                    let started = Instant::now();
                    let strategy = &contender.strategy;
                    let label = &contender.info.label;
                    let label = format!("{label}, {} of {replications}", replication + 1);
                    let task = progress.task(label, events);
                    let outcome =
                        world::run(scenario, &workload, strategy, *replication, task.events())
                            .map_err(Error::usage)?;
                    Ok(Finished {
                        outcome,
                        seconds: started.elapsed().as_secs_f64(),
                    })
                })
                .collect::<Result<Vec<Finished>, Error>>()?;
            Ok((warmup, finished, started.elapsed().as_secs_f64()))
        })
    })?;
    let report = assemble(loaded, workload, &contenders, &jobs, finished, seconds)?;
    Ok(conclude(report, warmup, loaded))
}

/// What the runs come to: which differences are shown, and what is to be doubted.
fn conclude(report: Report, warmup: Warmup, loaded: &Loaded) -> Report {
    let evidence = Evidence {
        policies: &report.policies,
        runs: &report.runs,
        warmup: &warmup,
        replayed: report.trace.is_some(),
    };
    Report {
        differences: differences(&report.policies, &report.runs),
        doubts: doubts(evidence),
        intervals_cover: warmup::intervals_cover(&loaded.scenario),
        warmup,
        ..report
    }
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
        differences: Vec::new(),
        doubts: Vec::new(),
        intervals_cover: String::new(),
        warmup: Warmup::default(),
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
