//! Adaptive: a write replaces the entry under its key or drops it, whichever is cheaper for that key by what
//! has been seen of it.
//!
//! To replace costs an update a write. To drop costs an invalidation and the miss of the next read, and
//! then nothing until that read comes, however many writes there are before it. So a key that is read
//! between its writes is better replaced, and one that is written many times a read is better dropped:
//! Mao, Iyer, Shenker and Stoica, "Revisiting Cache Freshness for Emerging Real-Time Applications", HotNets
//! 2024, section 3.3. The share of writes that a read follows is estimated a key ([`Estimate`]); the host
//! says at a write whether the entry has been read since the last one.
//!
//! An entry that is gone for another reason, evicted or past its time, counts as unread: there is nothing to
//! replace then.
//!
//! Like write-through, a key is never stale after a write that was announced, whatever the estimate says:
//! a wrong one costs a load or an update and no freshness.

mod estimate;
mod memory;
mod settings;

pub use estimate::Estimate;
pub use settings::Settings;

use shelflife_policy::config::ByPrefix;
use shelflife_policy::{
    Change, ChangeKind, Host, Lease, Plan, Policy, PurgeMode, Rule, Sighting, export,
};

use memory::Memory;

/// Adaptive.
pub struct Adaptive {
    settings: ByPrefix<Settings>,
    memory: Memory,
}

impl Policy for Adaptive {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings
            .plan(|settings| Ok(Rule::every_key().lease(Lease::within(settings.ttl))))?
            .listen(settings.every_key().listen);
        let memory = Memory::new(settings.every_key().keys);
        Ok((Self { settings, memory }, plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            // Nobody said which keys, so it is all of them, and the other changes with them. Nor is there
            // anything to learn: which of them were read says nothing about the next write of one.
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        let sightings = host.sightings(&keys);
        self.memory.begin_call();
        let (mut dropped, mut replaced) = (Vec::new(), Vec::new());
        for ((change, key), sighting) in changes.iter().zip(keys).zip(sightings) {
            let is_deleted = change.kind == ChangeKind::Deleted;
            let settings = self.settings.of(&key);
            let (estimate, is_first) = self.memory.of(&key);
            if is_first {
                estimate.note(sighting == Sighting::Read, settings.window);
            } else if !is_deleted {
                // What one call brings takes effect at once: for the cache it is one write of the key.
                continue;
            }
            let is_there = sighting != Sighting::Absent;
            if is_there && !is_deleted && settings.favours_replacing(estimate) {
                replaced.push(key);
            } else {
                // Also where there is nothing: a load may be in flight.
                dropped.push(key);
            }
        }
        // In this order, so that a key that was written and deleted is gone.
        for (keys, mode) in [(dropped, PurgeMode::Drop), (replaced, PurgeMode::Replace)] {
            if !keys.is_empty() {
                host.purge_keys(&keys, mode);
            }
        }
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(self.memory.save())
    }

    fn restore(&mut self, _saved_by: &str, state: &[u8]) -> Result<(), String> {
        self.memory.restore(state)
    }
}

export!(Adaptive: reactions, snapshots);

#[cfg(test)]
mod tests;
