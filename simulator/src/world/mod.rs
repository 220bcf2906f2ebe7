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
mod at_hand;
mod bus;
mod changes;
mod counters;
mod feed;
mod loads;
mod meaning;
mod node;
mod origin;
mod purges;
mod reads;
mod scans;
mod shared;
mod strategy;
pub mod truth;
mod writes;

use std::sync::atomic::{AtomicU64, Ordering};

use rand_chacha::ChaCha8Rng;
use shelflife::engine::{Demand, Key, Keying, Lookup};
use shelflife::policy::{self, Calls};

pub use changes::FEEDS;
pub use shelflife_workbench::NativePolicy;
pub use strategy::{Maker, Strategy};

use agenda::{Agenda, Class};
use at_hand::AtHand;
use bus::Bus;
use changes::{Changes, FeedName, Written};
use feed::{Heard, Ways};
use loads::{Loads, Waiter};
use meaning::Meaning;
use node::{HeldEntry, Node};
use origin::Origin;
use shared::Shared;
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
    /// The origin gets slow or goes down; it knows how.
    Broke,
    /// A write commits that was told of before.
    Commit(Event, Heard),
    /// A read that had to wait for its cache goes on.
    Look(usize, Waiter),
    /// A purge that goes through a list comes to a key, in one cache.
    Scan(usize, u32),
    /// It deletes the list, of the group of this number.
    Unlist(usize, u32),
    /// Somebody looks what the caches would serve.
    Probe(writes::Probe),
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
    shared: Option<Shared>,
    agenda: Agenda<Task>,
    recorder: Recorder,
    balance: ChaCha8Rng,
    processes: ChaCha8Rng,
    scans: ChaCha8Rng,
    hears: [bool; 2],
    /// Whether readers go by counters that they have looked up before.
    keeps_versions: bool,
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

/// Fewer keys lie in the processor's own memory, all of them.
const WORTH_IT: usize = 1 << 14;

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
        let node = |number| Node::new(strategy, scenario, replication, number);
        let mut nodes = (0..scenario.cache.nodes)
            .map(node)
            .collect::<Result<Vec<_>, _>>()?;
        let catalogue = &workload.catalogue;
        let plan = nodes[0].guard.as_ref().map(|guard| guard.plan());
        let by_meaning = plan.is_some_and(|plan| {
            plan.rules
                .iter()
                .any(|rule| matches!(rule.lookup, Lookup::Nearest(_)))
        });
        let keeps_versions = plan.is_some_and(|plan| {
            plan.rules.iter().any(|rule| {
                matches!(rule.keying, Keying::ByGeneration { cached_for, .. } if cached_for > 0)
            })
        });
        let hears = changes::FEEDS
            .map(|feed| plan.is_some_and(|plan| plan.feeds.iter().any(|name| name == feed)));
        let mut recorder = Recorder::new(workload.warmup, workload.duration);
        recorder.expect_probes(&scenario.probe_after);
        if by_meaning {
            recorder.expect_semantics();
        }
        // Every engine has the same seed, so that a key is hashed once for all of them.
        let keys = (0..catalogue.keys() as u32)
            .map(|key| nodes[0].engine.key(catalogue.text(key)).to_key())
            .collect();
        let wants_rows = matches!(
            strategy,
            Strategy::Policy {
                wants_rows: true,
                ..
            }
        );
        // A key is found under itself, and what a read does beside it is nothing but to be served.
        let plainly = !by_meaning
            && !keeps_versions
            && nodes.iter().all(|node| node.counters.is_none())
            && !matches!(strategy, Strategy::NoCache);
        if plainly && catalogue.keys() >= WORTH_IT {
            let count = nodes.len();
            for node in &mut nodes {
                node.at_hand = AtHand::new(catalogue.keys(), count, scenario.cache.capacity == 0);
            }
        }
        let mut world = World {
            scenario,
            workload,
            strategy,
            replication,
            keys,
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
            shared: Shared::new(&scenario.cache, seed, replication),
            agenda: Agenda::new(),
            recorder,
            balance: stream(seed, replication, Purpose::Balance, 0),
            processes: stream(seed, replication, Purpose::Processes, 0),
            scans: stream(seed, replication, Purpose::Scan, 0),
            hears,
            keeps_versions,
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
            let mut at = fault.at.0;
            while at <= self.workload.duration {
                let task = match fault.what {
                    FaultKind::Flush => Task::Flush,
                    FaultKind::Restart => Task::Restart,
                    FaultKind::OriginSlow | FaultKind::OriginDown => Task::Broke,
                };
                self.agenda.add(at, Class::Fault, task);
                match fault.every {
                    Some(every) => at = at.saturating_add(every.0),
                    None => break,
                }
            }
        }
        for at in Ways::gaps(&self.scenario.feed) {
            self.agenda.add(at, Class::Fault, Task::Gap);
        }
    }

    /// Brings near what the next events will touch. Changes nothing.
    fn warm(&self, ahead: &[Event]) {
        if self.keys.len() < WORTH_IT {
            return;
        }
        let mut seen = 0;
        for event in ahead.iter().filter(|event| event.op != Op::WriteTag) {
            seen ^= self.truth.warm(event.subject) ^ self.keys[event.subject as usize].warm();
        }
        // What comes back meanwhile is stored with what it was made from.
        let end = ahead.last().map_or(0, |event| event.at);
        let catalogue = &self.workload.catalogue;
        for task in self.agenda.soon(Class::Load, end) {
            if let Task::Land(number) = task
                && let Some(key) = self.loads.warm(*number)
            {
                seen ^= self.keys[key as usize].warm();
                for tag in catalogue.tags_of(key) {
                    seen ^= catalogue.tag_name(*tag).len() as u32;
                }
            }
        }
        // Of a fleet nobody knows yet which cache is asked.
        if let [node] = &*self.nodes {
            seen ^= node.at_hand.warm(ahead) as u32;
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
            Task::Broke => self.recorder.broke(now, self.scenario.origin.servers),
            Task::Commit(event, heard) => self.commit(&event, heard, now),
            Task::Look(node, waiter) => self.look_up(node, waiter, now, true),
            Task::Scan(node, key) => self.purge_listed(node, key, now),
            Task::Unlist(node, group) => self.nodes[node].unlist(group),
            Task::Probe(probe) => self.probe(&probe, now),
        }
    }

    fn happen(&mut self, event: &Event) {
        match event.op {
            Op::Read => self.read(event),
            Op::Write | Op::Delete | Op::WriteTag => self.write(event),
        }
    }

    /// After the last event: loads still come back, so that every read is answered.
    fn land_the_rest(&mut self) {
        while let Some((at, task)) = self.agenda.pop() {
            if matches!(task, Task::Land(_) | Task::Look(..)) {
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
