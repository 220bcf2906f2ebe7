//! One candidate at one rung, run in several replications.

use std::sync::Mutex;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::Request;
use super::bounds::Measured;
use super::candidates::Candidate;
use super::ladder::Ladder;
use crate::comparison::{Components, Progress};
use crate::error::{Error, Kind};
use crate::measure::Summary;
use crate::scenario::{Loaded, Policy};
use crate::workload::Workload;
use crate::world;

/// What a candidate came to at a rung.
#[derive(Clone, Debug)]
pub struct Trial {
    pub rung: usize,
    pub config: Map<String, Value>,
    /// By replication.
    pub summaries: Vec<Summary>,
    /// By bound.
    pub measured: Vec<Measured>,
    pub cost: Measured,
    /// What went wrong in the policy, if anything did.
    pub policy_error: Option<String>,
}

impl Trial {
    /// Whether every bound of the kind is met.
    #[must_use]
    pub fn meets(&self, request: &Request, is_staleness: bool) -> bool {
        let bounds = request.bounds.iter().zip(&self.measured);
        let mut of_kind = bounds.filter(|(bound, _)| bound.is_staleness == is_staleness);
        self.policy_error.is_none() && of_kind.all(|(bound, measured)| bound.is_met(measured))
    }

    #[must_use]
    pub fn meets_all(&self, request: &Request) -> bool {
        self.meets(request, true) && self.meets(request, false)
    }

    /// How far outside of the bound that it misses most: above 1 where it misses one.
    #[must_use]
    pub fn excess(&self, request: &Request) -> f64 {
        let bounds = request.bounds.iter().zip(&self.measured);
        let excess = bounds.map(|(bound, measured)| bound.excess(measured));
        excess.fold(0.0, f64::max)
    }
}

/// Where trials are run.
pub struct Bench<'a> {
    pub loaded: &'a Loaded,
    pub workload: &'a Workload,
    pub request: &'a Request,
    pub ladder: Ladder,
    pub components: Mutex<Components>,
    pub progress: &'a Progress,
}

impl Bench<'_> {
    /// Runs a candidate at a rung, in as many replications as are asked for, from the `first` one on.
    ///
    /// # Errors
    ///
    /// What the policy has against its settings.
    pub fn run(&self, candidate: &Candidate, rung: usize, first: u32) -> Result<Trial, Error> {
        let config = candidate.config(&self.ladder, rung);
        let policy = Policy {
            config: config.clone(),
            ..candidate.policy.clone()
        };
        let contender = {
            let components = self.components.lock();
            let mut components = components.unwrap_or_else(std::sync::PoisonError::into_inner);
            components.contender(self.loaded, &policy)
        };
        let contender = contender.map_err(|error| match (error.kind(), candidate.index) {
            (Kind::Usage, Some(index)) => self.loaded.policy_error(index, error),
            _ => error,
        })?;
        let request = self.request;
        let replications = first..first + request.replications;
        let outcomes = replications.into_par_iter().map(|replication| {
            let label = format!("{}, {}", policy.label, self.ladder.at(rung));
            let task = self.progress.task(label, self.workload.expected_events());
            let outcome = world::run(
                &self.loaded.scenario,
                self.workload,
                &contender.strategy,
                replication,
                task.events(),
            );
            outcome.map_err(Error::usage)
        });
        let outcomes = outcomes.collect::<Result<Vec<_>, Error>>()?;
        let policy_error = outcomes
            .iter()
            .find_map(|outcome| outcome.policy_error.as_ref());
        let policy_error = policy_error.map(|error| Error::other(error).to_string());
        let summaries: Vec<Summary> = outcomes
            .into_iter()
            .map(|outcome| outcome.summary)
            .collect();
        let bounds = request.bounds.iter();
        Ok(Trial {
            rung,
            config,
            measured: bounds
                .map(|bound| Measured::of(bound.figure, &summaries))
                .collect(),
            cost: Measured::of(request.cost, &summaries),
            summaries,
            policy_error,
        })
    }
}
