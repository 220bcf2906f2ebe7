//! Policies that are compiled in, without the boundary, to measure what the boundary costs.

use std::sync::Arc;
use std::time::Duration;

use shelflife::engine::{Instant, Lease, Plan, Purge, Sighting};
use shelflife::policy::{
    Calls, Change, Error, Exports, HostCall, Level, Loaded, Policy, Surroundings,
};
use shelflife_policy as sdk;

use crate::convert::{self, nanos};

/// A policy in native code behind the interface that components have.
pub struct NativePolicy {
    name: String,
    policy: Box<dyn sdk::NativePolicy + Send>,
    outside: Outside,
    calls: Calls,
}

impl NativePolicy {
    /// Behind the name `native:` and this one.
    pub fn new(
        name: &str,
        policy: Box<dyn sdk::NativePolicy + Send>,
        surroundings: Surroundings,
    ) -> NativePolicy {
        let outside = Outside {
            surroundings,
            now: 0,
            changes: Vec::new(),
            journal: Vec::new(),
        };
        NativePolicy {
            name: format!("native:{name}"),
            policy,
            outside,
            calls: Calls::default(),
        }
    }

    fn refused(&mut self, function: &'static str, reason: String) -> Error {
        self.calls.traps += 1;
        Error::refused(&self.name, function, reason)
    }
}

impl Policy for NativePolicy {
    fn name(&self) -> &str {
        &self.name
    }

    fn exports(&self) -> Exports {
        let exports = self.policy.exports();
        Exports {
            leases: exports.leases,
            reactions: exports.reactions,
            snapshots: exports.snapshots,
        }
    }

    fn configure(&mut self, config: &str) -> Result<Plan, Error> {
        self.calls.calls += 1;
        let plan = self.policy.configure(config);
        plan.map(convert::plan)
            .map_err(|reason| self.refused("configure", reason))
    }

    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        self.calls.calls += 1;
        self.outside.now = loaded.now;
        let fill = sdk::Fill {
            key: loaded.key.to_owned(),
            now: sdk::Instant(loaded.now),
            size: loaded.size,
            load_time: Duration::from_nanos(loaded.load_time),
            depends_on: loaded
                .depends_on
                .iter()
                .map(|tag| (*tag).to_owned())
                .collect(),
        };
        let lease = self.policy.on_fill(fill, &mut self.outside);
        lease
            .map(convert::lease)
            .map_err(|reason| self.refused("on-fill", reason))
    }

    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error> {
        self.calls.calls += 1;
        self.outside.now = now;
        self.outside.changes = changes.to_vec();
        self.outside.journal.clear();
        let list: Vec<sdk::Change> = changes.iter().map(convert::change).collect();
        match self.policy.on_changes(&list, &mut self.outside) {
            Ok(()) => Ok(std::mem::take(&mut self.outside.journal)),
            Err(reason) => Err(self.refused("on-changes", reason)),
        }
    }

    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if !self.policy.exports().snapshots {
            return Ok(None);
        }
        self.calls.calls += 1;
        let state = self.policy.save();
        state
            .map(Some)
            .map_err(|reason| self.refused("save", reason))
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), Error> {
        self.calls.calls += 1;
        let restored = self.policy.restore(saved_by, state);
        restored.map_err(|reason| self.refused("restore", reason))
    }

    fn calls(&self) -> Calls {
        self.calls
    }
}

/// What the policy's imports reach.
struct Outside {
    surroundings: Surroundings,
    now: Instant,
    changes: Vec<Change>,
    journal: Vec<Purge>,
}

impl Outside {
    /// Tells whoever watches what the policy has asked, as of a component.
    fn tell(&mut self, call: &HostCall<'_>) {
        if let Some(witness) = &mut self.surroundings.witness {
            witness(call);
        }
    }

    fn purged(&mut self, function: &'static str, purge: Purge) {
        self.tell(&HostCall::Purge {
            function,
            purge: &purge,
        });
        self.journal.push(purge);
    }
}

impl sdk::NativeHost for Outside {
    fn now(&mut self) -> sdk::Instant {
        let answer = self.now;
        self.tell(&HostCall::Now { answer });
        sdk::Instant(answer)
    }

    fn random(&mut self) -> u64 {
        let answer = (self.surroundings.random)();
        self.tell(&HostCall::Random { answer });
        answer
    }

