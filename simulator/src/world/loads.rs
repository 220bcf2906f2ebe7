//! Loads: what they bring, who waits for them, and what becomes of it.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use shelflife::engine::{Fill, Joined, Lease, LeaseSource, Outcome, Pace, Seen, Ticket};
use shelflife::policy::Loaded;

use super::agenda::Class as Order;
use super::node::Held;
use super::shared::Found;
use super::truth::State;
use super::{Task, World};
use crate::measure::{Class, Seen as ClientSeen};
use crate::scenario::{Joins, Late, Stores};

/// A read that waits for a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiter {
    pub(super) key: u32,
    pub(super) client: u32,
    pub(super) began: u64,
    /// The origin's state when it began.
    pub(super) seen: State,
    /// What its client had written and seen of the key when it began.
    pub(super) client_seen: ClientSeen,
    pub(super) class: Class,
    pub(super) bytes: u64,
    /// Set for a read that joined the load of another.
    pub(super) joined: Option<Joined>,
    /// Loads of its own so far that had not seen what they should have.
    pub(super) tries: u32,
    /// Which process of its cache it asked.
    pub(super) process: u32,
}

/// A reader loads again as long as what it gets had not seen the last invalidation, but not for ever.
const TRIES: u32 = 64;

/// A load in flight.
pub(super) struct Load {
    start: Start,
    began: u64,
    brings: Brings,
    from: From,
}

/// A load that is to begin.
pub(super) struct Start {
    node: usize,
    key: u32,
    /// Of the process that begins it.
    process: u32,
    bytes: u64,
    /// None where nothing is cached.
    ticket: Option<Ticket>,
}

impl Start {
    /// Somebody begins it, for himself or ahead of need.
    pub(super) fn of(node: usize, waiter: &Waiter, ticket: Option<Ticket>) -> Start {
        Start {
            node,
            key: waiter.key,
            process: waiter.process,
            bytes: waiter.bytes,
            ticket,
        }
    }
}

/// Where a load gets its value.
enum From {
    Origin,
    /// From a cache in between, at once.
    Shared,
    /// From the origin, and it is to be stored in the cache in between.
    OriginFor(Ticket),
}

#[derive(Clone, Copy)]
enum Brings {
    /// The state that held when it was read, which is past.
    State(State),
    /// The state that will hold just before this instant.
    StateBefore(u64),
    Nothing,
}

/// The loads in flight, who waits for which, and how many each key has and has had.
pub(super) struct Loads {
    /// By number; `None` where a number is free.
    inflight: Vec<Option<Load>>,
    waiters: Vec<Vec<Waiter>>,
    free: Vec<usize>,
    /// Lists of waiters that are empty, with the room they had.
    spare: Vec<Vec<Waiter>>,
    of_key: HashMap<u32, u64, FxBuildHasher>,
    /// How many loads of each key have begun.
    begun: Vec<u32>,
}

impl Loads {
    pub(super) fn new(keys: usize) -> Loads {
        Loads {
            inflight: Vec::new(),
            waiters: Vec::new(),
            free: Vec::new(),
            spare: Vec::new(),
            of_key: HashMap::default(),
            begun: vec![0; keys],
        }
    }

    /// What decides all that is drawn for the next load of a key: the key, and how many there were before.
    ///
    /// So the n-th load of a key takes as long under every policy, however many loads of other keys came
    /// before it. Had the read that begins it decided, policies would have less in common: two that keep a
    /// hot key for different times hardly ever load it at the same read.
    fn next_of(&mut self, key: u32) -> u64 {
        let begun = &mut self.begun[key as usize];
        *begun = begun.wrapping_add(1);
        u64::from(key) << 32 | u64::from(*begun)
    }

    /// The key of a load in flight, after a look at who waits for it first.
    pub(super) fn warm(&self, load: usize) -> Option<u32> {
        std::hint::black_box(self.waiters[load].first().map(|waiter| waiter.key));
        self.inflight[load].as_ref().map(|load| load.start.key)
    }

    pub(super) fn join(&mut self, load: usize, waiter: Waiter) {
        self.waiters[load].push(waiter);
    }

    fn begin(&mut self, load: Load, first: Option<Waiter>) -> usize {
        let mut waiters = self.spare.pop().unwrap_or_default();
        waiters.extend(first);
        match self.free.pop() {
            Some(number) => {
                self.inflight[number] = Some(load);
                self.waiters[number] = waiters;
                number
            }
            None => {
                self.inflight.push(Some(load));
                self.waiters.push(waiters);
                self.waiters.len() - 1
            }
        }
    }

    fn end(&mut self, number: usize) -> Option<(Load, Vec<Waiter>)> {
        let load = self.inflight[number].take()?;
        self.free.push(number);
        Some((load, std::mem::take(&mut self.waiters[number])))
    }

    /// Nobody waits any more.
    fn give_back(&mut self, mut waiters: Vec<Waiter>) {
        waiters.clear();
        self.spare.push(waiters);
    }

