//! What became of entries since they were stored, for policies that decide by it.
//!
//! A hit notes nothing, unless somebody has asked: from then on an entry that no reader's load has brought
//! is marked, and the mark takes its first hit off the shortest way, to which it comes back afterwards. So
//! a hit costs the same instructions as without, and an entry one detour in its life.

use super::Engine;
use super::key::KeyRef;
use super::shim::Ordering;
use super::time::Instant;

/// What became of an entry since it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// There is no fresh entry under the key.
    Absent,
    /// Nobody has been served the entry since it took the place of another, by [`Engine::replace`] or
    /// [`Engine::insert`].
    Unread,
    /// Somebody has been served it, or wanted it: a load has brought it, or it was stored where there was
    /// none. Also every entry that took the place of another before the first question.
    Read,
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// What became of the entry under a key. Changes nothing about it and leaves no trace in the eviction
    /// order.
    ///
    /// The first question has hits noted, until another plan is installed.
    pub fn sighting(&self, key: KeyRef<'_>, now: Instant) -> Sighting {
        if !self.is_watched() {
            self.is_watched.store(true, Ordering::Relaxed);
        }
        match self.peek_fresh(key, now) {
            None => Sighting::Absent,
            Some(entry) if entry.is_unread() => Sighting::Unread,
            Some(_) => Sighting::Read,
        }
    }

    /// Whether first hits are noted.
    pub(super) fn is_watched(&self) -> bool {
        self.is_watched.load(Ordering::Relaxed)
    }
}
