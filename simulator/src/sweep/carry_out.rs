//! Carries out what is missing of a sweep, on all cores.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::folder::{Folder, Found, Lines, Results};
use super::plan::{Plan, Planned, PlannedRun};
use super::shard::Shard;
use crate::comparison::{Effort, Progress};
use crate::error::Error;
use crate::interrupt;
use crate::workload::{self, Workload};
use crate::world;

/// How far a sweep has come.
#[derive(Debug)]
pub struct Carried {
    /// Results by the index of their run, those that were there before included.
    pub results: Results,
    /// Runs that were carried out now.
    pub new: usize,
    /// Runs that the sweep, or the shard, is made of.
    pub of: usize,
}

/// Carries out every run of a sweep, or of one shard, whose result is not in `dir` yet, and adds each
/// result to `dir` as soon as it is there.
///
/// # Errors
///
/// `dir` holds another sweep or cannot be written to; a workload cannot be built; a run cannot be carried
/// out. The results that there were by then stay, and the next call goes on with the rest.
pub fn carry_out(
    planned: &Planned<'_>,
    shard: Option<Shard>,
    dir: &Path,
    effort: Effort,
) -> Result<Carried, Error> {
    let plan = &planned.plan;
    let folder = Folder::at(dir)?;
    folder.check(plan)?;
    let mut results = Results::new();
    folder.collect(plan, &mut results)?;
    let is_ours = |run: &usize| shard.is_none_or(|shard| shard.has(*run));
    let ours: Vec<usize> = (0..plan.runs.len()).filter(is_ours).collect();
    let missing = |run: &usize| results[*run].is_none();
    let missing: Vec<usize> = ours.iter().copied().filter(missing).collect();
    if !missing.is_empty() {
        for (run, found) in run_all(planned, &missing, ours.len(), &folder, shard, effort)? {
            results[run] = Some(found);
        }
    } else if folder.plan()?.as_ref() != Some(plan) {
        // The same runs, to be compared otherwise.
        let _whole = interrupt::whole();
        folder.open(plan, shard)?;
    }
    Ok(Carried {
        results,
        new: missing.len(),
        of: ours.len(),
    })
}

fn run_all(
    planned: &Planned<'_>,
    missing: &[usize],
    of: usize,
    folder: &Folder,
    shard: Option<Shard>,
    effort: Effort,
) -> Result<Vec<(usize, Found)>, Error> {
    let threads = effort.jobs.min(missing.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::other(format!("no threads to run on: {error}")))?;
    let workloads = Workloads::of(planned, missing);
    let sink = Sink {
        folder,
        plan: &planned.plan,
        shard,
        lines: Mutex::default(),
        kept: AtomicUsize::new(of - missing.len()),
        of,
    };
    sink.say();
    let progress = Progress::of(missing.len() as u64, None);
    progress.watch(effort.progress, || {
        pool.install(|| {
            // One after the other in their order, so that only a few workloads are needed at a time.
            let runs = missing.iter().par_bridge();
            runs.map(|run| {
                let found = carry_out_one(planned, *run, &workloads, &progress)?;
                let found = sink.add(&found)?;
                Ok((*run, found))
            })
            .collect()
        })
    })
}

fn carry_out_one(
    planned: &Planned<'_>,
    run: usize,
    workloads: &Workloads<'_>,
    progress: &Progress,
) -> Result<Found, Error> {
    let PlannedRun {
        point,
        contender,
        replication,
        workload,
    } = planned.runs[run];
    let scenario = &planned.points[point].loaded.scenario;
    let contender = &planned.contenders[point][contender];
    let built = workloads.get(workload, point)?;
    let label = format!("{point}: {}", contender.info.label);
    let task = progress.task(label, built.expected_events());
    let strategy = &contender.strategy;
    let outcome = world::run(scenario, &built, strategy, replication, task.events());
    let outcome = outcome
        .map_err(|error| Error::usage(format_args!("{}: {error}", planned.plan.describe(run))))?;
    drop(built);
    workloads.let_go(workload);
    Ok(Found {
        run: planned.plan.runs[run].clone(),
        summary: outcome.summary,
        policy_error: outcome.policy_error.map(|error| error.to_string()),
    })
}

/// Where results go. The folder is touched with the first of them: what is wrong with a trace, say, is then
/// known, and has left nothing behind.
struct Sink<'a> {
    folder: &'a Folder,
    plan: &'a Plan,
    shard: Option<Shard>,
    lines: Mutex<Option<Lines>>,
    /// Results that are in the folder, of how many.
    kept: AtomicUsize,
    of: usize,
}

impl Sink<'_> {
    fn add(&self, found: &Found) -> Result<Found, Error> {
        let _whole = interrupt::whole();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = match &mut *lines {
            Some(lines) => lines,
            none => none.insert(self.folder.open(self.plan, self.shard)?),
        };
        let found = lines.add(found)?;
        self.kept.fetch_add(1, Ordering::Relaxed);
        self.say();
        Ok(found)
    }

    /// What stays if the program is stopped now.
    fn say(&self) {
        let (kept, of) = (self.kept.load(Ordering::Relaxed), self.of);
        if kept > 0 {
            let dir = self.folder.dir().display();
            interrupt::kept(format!("{kept} of {of} results are kept in {dir}"));
        }
    }
}

/// The workloads that are needed at the moment: built when the first run asks, and gone after the last.
struct Workloads<'a> {
    planned: &'a Planned<'a>,
    slots: Vec<Mutex<Slot>>,
}

#[derive(Default)]
struct Slot {
    /// Runs that still need it.
    left: usize,
    built: Option<Arc<Workload>>,
}

impl<'a> Workloads<'a> {
    fn of(planned: &'a Planned<'a>, missing: &[usize]) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        slots.resize_with(planned.workloads, Slot::default);
        for run in missing {
            slots[planned.runs[*run].workload].left += 1;
        }
        let slots = slots.into_iter().map(Mutex::new).collect();
        Self { planned, slots }
    }

    /// Whoever asks while it is being built waits for it.
    fn get(&self, workload: usize, point: usize) -> Result<Arc<Workload>, Error> {
        let mut slot = self.slot(workload);
        if let Some(built) = &slot.built {
            return Ok(Arc::clone(built));
        }
        let built = Arc::new(workload::build(&self.planned.points[point].loaded)?);
        slot.built = Some(Arc::clone(&built));
        Ok(built)
    }

    fn let_go(&self, workload: usize) {
        let mut slot = self.slot(workload);
        slot.left -= 1;
        if slot.left == 0 {
            slot.built = None;
        }
    }

    fn slot(&self, workload: usize) -> std::sync::MutexGuard<'_, Slot> {
        let slot = self.slots[workload].lock();
        slot.unwrap_or_else(PoisonError::into_inner)
    }
}
