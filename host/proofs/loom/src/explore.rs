//! Runs a model.

use loom::sync::atomic::{AtomicBool, Ordering};

/// How often threads are preempted in one run at most.
pub(crate) const BOUND: usize = 3;

/// Runs a model in every interleaving with at most [`BOUND`] preemptions.
pub(crate) fn explore(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(BOUND);
    builder.check(model);
}

/// Tells a reader that something has returned.
#[derive(Default)]
pub(crate) struct Returned(AtomicBool);

impl Returned {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// What this thread does from here on begins after it.
    pub(crate) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
