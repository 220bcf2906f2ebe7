//! Purges of a tag that go through a list of its keys: `cache.tag_purge`.
//!
//! The engine dates the tag and is done. Here it does not hear of the tag: keys are purged, those that were
//! stored with the tag as far as the list knows them.

use rand::RngExt;
use shelflife::engine::{Demand, PurgeMode, Purged};

use super::agenda::Class;
use super::{Task, World};
use crate::scenario::TagPurge;

impl World<'_> {
    /// Begins to purge a tag, the group of this number, in one cache.
    pub(super) fn scan(&mut self, node: usize, group: u32, now: u64) {
        let cache = &self.scenario.cache;
        let listed = self.nodes[node].listed(group);
        let per_key = cache.scan_per_key.0.saturating_mul(listed.len() as u64);
        let takes = cache.scan.sample(&mut self.scans).saturating_add(per_key);
        let hit = listed.iter();
        let hit = hit.filter(|key| self.peek_fresh(node, **key, now).is_some());
        let hit = hit.count() as u64;
        self.recorder.invalidated(now, hit);
        self.recorder.fanned_out(now, hit);
        let ends = now.saturating_add(takes);
        if cache.tag_purge == TagPurge::Scan {
            self.nodes[node].unlist(group);
            for key in listed {
                self.purge_listed(node, key, now);
            }
            self.nodes[node].busy_until = ends;
            return;
        }
        let step = takes as f64 / listed.len().max(1) as f64;
        for (index, key) in listed.into_iter().enumerate() {
            let part: f64 = self.scans.random();
            let at = now.saturating_add((step * (index as f64 + part)) as u64);
            let task = Task::Scan(node, key);
            self.agenda.add(at, Class::Delivery, task);
        }
        let task = Task::Unlist(node, group);
        self.agenda.add(ends, Class::Delivery, task);
    }

    /// The scan has come to a key.
    pub(super) fn purge_listed(&mut self, node: usize, key: u32, now: u64) {
        let mut purged = Purged::default();
        let key = self.keys[key as usize].as_ref();
        let engine = &self.nodes[node].engine;
        engine.purge_key(key, PurgeMode::Drop, &Demand::NONE, now, &mut purged);
        self.note_removed(node, &purged, now);
    }
}
