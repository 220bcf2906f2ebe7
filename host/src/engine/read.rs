//! What a read finds.

use std::sync::Arc;

use super::entry::{Entry, Freshness};
use super::fill::Ticket;
use super::groups::{Kind, Slot, Tick};
use super::key::Key;
use super::lease::{Keying, Lookup};
use super::regions::Verdict;
use super::time::{Instant, Nanos};
use super::{Engine, FlightId, validity};

/// Who reads, and with what.
pub struct Reader<'a> {
    /// When.
    pub now: Instant,
    /// The embedding of the key, of unit length, where it has one.
    pub vector: Option<&'a [f32]>,
    /// Whether to join a load that is in flight instead of beginning another.
    pub coalesce: bool,
    /// Random numbers from [0, 1), for refreshes that are drawn.
    pub draw: &'a mut dyn FnMut() -> f64,
}

/// What a read found.
#[derive(Debug)]
#[non_exhaustive]
pub enum Read<V, W = ()> {
    /// A value to serve.
    Hit {
        /// The entry.
        entry: Arc<Entry<V>>,
        /// A load to carry out in the background, with what those who join it share: the entry may end
        /// while it is under way, and then readers wait. Whoever gets it must complete or abandon it,
        /// and then tell them.
        refresh: Option<(Ticket, W)>,
        /// Set when the entry was found by meaning, under another key: how near it is.
        similarity: Option<f32>,
    },
    /// Somebody is loading it: wait for them.
    Join {
        /// Their load.
        flight: FlightId,
        /// What those who join share.
        waiters: W,
        /// When the reader joined, for [`Engine::may_serve`].
        joined: Joined,
    },
    /// Nobody is loading it: load it, then complete or abandon the ticket.
    Load(Ticket, W),
}

/// When a reader joined a load, on the invalidation clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined(Tick);