    fn log(&mut self, level: sdk::Level, message: &str) {
        let level = match level {
            sdk::Level::Trace => Level::Trace,
            sdk::Level::Debug => Level::Debug,
            sdk::Level::Info => Level::Info,
            sdk::Level::Warn => Level::Warn,
            sdk::Level::Error => Level::Error,
        };
        self.tell(&HostCall::Log { level, message });
        (self.surroundings.log)(level, message);
    }

    fn purge_keys(&mut self, keys: &[String], mode: sdk::PurgeMode) {
        let (keys, mode) = (keys.to_vec(), convert::mode(mode));
        self.purged("purge.keys", Purge::Keys { keys, mode });
    }

    fn purge_tags(&mut self, tags: &[String], mode: sdk::PurgeMode) {
        let (tags, mode) = (tags.to_vec(), convert::mode(mode));
        self.purged("purge.tags", Purge::Tags { tags, mode });
    }

    fn purge_prefix(&mut self, prefix: &str, mode: sdk::PurgeMode) {
        let (prefix, mode) = (prefix.to_owned(), convert::mode(mode));
        self.purged("purge.prefix", Purge::Prefix { prefix, mode });
    }

    fn bump(&mut self, generation: &str) {
        let generation = generation.to_owned();
        self.purged("purge.bump", Purge::Bump { generation });
    }

    fn purge_everything(&mut self, mode: sdk::PurgeMode) {
        let mode = convert::mode(mode);
        self.purged("purge.everything", Purge::Everything { mode });
    }

    fn purge_keys_again(&mut self, keys: &[String], mode: sdk::PurgeMode, after: Duration) {
        let (keys, mode, after) = (keys.to_vec(), convert::mode(mode), nanos(after));
        self.purged("purge.keys-again", Purge::KeysAgain { keys, mode, after });
    }

    fn row_after(&mut self, index: usize, column: &str) -> Option<String> {
        let row = self
            .changes
            .get(index)
            .and_then(|change| change.row.as_ref());
        let answer = row.and_then(|row| row.after(column));
        self.tell(&HostCall::RowAfter {
            index: index as u32,
            column,
            answer: answer.as_deref(),
        });
        answer
    }

    fn row_before(&mut self, index: usize, column: &str) -> Option<String> {
        let row = self
            .changes
            .get(index)
            .and_then(|change| change.row.as_ref());
        let answer = row.and_then(|row| row.before(column));
        self.tell(&HostCall::RowBefore {
            index: index as u32,
            column,
            answer: answer.as_deref(),
        });
        answer
    }

    fn embedding_of_change(&mut self, index: usize) -> Option<Vec<f32>> {
        let change = self.changes.get(index);
        let answer = change
            .and_then(|change| change.vector.as_deref())
            .map(<[f32]>::to_vec);
        self.tell(&HostCall::OfChange {
            index: index as u32,
            answer: answer.as_deref(),
        });
        answer
    }

    fn nearest(&mut self, to: &[f32], at_least: f32, limit: usize) -> Vec<sdk::Neighbour> {
        let index = self.surroundings.index.as_ref();
        let near = index
            .map(|index| index.nearest(to, at_least, limit))
            .unwrap_or_default();
        self.tell(&HostCall::Nearest {
            to,
            at_least,
            limit,
            answer: &near,
        });
        near.into_iter()
            .map(|(key, similarity)| sdk::Neighbour { key, similarity })
            .collect()
    }

    fn sightings(&mut self, keys: &[String]) -> Vec<sdk::Sighting> {
        let entries = self.surroundings.entries.as_ref();
        let sighting = |key: &String| match entries {
            None => Sighting::Absent,
            Some(entries) => entries.sighting(key, self.now),
        };
        let answer: Vec<Sighting> = keys.iter().map(sighting).collect();
        self.tell(&HostCall::Sightings {
            keys,
            answer: &answer,
        });
        answer.into_iter().map(convert::sighting).collect()
    }

    fn purge_within(&mut self, of: &[f32], at_least: f32, mode: sdk::PurgeMode) {
        let (centre, mode) = (Arc::from(of), convert::mode(mode));
        let purge = Purge::Within {
            centre,
            at_least,
            mode,
        };
        self.purged("vectors.purge-within", purge);
    }
}
