//! The world that a policy is measured in.
//!
//! A discrete-event loop over virtual time, in whole nanoseconds. The outside world reads and writes;
//! an origin takes the writes and serves loads; writes reach the caches by announcement and by a feed;
//! a fleet of caches, each with its own engine and policy instance, answers the reads. The rules of
//! freshness are the engine's: nothing here decides whether an entry may be served.
//!
//! At one instant faults come first, then deliveries, then completed loads, then the workload's
//! events in their order.

mod agenda;
mod bus;
mod changes;
mod feed;
mod loads;
mod meaning;
mod native;
mod node;
mod origin;
mod purges;
mod reads;
mod strategy;
pub mod truth;

use std::sync::atomic::{AtomicU64, Ordering};

use rand_chacha::ChaCha8Rng;
use shelflife::engine::{Demand, Key, Lookup};
use shelflife::policy::{self, Calls};

pub use changes::FEEDS;
pub use native::NativePolicy;
pub use strategy::{Maker, Strategy};

use agenda::{Agenda, Class};
use bus::Bus;
use changes::{Changes, FeedName, Written};
use feed::{Heard, Ways};
use loads::Loads;
use meaning::Meaning;
use node::{HeldEntry, Node};
use origin::Origin;
use truth::Truth;

use crate::measure::{PolicyFigures, Recorder, Summary};
use crate::random::{Purpose, stream};
use crate::report::{Histogram, Series};
use crate::scenario::{FaultKind, Scenario};
use crate::workload::{Event, Op, Workload};

/// What one run found.
#[derive(Debug)]
pub struct Outcome {
    pub summary: Summary,
    pub series: Series,
    pub histograms: Vec<Histogram>,
    /// Reads and writes that were carried out, the warm-up's included.
    pub events: u64,
    pub calls: Calls,
    /// The longest lease of a value that was loaded, its grace with it, in nanoseconds; those without an end
    /// left aside.
    pub longest_lease: u64,
    /// What went wrong in the policy last.
    pub policy_error: Option<policy::Error>,
}

/// What is to happen later.
enum Task {
    /// A load comes back.
    Land(usize),
    /// Caches that listen hear of a write.
    Deliver(FeedName, To, Written),
    /// A policy purges the same keys once more.
    Again(usize, shelflife::engine::Purge),
    /// The feed reports that it has lost changes.
    Gap,
    Flush,
    Restart,
}

/// Who hears of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Every,
    One(usize),
}

/// Everything there is during one run.
struct World<'a> {
    scenario: &'a Scenario,
    workload: &'a Workload,
    strategy: &'a Strategy,
    replication: u32,
    keys: Vec<Key>,
    nodes: Vec<Node>,
    truth: Truth,
    origin: Origin<'a>,
    ways: Ways<'a>,
    bus: Bus<'a>,
    /// How the first write of the transaction under way is heard of: so are the others.
    heard: Heard,
    passed_on: Option<(usize, Vec<bus::Message>)>,
    changes: Changes,
    meaning: Meaning,
    loads: Loads,
    agenda: Agenda<Task>,
    recorder: Recorder,
    balance: ChaCha8Rng,
    hears: [bool; 2],
    /// Entries of all nodes together.
    entries: u64,
    /// Fresh entries that the purges of the current reaction have hit, where anybody asks.
    hit: Vec<HeldEntry>,
    next_look: u64,
    calls: Calls,
    /// Time on safety nets of policy instances that a restart has taken away.
    fallback: u64,
    longest_lease: u64,
}

/// Events that are drawn together and looked ahead for. With a million keys nearly every step of a
/// read waits for memory; side by side the waits overlap.
const AHEAD: usize = 64;

/// Carries out one replication under one strategy. `done` counts events, for whoever watches.
///
/// # Errors
///
/// What a policy has against its configuration, or the host against its plan.
pub fn run(
    scenario: &Scenario,
    workload: &Workload,
    strategy: &Strategy,
    replication: u32,
    done: &AtomicU64,
) -> Result<Outcome, policy::Error> {
    let mut world = World::new(scenario, workload, strategy, replication)?;
    let mut source = workload.events(scenario.seed, replication);
    let mut ahead = Vec::with_capacity(AHEAD);
    let mut events = 0;
    loop {
        ahead.clear();
        ahead.extend(source.by_ref().take(AHEAD));
        if ahead.is_empty() {
            break;
        }
        world.warm(&ahead);
        for event in &ahead {
            world.until(event.at);
            world.happen(event);
        }
        events += ahead.len() as u64;
        done.fetch_add(ahead.len() as u64, Ordering::Relaxed);
    }
    world.land_the_rest();
    Ok(world.finish(events))
}

