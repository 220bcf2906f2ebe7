//! What a read finds.

use std::sync::Arc;

use super::entry::Entry;
use super::fill::Ticket;
use super::groups::{Kind, Slot, Tick};
use super::key::KeyRef;
use super::lease::{Keying, Lookup};
use super::safeguards::{Safeguard, holds};
use super::shim::Ordering;
use super::standing::Standing;
use super::time::{Instant, Nanos};
use super::{Engine, FlightId};

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

/// What somebody finds who is about to change the value of a key.
#[derive(Debug)]
#[non_exhaustive]
pub enum Update<V, W = ()> {
    /// Somebody is loading or changing it: wait for them, and begin again.
    Wait {
        /// Their load.
        flight: FlightId,
        /// What those who join share.
        waiters: W,
        /// When they were joined, for [`Engine::may_serve`].
        joined: Joined,
    },
    /// Nobody is. Until the ticket comes back nobody else begins to; readers are served what is there.
    Begin {
        /// To be completed or abandoned.
        ticket: Ticket,
        /// What those who join share.
        waiters: W,
        /// The entry, if there is a fresh one.
        entry: Option<Arc<Entry<V>>>,
    },
}

/// When a reader joined a load, on the invalidation clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined(Tick);

impl<V, W: Clone + Default> Engine<V, W> {
    /// Finds an entry that may be served, or joins or begins a load.
    pub fn read(&self, key: KeyRef<'_>, reader: &mut Reader<'_>) -> Read<V, W> {
        if !self.rules_are_plain.load(Ordering::Acquire) {
            return self.read_by_rules(key, reader);
        }
        match self.look_up(key, reader) {
            Ok(hit) => hit,
            Err(found) => self.begin(key, found, None, reader),
        }
    }

    /// The entry under a key, if it is fresh. Loads nothing and refreshes nothing.
    pub fn get(&self, key: KeyRef<'_>, now: Instant) -> Option<Arc<Entry<V>>> {
        self.get_with(key, now, Arc::clone)
    }

    /// What `take` makes of the entry under a key, if it is fresh, without a count of one more owner.
    ///
    /// `take` is called under a lock: it must be short and must not call the engine.
    #[inline]
    pub fn get_with<R>(
        &self,
        key: KeyRef<'_>,
        now: Instant,
        take: impl Fn(&Arc<Entry<V>>) -> R,
    ) -> Option<R> {
        let place = if self.rules_are_plain.load(Ordering::Acquire) {
            key
        } else {
            self.current_place(key)
        };
        match self.look_plain(place, now, &take)? {
            Ok(taken) => Some(taken),
            Err(entry) => {
                let fresh = self.standing(&entry, now) == Standing::Fresh;
                fresh.then(|| {
                    entry.touch(now);
                    take(&entry)
                })
            }
        }
    }

    /// The same, if a read has nothing to do but to serve the entry: most reads end here, and the others go on
    /// with [`Engine::read`].
    #[inline]
    pub fn get_plain_with<R>(
        &self,
        key: KeyRef<'_>,
        now: Instant,
        take: impl Fn(&Arc<Entry<V>>) -> R,
    ) -> Option<R> {
        if !self.rules_are_plain.load(Ordering::Acquire) {
            return None;
        }
        match self.look_plain(key, now, &take)? {
            Ok(taken) => Some(taken),
            Err(entry) => {
                let plain = self.validate(&entry) && entry.is_plainly_fresh(now);
                plain.then(|| take(&entry))
            }
        }
    }

    /// What `take` makes of an entry that a glance shows to be fresh; the entry itself otherwise.
    #[inline]
    fn look_plain<R>(
        &self,
        place: KeyRef<'_>,
        now: Instant,
        take: &impl Fn(&Arc<Entry<V>>) -> R,
    ) -> Option<Result<R, Arc<Entry<V>>>> {
        self.store.look(&place, &|entry: &Arc<Entry<V>>| {
            if self.was_checked(entry) && entry.is_plainly_fresh(now) {
                Ok(take(entry))
            } else {
                Err(Arc::clone(entry))
            }
        })
    }

    /// Whether an entry that [`Engine::get`] has given before, and somebody has kept at hand since, is still
    /// what it would give: it has not left the store, no invalidation hides it and its lease is not over. In
    /// doubt, the answer is no.
    pub fn still_holds(&self, entry: &Entry<V>, now: Instant) -> bool {
        // What a region takes away has left the store before the region is forgotten.
        self.rules_are_plain.load(Ordering::Acquire)
            && self.validate(entry)
            && entry.is_plainly_fresh(now)
            && !entry.has_left()
    }

