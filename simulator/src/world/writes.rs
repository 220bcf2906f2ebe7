//! Writes: when the origin takes them, who hears of them, and who looks afterwards.

use super::agenda::Class;
use super::changes::{FeedName, Written};
use super::feed::Heard;
use super::strategy::Strategy;
use super::{Task, To, World};
use crate::workload::{Event, Op};

/// A look at what the caches would serve, some time after a write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// Which of the times that the scenario names.
    index: usize,
    key: u32,
    /// The write's place among all, and when it was made.
    number: u32,
    wrote: u64,
}

impl World<'_> {
    pub(super) fn write(&mut self, event: &Event) {
        let at = event.at;
        if !event.joined {
            self.heard = self.ways.write(at);
            self.passed_on = match self.heard.announced {
                Some(_) if !self.bus.is_perfect() => Some(self.bus.pass_on()),
                _ => None,
            };
        }
        let heard = self.heard;
        if heard.commits > at {
            if let Some(due) = heard.announced.filter(|_| self.listens(FeedName::Writes)) {
                let written = Written {
                    op: event.op,
                    subject: event.subject,
                    number: self.truth.now(),
                    is_committed: false,
                    at,
                };
                self.announce(due, written);
            }
            let task = Task::Commit(*event, heard);
            self.agenda.add(heard.commits, Class::Commit, task);
        } else {
            self.commit(event, heard, at);
        }
        // What is heard of at once is heard of before the next event.
        self.until(at);
    }

    fn listens(&self, feed: FeedName) -> bool {
        self.hears[feed as usize]
    }

    /// The origin takes a write.
    pub(super) fn commit(&mut self, event: &Event, heard: Heard, now: u64) {
        let Event {
            subject,
            op,
            client,
            ..
        } = *event;
        let number = match op {
            Op::WriteTag => self.truth.write_tag(subject, now),
            _ => self.truth.write_key(subject, now),
        };
        self.recorder.committed(now);
        if op != Op::WriteTag {
            self.recorder.wrote(client, subject, self.truth.now());
            self.plan_probes(subject, number, now);
        }
        let written = Written {
            op,
            subject,
            number,
            is_committed: true,
            at: now,
        };
        if matches!(self.strategy, Strategy::Perfect) {
            self.take_away_what_changed(&written, now);
        }
        let Heard {
            announced,
            captured,
            again,
            ..
        } = heard;
        let announced = announced.filter(|_| self.listens(FeedName::Writes));
        let captured = captured.filter(|_| self.listens(FeedName::Capture));
        let again = again.filter(|_| self.listens(FeedName::Capture));
        if self.hears.contains(&true) && announced.is_none() && captured.is_none() {
            self.recorder.lost(now, 1);
        }
        // Whoever told of it before it committed has done so.
        if let Some(due) = announced.filter(|_| event.at == now) {
            self.announce(due, written);
        }
        for due in captured.into_iter().chain(again) {
            let task = Task::Deliver(FeedName::Capture, To::Every, written);
            self.agenda.add(due, Class::Delivery, task);
        }
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

    fn plan_probes(&mut self, key: u32, number: u32, now: u64) {
        for (index, after) in self.scenario.probe_after.iter().enumerate() {
            let probe = Probe {
                index,
                key,
                number,
                wrote: now,
            };
            let at = now.saturating_add(after.0);
            self.agenda.add(at, Class::Look, Task::Probe(probe));
        }
    }

    /// Looks whether any cache would serve a value without a write. The look is no read: it moves nothing.
    pub(super) fn probe(&mut self, probe: &Probe, now: u64) {
        let Probe {
            index,
            key,
            number,
            wrote,
        } = *probe;
        let older = |node: usize| {
            let entry = self.peek_fresh(node, key, now);
            entry.is_some_and(|entry| {
                let state = entry.value().state;
                self.truth.missing(key, state, number + 1).is_some()
            })
        };
        let inconsistent = (0..self.nodes.len()).any(older);
        self.recorder.probed(index, wrote, inconsistent);
    }
}
