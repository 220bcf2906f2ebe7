//! Changes on their way into the caches, and everything else that takes entries away.

use std::sync::Arc;

use shelflife::engine::{Demand, Fill, KeyRef, Purge, PurgeMode, Purged, Replaced, Stored};
use shelflife::policy::{Change, Loaded};

use super::agenda::Class;
use super::changes::{FeedName, Written};
use super::node::{Held, HeldEntry, Node};
use super::{Task, To, World};
use crate::scenario::TagPurge;
use crate::workload::Op;

/// Changes that are handed to a policy in one call at most.
const BATCH: usize = 256;

impl World<'_> {
    /// Caches hear of a write, and of what else arrives by the same feed at the same instant.
    pub(super) fn deliver(&mut self, feed: FeedName, to: To, first: Written, now: u64) {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match self.agenda.peek() {
                Some((at, Task::Deliver(other, hears, next)))
                    if at == now && *other == feed && *hears == to =>
                {
                    batch.push(*next);
                    self.agenda.pop();
                }
                _ => break,
            }
        }
        let catalogue = &self.workload.catalogue;
        let changes: Vec<Change> = batch
            .iter()
            .map(|written| {
                self.changes
                    .describe(written, feed, catalogue, &mut self.meaning)
            })
            .collect();
        let hear = match to {
            To::Every => 0..self.nodes.len(),
            To::One(node) => node..node + 1,
        };
        for node in hear {
            let Some(guard) = &mut self.nodes[node].guard else {
                continue;
            };
            let purges = guard.react(&changes, now).purges;
            let demand = self.demand_of(&batch);
            let changed = self.changed_entries(node, &batch, now);
            for purge in purges {
                self.purge(node, &purge, &demand, &batch, now);
            }
            self.note_precision(node, &changed, now);
        }
    }

    /// What loads must have seen from now on, where they say what they have seen: the last write of a
    /// batch, counted from 1.
    fn demand_of(&self, batch: &[Written]) -> Demand {
        let last = batch
            .iter()
            .filter(|written| written.is_committed)
            .map(|written| u64::from(written.number) + 1)
            .max();
        Demand {
            mark: last.filter(|_| self.scenario.origin.fence),
            ..Demand::NONE
        }
    }

    /// What loads of one key must have seen as well, where values have versions.
    fn demand_of_key(&self, key: &str, demand: &Demand, batch: &[Written]) -> Demand {
        let last = || {
            let committed = batch.iter().rev().filter(|written| written.is_committed);
            let mut writes = committed.filter(|written| written.op != Op::WriteTag);
            writes.find(|written| **self.workload.catalogue.text(written.subject) == *key)
        };
        match self.scenario.origin.versions {
            false => *demand,
            true => Demand {
                version: last().map(|written| u64::from(written.number) + 1),
                ..*demand
            },
        }
    }

    /// Carries out a purge in one cache. `batch` is what brought it about.
    pub(super) fn purge(
        &mut self,
        node: usize,
        purge: &Purge,
        demand: &Demand,
        batch: &[Written],
        now: u64,
    ) {
        match purge {
            Purge::Keys {
                keys,
                mode: PurgeMode::Replace,
            } => {
                for key in keys {
                    self.replace(node, key, demand, batch, now);
                }
            }
            Purge::Keys { keys, mode } => {
                for key in keys {
                    let demand = &self.demand_of_key(key, demand, batch);
                    let key = self.resolve(node, key, batch);
                    let mut purged = Purged::default();
                    self.nodes[node]
                        .engine
                        .purge_key(key, *mode, demand, now, &mut purged);
                    self.recorder.invalidated(now, purged.fresh.len() as u64);
                    self.note_hit(purged.fresh.iter());
                    self.note_removed(node, &purged, now);
                }
            }
            Purge::KeysAgain { keys, mode, after } => {
                let again = Purge::Keys {
                    keys: keys.clone(),
                    mode: *mode,
                };
                self.agenda.add(
                    now.saturating_add(*after),
                    Class::Delivery,
                    Task::Again(node, again),
                );
            }
            Purge::Tags { tags, mode } => {
                for tag in tags {
                    let group = self.nodes[node].engine.tag_number(tag);
                    if self.scenario.cache.tag_purge != TagPurge::Generation {
                        self.scan(node, group, now);
                        continue;
                    }
                    let members = self.nodes[node].take_members(group, tag, &self.keys, now);
                    let purge = Purge::Tags {
                        tags: vec![tag.clone()],
                        mode: *mode,
                    };
                    self.nodes[node].engine.purge_demanding(&purge, demand, now);
                    let orphans = *mode == PurgeMode::Drop;
                    self.note_group(node, members, orphans, now);
                }
            }
            Purge::Bump { generation } | Purge::ExpireGeneration { generation } => {
                if let (Purge::Bump { .. }, Some(counters)) =
                    (purge, &mut self.nodes[node].counters)
                {
                    counters.bump(generation, now);
                    self.recorder.invalidated(now, 1);
                    return;
                }
                let group = self.nodes[node].engine.counter_number(generation);
                let members = self.nodes[node].take_members(group, generation, &self.keys, now);
                self.nodes[node].engine.purge_demanding(purge, demand, now);
                let orphans = matches!(purge, Purge::Bump { .. });
                self.note_group(node, members, orphans, now);
            }
            Purge::Within { .. } | Purge::Prefix { .. } | Purge::Everything { .. } => {
                let purged = self.nodes[node].engine.purge_demanding(purge, demand, now);
                let hit = purged.fresh.len() as u64;
                self.recorder.invalidated(now, hit);
                self.recorder.fanned_out(now, hit);
                self.note_hit(purged.fresh.iter());
                self.note_removed(node, &purged, now);
            }
        }
    }

    /// Remembers what the purges of a reaction hit, for [`World::note_precision`].
    fn note_hit<'e>(&mut self, entries: impl Iterator<Item = &'e HeldEntry>) {
        if self.meaning.is_wanted() {
            self.hit.extend(entries.cloned());
        }
    }

    /// How well a reaction by meaning hit what had really changed. `changed` is what was fresh before
    /// it and made from what the changes wrote.
    fn note_precision(&mut self, node: usize, changed: &[HeldEntry], now: u64) {
        if !self.meaning.is_wanted() {
            return;
        }
        let hit = std::mem::take(&mut self.hit);
        let is_stale = |entry: &&HeldEntry| {
            let held = entry.value();
            self.truth
                .missing(held.key, held.state, self.truth.now())
                .is_some()
        };
        let is_gone = |entry: &&HeldEntry| {
            let key = self.keys[entry.value().key as usize].as_ref();
            let left = self.nodes[node].engine.peek_fresh(key, now);
            !left.is_some_and(|left| Arc::ptr_eq(&left, entry))
        };
        let purged_changed = hit.iter().filter(is_stale).count() as u64;
        let changed_purged = changed.iter().filter(is_gone).count() as u64;
        let (purged, changed) = (hit.len() as u64, changed.len() as u64);
        self.recorder
            .purged_by_meaning(now, (purged_changed, purged), (changed_purged, changed));
    }

    /// A group was purged that hides its entries without removing them.
    fn note_group(&mut self, node: usize, members: Vec<HeldEntry>, orphans: bool, now: u64) {
        self.recorder.invalidated(now, members.len() as u64);
        self.recorder.fanned_out(now, members.len() as u64);
        self.note_hit(members.iter());
        if orphans {
            self.nodes[node].orphan(members);
        }
        self.note_holdings(now);
    }

    /// A write-through: a fresh entry takes the value of the change, anything else is dropped.
    fn replace(&mut self, node: usize, key: &str, demand: &Demand, batch: &[Written], now: u64) {
        let catalogue = &self.workload.catalogue;
        let brought = batch
            .iter()
            .rev()
            .filter(|written| written.op == Op::Write && written.is_committed)
            .find(|written| **catalogue.text(written.subject) == *key);
        let engine_key = self.resolve(node, key, batch).to_key();
        let resident = self.nodes[node].engine.peek_fresh(engine_key.as_ref(), now);
        let (Some(written), Some(resident)) = (brought, resident) else {
            let mut purged = Purged::default();
            let engine = &self.nodes[node].engine;
            engine.purge_key(
                engine_key.as_ref(),
                PurgeMode::Drop,
                demand,
                now,
                &mut purged,
            );
            self.note_removed(node, &purged, now);
            return;
        };
        let vector = self.meaning.of_key(written.subject);
        let versions = self.scenario.origin.versions;
        let fill = Fill {
            now,
            load_time: 0,
            size: resident.size(),
            vector,
            version: versions.then(|| u64::from(written.number) + 1),
            ..Fill::default()
        };
        let value = Held::new(written.subject, written.number + 1, false);
        let Node {
            engine,
            guard: Some(guard),
            ..
        } = &mut self.nodes[node]
        else {
            return;
        };
        let source = engine.lease_source(engine_key.as_ref());
        let loaded = Loaded {
            key,
            now,
            size: resident.size(),
            load_time: 0,
            depends_on: &[],
        };
        let lease = guard.lease(&source, &loaded).into_owned();
        let (engine, mut draws) = self.nodes[node].engine_and_draws();
        let replaced = engine.replace(engine_key.as_ref(), value, &lease, &fill, &mut draws);
        drop(draws);
        match replaced {
            Replaced::Stored(stored) => {
                self.recorder.updated(now);
                self.note_stored(node, &stored, now);
            }
            Replaced::Dropped(purged) => self.note_removed(node, &purged, now),
            // A newer value has come before it.
            Replaced::Behind => {}
        }
    }

    /// Perfect invalidation: every cache loses exactly what a write changed.
    pub(super) fn take_away_what_changed(&mut self, written: &Written, now: u64) {
        let workload = self.workload;
        let changed: &[u32] = match written.op {
            Op::WriteTag => workload.catalogue.keys_of_tag(written.subject),
            _ => &[written.subject],
        };
        let demand = self.demand_of(std::slice::from_ref(written));
        for node in 0..self.nodes.len() {
            let mut purged = Purged::default();
            for key in changed {
                let key = self.keys[*key as usize].as_ref();
                self.nodes[node]
                    .engine
                    .purge_key(key, PurgeMode::Drop, &demand, now, &mut purged);
            }
            self.note_removed(node, &purged, now);
        }
    }

    /// A gap in a feed expires what the feed guards: silence is failure.
    pub(super) fn report_gap(&mut self, now: u64) {
        if self.hears[FeedName::Capture as usize] {
            for node in 0..self.nodes.len() {
                self.purge(
                    node,
                    &Purge::Everything {
                        mode: PurgeMode::Expire,
                    },
                    &Demand::NONE,
                    &[],
                    now,
                );
            }
        }
    }

    pub(super) fn flush(&mut self, now: u64) {
        self.recorder.broke(now, self.scenario.origin.servers);
        for node in 0..self.nodes.len() {
            let purged = self.nodes[node].engine.purge(
                &Purge::Everything {
                    mode: PurgeMode::Drop,
                },
                now,
            );
            self.note_removed(node, &purged, now);
        }
    }

    /// Every cache starts again, empty, with a new instance of its policy.
    pub(super) fn restart(&mut self, now: u64) {
        self.recorder.broke(now, self.scenario.origin.servers);
        for node in 0..self.nodes.len() {
            let purged = self.nodes[node].engine.clear(now);
            self.note_removed(node, &purged, now);
            let seed = self.scenario.seed;
            let old = &mut self.nodes[node];
            if let Some(old) = old.restart(self.strategy, seed, self.replication, node as u32) {
                self.calls += old.calls();
                self.fallback += old.standing_in_since().map_or(0, |since| now - since);
            }
        }
    }

    pub(super) fn look_at_indexes(&mut self, now: u64) {
        self.next_look = self.recorder.bin_end(now);
        let bytes = self
            .nodes
            .iter()
            .map(|node| node.engine.index_bytes() as u64)
            .sum();
        self.recorder.index_holds(bytes);
    }

    pub(super) fn note_stored(&mut self, node: usize, stored: &Stored<Held>, now: u64) {
        self.nodes[node].stored(&stored.entry);
        self.entries += 1;
        self.recorder.stored(now);
        let gone = stored.evicted.iter().chain(&stored.replaced);
        for entry in gone {
            self.note_left(node, entry, now);
            self.entries -= 1;
        }
        self.note_holdings(now);
    }

    pub(super) fn note_removed(&mut self, node: usize, purged: &Purged<Held>, now: u64) {
        for entry in &purged.removed {
            self.note_left(node, entry, now);
        }
        self.entries -= purged.removed.len() as u64;
        if !purged.removed.is_empty() {
            self.note_holdings(now);
        }
    }

    /// An entry is gone from memory.
    pub(super) fn note_left(&mut self, node: usize, entry: &HeldEntry, now: u64) {
        self.nodes[node].left(entry, &mut self.recorder);
        let held = entry.value();
        let missing = self
            .truth
            .missing_again(held.key, held.state, self.truth.now(), &held.first);
        if missing.is_some_and(|missing| missing.since <= entry.fresh_until()) {
            self.recorder.written_cycle(now);
        }
    }

    pub(super) fn note_holdings(&mut self, now: u64) {
        let orphans = self.nodes.iter_mut().map(|node| node.orphans(now)).sum();
        let bytes = self.nodes.iter().map(|node| node.bytes).sum();
        self.recorder.holds(now, self.entries, orphans, bytes);
    }

    /// Fresh entries of a cache that were made from what a batch wrote, where a policy goes by meaning.
    fn changed_entries(&self, node: usize, batch: &[Written], now: u64) -> Vec<HeldEntry> {
        if !self.meaning.is_wanted() {
            return Vec::new();
        }
        let engine = &self.nodes[node].engine;
        let held = |key: &u32| engine.peek_fresh(self.keys[*key as usize].as_ref(), now);
        let changed = |written: &Written| match written.op {
            Op::WriteTag => self
                .workload
                .catalogue
                .keys_of_tag(written.subject)
                .to_vec(),
            _ => vec![written.subject],
        };
        let mut keys: Vec<u32> = batch.iter().flat_map(changed).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.iter().filter_map(held).collect()
    }

    /// The key that a policy names: most often that of the change.
    fn resolve<'k>(&'k self, node: usize, key: &'k str, batch: &[Written]) -> KeyRef<'k> {
        let catalogue = &self.workload.catalogue;
        let same = batch.iter().find(|written| {
            written.op != Op::WriteTag && **catalogue.text(written.subject) == *key
        });
        match same {
            Some(written) => self.keys[written.subject as usize].as_ref(),
            None => self.nodes[node].engine.key(key),
        }
    }
}