    /// Counts one more load of a key, and gives how many there are.
    fn count_up(&mut self, key: u32) -> u64 {
        let count = self.of_key.entry(key).or_insert(0);
        *count += 1;
        *count
    }

    fn count_down(&mut self, key: u32) {
        if let Some(count) = self.of_key.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.of_key.remove(&key);
            }
        }
    }
}

impl World<'_> {
    /// Begins a load, for whoever waits for it first.
    pub(super) fn start_load(&mut self, start: Start, first: Option<Waiter>, now: u64) {
        let (brings, from, ends) = self.set_out(start.key, now);
        let ticket = start.ticket.as_ref();
        if !matches!(from, From::Shared) {
            let background = ticket.is_some_and(Ticket::is_background);
            let of_key = self.loads.count_up(start.key);
            self.recorder.load_began(now, of_key, background);
        }
        let flight = ticket.map(|ticket| (ticket.flight(), start.process));
        let (node, key) = (start.node, start.key);
        let load = Load {
            start,
            began: now,
            brings,
            from,
        };
        let number = self.loads.begin(load, first);
        if let Some(flight) = flight {
            let node = &mut self.nodes[node];
            node.flights.insert(flight, number);
            if self.scenario.cache.joins == Joins::Unguarded {
                node.loading.insert(key, number);
            }
        }
        if ends == now && self.agenda.next_at() != Some(now) {
            self.land(number, now);
        } else {
            self.agenda.add(ends, Order::Load, Task::Land(number));
        }
    }

    /// Where a load that begins now gets its value, which, and when it is back.
    fn set_out(&mut self, key: u32, now: u64) -> (Brings, From, u64) {
        let found = self.shared.as_mut().map(|shared| {
            let key = self.keys[key as usize].as_ref();
            shared.find(key, now)
        });
        let from = match found {
            Some(Found::Value(state)) => return (Brings::State(state), From::Shared, now),
            Some(Found::Nothing(ticket)) => From::OriginFor(ticket),
            None => From::Origin,
        };
        let number = self.loads.next_of(key);
        let visit = self.origin.visit(now, number);
        let brings = if visit.fails {
            Brings::Nothing
        } else if visit.reads == now {
            // Read in this very instant: after the events that came before.
            Brings::State(self.truth.now())
        } else if visit.reads < now {
            Brings::State(self.truth.before(visit.reads))
        } else {
            Brings::StateBefore(visit.reads)
        };
        (brings, from, visit.ends)
    }

    /// A load comes back.
    pub(super) fn land(&mut self, number: usize, now: u64) {
        let Some((mut load, waiters)) = self.loads.end(number) else {
            return;
        };
        let key = load.start.key;
        let from = std::mem::replace(&mut load.from, From::Origin);
        if !matches!(from, From::Shared) {
            self.loads.count_down(key);
            self.recorder.load_ended(now);
        }
        let node = &mut self.nodes[load.start.node];
        if let Some((began, reads)) = node.herds.remove(&key) {
            self.recorder.herd(began, reads);
        }
        if let Some(ticket) = &load.start.ticket {
            // Without coalescing a later load of the flight may stand there.
            let flight = (ticket.flight(), load.start.process);
            if node.flights.get(&flight) == Some(&number) {
                node.flights.remove(&flight);
            }
            if node.loading.get(&key) == Some(&number) {
                node.loading.remove(&key);
            }
        }
        let waiters = self.fail_those_who_gave_up(&load, waiters, now);
        let state = match load.brings {
            Brings::State(state) => Some(state),
            Brings::StateBefore(at) => Some(self.truth.before(at)),
            Brings::Nothing => None,
        };
        if let (From::OriginFor(ticket), Some(shared)) = (from, &mut self.shared) {
            shared.landed(ticket, key, state, now);
        }
        match (state, &load.start.ticket) {
            (None, _) => self.fail(load, &waiters, now),
            (Some(state), None) => {
                for waiter in &waiters {
                    self.answer_directly(waiter, state, now);
                }
            }
            (Some(state), Some(_)) => self.store(load, state, &waiters, now),
        }
        self.loads.give_back(waiters);
    }

    /// Where a late load goes on, each read has failed at its own time. Gives those who still wait.
    fn fail_those_who_gave_up(
        &mut self,
        load: &Load,
        waiters: Vec<Waiter>,
        now: u64,
    ) -> Vec<Waiter> {
        let timeout = self.scenario.origin.timeout.0;
        if timeout == 0 || self.scenario.origin.late == Late::Drop {
            return waiters;
        }
        let gives_up = |waiter: &Waiter| waiter.began.saturating_add(timeout);
        let (gone, waiting): (Vec<_>, _) = waiters
            .into_iter()
            .partition(|waiter| gives_up(waiter) < now);
        if !gone.is_empty() {
            let engine = &self.nodes[load.start.node].engine;
            let ticket = load.start.ticket.as_ref();
            let rescued = ticket.and_then(|ticket| engine.rescue(ticket, now));
            for waiter in gone {
                self.serve(&waiter, rescued.as_ref(), gives_up(&waiter));
            }
        }
        waiting
    }

    fn store(&mut self, load: Load, state: State, waiters: &[Waiter], now: u64) {
        let Load {
            start:
                Start {
                    node: number,
                    key,
                    ticket: Some(ticket),
                    bytes,
                    ..
                },
            began,
            ..
        } = load
        else {
            return;
        };
        let background = ticket.is_background();
        let vector = self.meaning.of_key(key);
        let origin = &self.scenario.origin;
        let version = origin.versions.then(|| self.truth.version(key, state));
        let fill = Fill {
            now,
            load_time: now - began,
            size: bytes,
            vector,
            version: version.map(u64::from),
            seen: origin.fence.then(|| Seen::UpTo(state.into())),
            ..Fill::default()
        };
        let lease = self.lease_of(number, key, &ticket, &fill);
        let stores = self.scenario.cache.stores;
        let place = (stores == Stores::Unguarded).then(|| ticket.key_text().to_owned());
        let value = Held::new(key, state, background);
        let (engine, mut draws) = self.nodes[number].engine_and_draws();
        let mut stored = engine.complete(ticket, value, &lease, &fill, &mut draws);
        if let Some(place) = place
            && stored.outcome == Outcome::Overtaken
        {
            let value = Held::new(key, state, background);
            stored = engine.insert(engine.key(&place), value, &lease, &fill, &mut draws);
        }
        drop(draws);
        if stored.is_stored() {
            self.note_stored(number, &stored, now);
            self.sweep(number, now);
        } else {
            self.recorder.discarded(began);
            if background {
                self.recorder.wasted_refresh(began);
            }
        }
        for mut waiter in waiters.iter().copied() {
            let engine = &self.nodes[number].engine;
            let current = match waiter.joined {
                Some(_) if self.scenario.cache.joins == Joins::Unguarded => true,
                Some(joined) => engine.may_serve(&stored.entry, joined),
                // The leader may have what it loaded, but had better load again what was too old, unless
                // no time has gone by in which the origin could have come to see more.
                None if stored.outcome == Outcome::Behind && stores == Stores::Guarded => {
                    waiter.tries += 1;
                    waiter.tries > TRIES || began == now
                }
                None => true,
            };
            if current {
                self.serve(&waiter, Some(&stored.entry), now);
            } else {
                self.look_up(number, waiter, now, false);
            }
        }
    }

    /// The lease of what a load has brought.
    fn lease_of(&mut self, number: usize, key: u32, ticket: &Ticket, fill: &Fill) -> Lease {
        let catalogue = &self.workload.catalogue;
        let node = &mut self.nodes[number];
        let Some(guard) = &mut node.guard else {
            return Lease::default();
        };
        let engine_key = match &node.counters {
            Some(_) => node.engine.key(ticket.key_text()),
            None => self.keys[key as usize].as_ref(),
        };
        let source = node.engine.lease_source(engine_key);
        // Only a policy that is asked needs to know what the value was made from.
        let depends_on: Vec<&str> = match source {
            LeaseSource::Policy => {
                let tags = catalogue.tags_of(key).iter();
                tags.map(|tag| &**catalogue.tag_name(*tag)).collect()
            }
            _ => Vec::new(),
        };
        let loaded = Loaded {
            key: engine_key.text(),
            now: fill.now,
            size: fill.size,
            load_time: fill.load_time,
            depends_on: &depends_on,
        };
        let mut lease = guard.lease(&source, &loaded).into_owned();
        let lasts = lease.ttl.map_or(0, |ttl| ttl.saturating_add(lease.grace));
        self.longest_lease = self.longest_lease.max(lasts);
        let (began, ttl) = (ticket.began(), lease.ttl);
        let warm = node.warm.as_mut();
        if warm.is_some_and(|warm| warm.is_first(key, began, fill.now, ttl)) {
            lease.jitter = 1.0;
        }
        lease
    }

    /// What the cache does beside each load: throws away some of what nothing can serve any more.
    fn sweep(&mut self, number: usize, now: u64) {
        let gone = self.nodes[number].engine.sweep(now, Pace::BESIDE_A_LOAD);
        for entry in &gone {
            self.note_left(number, entry, now);
        }
        self.entries -= gone.len() as u64;
    }

    /// A load came back without a value: what a rescue allows is served, else the reads fail.
    fn fail(&mut self, load: Load, waiters: &[Waiter], now: u64) {
        let rescued = load.start.ticket.and_then(|ticket| {
            let engine = &self.nodes[load.start.node].engine;
            let rescued = engine.rescue(&ticket, now);
            engine.abandon(&ticket);
            rescued
        });
        for waiter in waiters {
            self.serve(waiter, rescued.as_ref(), now);
        }
    }
}
