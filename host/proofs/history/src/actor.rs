//! One thread of a history: readers, loaders and everything in between, as a seed says.
//!
//! An actor never waits. Loads that it began and loads of others that it joined lie in two lists, to be
//! carried on with at some later operation: a load may so outlast any number of invalidations.

use std::sync::Arc;

use crate::engine::{Copies, Entry, Fill, Instant, Joined, Pace, Read, Reader, Seen, Ticket};
use crate::record::Before;
use crate::round::{Gate, Round, Value};
use crate::subjects::{self, Members, TTL};
use crate::underway::Quiet;

/// Loads and joined loads that an actor has open at a time.
const OPEN: usize = 6;

/// Entries that an actor keeps at hand: some of its keys share a place.
const PLACES: usize = 4;

/// A thread of a round.
pub struct Actor<'a> {
    pub(crate) round: &'a Round,
    pub(crate) random: fastrand::Rng,
    /// What it keeps at hand.
    copies: Copies<Value>,
    loads: Vec<Load>,
    joins: Vec<Join>,
}

/// A load that this actor carries out.
struct Load {
    key: usize,
    ticket: Ticket,
    gate: Gate,
    /// By which `Underway` knows it.
    noted: Option<u64>,
    brought: Option<Brought>,
}

struct Brought {
    version: u64,
    seen: Option<Seen>,
}

/// A load that this actor waits for.
struct Join {
    key: usize,
    gate: Gate,
    joined: Joined,
    before: Before,
}