impl<'a> World<'a> {
    fn new(
        scenario: &'a Scenario,
        workload: &'a Workload,
        strategy: &'a Strategy,
        replication: u32,
    ) -> Result<World<'a>, policy::Error> {
        let seed = scenario.seed;
        let capacity = scenario.cache.capacity;
        let node = |number| Node::new(strategy, capacity, seed, replication, number);
        let nodes = (0..scenario.cache.nodes)
            .map(node)
            .collect::<Result<Vec<_>, _>>()?;
        let catalogue = &workload.catalogue;
        let plan = nodes[0].guard.as_ref().map(|guard| guard.plan());
        let by_meaning = plan.is_some_and(|plan| {
            plan.rules
                .iter()
                .any(|rule| matches!(rule.lookup, Lookup::Nearest(_)))
        });
        let hears = changes::FEEDS
            .map(|feed| plan.is_some_and(|plan| plan.feeds.iter().any(|name| name == feed)));
        let mut recorder = Recorder::new(workload.warmup, workload.duration);
        if by_meaning {
            recorder.expect_semantics();
        }
        // Every engine has the same seed, so that a key is hashed once for all of them.
        let keys = (0..catalogue.keys() as u32)
            .map(|key| nodes[0].engine.key(catalogue.text(key)).to_key());
        let wants_rows = matches!(
            strategy,
            Strategy::Policy {
                wants_rows: true,
                ..
            }
        );
        let mut world = World {
            scenario,
            workload,
            strategy,
            replication,
            keys: keys.collect(),
            nodes,
            truth: Truth::new(catalogue),
            origin: Origin::new(&scenario.origin, &scenario.faults, seed, replication),
            ways: Ways::new(&scenario.writes, &scenario.feed, seed, replication),
            bus: Bus::new(
                &scenario.bus,
                scenario.cache.nodes as usize,
                seed,
                replication,
            ),
            heard: Heard::default(),
            passed_on: None,
            changes: Changes::new(wants_rows),
            meaning: Meaning::new(catalogue, by_meaning),
            loads: Loads::new(catalogue.keys()),
            agenda: Agenda::new(),
            recorder,
            balance: stream(seed, replication, Purpose::Balance, 0),
            hears,
            entries: 0,
            hit: Vec::new(),
            next_look: 0,
            calls: Calls::default(),
            fallback: 0,
            longest_lease: 0,
        };
        world.plan_what_breaks();
        Ok(world)
    }

    fn plan_what_breaks(&mut self) {
        for fault in &self.scenario.faults {
            let task = match fault.what {
                FaultKind::Flush => Task::Flush,
                FaultKind::Restart => Task::Restart,
                // The origin knows when it is slow or down.
                FaultKind::OriginSlow | FaultKind::OriginDown => continue,
            };
            self.agenda.add(fault.at.0, Class::Fault, task);
        }
        for at in Ways::gaps(&self.scenario.feed) {
            self.agenda.add(at, Class::Fault, Task::Gap);
        }
    }

    /// Brings near what the next events will touch. Changes nothing.
    fn warm(&self, ahead: &[Event]) {
        if self.keys.len() < 1 << 14 {
            return;
        }
        let mut seen = 0;
        for event in ahead.iter().filter(|event| event.op != Op::WriteTag) {
            seen ^= self.truth.warm(event.subject) ^ self.keys[event.subject as usize].warm();
        }
        std::hint::black_box(seen);
    }

    /// Carries out everything that is due by `now`.
    fn until(&mut self, now: u64) {
        while self.agenda.next_at().is_some_and(|at| at <= now) {
            let Some((at, task)) = self.agenda.pop() else {
                break;
            };
            self.carry_out(at, task);
        }
        if now >= self.next_look {
            self.look_at_indexes(now);
            self.note_holdings(now);
        }
    }

    fn carry_out(&mut self, now: u64, task: Task) {
        match task {
            Task::Land(number) => self.land(number, now),
            Task::Deliver(feed, to, written) => self.deliver(feed, to, written, now),
            Task::Again(node, purge) => self.purge(node, &purge, &Demand::NONE, &[], now),
            Task::Gap => self.report_gap(now),
            Task::Flush => self.flush(now),
            Task::Restart => self.restart(now),
        }
    }

    fn happen(&mut self, event: &Event) {
        match event.op {
            Op::Read => self.read(event),
            Op::Write | Op::Delete | Op::WriteTag => self.write(event),
        }
    }

    fn write(&mut self, event: &Event) {
        let Event {
            at,
            subject,
            op,
            client,
            ..
        } = *event;
        let number = match op {
            Op::WriteTag => self.truth.write_tag(subject, at),
            _ => self.truth.write_key(subject, at),
        };
        if op != Op::WriteTag {
            self.recorder.wrote(client, subject, self.truth.now());
        }
        if !event.joined {
            self.heard = self.ways.write(at);
            self.passed_on = match self.heard.announced {
                Some(_) if !self.bus.is_perfect() => Some(self.bus.pass_on()),
                _ => None,
            };
        }
        let written = Written {
            op,
            subject,
            number,
            at,
        };
        if matches!(self.strategy, Strategy::Perfect) {
            self.take_away_what_changed(&written, at);
        }
        let Heard {
            announced,
            captured,
            again,
        } = self.heard;
        let listens = |feed| self.hears[feed as usize];
        let announced = announced.filter(|_| listens(FeedName::Writes));
        let captured = captured.filter(|_| listens(FeedName::Capture));
        let again = again.filter(|_| listens(FeedName::Capture));
        if self.hears.contains(&true) && announced.is_none() && captured.is_none() {
            self.recorder.lost(at, 1);
        }
        if let Some(due) = announced {
            self.announce(due, written);
        }
        for due in captured.into_iter().chain(again) {
            let task = Task::Deliver(FeedName::Capture, To::Every, written);
            self.agenda.add(due, Class::Delivery, task);
        }
        // What is heard of at once is heard of before the next event.
        self.until(at);
    }

    /// A path tells of its write: every cache at once, or one that passes it on.
    fn announce(&mut self, due: u64, written: Written) {
        let deliver = |to| Task::Deliver(FeedName::Writes, to, written);
        let Some((told, messages)) = &self.passed_on else {
            self.agenda.add(due, Class::Delivery, deliver(To::Every));
            return;
        };
        self.agenda
            .add(due, Class::Delivery, deliver(To::One(*told)));
        for (node, delay) in messages {
            match delay {
                Some(delay) => {
                    let due = due.saturating_add(*delay);
                    self.agenda
                        .add(due, Class::Delivery, deliver(To::One(*node)));
                }
                None => self.recorder.lost(written.at, 1),
            }
        }
    }

    /// After the last event: loads still come back, so that every read is answered.
    fn land_the_rest(&mut self) {
        while let Some((at, task)) = self.agenda.pop() {
            if matches!(task, Task::Land(_)) {
                self.carry_out(at, task);
            }
        }
    }

    fn finish(mut self, events: u64) -> Outcome {
        let end = self.workload.duration;
        self.look_at_indexes(end);
        let mut fallback = self.fallback;
        for guard in self.nodes.iter().filter_map(|node| node.guard.as_ref()) {
            self.calls += guard.calls();
            fallback += guard
                .standing_in_since()
                .map_or(0, |since| end.saturating_sub(since));
        }
        let figures = PolicyFigures {
            calls: self.calls.calls,
            traps: self.calls.traps,
            fuel: self.calls.fuel,
            fallback_us: fallback as f64 / 1000.0,
        };
        let guards = self.nodes.iter().filter_map(|node| node.guard.as_ref());
        let policy_error = guards.filter_map(|guard| guard.last_error()).next();
        let (summary, series, histograms) = self.recorder.finish(figures);
        Outcome {
            summary,
            series,
            histograms,
            events,
            calls: self.calls,
            longest_lease: self.longest_lease,
            policy_error,
        }
    }
}

#[cfg(test)]
mod tests;