    /// The entry under a key in place, if it is fresh. Leaves no trace in the eviction order.
    pub fn peek_fresh(&self, key: KeyRef<'_>, now: Instant) -> Option<Arc<Entry<V>>> {
        let entry = self.store.peek(self.current_place(key))?;
        (self.standing(&entry, now) == Standing::Fresh).then_some(entry)
    }

    /// Whether a value that a reader waited for may be served to it: the load may have begun before an
    /// invalidation that was over when the reader came. One that comes while the reader waits is no
    /// matter.
    ///
    /// What was stored was untouched when it landed, and whoever waited had joined before. Of what was not,
    /// nobody knows when it was hidden, so that it is only for those who joined before the clock moved;
    /// the others look again. A value that had not seen what it should have is for nobody but whoever
    /// loaded it.
    pub fn may_serve(&self, entry: &Entry<V>, joined: Joined) -> bool {
        if entry.is_behind() {
            return false;
        }
        // The mark of an entry that was never stored is the reading from before its load.
        let clock_stood = || joined.0 == entry.known();
        entry.was_stored() || clock_stood() || !holds(Safeguard::JoinedLookAgain)
    }

    /// An entry that may answer for a load that failed or takes too long: within its rescue, and not
    /// dropped.
    pub fn rescue(&self, ticket: &Ticket, now: Instant) -> Option<Arc<Entry<V>>> {
        // What is at the ticket's own place was dropped if the counter has moved since.
        self.rescue_key(self.key(ticket.key.text()), now)
    }

    /// The same for a reader that waits for a load of this key.
    pub fn rescue_key(&self, key: KeyRef<'_>, now: Instant) -> Option<Arc<Entry<V>>> {
        self.rescue_at(self.current_place(key), now)
    }

    fn rescue_at(&self, place: KeyRef<'_>, now: Instant) -> Option<Arc<Entry<V>>> {
        let entry = self.store.peek(place)?;
        (self.validate(&entry) && entry.can_rescue(now)).then_some(entry)
    }

