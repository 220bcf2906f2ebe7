//! What becomes of a loaded value.

use std::sync::Arc;

use super::entry::{Entry, Fill};
use super::groups::{Kind, Slot, Tick};
use super::key::Key;
use super::lease::{Lease, PurgeMode};
use super::purge::Purged;
use super::read::Standing;
use super::store::{Gone, Leaver};
use super::time::Instant;
use super::{Engine, FlightId};

/// The right to store what a load brings, as long as nothing invalidates or replaces the key.
///
/// A ticket must come back, by [`Engine::complete`] or [`Engine::abandon`]: until then readers of
/// the key wait for it.
#[derive(Debug)]
#[must_use = "complete it or abandon it: readers of the key wait for it"]
pub struct Ticket {
    pub(super) key: Key,
    pub(super) flight: FlightId,
    pub(super) start: Tick,
    pub(super) began: Instant,
    pub(super) counter: Option<Arc<Slot>>,
    pub(super) background: bool,
}

impl Ticket {
    /// The load that it stands for.
    pub fn flight(&self) -> FlightId {
        self.flight
    }

    /// When the load began.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// Whether nobody waits for the load: its key had a value that could be served.
    pub fn is_background(&self) -> bool {
        self.background
    }

    /// The key that is loaded.
    pub fn key_text(&self) -> &str {
        self.key.text()
    }
}

/// What became of a loaded value.
#[derive(Debug)]
pub struct Stored<V> {
    /// The value with its lease. The reader that loaded it may be answered with it in any case, and
    /// so may those who joined before an invalidation of the key.
    pub entry: Arc<Entry<V>>,
    /// Whether it was stored: not if the key or a group of it was invalidated meanwhile.
    pub stored: bool,
    /// What it took the place of.
    pub replaced: Option<Arc<Entry<V>>>,
    /// What had to go for it.
    pub evicted: Vec<Leaver<V>>,
}

/// What became of a value that was to take the place of another.
#[derive(Debug)]
pub enum Replaced<V> {
    /// There was a fresh entry: the value is stored in its place.
    Stored(Stored<V>),
    /// There was none: nothing is stored, and what was there is gone.
    Dropped(Purged<V>),
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// Stores a loaded value, unless its key or one of its groups was invalidated or replaced since
    /// the load began.
    pub fn complete(
        &self,
        ticket: Ticket,
        value: V,
        lease: &Lease,
        fill: &Fill,
        draw: &mut dyn FnMut() -> f64,
    ) -> Stored<V> {
        let Ticket {
            key,
            flight,
            start,
            counter,
            ..
        } = ticket;
        let groups = self.groups_of(lease);
        let mut entry = Entry::new(value, start, lease, fill, groups, draw);
        entry.counter = counter;
        let entry = Arc::new(entry);
        let mut table = self.flights.lock(&key);
        let stored = table.land(&key, flight)
            && self.standing(&key, &entry, fill.now) != Standing::Hidden
            && !entry.was_expired();
        if !stored {
            return Stored {
                entry,
                stored,
                replaced: None,
                evicted: Vec::new(),
            };
        }
        // Still under the lock of the flight (F1, R1).
        let Gone { replaced, evicted } = self.put(key, &entry);
        drop(table);
        Stored {
            entry,
            stored,
            replaced,
            evicted,
        }
    }

    /// Gives up a load: whoever reads the key next begins another.
    pub fn abandon(&self, ticket: &Ticket) {
        self.flights
            .lock(&ticket.key)
            .land(&ticket.key, ticket.flight);
    }

    /// Stores a value that no load brought, in place of whatever is stored or loading (P2).
    pub fn insert(
        &self,
        key: &Key,
        value: V,
        lease: &Lease,
        fill: &Fill,
        draw: &mut dyn FnMut() -> f64,
    ) -> Stored<V> {
        let (place, counter) = self.place_to_store(key);
        let groups = self.groups_of(lease);
        let mut table = self.flights.lock(&place);
        table.revoke(&place);
        let mut entry = Entry::new(value, self.groups.now(), lease, fill, groups, draw);
        entry.counter = counter;
        let entry = Arc::new(entry);
        let Gone { replaced, evicted } = self.put(place, &entry);
        drop(table);
        Stored {
            entry,
            stored: true,
            replaced,
            evicted,
        }
    }

