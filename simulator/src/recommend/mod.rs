//! Which pattern, with which settings: the cheapest that keeps what is asked for.
//!
//! ```text
//! bounds, scenario ──► candidates ──► a search each, over how long entries live ──► once more, on
//! replications that no search has seen ──► the cheapest that still meets the bounds
//! ```
//!
//! A bound is met where the upper end of the 95 % interval over the replications is within it; of a maximum
//! every replication has to be as well. A search takes the longest life that just meets the bounds, so what
//! it saw is a little too good (the winner's curse). What it found is therefore run again with other random
//! numbers, and steps down until it is met there: the figures of the answer are those.
//!
//! The same inputs give the same answer: searches know nothing of each other, and threads change nothing.

mod answer;
mod bounds;
mod candidates;
mod csv;
mod json;
mod ladder;
mod paste;
mod search;
mod text;
mod trial;
mod words;

use std::sync::Mutex;

use rayon::prelude::*;

pub use answer::{Advice, Outcome, Proposal};
pub use bounds::{Bound, Measured};
pub use candidates::{Allowed, Candidate, LeftOut};
pub use csv::csv;
pub use json::document;
pub use paste::Paste;
pub use text::{markdown, text};
pub use trial::Trial;

use crate::comparison::{Components, Effort, Progress};
use crate::error::Error;
use crate::report::figures::FigureKind;
use crate::scenario::{Loaded, Nanos};
use crate::workload::Workload;
use candidates::candidates;
use ladder::Ladder;
use search::{confirm, search};
use trial::Bench;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// At least one.
    pub bounds: Vec<Bound>,
    /// What is to be lowest, or highest where that is better.
    pub cost: &'static FigureKind,
    /// Of each trial, and as many again of what a search has found. At least 2.
    pub replications: u32,
    pub allowed: Allowed,
}

/// Finds the cheapest candidate that meets the bounds, if there is one.
///
/// # Errors
///
/// Nothing is left to try; a policy is wrong, or cannot be configured so; the warm-up is `auto`.
pub fn recommend(
    loaded: &Loaded,
    workload: &Workload,
    request: &Request,
    effort: Effort,
) -> Result<Advice, Error> {
    loaded.check_warmup_is_known()?;
    let spread = request
        .bounds
        .iter()
        .map(|bound| bound.figure)
        .chain([request.cost]);
    let mut spread = spread.map(|figure| figure.name);
    let spread = spread.any(|name| {
        let peaks = [
            "origin_rate.p99",
            "origin_rate.max",
            "peak_to_mean",
            "herd.",
            "inflight",
        ];
        peaks.iter().any(|peak| name.starts_with(peak))
    });
    let (found, left_out) = candidates(loaded, workload, &request.allowed, request.cost, spread);
    if found.is_empty() {
        return Err(Error::usage(format_args!(
            "no pattern is left to try: {}",
            words::left_out(&left_out)
        )));
    }
    let ladder = Ladder::up_to(Nanos(workload.duration.saturating_sub(workload.warmup)));
    // Both ends, a halving between them, and once more what was found.
    let trials = 3 + u64::from(ladder.len().ilog2());
    let expected = trials * u64::from(request.replications) * found.len() as u64;
    let progress = Progress::of(expected, None);
    let bench = Bench {
        loaded,
        workload,
        request,
        ladder,
        components: Mutex::new(Components::new()?),
        progress: &progress,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(effort.jobs)
        .build();
    let pool = pool.map_err(|error| Error::other(format!("no threads to run on: {error}")))?;
    let outcomes = progress.watch(effort.progress, || {
        pool.install(|| {
            let outcomes = found
                .into_par_iter()
                .map(|candidate| bench.outcome(candidate));
            outcomes.collect::<Result<Vec<Outcome>, Error>>()
        })
    })?;
    Ok(Advice::new(outcomes, left_out, &bench))
}

impl Bench<'_> {
    /// Searches one candidate, and runs once more what was found.
    fn outcome(&self, candidate: Candidate) -> Result<Outcome, Error> {
        let top = match candidate.has_ttl {
            true => self.ladder.len() - 1,
            false => 0,
        };
        let searched = search(top, self.request, |rung| self.run(&candidate, rung, 0))?;
        let confirmed = confirm(searched.best, self.request, |rung| {
            self.run(&candidate, rung, self.request.replications)
        })?;
        Ok(Outcome {
            candidate,
            trials: searched.trials.into_values().collect(),
            found: searched.best.is_some(),
            confirmed,
        })
    }
}