/// How an entry stands in view of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Fresh,
    Grace,
    /// Its lease is over.
    Over,
    /// Hidden by a hard invalidation.
    Hidden,
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// Finds an entry that may be served, or joins or begins a load.
    pub fn read(&self, key: &Key, reader: &mut Reader<'_>) -> Read<V, W> {
        let rules = self.rules.load();
        let rule = rules.find(key.text());
        let versioned;
        let (place, counter) = match rule.map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, cached_for }) => {
                let counter = self.groups.find(Kind::Counter, scope.counter(key.text()));
                let version = self.known_version(&counter, *cached_for, reader.now);
                versioned = key.at_version(version);
                (&versioned, Some(scope))
            }
            _ => (key, None),
        };
        let found = self.store.get(place);
        if let Some(hit) = found
            .as_ref()
            .and_then(|entry| self.serve(place, entry, reader))
        {
            return hit;
        }
        if let (Some((number, rule)), Some(vector)) = (rule, reader.vector)
            && let Lookup::Nearest(at_least) = rule.lookup
            && let Some((entry, similarity)) = self.find_near(vector, at_least, reader.now, |key| {
                rules.find(key).is_some_and(|(other, _)| other == number)
            })
        {
            return Read::Hit {
                entry,
                refresh: None,
                similarity: Some(similarity),
            };
        }
        // The counter is carried from here on, so that a bump while the load is in flight is not
        // shared with other names.
        let counter =
            counter.map(|scope| self.groups.carry(Kind::Counter, scope.counter(key.text())));
        self.begin(place, found, counter, reader)
    }

    /// Whether a value that a reader waited for may be served to it: the load may have begun before an
    /// invalidation that was over when the reader came. One that comes while the reader waits is no
    /// matter, but a group remembers only its last, so that in doubt the answer is no; the reader then
    /// looks again. What a soft invalidation hit may be served within its grace.
    pub fn may_serve(&self, key: &Key, entry: &Entry<V>, joined: Joined, now: Instant) -> bool {
        if joined.0 == entry.start {
            return true;
        }
        let is_over = || entry.was_expired() && entry.freshness(now) == Freshness::Over;
        self.validate(key, entry) && !is_over()
    }

    /// The entry under a key in place, if it is fresh. Leaves no trace in the eviction order.
    pub fn peek_fresh(&self, key: &Key, now: Instant) -> Option<Arc<Entry<V>>> {
        let place = self.current_place(key);
        let entry = self.store.peek(&place)?;
        (self.standing(&place, &entry, now) == Standing::Fresh).then_some(entry)
    }

    /// An entry that may answer for a load that failed: within its rescue, and not dropped.
    pub fn rescue(&self, ticket: &Ticket, now: Instant) -> Option<Arc<Entry<V>>> {
        let entry = self.store.peek(&ticket.key)?;
        (self.validate(&ticket.key, &entry) && entry.can_rescue(now)).then_some(entry)
    }

    /// Answers with an entry, if it may be served.
    fn serve(
        &self,
        place: &Key,
        entry: &Arc<Entry<V>>,
        reader: &mut Reader<'_>,
    ) -> Option<Read<V, W>> {
        let refresh = match self.standing(place, entry, reader.now) {
            Standing::Fresh => {
                let wants_refresh = entry.wants_refresh(reader.now, reader.draw);
                wants_refresh
                    .then(|| self.begin_refresh(place, entry, reader))
                    .flatten()
            }
            Standing::Grace => self.begin_refresh(place, entry, reader),
            Standing::Over | Standing::Hidden => return None,
        };
        entry.touch(reader.now);
        Some(Read::Hit {
            entry: Arc::clone(entry),
            refresh,
            similarity: None,
        })
    }

    fn find_near(
        &self,
        vector: &[f32],
        at_least: f32,
        now: Instant,
        same_rule: impl Fn(&str) -> bool,
    ) -> Option<(Arc<Entry<V>>, f32)> {
        let candidates = self.vectors.read().within(vector, at_least);
        candidates.into_iter().find_map(|(key, similarity)| {
            let entry = self.store.get(&key).filter(|_| same_rule(key.text()))?;
            let fresh = self.standing(&key, &entry, now) == Standing::Fresh;
            fresh.then(|| {
                entry.touch(now);
                (entry, similarity)
            })
        })
    }

    /// Begins a background load of an entry, unless one is under way.
    fn begin_refresh(
        &self,
        place: &Key,
        entry: &Arc<Entry<V>>,
        reader: &Reader<'_>,
    ) -> Option<(Ticket, W)> {
        let start = self.groups.now();
        let mut table = self.flights.lock(place);
        if reader.coalesce && table.get(place).is_some() {
            return None;
        }
        let (flight, waiters) = table.take_off(place, start);
        let ticket = Ticket {
            key: place.clone(),
            flight,
            start,
            began: reader.now,
            counter: entry.counter.clone(),
            background: true,
        };
        Some((ticket, waiters))
    }

    /// Joins or begins a load. `seen` is what the look-up found and could not serve.
    fn begin(
        &self,
        place: &Key,
        mut seen: Option<Arc<Entry<V>>>,
        counter: Option<Arc<Slot>>,
        reader: &mut Reader<'_>,
    ) -> Read<V, W> {
        loop {
            let mut table = self.flights.lock(place);
            if let Some(flight) = table.get(place).filter(|_| reader.coalesce) {
                let joined = Joined(self.groups.now());
                return Read::Join {
                    flight: flight.id,
                    waiters: flight.waiters.clone(),
                    joined,
                };
            }
            // Another load may have stored between the look-up and the lock; nothing stores while
            // the lock is held, and what was seen once and could not be served never can.
            let there = self.store.peek(place);
            if let Some(new) =
                there.filter(|new| !seen.as_ref().is_some_and(|old| Arc::ptr_eq(old, new)))
            {
                drop(table);
                if let Some(hit) = self.serve(place, &new, reader) {
                    return hit;
                }
                seen = Some(new);
                continue;
            }
            // Read under the lock and before the loader runs: an invalidation from here on either
            // takes the flight away or has a later tick.
            let start = self.groups.now();
            let (flight, waiters) = table.take_off(place, start);
            let key = place.clone();
            let ticket = Ticket {
                key,
                flight,
                start,
                began: reader.now,
                counter,
                background: false,
            };
            return Read::Load(ticket, waiters);
        }
    }

    pub(super) fn standing(&self, key: &Key, entry: &Entry<V>, now: Instant) -> Standing {
        if !self.validate(key, entry) {
            return Standing::Hidden;
        }
        match entry.freshness(now) {
            Freshness::Fresh => Standing::Fresh,
            Freshness::Grace => Standing::Grace,
            Freshness::Over => Standing::Over,
        }
    }

    /// Whether no hard invalidation hides the entry; notes a soft one on the entry.
    fn validate(&self, key: &Key, entry: &Entry<V>) -> bool {
        let start = entry.start;
        let slots = self.slots(entry);
        validity::check(&self.groups, slots, start, &entry.checked, |known| {
            match self
                .regions
                .judge(known, key.text(), entry.vector.as_deref())
            {
                Verdict::Untouched => {}
                Verdict::Expired(at) => entry.expire(at),
                Verdict::Hidden => return false,
            }
            for slot in self.slots(entry) {
                if let Some(at) = slot.stale_since(start, entry.stored()) {
                    entry.expire(at);
                }
            }
            true
        })
    }

    /// Whether a group of the entry was dropped since its load began.
    pub(super) fn groups_hide(&self, entry: &Entry<V>) -> bool {
        validity::is_hidden(self.slots(entry), entry.start)
    }

    fn slots<'a>(&'a self, entry: &'a Entry<V>) -> impl Iterator<Item = &'a Slot> {
        entry
            .groups
            .iter()
            .map(|slot| &**slot)
            .chain([self.groups.all()])
    }

    /// Where a purge of a key finds its entry: under the counter's value as it is now.
    pub(super) fn current_place(&self, key: &Key) -> Key {
        let rules = self.rules.load();
        match rules.find(key.text()).map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, .. }) => {
                let counter = self.groups.find(Kind::Counter, scope.counter(key.text()));
                key.at_version(counter.hard())
            }
            _ => key.clone(),
        }
    }

    /// The counter's value, or an earlier one that was looked up less than `cached_for` ago.
    fn known_version(&self, counter: &Slot, cached_for: Nanos, now: Instant) -> u64 {
        if cached_for == 0 {
            return counter.hard();
        }
        let mut known = self.known_versions.lock();
        known.look_up(counter, cached_for, now)
    }
}
