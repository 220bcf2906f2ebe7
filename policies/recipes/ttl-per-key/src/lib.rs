//! A time to live for each key: a share of the time since it last changed. What has been left alone for a month is
//! not about to change in the next minute, and what changed a minute ago may change again.
//!
//! This is the Alex protocol (Cate, "Alex: a global filesystem", USENIX File Systems Workshop 1992, section 4), which
//! HTTP caches go by where a response says nothing (RFC 9111, section 4.2.2: a tenth of the time since
//! `Last-Modified`). Changes that are announced purge their key as well; the time is for those that nobody
//! announces.

// ANCHOR: policy
mod memory;

use std::time::Duration;

use memory::Memory;
use shelflife_policy::{
    Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, Settings, export,
};

/// How long keys are fresh.
#[derive(Settings)]
pub struct TtlPerKey {
    /// The share of the time since a key last changed for which it is fresh.
    #[setting(default = 0.1, above = 0)]
    share: f64,
    /// However young it is.
    #[setting(default = "5s")]
    at_least: Duration,
    /// However old it is, and for what is not known to have changed.
    #[setting(default = "1h")]
    at_most: Duration,
}

/// The policy: its settings, and when keys changed.
pub struct Alex {
    settings: TtlPerKey,
    memory: Memory,
}

impl Policy for Alex {
    type Config = TtlPerKey;

    fn configure(settings: TtlPerKey) -> Result<(Self, Plan), String> {
        if settings.at_least > settings.at_most {
            return Err("`at_least` should not be above `at_most`".into());
        }
        let memory = Memory::default();
        let plan = Plan::on_fill().listen(Listen::Writes);
        Ok((Self { settings, memory }, plan))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        let TtlPerKey {
            share,
            at_least,
            at_most,
        } = self.settings;
        let ttl = match self.memory.last_change(&fill.key) {
            None => at_most,
            // The shorter first: a product that no duration can hold is above `at_most` in any case.
            Some(changed) => {
                let age = fill.now.since(changed).as_secs_f64();
                Duration::from_secs_f64((share * age).min(at_most.as_secs_f64())).max(at_least)
            }
        };
        Ok(Lease::for_duration(ttl))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        for change in changes {
            self.memory.note(&change.key, change.at);
        }
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        host.purge_keys(&keys, PurgeMode::Drop);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(self.memory.save())
    }

    fn restore(&mut self, _saved_by: &str, state: &[u8]) -> Result<(), String> {
        self.memory = Memory::restore(state).ok_or("this is no state of `ttl-per-key`")?;
        Ok(())
    }
}

export!(Alex: leases, reactions, snapshots);
// ANCHOR_END: policy

#[cfg(test)]
mod tests;
