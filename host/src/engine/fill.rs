//! What becomes of a loaded value.

use std::sync::Arc;

use super::entry::{Entry, Fill, Parts};
use super::groups::{Kind, Slot, Tick};
use super::key::{Key, KeyRef};
use super::lease::{Keying, Lease, PurgeMode};
use super::purge::Purged;
use super::safeguards::{Safeguard, holds};
use super::seen::Demand;
use super::shim::Ordering;
use super::standing::Standing;
use super::store::Gone;
use super::terms::Terms;
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
    /// The counter that is part of the key, and its value there.
    pub(super) counter: Option<(Arc<Slot>, u64)>,
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

/// What a value came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored.
    Stored,
    /// Its key or a group of it was invalidated, or its key stored, while it was loaded.
    Overtaken,
    /// The load began after the last invalidation and had not seen what that demands, or the value's
    /// version is below one that is known: it should be loaded again.
    Behind,
    /// The fill asked that it is not stored ([`Fill::skip`]).
    Skipped,
}

/// What became of a loaded value.
#[derive(Debug)]
pub struct Stored<V> {
    /// The value with its lease. The reader that loaded it may be answered with it in any case, and
    /// so may those who joined before an invalidation of the key.
    pub entry: Arc<Entry<V>>,
    /// Whether it was stored.
    pub outcome: Outcome,
    /// What it took the place of.
    pub replaced: Option<Arc<Entry<V>>>,
    /// What had to go for it.
    pub evicted: Vec<Arc<Entry<V>>>,
}

impl<V> Stored<V> {
    /// Whether the value was stored.
    pub fn is_stored(&self) -> bool {
        self.outcome == Outcome::Stored
    }

    fn not(entry: Arc<Entry<V>>, outcome: Outcome) -> Stored<V> {
        Stored {
            entry,
            outcome,
            replaced: None,
            evicted: Vec::new(),
        }
    }

    fn with(entry: Arc<Entry<V>>, gone: Gone<V>) -> Stored<V> {
        Stored {
            entry,
            outcome: Outcome::Stored,
            replaced: gone.replaced,
            evicted: gone.evicted,
        }
    }
}

