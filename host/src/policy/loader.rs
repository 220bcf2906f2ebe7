//! From a source to a policy that can be put in place: everything slow about it.

use std::sync::Arc;

use super::deployment::Deployment;
use super::error::Error;
use super::guard::{Factory, Guard};
use super::source::Source;
use super::{Runtime, Surroundings};
use crate::trace::Tracer;

/// Loads policies for one cache.
pub(crate) struct Loader {
    runtime: Runtime,
    /// Instances of a policy that exports no `snapshots`.
    slots: usize,
    surroundings: Arc<dyn Fn() -> Surroundings + Send + Sync>,
    feeds: &'static [&'static str],
    tracer: Tracer,
}

impl Loader {
    pub(crate) fn new(
        runtime: Runtime,
        slots: usize,
        feeds: &'static [&'static str],
        surroundings: impl Fn() -> Surroundings + Send + Sync + 'static,
    ) -> Loader {
        Loader {
            runtime,
            slots: slots.max(1),
            surroundings: Arc::new(surroundings),
            feeds,
            tracer: Tracer::default(),
        }
    }

    /// Tells of policies that fail, as those of one cache.
    pub(crate) fn traced_by(mut self, tracer: &Tracer) -> Loader {
        self.tracer = tracer.clone();
        self
    }

    /// Reads, checks, compiles, makes the instances and configures them. Touches nothing that runs.
    pub(super) fn load(&self, source: &Source, config: &str) -> Result<Deployment, Error> {
        let limits = self.runtime.limits();
        let compiled = match source.precompiled() {
            Some(compiled) => self.runtime.admit(compiled)?,
            None => {
                let found = source.read(limits.component)?;
                let compiled = self.runtime.compile(source.name(), &found.bytes)?;
                compiled.with_version(found.version)
            }
        };
        let factory = || -> Factory {
            let (compiled, surroundings) = (compiled.clone(), Arc::clone(&self.surroundings));
            Box::new(move || Ok(Box::new(compiled.instantiate(surroundings())?)))
        };
        let first = Guard::configure(factory(), config, self.feeds, limits.clone())?;
        first.health().traced_by(&self.tracer);
        let has_state = compiled.exports().snapshots;
        let others = match has_state {
            // What it learns must be in one place.
            true => 0,
            false => self.slots - 1,
        };
        // One that was not restored, for when what the one before has saved is refused.
        let spare = has_state.then(|| first.another(factory())).transpose()?;
        let mut guards = vec![first];
        for _ in 0..others {
            let another = guards[0].another(factory())?;
            guards.push(another);
        }
        Ok(Deployment::new(&compiled, config, guards, spare))
    }
}
