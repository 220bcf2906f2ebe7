//! Reads, and how they are answered.

use std::sync::atomic::Ordering;

use rand::RngExt;
use shelflife::engine::{Key, Read, Reader};

use super::agenda::Class as Order;
use super::loads::{Start, Waiter};
use super::node::{Held, HeldEntry};
use super::strategy::Strategy;
use super::truth::{FirstMissing, State};
use super::{Task, World};
use crate::measure::{Answer, Class};
use crate::scenario::{Balance, Joins};
use crate::workload::Event;

impl World<'_> {
    pub(super) fn read(&mut self, event: &Event) {
        let node = self.pick_node(event.subject, event.client);
        let waiter = Waiter {
            key: event.subject,
            client: event.client,
            began: event.at,
            seen: self.truth.now(),
            client_seen: self.recorder.client_seen(event.client, event.subject),
            class: Class::Miss,
            bytes: u64::from(event.bytes),
            joined: None,
            tries: 0,
            process: self.pick_process(),
        };
        let busy_until = self.nodes[node].busy_until;
        if busy_until > event.at {
            self.recorder.blocked(event.at);
            let task = Task::Look(node, waiter);
            self.agenda.add(busy_until, Order::Look, task);
            return;
        }
        self.look_up(node, waiter, event.at, true);
    }

    /// Looks for a value; `first` is false for a reader that waited for one it may not have.
    pub(super) fn look_up(&mut self, node: usize, mut waiter: Waiter, now: u64, first: bool) {
        if matches!(self.strategy, Strategy::NoCache) {
            let start = Start::of(node, &waiter, None);
            self.start_load(start, Some(waiter), now);
            return;
        }
        if first && self.serve_at_hand(node, &waiter, now) {
            return;
        }
        let coalesce = self.scenario.cache.coalesce;
        let mut read = self.ask(node, &waiter, coalesce, now);
        if let Read::Join { flight, .. } = &read {
            let own = self.nodes[node].flights.get(&(*flight, waiter.process));
            if own.is_none() {
                // Another process is loading it, which this one knows nothing of.
                read = self.ask(node, &waiter, false, now);
            }
        }
        match read {
            Read::Hit {
                entry,
                refresh,
                similarity,
            } => {
                if first {
                    waiter.class = Class::Hit;
                }
                self.note_look_up(&waiter, Some(&entry), similarity.is_some());
                self.serve(&waiter, Some(&entry), now);
                if let Some((ticket, ())) = refresh {
                    let start = Start::of(node, &waiter, Some(ticket));
                    self.start_load(start, None, now);
                }
            }
            Read::Join { flight, joined, .. } => {
                waiter.class = Class::Delayed;
                waiter.joined = Some(joined);
                self.note_look_up(&waiter, None, false);
                if first {
                    self.found_nothing(node, waiter.key, now);
                }
                let load = self.nodes[node].flights[&(flight, waiter.process)];
                self.loads.join(load, waiter);
            }
            Read::Load(ticket, ()) if self.any_load(node, waiter.key).is_some() => {
                // Nobody has told the readers that the load in flight is overtaken.
                self.nodes[node].engine.abandon(&ticket);
                waiter.class = Class::Delayed;
                waiter.joined = None;
                self.note_look_up(&waiter, None, false);
                if let Some(load) = self.any_load(node, waiter.key) {
                    self.loads.join(load, waiter);
                }
            }
            Read::Load(ticket, ()) => {
                waiter.joined = None;
                self.note_look_up(&waiter, None, false);
                if first {
                    self.found_nothing(node, waiter.key, now);
                }
                let start = Start::of(node, &waiter, Some(ticket));
                self.start_load(start, Some(waiter), now);
            }
            other => unreachable!("a read that the engine answers with {other:?}"),
        }
    }

    /// Answers a read with the entry at hand, if it still holds: what the engine would find. Most reads end
    /// here.
    fn serve_at_hand(&mut self, node: usize, waiter: &Waiter, now: u64) -> bool {
        let Some(entry) = self.nodes[node].at_hand.take(waiter.key) else {
            return false;
        };
        let holds = self.nodes[node].engine.still_holds(&entry, now);
        if holds {
            let waiter = Waiter {
                class: Class::Hit,
                ..*waiter
            };
            self.serve(&waiter, Some(&entry), now);
        }
        self.nodes[node].at_hand.put_back(waiter.key, entry);
        holds
    }

    /// Asks the engine of a cache.
    fn ask(&mut self, node: usize, waiter: &Waiter, coalesce: bool, now: u64) -> Read<Held> {
        let vector = self.meaning.of_key(waiter.key);
        let spelled = self.spelled(node, waiter.key, now);
        let own = &self.keys[waiter.key as usize];
        let key = spelled.as_ref().unwrap_or(own).as_ref();
        let (engine, mut draws) = self.nodes[node].engine_and_draws();
        let read = engine.read(
            key,
            &mut Reader {
                now,
                vector: vector.as_deref(),
                coalesce,
                draw: &mut draws,
            },
        );
        drop(draws);
        if self.keeps_versions {
            let looked_up = self.nodes[node].engine.counter_look_ups();
            let before = std::mem::replace(&mut self.nodes[node].looked_up, looked_up);
            self.recorder
                .looked_up_versions(waiter.began, looked_up - before);
        }
        read
    }

    /// What a key is kept under, where versions are part of keys.
    pub(super) fn spelled(&self, node: usize, key: u32, now: u64) -> Option<Key> {
        let node = &self.nodes[node];
        node.counters.as_ref()?;
        node.spelled(self.workload.catalogue.text(key), now)
    }

    /// The entry of a key in a cache, if it is fresh. Moves nothing.
    pub(super) fn peek_fresh(&self, node: usize, key: u32, now: u64) -> Option<HeldEntry> {
        let spelled = self.spelled(node, key, now);
        let key = spelled.as_ref().unwrap_or(&self.keys[key as usize]);
        self.nodes[node].engine.peek_fresh(key.as_ref(), now)
    }

    /// A load of a key that is in flight, where any may be joined.
    fn any_load(&self, node: usize, key: u32) -> Option<usize> {
        match self.scenario.cache.joins {
            Joins::Guarded => None,
            Joins::Unguarded => self.nodes[node].loading.get(&key).copied(),
        }
    }

    /// Answers a read with an entry, or with none where none could be had.
    pub(super) fn serve(&mut self, waiter: &Waiter, entry: Option<&HeldEntry>, now: u64) {
        let held = entry.map(|entry| {
            let held = entry.value();
            held.read.store(true, Ordering::Relaxed);
            (held.state, held.key, Some(&held.first))
        });
        let stale = self.answer(waiter, held, now);
        if let Some(entry) = entry.filter(|_| stale)
            && !entry.value().went_stale.swap(true, Ordering::Relaxed)
        {
            self.recorder.went_stale();
        }
    }

    /// Answers a read with a value that is in no cache. No other read is answered with it.
    pub(super) fn answer_directly(&mut self, waiter: &Waiter, state: State, now: u64) {
        if self.answer(waiter, Some((state, waiter.key, None)), now) {
            self.recorder.went_stale();
        }
    }

    /// Gives whether the answer counts and was stale.
    fn answer(
        &mut self,
        waiter: &Waiter,
        held: Option<(State, u32, Option<&FirstMissing>)>,
        now: u64,
    ) -> bool {
        let answer = Answer {
            key: waiter.key,
            client: waiter.client,
            began: waiter.began,
            seen: waiter.seen,
            client_seen: waiter.client_seen,
            answered: now,
            held: held.map(|(state, ..)| state),
            served: held.map_or(waiter.key, |(_, key, _)| key),
            first: held.and_then(|(.., first)| first),
            class: waiter.class,
        };
        self.recorder.answer(&answer, &self.truth)
    }

    fn note_look_up(&mut self, waiter: &Waiter, entry: Option<&HeldEntry>, by_meaning: bool) {
        if self.meaning.is_wanted() {
            let answers = |entry: &HeldEntry| self.meaning.answers(entry.value().key, waiter.key);
            let wrong = by_meaning && !entry.is_some_and(answers);
            self.recorder
                .looked_up(waiter.began, entry.is_some(), wrong);
        }
    }

    /// A read found no value: it is the first of a herd, or one more of it.
    fn found_nothing(&mut self, node: usize, key: u32, now: u64) {
        self.nodes[node].herds.entry(key).or_insert((now, 0)).1 += 1;
    }

    fn pick_process(&mut self) -> u32 {
        match self.scenario.cache.processes {
            1 => 0,
            processes => self.processes.random_range(0..processes),
        }
    }

    fn pick_node(&mut self, key: u32, client: u32) -> usize {
        let count = self.nodes.len();
        if count == 1 {
            return 0;
        }
        match self.scenario.cache.balance {
            Balance::Random => self.balance.random_range(0..count),
            Balance::ByKey => key as usize % count,
            // Whoever names no client has no session to stick to.
            Balance::ByClient if client == 0 => self.balance.random_range(0..count),
            Balance::ByClient => client as usize % count,
        }
    }
}