/// What became of a value that was to take the place of another.
#[derive(Debug)]
pub enum Replaced<V> {
    /// There was a fresh entry: the value is stored in its place.
    Stored(Stored<V>),
    /// There was none: nothing is stored, and what was there is gone.
    Dropped(Purged<V>),
    /// A newer version of the value is known: nothing is stored, and what is there stays.
    Behind,
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// Stores a loaded value, unless its key or one of its groups was invalidated or replaced since
    /// the load began, or it had not seen what an invalidation from before it demands.
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
            mut start,
            counter,
            ..
        } = ticket;
        if !holds(Safeguard::StampFromBeforeLoad) {
            start = self.groups.now();
        }
        let parts = self.parts(lease, counter);
        let entry = Arc::new(Entry::new(key, value, start, lease, fill, parts, draw));
        let place = entry.key().as_ref();
        let mut table = self.flights.lock(place);
        let landed = table.land(place, flight);
        let known = landed.then(|| self.judge_landing(&entry)).flatten();
        // Asked of a load that comes too late as well: those who joined it before it was overtaken came
        // after what it had not seen.
        let has_seen_enough = self.has_seen_enough(&entry, fill);
        if !has_seen_enough {
            entry.fall_behind();
        }
        let known = match known {
            Some(known) if has_seen_enough && !fill.skip => known,
            _ => {
                drop(table);
                let outcome = match known {
                    None => Outcome::Overtaken,
                    Some(_) if !has_seen_enough => Outcome::Behind,
                    Some(_) => Outcome::Skipped,
                };
                return Stored::not(entry, outcome);
            }
        };
        entry.checked.store(known, Ordering::Release);
        // Still under the lock of the flight (F1, R1).
        let gone = self.put(&entry);
        drop(table);
        Stored::with(entry, gone)
    }

    /// The mark of an entry that no invalidation has hit since its load began. The entry keeps the mark it
    /// has, in case it is not stored ([`Engine::may_serve`]). Under the lock of its flight.
    fn judge_landing(&self, entry: &Entry<V>) -> Option<Tick> {
        if !holds(Safeguard::LandingIsJudged) {
            return Some(self.groups.now());
        }
        let known = if self.was_checked(entry) {
            Some(entry.known())
        } else {
            self.judge(entry)
        };
        known.filter(|_| !entry.was_expired())
    }

    /// Whether the load of an entry had seen all that is demanded (V5, P9). Under the lock of its flight.
    fn has_seen_enough(&self, entry: &Entry<V>, fill: &Fill) -> bool {
        if fill.seen.is_none() && fill.version.is_none() {
            return true;
        }
        let place = entry.key().as_ref();
        self.is_high_enough(place, fill)
            && (!holds(Safeguard::FenceIsKept) || self.groups_and_regions_allow(entry, fill))
    }

    fn groups_and_regions_allow(&self, entry: &Entry<V>, fill: &Fill) -> bool {
        let (seen, now) = (fill.seen.as_ref(), fill.now);
        let all = self.groups.all();
        // The counter that an entry is kept under hides nothing of it: its place does. But a load that
        // begins under the new value may not have seen what moved it.
        let counter = entry.counter_part().map(|(slot, _)| slot);
        let slots = entry.slots().iter().chain(&counter);
        let mut slots = slots.map(|slot| &**slot).chain([all]);
        slots.all(|slot| slot.allows(seen, now)) && self.regions.allow(entry, seen, now)
    }

    /// Whether nothing newer than a value is known of its key.
    fn is_high_enough(&self, place: KeyRef<'_>, fill: &Fill) -> bool {
        if !holds(Safeguard::FloorIsKept) && fill.version.is_some() {
            return true;
        }
        if !holds(Safeguard::FenceIsKept) && fill.seen.is_some() {
            return true;
        }
        let is_newer = |resident: Arc<Entry<V>>| resident.version() > fill.version;
        self.floors.allow(place, fill)
            && (fill.version.is_none() || !self.store.peek(place).is_some_and(is_newer))
    }

    /// Gives up a load: whoever reads the key next begins another.
    pub fn abandon(&self, ticket: &Ticket) {
        let place = ticket.key.as_ref();
        self.flights.lock(place).land(place, ticket.flight);
    }

    /// Takes away what is under the key of a ticket, unless the key was invalidated or replaced since. It is
    /// to [`Engine::update`] what [`Engine::complete`] is with a value.
    pub fn withdraw(&self, ticket: &Ticket, now: Instant) -> Purged<V> {
        let mut purged = Purged::default();
        let place = ticket.key.as_ref();
        let mut table = self.flights.lock(place);
        if table.land(place, ticket.flight) {
            table.revoke(place);
            self.purge_entry(place, PurgeMode::Drop, now, &mut purged);
        }
        purged
    }

    /// Stores a value that no load brought, in place of whatever is stored or loading (P2). With a
    /// version, unless a higher one is known; then loads of lower versions are not stored for a while.
    pub fn insert(
        &self,
        key: KeyRef<'_>,
        value: V,
        lease: &Lease,
        fill: &Fill,
        draw: &mut dyn FnMut() -> f64,
    ) -> Stored<V> {
        let (place, counter) = self.place_to_store(key);
        let parts = self.parts(lease, counter);
        let mut table = self.flights.lock(place);
        let start = self.groups.now();
        let key = place.to_key();
        let entry = Arc::new(Entry::new(key, value, start, lease, fill, parts, draw));
        if !self.is_high_enough(place, fill) {
            drop(table);
            entry.fall_behind();
            return Stored::not(entry, Outcome::Behind);
        }
        if holds(Safeguard::InsertRevokesFlight) {
            table.revoke(place);
        }
        self.raise_to(place, fill);
        // What is stored where nothing was, somebody wanted: an application that loads beside the cache
        // stores after a miss.
        if self.is_watched() && self.is_fresh_at(place, fill.now) {
            entry.await_first_hit();
        }
        let gone = self.put(&entry);
        drop(table);
        Stored::with(entry, gone)
    }

    /// Stores a value that a change carries, if there is a fresh entry for it to replace; drops what
    /// is there otherwise (a write-through that does not allocate). A load of the key that is in
    /// flight stores nothing in either case (P2).
    ///
    /// Whether there is a fresh entry is looked up under the lock under which the value is stored, so
    /// that no invalidation can come in between and be undone.
    pub fn replace(
        &self,
        key: KeyRef<'_>,
        value: V,
        lease: &Lease,
        fill: &Fill,
        draw: &mut dyn FnMut() -> f64,
    ) -> Replaced<V> {
        let (place, counter) = self.place_to_store(key);
        let parts = self.parts(lease, counter);
        let mut table = self.flights.lock(place);
        if !self.is_high_enough(place, fill) {
            return Replaced::Behind;
        }
        table.revoke(place);
        self.raise_to(place, fill);
        // Before the look at what is there: a group that is invalidated after it is later than this.
        let start = self.groups.now();
        if !self.is_fresh_at(place, fill.now) {
            let mut purged = Purged::default();
            self.purge_entry(place, PurgeMode::Drop, fill.now, &mut purged);
            return Replaced::Dropped(purged);
        }
        let key = place.to_key();
        let entry = Arc::new(Entry::new(key, value, start, lease, fill, parts, draw));
        if self.is_watched() {
            entry.await_first_hit();
        }
        let gone = self.put(&entry);
        drop(table);
        Replaced::Stored(Stored::with(entry, gone))
    }

    /// Whether there is a fresh entry at a place.
    fn is_fresh_at(&self, place: KeyRef<'_>, now: Instant) -> bool {
        let resident = self.store.peek(place);
        resident.is_some_and(|entry| self.standing(&entry, now) == Standing::Fresh)
    }

    /// Where a value that no load brought is kept, with the counter that is part of its key.
    pub(super) fn place_to_store<'a>(
        &self,
        key: KeyRef<'a>,
    ) -> (KeyRef<'a>, Option<(Arc<Slot>, u64)>) {
        if self.rules_are_plain.load(Ordering::Acquire) {
            return (key, None);
        }
        let rules = self.rules.load();
        match rules.find(key.text()).map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, .. }) => {
                let counter = self.groups.carry(Kind::Counter, scope.counter(key.text()));
                let value = counter.hard();
                (key.at_version(value), Some((counter, value)))
            }
            _ => (key, None),
        }
    }

    fn raise_to(&self, place: KeyRef<'_>, fill: &Fill) {
        let demand = Demand {
            version: fill.version,
            ..Demand::NONE
        };
        self.floors.raise(place, &demand, fill.now);
    }

    fn put(&self, entry: &Arc<Entry<V>>) -> Gone<V> {
        let gone = match entry.vector() {
            // The row and the entry come together: whoever removes the entry finds its row, and
            // whoever clears everything finds both or neither.
            Some(vector) => {
                let mut vectors = self.vectors.write();
                vectors.insert(entry.key(), vector, identity(entry));
                self.store.insert(entry)
            }
            None => self.store.insert(entry),
        };
        // What had to go may be the new entry itself.
        for gone in gone.evicted.iter().chain(&gone.replaced) {
            self.forget_vector(gone);
        }
        gone
    }

    /// Gives up the row of an entry that has left the store, and not that of one that came after it.
    pub(super) fn forget_vector(&self, entry: &Arc<Entry<V>>) {
        if entry.vector().is_some() {
            self.vectors.write().remove(entry.key(), identity(entry));
        }
    }

    fn parts(&self, lease: &Lease, counter: Option<(Arc<Slot>, u64)>) -> Parts {
        Parts {
            terms: Terms::of(lease).map(|terms| self.shared(terms)),
            groups: self.groups_of(lease),
            counter,
        }
    }

    /// One copy of the same terms for all entries that have them.
    fn shared(&self, terms: Terms) -> Arc<Terms> {
        /// Plans have a few rules; a policy that makes up terms for each entry gets no sharing.
        const KEPT: usize = 16;
        let mut kept = self.terms.lock();
        if let Some(same) = kept.iter().rev().find(|kept| ***kept == terms) {
            return Arc::clone(same);
        }
        let terms = Arc::new(terms);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&terms));
        terms
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
