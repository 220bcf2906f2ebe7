//! Where reads and writes come from: synthetic streams and recorded traces.
//!
//! Both end in the same thing: a [`Catalogue`] of the keys that can occur, and a stream of
//! [`Event`]s in the order in which the world must take them.

mod build;
mod catalogue;
mod embedding;
mod pairs;
mod popularity;
mod sets;
mod stat;
mod synthetic;
mod topics;
pub mod trace;

use std::sync::Arc;

pub use build::build;
pub use catalogue::{Catalogue, CatalogueBuilder, Embeddings};
pub use embedding::{TEXT_DIMS, text_embedding};
pub use sets::set_sha256;
pub use stat::TraceStatistics;

/// One thing that the outside world does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Virtual time, in nanoseconds since the start. Never goes back within a stream. The first event
    /// of a trace is at 0.
    pub at: u64,
    /// Index into the catalogue: of its keys, or of its tags for [`Op::WriteTag`].
    pub subject: u32,
    pub op: Op,
    /// A write of the same transaction as the event before it: at the same instant, seen by loads together
    /// with it, and heard of together.
    pub joined: bool,
    /// Who does it, from 1; 0 where the workload names no clients.
    pub client: u32,
    /// Size of the value, in bytes.
    pub bytes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Read,
    /// The origin has a new value of this key.
    Write,
    /// The origin no longer has this key. Its next version is its absence.
    Delete,
    /// Everything made from this tag has a new value.
    WriteTag,
}

/// A workload that is ready to run.
#[derive(Clone)]
pub struct Workload {
    pub catalogue: Arc<Catalogue>,
    /// When the last event can be, in nanoseconds.
    pub duration: u64,
    /// Events before this time are not measured. 0 where a trial is to decide
    /// ([`Warmup::Auto`](crate::scenario::Warmup::Auto)): whoever runs it sets it.
    pub warmup: u64,
    /// What is known of the recording, where there is one.
    pub trace: Option<Arc<trace::TraceInfo>>,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Synthetic(Arc<synthetic::Synthetic>),
    Trace(Arc<Vec<Event>>),
}

impl Workload {
    /// The events of one replication, in order. The same seed and replication give the same events,
    /// whatever the policy and the number of jobs. A trace is the same in every replication.
    pub fn events(
        &self,
        seed: u64,
        replication: u32,
    ) -> Box<dyn Iterator<Item = Event> + Send + '_> {
        match &self.source {
            Source::Synthetic(synthetic) => Box::new(synthetic.events(seed, replication)),
            Source::Trace(events) => Box::new(events.iter().copied()),
        }
    }

    /// Whether events say which client they come from.
    #[must_use]
    pub fn names_clients(&self) -> bool {
        match (&self.source, &self.trace) {
            (Source::Synthetic(synthetic), _) => synthetic.names_clients(),
            (Source::Trace(_), trace) => trace
                .as_ref()
                .is_some_and(|trace| trace.statistics.clients > 0),
        }
    }

    /// How many events [`Workload::events`] will give, exactly for a trace, about for a synthetic one.
    pub fn expected_events(&self) -> u64 {
        match &self.source {
            Source::Synthetic(synthetic) => synthetic.expected_events(),
            Source::Trace(events) => events.len() as u64,
        }
    }
}
