//! A load: what its loader says of the value, and how it ends.

use std::sync::Arc;

use super::gate::Gate;
use crate::engine::{Engine, Entry, Ticket};

/// What a loader says about the value that it loads.
#[derive(Debug, Default)]
pub struct Load {
    pub(super) depends_on: Vec<Arc<str>>,
    pub(super) size: u64,
    pub(super) vector: Option<Arc<[f32]>>,
}

impl Load {
    /// Something that the value is made from. The policy decides what becomes of it: with the
    /// `tags` policy it is a tag to invalidate by.
    pub fn depends_on(&mut self, tag: impl Into<Arc<str>>) -> &mut Load {
        self.depends_on.push(tag.into());
        self
    }

    /// Size of the value, in bytes.
    pub fn size(&mut self, bytes: u64) -> &mut Load {
        self.size = bytes;
        self
    }

    /// The embedding of the key, of unit length.
    pub fn vector(&mut self, vector: impl Into<Arc<[f32]>>) -> &mut Load {
        self.vector = Some(vector.into());
        self
    }
}

/// A load that a thread of ours carries out. However it ends, those who wait go on.
pub(super) struct InFlight<'a, V> {
    pub(super) engine: &'a Engine<V, Arc<Gate<V>>>,
    /// Gone when the load is complete.
    pub(super) ticket: Option<Ticket>,
    pub(super) gate: Arc<Gate<V>>,
    pub(super) entry: Option<Arc<Entry<V>>>,
}

impl<V> Drop for InFlight<'_, V> {
    fn drop(&mut self) {
        // A ticket that is still here is one whose loader panicked: the flight ends first, so that
        // whoever wakes up finds none and loads.
        if let Some(ticket) = self.ticket.take() {
            self.engine.abandon(&ticket);
        }
        self.gate.open(self.entry.take());
    }
}
