//! Write-behind: the application writes into the cache and a queue, and the queue writes into the origin later.
//! Between the two the origin is what is stale.
//!
//! A write replaces the entry under its key with what was written. Until the feed says that it has reached the
//! origin its key is *pending*: what a reader loads meanwhile is older than what was written. To load it again would
//! bring the same, so it stays until there is something better: the next write replaces it, and when the last write has
//! landed it goes.
//!
//! The application announces writes with their value (`Write::with_value`); the feed is whatever captures changes of
//! the origin. The policy has one instance, since which keys are pending must be known at every fill.

// ANCHOR: policy
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
        // A value that a write brought took no time to load.
        if !fill.load_time.is_zero() {
            self.pending.load(&fill.key);
        }
        Ok(Lease::for_duration(self.settings.ttl))
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
// ANCHOR_END: policy

#[cfg(test)]
mod tests {
    use super::Behind;
    use shelflife_policy::testing::{Effect, TestHost, configured};
    use shelflife_policy::{CAPTURE, Change, Fill, Host, Policy, PurgeMode, WRITES};
    use std::time::Duration;

    fn load(policy: &mut Behind, key: &str, load_time: Duration) {
        let mut fill = Fill::of(key);
        fill.load_time = load_time;
        let lease = policy.on_fill(fill, &mut Host::native(&mut TestHost::new()));
        assert_eq!(lease.unwrap().ttl, Some(Duration::from_secs(300)));
    }

    fn on(policy: &mut Behind, feed: &str, key: &str) -> Vec<Effect> {
        let change = Change::updated("t", key).on(feed, 1);
        TestHost::new().react(policy, &[change]).unwrap()
    }

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn what_is_loaded_before_a_write_has_landed_goes_when_it_lands() {
        let (mut policy, _) = configured::<Behind>("{}");
        let replaced = [Effect::keys(["a"], PurgeMode::Replace)];
        assert_eq!(on(&mut policy, WRITES, "a"), replaced);
        load(&mut policy, "a", MILLISECOND);
        let dropped = [Effect::keys(["a"], PurgeMode::Drop)];
        assert_eq!(on(&mut policy, CAPTURE, "a"), dropped);
    }

    #[test]
    fn an_entry_that_took_the_written_value_stays_when_the_write_lands() {
        let (mut policy, _) = configured::<Behind>("{}");
        on(&mut policy, WRITES, "a");
        load(&mut policy, "a", Duration::ZERO);
        assert_eq!(on(&mut policy, CAPTURE, "a"), []);
    }

    #[test]
    fn what_was_loaded_stays_until_the_last_write_has_landed() {
        let (mut policy, _) = configured::<Behind>("{}");
        on(&mut policy, WRITES, "a");
        on(&mut policy, WRITES, "a");
        load(&mut policy, "a", MILLISECOND);
        assert_eq!(on(&mut policy, CAPTURE, "a"), []);
        let dropped = [Effect::keys(["a"], PurgeMode::Drop)];
        assert_eq!(on(&mut policy, CAPTURE, "a"), dropped);
    }

    #[test]
    fn the_next_write_makes_up_for_what_was_loaded_before_it() {
        let (mut policy, _) = configured::<Behind>("{}");
        on(&mut policy, WRITES, "a");
        load(&mut policy, "a", MILLISECOND);
        on(&mut policy, WRITES, "a");
        on(&mut policy, CAPTURE, "a");
        assert_eq!(on(&mut policy, CAPTURE, "a"), []);
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
        assert_eq!(on(&mut new, CAPTURE, "a"), []);
        assert!(new.restore("other", b"words").is_err());
    }
}