    /// Stores a value that a change carries, if there is a fresh entry for it to replace; drops what
    /// is there otherwise (a write-through that does not allocate). A load of the key that is in
    /// flight stores nothing in either case (P2).
    ///
    /// Whether there is a fresh entry is looked up under the lock under which the value is stored, so
    /// that no invalidation can come in between and be undone.
    pub fn replace(
        &self,
        key: &Key,
        value: V,
        lease: &Lease,
        fill: &Fill,
        draw: &mut dyn FnMut() -> f64,
    ) -> Replaced<V> {
        let (place, counter) = self.place_to_store(key);
        let groups = self.groups_of(lease);
        let mut table = self.flights.lock(&place);
        table.revoke(&place);
        // Before the look at what is there: a group that is invalidated after it is later than this.
        let start = self.groups.now();
        let resident = self.store.peek(&place);
        let is_fresh =
            |entry: &Arc<Entry<V>>| self.standing(&place, entry, fill.now) == Standing::Fresh;
        if !resident.as_ref().is_some_and(is_fresh) {
            let mut purged = Purged::default();
            self.purge_entry(&place, PurgeMode::Drop, fill.now, &mut purged);
            return Replaced::Dropped(purged);
        }
        let mut entry = Entry::new(value, start, lease, fill, groups, draw);
        entry.counter = counter;
        let entry = Arc::new(entry);
        let Gone { replaced, evicted } = self.put(place, &entry);
        drop(table);
        Replaced::Stored(Stored {
            entry,
            stored: true,
            replaced,
            evicted,
        })
    }

    /// Removes at most `limit` entries whose lease is over at `now`, grace and rescue included, and
    /// gives up the regions whose older loads have all come home. Returns how many entries were looked
    /// at for their lease, and those that went.
    ///
    /// An entry is met when its lease ends, hidden or not: one without an end that a group hides stays
    /// in memory until its key is loaded again or it is evicted.
    pub fn sweep(&self, now: Instant, limit: usize) -> (usize, Vec<Leaver<V>>) {
        let due = self.expiry.lock().take_due(now, limit);
        let looked_at = due.len();
        let mut gone = Vec::new();
        for key in due {
            let Some(entry) = self.store.peek(&key) else {
                continue;
            };
            let gone_at = entry.gone_at();
            if gone_at > now && self.standing(&key, &entry, now) != Standing::Hidden {
                // Another entry by now, or one that was read since: it has a later end.
                self.expiry.lock().note(key, gone_at);
            } else if self.store.remove_entry(&key, &entry) {
                self.forget_vector(&key, &entry);
                gone.push((key, entry));
            }
        }
        gone.extend(self.settle_regions());
        (looked_at, gone)
    }

    fn put(&self, key: Key, entry: &Arc<Entry<V>>) -> Gone<V> {
        self.expiry.lock().note(key.clone(), entry.gone_at());
        let gone = match &entry.vector {
            // The row and the entry come together: whoever removes the entry finds its row, and
            // whoever clears everything finds both or neither.
            Some(vector) => {
                let mut vectors = self.vectors.write();
                vectors.insert(&key, vector, identity(entry));
                self.store.insert(key.clone(), Arc::clone(entry))
            }
            None => self.store.insert(key.clone(), Arc::clone(entry)),
        };
        // What had to go may be the new entry itself.
        if let Some(old) = &gone.replaced {
            self.forget_vector(&key, old);
        }
        for (key, entry) in &gone.evicted {
            self.forget_vector(key, entry);
        }
        gone
    }

    /// Gives up the row of an entry that has left the store, and not that of one that came after it.
    pub(super) fn forget_vector(&self, key: &Key, entry: &Arc<Entry<V>>) {
        if entry.vector.is_some() {
            self.vectors.write().remove(key, identity(entry));
        }
    }

    fn groups_of(&self, lease: &Lease) -> Box<[Arc<Slot>]> {
        let tags = lease
            .tags
            .iter()
            .map(|tag| self.groups.carry(Kind::Tag, tag));
        let counters = lease.generations.iter();
        tags.chain(counters.map(|name| self.groups.carry(Kind::Counter, name)))
            .collect()
    }
}

/// What tells an entry from every other as long as it lives. Nobody may hold on to it for longer: a
/// row goes while whoever took the entry out of the store still has it in hand.
fn identity<V>(entry: &Arc<Entry<V>>) -> usize {
    Arc::as_ptr(entry).addr()
}