    #[inline(never)]
    fn read_by_rules(&self, key: KeyRef<'_>, reader: &mut Reader<'_>) -> Read<V, W> {
        let rules = self.rules.load();
        let rule = rules.find(key.text());
        let (place, counter) = match rule.map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, cached_for }) => {
                let counter = self.groups.find(Kind::Counter, scope.counter(key.text()));
                let version = self.known_version(&counter, *cached_for, reader.now);
                (key.at_version(version), Some((scope, version)))
            }
            _ => (key, None),
        };
        let found = match self.look_up(place, reader) {
            Ok(hit) => return hit,
            Err(found) => found,
        };
        if let (Some((number, rule)), Some(vector)) = (rule, reader.vector)
            && let Lookup::Nearest(at_least) = rule.lookup
            && let Some((entry, similarity)) =
                self.find_near(vector, at_least, reader.now, |key, _| {
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
        let counter = counter.map(|(scope, value)| {
            let counter = self.groups.carry(Kind::Counter, scope.counter(key.text()));
            (counter, value)
        });
        self.begin(place, found, counter, reader)
    }

    /// Answers with the entry at a place, or gives what is there and may not be served.
    fn look_up(
        &self,
        place: KeyRef<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Read<V, W>, Option<Arc<Entry<V>>>> {
        let entry = self.store.get(place).ok_or(None)?;
        self.serve(entry, reader).map_err(Some)
    }

    /// Answers with an entry, if it may be served.
    fn serve(
        &self,
        entry: Arc<Entry<V>>,
        reader: &mut Reader<'_>,
    ) -> Result<Read<V, W>, Arc<Entry<V>>> {
        let hit = |entry, refresh| Read::Hit {
            entry,
            refresh,
            similarity: None,
        };
        if self.was_checked(&entry) && entry.is_plainly_fresh(reader.now) {
            return Ok(hit(entry, None));
        }
        let refresh = match self.standing(&entry, reader.now) {
            Standing::Fresh if entry.wants_refresh(reader.now, reader.draw) => {
                self.begin_refresh(&entry, reader)
            }
            Standing::Fresh => None,
            Standing::Grace => self.begin_refresh(&entry, reader),
            Standing::Over | Standing::Hidden => return Err(entry),
        };
        entry.touch(reader.now);
        Ok(hit(entry, refresh))
    }

    pub(super) fn find_near(
        &self,
        vector: &[f32],
        at_least: f32,
        now: Instant,
        may_answer: impl Fn(&str, f32) -> bool,
    ) -> Option<(Arc<Entry<V>>, f32)> {
        let candidates = self.vectors.read().within(vector, at_least);
        candidates.into_iter().find_map(|(key, similarity)| {
            let entry = self.store.get(key.as_ref());
            // Unlike a look-up by its key, this finds what a counter has left behind as well.
            let entry =
                entry.filter(|entry| may_answer(key.text(), similarity) && entry.is_current())?;
            let fresh = self.standing(&entry, now) == Standing::Fresh;
            fresh.then(|| {
                entry.touch(now);
                (entry, similarity)
            })
        })
    }

    /// Begins a background load of an entry, unless one is under way.
    fn begin_refresh(&self, entry: &Entry<V>, reader: &Reader<'_>) -> Option<(Ticket, W)> {
        let place = entry.key().as_ref();
        let start = self.groups.now();
        let mut table = self.flights.lock(place);
        if table.get(place, reader.now, self.load_limit).is_some() {
            if reader.coalesce {
                return None;
            }
        } else {
            table.revoke(place);
        }
        let (flight, waiters) = table.take_off(place, start, reader.now);
        let ticket = Ticket {
            key: entry.key().clone(),
            flight,
            start,
            began: reader.now,
            counter: entry.counter_part(),
            background: true,
        };
        Some((ticket, waiters))
    }

    /// Joins or begins a load. `seen` is what the look-up found and could not serve.
    fn begin(
        &self,
        place: KeyRef<'_>,
        mut seen: Option<Arc<Entry<V>>>,
        counter: Option<(Arc<Slot>, u64)>,
        reader: &mut Reader<'_>,
    ) -> Read<V, W> {
        loop {
            let mut table = self.flights.lock(place);
            match table.get(place, reader.now, self.load_limit) {
                Some(flight) if reader.coalesce && holds(Safeguard::ReadersJoin) => {
                    return Read::Join {
                        flight: flight.id,
                        waiters: flight.waiters.clone(),
                        joined: Joined(self.groups.now()),
                    };
                }
                Some(_) => {}
                // A load that takes too long stores nothing any more.
                None => table.revoke(place),
            }
            // Another load may have stored between the look-up and the lock; nothing stores while
            // the lock is held, and what was seen once and could not be served never can.
            let there = self.store.peek(place);
            if let Some(new) =
                there.filter(|new| !seen.as_ref().is_some_and(|old| Arc::ptr_eq(old, new)))
            {
                drop(table);
                match self.serve(new, reader) {
                    Ok(hit) => return hit,
                    Err(new) => seen = Some(new),
                }
                continue;
            }
            // Read under the lock and before the loader runs: an invalidation from here on either
            // takes the flight away or has a later tick.
            let start = self.groups.now();
            let (flight, waiters) = table.take_off(place, start, reader.now);
            let ticket = Ticket {
                key: place.to_key(),
                flight,
                start,
                began: reader.now,
                counter,
                background: false,
            };
            return Read::Load(ticket, waiters);
        }
    }

    /// Begins a change of what is under a key, from what is there to what [`Engine::complete`] brings. Like
    /// a load it stores nothing if the key or a group of the new value is invalidated meanwhile.
    ///
    /// `over` is a flight that the caller has found to be over but for loads that did not wait for their turn:
    /// it does not keep the change from beginning.
    pub fn update(&self, key: KeyRef<'_>, over: Option<FlightId>, now: Instant) -> Update<V, W> {
        let (place, counter) = self.place_to_store(key);
        let mut table = self.flights.lock(place);
        if let Some(flight) = table.get(place, now, self.load_limit)
            && over != Some(flight.id)
        {
            return Update::Wait {
                flight: flight.id,
                waiters: flight.waiters.clone(),
                joined: Joined(self.groups.now()),
            };
        }
        table.revoke(place);
        // Before the look at what is there: a group that is invalidated after it is later than this.
        let start = self.groups.now();
        let entry = self.store.peek(place);
        let is_fresh = |entry: &Arc<Entry<V>>| self.standing(entry, now) == Standing::Fresh;
        let entry = entry.filter(is_fresh);
        let (flight, waiters) = table.take_off(place, start, now);
        let ticket = Ticket {
            key: place.to_key(),
            flight,
            start,
            began: now,
            counter,
            background: entry.is_some(),
        };
        Update::Begin {
            ticket,
            waiters,
            entry,
        }
    }

    /// Where a purge of a key finds its entry: under the counter's value as it is now.
    pub(super) fn current_place<'a>(&self, key: KeyRef<'a>) -> KeyRef<'a> {
        if self.rules_are_plain.load(Ordering::Acquire) {
            return key;
        }
        let rules = self.rules.load();
        match rules.find(key.text()).map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, .. }) => {
                let counter = self.groups.find(Kind::Counter, scope.counter(key.text()));
                key.at_version(counter.hard())
            }
            _ => key,
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
