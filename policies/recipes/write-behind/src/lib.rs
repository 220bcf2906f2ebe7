//! Write-behind: the application writes into the cache and a queue, and the queue writes into the origin later.
//! Between the two the origin is what is stale.
//!
//! A write replaces the entry under its key with what was written. Until the feed says that the key has reached
//! the origin it is *pending*: what a reader loads meanwhile is older than what was written, so that it is kept
//! for a moment only and goes when the write has landed.
//!
//! The application announces writes with their value (`Write::with_value`); the feed is whatever captures changes of
//! the origin. The policy has one instance, since which keys are pending must be known at every fill.

mod pending;

use std::time::Duration;

use pending::Pending;
use shelflife_policy::{
    CAPTURE, Change, Fill, Host, Lease, Plan, Policy, PurgeMode, Settings, WRITES, export,
};

/// How long entries are fresh.
#[derive(Settings)]
pub struct WriteBehind {
    /// How long an entry is fresh if nothing is written.
    #[setting(default = "5m")]
    ttl: Duration,
    /// How long one is fresh that was loaded while a write of its key was in the queue.
    #[setting(default = "100ms")]
    while_pending: Duration,
    /// The longest that a write stays in the queue: keys past what can be remembered are purged again after so
    /// long.
    #[setting(default = "30s")]
    queue_takes: Duration,
}

/// The policy: its settings, and the keys in the queue.
pub struct Behind {
    settings: WriteBehind,
    pending: Pending,
}

impl Policy for Behind {
    type Config = WriteBehind;

    fn configure(settings: WriteBehind) -> Result<(Self, Plan), String> {
        let plan = Plan::on_fill().feed(WRITES).feed(CAPTURE);
        let pending = Pending::default();
        Ok((Self { settings, pending }, plan))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        let ttl = match self.pending.load(&fill.key) {
            true => self.settings.while_pending,
            false => self.settings.ttl,
        };
        Ok(Lease::for_duration(ttl))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            self.pending = Pending::default();
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        let (mut written, mut landed, mut too_many) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            let key = change.key.clone();
            if change.feed == WRITES {
                if !self.pending.begin(&key) {
                    too_many.push(key.clone());
                }
                written.push(key);
            } else if self.pending.end(&key) {
                landed.push(key);
            }
        }
        for (keys, mode) in [(&written, PurgeMode::Replace), (&landed, PurgeMode::Drop)] {
            if !keys.is_empty() {
                host.purge_keys(keys, mode);
            }
        }
        if !too_many.is_empty() {
            host.purge_keys_again(&too_many, PurgeMode::Drop, self.settings.queue_takes);
        }
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(self.pending.save())
    }

    fn restore(&mut self, _saved_by: &str, state: &[u8]) -> Result<(), String> {
        self.pending = Pending::restore(state).ok_or("this is no state of `write-behind`")?;
        Ok(())
    }
}

export!(Behind: leases, reactions, snapshots);

#[cfg(test)]
mod tests {
    use super::Behind;
    use shelflife_policy::testing::{Effect, TestHost, configured};
    use shelflife_policy::{CAPTURE, Change, Fill, Host, Policy, PurgeMode, WRITES};
    use std::time::Duration;

    const MOMENT: Duration = Duration::from_millis(100);
    const NORMAL: Duration = Duration::from_secs(300);

    fn ttl(policy: &mut Behind, key: &str) -> Duration {
        let lease = policy.on_fill(Fill::of(key), &mut Host::native(&mut TestHost::new()));
        lease.unwrap().ttl.unwrap()
    }

    fn on(policy: &mut Behind, feed: &str, key: &str) -> Vec<Effect> {
        let change = Change::updated("t", key).on(feed, 1);
        TestHost::new().react(policy, &[change]).unwrap()
    }

    #[test]
    fn what_is_loaded_before_a_write_has_landed_goes_when_it_lands() {
        let (mut policy, _) = configured::<Behind>("{}");
        assert_eq!(ttl(&mut policy, "a"), NORMAL);
        let replaced = [Effect::keys(["a"], PurgeMode::Replace)];
        assert_eq!(on(&mut policy, WRITES, "a"), replaced);
        assert_eq!(ttl(&mut policy, "a"), MOMENT);
        assert_eq!(ttl(&mut policy, "b"), NORMAL);
        let dropped = [Effect::keys(["a"], PurgeMode::Drop)];
        assert_eq!(on(&mut policy, CAPTURE, "a"), dropped);
        assert_eq!(ttl(&mut policy, "a"), NORMAL);
    }

    #[test]
    fn an_entry_that_took_the_written_value_stays_when_the_write_lands() {
        let (mut policy, _) = configured::<Behind>("{}");
        on(&mut policy, WRITES, "a");
        assert_eq!(on(&mut policy, CAPTURE, "a"), []);
    }

    #[test]
    fn a_key_is_pending_until_its_last_write_has_landed() {
        let (mut policy, _) = configured::<Behind>("{}");
        on(&mut policy, WRITES, "a");
        on(&mut policy, WRITES, "a");
        on(&mut policy, CAPTURE, "a");
        assert_eq!(ttl(&mut policy, "a"), MOMENT);
        on(&mut policy, CAPTURE, "a");
        assert_eq!(ttl(&mut policy, "a"), NORMAL);
    }

    #[test]
    fn a_change_that_nobody_announced_drops_its_key() {
        let (mut policy, _) = configured::<Behind>("{}");
        let dropped = [Effect::keys(["a"], PurgeMode::Drop)];
        assert_eq!(on(&mut policy, CAPTURE, "a"), dropped);
    }

    #[test]
    fn a_successor_knows_what_is_in_the_queue() {
        let (mut old, _) = configured::<Behind>("{}");
        on(&mut old, WRITES, "a");
        let (mut new, _) = configured::<Behind>("{}");
        new.restore("write-behind", &old.save().unwrap()).unwrap();
        assert_eq!(ttl(&mut new, "a"), MOMENT);
        assert!(new.restore("other", b"words").is_err());
    }
}
