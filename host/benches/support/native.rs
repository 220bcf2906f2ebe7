//! The built-in policies as native code, behind the interface that components have.

use std::time::Duration;

use shelflife::engine::{Instant, Lease, Plan, Purge, PurgeMode, Rule};
use shelflife::policy::{Calls, Change, Error, Exports, Loaded, Policy};
use shelflife_policy as sdk;

pub struct Native {
    policy: Box<dyn sdk::NativePolicy + Send>,
    host: Host,
}

impl Native {
    pub fn new(name: &str) -> Native {
        let policy = shelflife_policies::native(name).expect("it is built in");
        let host = Host::default();
        Native { policy, host }
    }
}

impl Policy for Native {
    fn name(&self) -> &str {
        "native"
    }

    fn exports(&self) -> Exports {
        Exports {
            leases: true,
            reactions: true,
            snapshots: false,
        }
    }

    fn configure(&mut self, config: &str) -> Result<Plan, Error> {
        let plan = self.policy.configure(config);
        let plan = plan.map_err(|reason| Error::refused("native", "configure", reason))?;
        Ok(Plan {
            rules: vec![Rule::default()],
            feeds: plan.feeds,
        })
    }

    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        let fill = sdk::Fill {
            key: loaded.key.to_owned(),
            now: sdk::Instant(loaded.now),
            size: loaded.size,
            load_time: Duration::from_nanos(loaded.load_time),
            depends_on: loaded
                .depends_on
                .iter()
                .map(|tag| (**tag).to_owned())
                .collect(),
        };
        let lease = self.policy.on_fill(fill, &mut self.host);
        let lease = lease.map_err(|reason| Error::refused("native", "on-fill", reason))?;
        Ok(Lease {
            ttl: lease.ttl.map(nanos),
            tags: lease.tags,
            ..Lease::default()
        })
    }

    fn on_changes(&mut self, changes: &[Change], _: Instant) -> Result<Vec<Purge>, Error> {
        let of = |change: &Change| sdk::Change {
            feed: (*change.feed).to_owned(),
            position: change.position,
            collection: (*change.collection).to_owned(),
            key: (*change.key).to_owned(),
            kind: sdk::ChangeKind::Updated,
            at: sdk::Instant(change.at),
        };
        let list: Vec<sdk::Change> = changes.iter().map(of).collect();
        let reacted = self.policy.on_changes(&list, &mut self.host);
        reacted.map_err(|reason| Error::refused("native", "on-changes", reason))?;
        Ok(std::mem::take(&mut self.host.purges))
    }

    fn calls(&self) -> Calls {
        Calls::default()
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Notes what is purged by tag, which is all that the tags policy does.
#[derive(Default)]
struct Host {
    purges: Vec<Purge>,
}

impl sdk::NativeHost for Host {
    fn now(&mut self) -> sdk::Instant {
        sdk::Instant(0)
    }

    fn random(&mut self) -> u64 {
        0
    }

    fn log(&mut self, _: sdk::Level, _: &str) {}

    fn purge_keys(&mut self, _: &[String], _: sdk::PurgeMode) {}

    fn purge_tags(&mut self, tags: &[String], _: sdk::PurgeMode) {
        self.purges.push(Purge::Tags {
            tags: tags.to_vec(),
            mode: PurgeMode::Drop,
        });
    }

    fn purge_prefix(&mut self, _: &str, _: sdk::PurgeMode) {}

    fn bump(&mut self, _: &str) {}

    fn purge_everything(&mut self, _: sdk::PurgeMode) {}

    fn purge_keys_again(&mut self, _: &[String], _: sdk::PurgeMode, _: Duration) {}

    fn row_after(&mut self, _: usize, _: &str) -> Option<String> {
        None
    }

    fn row_before(&mut self, _: usize, _: &str) -> Option<String> {
        None
    }

    fn embedding_of_change(&mut self, _: usize) -> Option<Vec<f32>> {
        None
    }

    fn nearest(&mut self, _: &[f32], _: f32, _: usize) -> Vec<sdk::Neighbour> {
        Vec::new()
    }

    fn purge_within(&mut self, _: &[f32], _: f32, _: sdk::PurgeMode) {}

    fn sightings(&mut self, _: &[String]) -> Vec<sdk::Sighting> {
        Vec::new()
    }
}