impl<'a> Actor<'a> {
    pub fn new(round: &'a Round, seed: u64) -> Actor<'a> {
        Actor {
            round,
            random: fastrand::Rng::with_seed(seed),
            copies: Copies::new(PLACES),
            loads: Vec::new(),
            joins: Vec::new(),
        }
    }

    /// Does so many things, or fewer if the round ends.
    pub fn run(&mut self, operations: u64) -> u64 {
        for done in 0..operations {
            if self.round.is_over() {
                return done;
            }
            self.act();
        }
        while let Some(load) = self.loads.pop() {
            self.finish(load);
        }
        operations
    }

    fn act(&mut self) {
        match self.random.u8(..) {
            0..=99 => self.read(),
            100..=104 => (0..3).for_each(|_| self.read()),
            105..=139 => self.bring_something(),
            140..=189 => self.finish_something(),
            190..=204 => self.look_at_joined(),
            205..=211 => (0..4).for_each(|_| self.get()),
            212..=221 => self.write_key(),
            222..=229 if self.round.kind.has_groups => self.write_many(),
            222..=229 => self.write_key(),
            230..=235 => self.bring_to_the_cache(),
            236 => self.forget_all(),
            237..=239 => self.round.origin.replicate(),
            240..=244 => self.sweep(),
            245..=249 => self.round.let_time_pass(self.random.u64(1..4)),
            _ => std::thread::yield_now(),
        }
    }

    pub(crate) fn any_key(&mut self) -> usize {
        self.random.usize(0..self.round.kind.keys)
    }

    fn read(&mut self) {
        let round = self.round;
        let key = self.any_key();
        let coalesce = self.random.u8(0..16) > 0;
        let quiet = round.underway.quiet(key).filter(|_| coalesce);
        let before = round.record.now();
        let now = round.now();
        let random = &mut self.random;
        let mut reader = Reader {
            now,
            vector: subjects::vector(key).map(<[f32; 2]>::as_slice),
            coalesce,
            draw: &mut || random.f64(),
        };
        match round
            .engine
            .read(round.engine.key(subjects::name(key)), &mut reader)
        {
            Read::Hit { entry, refresh, .. } => {
                self.check_hit("a hit", &entry, &before, now);
                if let Some((ticket, gate)) = refresh {
                    // The refresh is of the entry's key, which may be another one.
                    let key = entry.value().key;
                    self.begin(key, ticket, gate, quiet);
                }
            }
            Read::Join {
                waiters, joined, ..
            } => {
                // Opened by another load of the same flight: whoever comes late had better look again.
                if waiters.get().is_some() {
                    return;
                }
                if self.joins.len() == OPEN {
                    self.joins.swap_remove(0);
                }
                self.joins.push(Join {
                    key,
                    gate: waiters,
                    joined,
                    before,
                });
            }
            Read::Load(ticket, gate) => self.begin(key, ticket, gate, quiet),
        }
    }

    fn get(&mut self) {
        let round = self.round;
        let key = self.any_key();
        let before = round.record.now();
        let now = round.now();
        let place = round.engine.key(subjects::name(key));
        if let Some(entry) = self.copies.get(&round.engine, place, now) {
            return self.check_hit("a copy", entry, &before, now);
        }
        if self.random.bool() {
            if let Some(entry) = round.engine.peek_fresh(place, now) {
                self.check_hit("a look", &entry, &before, now);
            }
        } else if let Some(entry) = round.engine.get(place, now) {
            self.check_hit("a look", &entry, &before, now);
            drop(self.copies.offer(entry, now));
        }
    }

    fn begin(&mut self, key: usize, ticket: Ticket, gate: Gate, quiet: Option<Quiet>) {
        let round = self.round;
        let quiet = quiet.filter(|_| !round.kind.has_load_limit);
        let noted = quiet.map(|quiet| {
            let (id, is_second) = round.underway.note(key, quiet);
            if is_second {
                self.object(format!("P5: a second load of {}", subjects::name(key)));
            }
            id
        });
        if self.loads.len() == OPEN {
            self.finish_something();
        }
        self.loads.push(Load {
            key,
            ticket,
            gate,
            noted,
            brought: None,
        });
        // Half of the loads are over at once, or the cache would mostly be empty.
        if self.random.bool() {
            let load = self.loads.pop().expect("it was pushed");
            self.finish(load);
        }
    }

    fn bring_something(&mut self) {
        if self.loads.is_empty() {
            return self.read();
        }
        let at = self.random.usize(0..self.loads.len());
        let mut load = self.loads.swap_remove(at);
        self.bring(&mut load);
        self.loads.push(load);
    }

    fn finish_something(&mut self) {
        if self.loads.is_empty() {
            return self.read();
        }
        let at = self.random.usize(0..self.loads.len());
        let load = self.loads.swap_remove(at);
        self.finish(load);
    }

    /// Asks the origin.
    fn bring(&mut self, load: &mut Load) {
        if load.brought.is_some() {
            return;
        }
        let origin = &self.round.origin;
        load.brought = Some(if self.round.kind.is_fenced {
            let lags = self.random.u8(0..4) == 0;
            let snapshot = if lags {
                origin.lagging()
            } else {
                origin.snapshot()
            };
            Brought {
                version: snapshot.version(load.key),
                seen: Some(snapshot.seen),
            }
        } else {
            Brought {
                version: origin.version(load.key),
                seen: None,
            }
        });
        if self.random.u8(0..8) == 0 {
            std::thread::yield_now();
        }
    }

    fn finish(&mut self, mut load: Load) {
        let round = self.round;
        let key = load.key;
        if let Some(noted) = load.noted {
            round.underway.strike_off(key, noted);
        }
        if self.random.u8(0..12) == 0 {
            return self.give_up(load);
        }
        self.bring(&mut load);
        let brought = load.brought.expect("it was just brought");
        let fill = Fill {
            now: round.now(),
            load_time: 2 * subjects::STEP,
            vector: subjects::vector(key).map(|vector| Arc::from(*vector)),
            version: round.kind.is_fenced.then_some(brought.version),
            seen: brought.seen,
            ..Fill::default()
        };
        let value = Value {
            key,
            version: brought.version,
        };
        let lease = subjects::lease(key, round.kind.is_plain);
        let random = &mut self.random;
        let stored = round
            .engine
            .complete(load.ticket, value, &lease, &fill, &mut || random.f64());
        // Another load of the same flight may have been earlier.
        let _ = load.gate.set(Some(stored.entry));
    }

    /// As a load does that is cancelled or panics.
    fn give_up(&mut self, load: Load) {
        let round = self.round;
        round.engine.abandon(&load.ticket);
        let before = round.record.now();
        let now = round.now();
        if let Some(entry) = round.engine.rescue(&load.ticket, now) {
            let extra = subjects::grace(load.key).max(subjects::RESCUE);
            self.check("a rescue", &entry, &before, now, extra);
        }
        let _ = load.gate.set(None);
    }

    fn look_at_joined(&mut self) {
        if self.joins.is_empty() {
            return self.read();
        }
        let at = self.random.usize(0..self.joins.len());
        let Some(ended) = self.joins[at].gate.get() else {
            return;
        };
        let ended = ended.clone();
        let join = self.joins.swap_remove(at);
        let now = self.round.now();
        if let Some(entry) = ended
            && self.round.engine.may_serve(&entry, join.joined)
        {
            let extra = subjects::grace(join.key);
            self.check("a join", &entry, &join.before, now, extra);
        }
    }

    fn sweep(&mut self) {
        let pace = if self.random.bool() {
            Pace::ROUND
        } else {
            Pace::BESIDE_A_LOAD
        };
        self.round.engine.sweep(self.round.now(), pace);
    }

    fn forget_all(&mut self) {
        let round = self.round;
        if !round.kind.has_groups || self.random.u8(0..4) > 0 {
            return;
        }
        round
            .underway
            .revoking(Members::ALL, || round.engine.clear(round.now()));
    }

    fn check_hit(&self, how: &str, entry: &Entry<Value>, before: &Before, now: Instant) {
        let key = entry.value().key;
        let extra = subjects::grace(key);
        if now >= entry.stored().saturating_add(TTL + extra) {
            self.object(format!(
                "P4: {how} of {} after its end",
                subjects::name(key)
            ));
        }
        self.check(how, entry, before, now, extra);
    }

    fn check(&self, how: &str, entry: &Entry<Value>, before: &Before, now: Instant, extra: u64) {
        let Value { key, version } = *entry.value();
        let objection = self
            .round
            .record
            .objection(before, key, version, now, extra);
        if let Some(what) = objection {
            self.object(format!("{how} of {}: {what}", subjects::name(key)));
        }
    }

    fn object(&self, what: String) {
        self.round.object(what);
    }
}
