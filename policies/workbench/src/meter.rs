//! What the calls of a policy cost: fuel, memory, bytes that cross the boundary.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shelflife::engine::{Instant, Lease, Plan, Purge};
use shelflife::policy::{
    Calls, Change, Error, Exports, HostCall, Loaded, Policy, Surroundings, Witness,
};

/// What the calls of a policy cost, by function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By the name of the function: `configure`, `on-fill`, `on-changes`, `save`, `restore`.
    pub functions: BTreeMap<&'static str, Cost>,
    /// The most bytes of linear memory that an instance held.
    pub memory: usize,
    /// The most tags of a lease; likewise of counters.
    pub tags: usize,
    /// Rules of the plan.
    pub rules: usize,
    /// The most names that one call purged.
    pub purges: usize,
    /// Bytes of what it saved, the most.
    pub saved: usize,
}

/// What the calls of one function cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Calls.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
    /// Fuel of all of them.
    pub fuel: u64,
    /// Fuel of the one that took most.
    pub most_fuel: u64,
    /// Calls of the host, of all of them.
    pub host_calls: u64,
    /// Bytes of texts, vectors and numbers that went to the policy, of all of them: arguments, and what the
    /// host answered.
    pub bytes_in: u64,
    /// The same from the policy: what it asked the host with, and its answers.
    pub bytes_out: u64,
}

impl Cost {
    /// Of one call on average.
    #[must_use]
    pub fn a_call(&self, sum: u64) -> f64 {
        sum as f64 / self.calls.max(1) as f64
    }
}

/// Adds up what the calls of all instances of a policy cost.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Tally>>);

#[derive(Debug, Default)]
struct Tally {
    usage: Usage,
    /// Of the call under way.
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl Meter {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Meter {
        Meter::default()
    }

    /// What all calls so far cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.tally().usage.clone()
    }

    /// Forgets all of it.
    pub fn reset(&self) {
        *self.tally() = Tally::default();
    }

    /// Sees what the policy asks its host, beside whoever did already.
    #[must_use]
    pub fn watching(&self, mut surroundings: Surroundings) -> Surroundings {
        let (meter, mut other) = (self.clone(), surroundings.witness.take());
        let witness: Witness = Box::new(move |call| {
            let (out, into) = extent(call);
            let mut tally = meter.tally();
            tally.host_calls += 1;
            tally.bytes_out += out;
            tally.bytes_in += into;
            drop(tally);
            if let Some(other) = &mut other {
                other(call);
            }
        });
        surroundings.witness = Some(witness);
        surroundings
    }

    /// A policy whose calls are added up.
    #[must_use]
    pub fn metered(&self, policy: Box<dyn Policy>) -> Box<dyn Policy> {
        Box::new(Metered {
            meter: self.clone(),
            policy,
        })
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that a call of the host takes from the policy, and brings to it.
fn extent(call: &HostCall<'_>) -> (u64, u64) {
    let text = |text: &str| text.len() as u64;
    let names = |names: &[String]| names.iter().map(|name| name.len() as u64).sum::<u64>();
    let floats = |numbers: &[f32]| size_of_val(numbers) as u64;
    match call {
        HostCall::Now { .. } | HostCall::Random { .. } => (0, 8),
        HostCall::Log { message, .. } => (text(message), 0),
        HostCall::Purge { purge, .. } => (bytes_of(purge), 0),
        HostCall::RowAfter { column, answer, .. } | HostCall::RowBefore { column, answer, .. } => {
            (text(column) + 4, answer.map_or(0, text))
        }
        HostCall::OfChange { answer, .. } => (4, answer.map_or(0, floats)),
        HostCall::Nearest { to, answer, .. } => {
            let keys = answer.iter().map(|(key, _)| text(key) + 4);
            (floats(to) + 8, keys.sum())
        }
        HostCall::Sightings { keys, answer } => (names(keys), answer.len() as u64),
        // What a later host may offer.
        _ => (0, 0),
    }
}

fn bytes_of(purge: &Purge) -> u64 {
    let names = |names: &[String]| names.iter().map(|name| name.len() as u64).sum::<u64>();
    match purge {
        Purge::Keys { keys, .. } | Purge::KeysAgain { keys, .. } => names(keys),
        Purge::Tags { tags, .. } => names(tags),
        Purge::Prefix { prefix: name, .. }
        | Purge::Bump { generation: name }
        | Purge::ExpireGeneration { generation: name } => name.len() as u64,
        Purge::Everything { .. } => 0,
        Purge::Within { centre, .. } => size_of_val::<[f32]>(centre) as u64,
    }
}

fn names_of(purge: &Purge) -> usize {
    match purge {
        Purge::Keys { keys, .. } | Purge::KeysAgain { keys, .. } => keys.len(),
        Purge::Tags { tags, .. } => tags.len(),
        _ => 1,
    }
}

/// Numbers of a lease: four durations, two shares.
const LEASE: u64 = 48;

fn bytes_of_lease(lease: &Lease) -> u64 {
    let names = lease.tags.iter().chain(&lease.generations);
    LEASE + names.map(|name| name.len() as u64).sum::<u64>()
}

struct Metered {
    meter: Meter,
    policy: Box<dyn Policy>,
}

impl Metered {
    fn call<T>(
        &mut self,
        function: &'static str,
        bytes_in: u64,
        call: impl FnOnce(&mut dyn Policy) -> Result<T, Error>,
        bytes_out: impl FnOnce(&T, &mut Usage) -> u64,
    ) -> Result<T, Error> {
        let before = self.policy.calls().fuel;
        {
            let mut tally = self.meter.tally();
            (tally.host_calls, tally.bytes_in, tally.bytes_out) = (0, bytes_in, 0);
        }
        let answer = call(&mut *self.policy);
        let fuel = self.policy.calls().fuel - before;
        let memory = self.policy.memory().unwrap_or(0);
        let mut tally = self.meter.tally();
        let Tally {
            usage,
            host_calls,
            bytes_in,
            bytes_out: out,
        } = &mut *tally;
        match &answer {
            Ok(answer) => *out += bytes_out(answer, usage),
            Err(error) => *out += error.to_string().len() as u64,
        }
        usage.memory = usage.memory.max(memory);
        let cost = usage.functions.entry(function).or_default();
        cost.calls += 1;
        cost.failed += u64::from(answer.is_err());
        cost.fuel += fuel;
        cost.most_fuel = cost.most_fuel.max(fuel);
        cost.host_calls += *host_calls;
        cost.bytes_in += *bytes_in;
        cost.bytes_out += *out;
        drop(tally);
        answer
    }
}

impl Policy for Metered {
    fn name(&self) -> &str {
        self.policy.name()
    }

    fn version(&self) -> Option<&str> {
        self.policy.version()
    }

    fn exports(&self) -> Exports {
        self.policy.exports()
    }

    fn configure(&mut self, config: &str) -> Result<Plan, Error> {
        self.call(
            "configure",
            config.len() as u64,
            |policy| policy.configure(config),
            |plan, usage| {
                usage.rules = usage.rules.max(plan.rules.len());
                let leases = plan.rules.iter().filter_map(|rule| rule.lease.as_deref());
                let leases: u64 = leases.map(bytes_of_lease).sum();
                let texts = plan
                    .feeds
                    .iter()
                    .chain(plan.rules.iter().map(|rule| &rule.prefix));
                leases + texts.map(|text| text.len() as u64).sum::<u64>()
            },
        )
    }

    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        let names = loaded.depends_on.iter().map(|name| name.len() as u64);
        let bytes = loaded.key.len() as u64 + names.sum::<u64>() + 24;
        self.call(
            "on-fill",
            bytes,
            |policy| policy.on_fill(loaded),
            |lease, usage| {
                usage.tags = usage
                    .tags
                    .max(lease.tags.len())
                    .max(lease.generations.len());
                bytes_of_lease(lease)
            },
        )
    }

    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error> {
        let of =
            |change: &Change| change.feed.len() + change.collection.len() + change.key.len() + 17;
        let bytes: usize = changes.iter().map(of).sum();
        self.call(
            "on-changes",
            bytes as u64,
            |policy| policy.on_changes(changes, now),
            |purges, usage| {
                // What they name has crossed already, call by call.
                usage.purges = usage.purges.max(purges.iter().map(names_of).sum());
                0
            },
        )
    }

    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.call(
            "save",
            0,
            |policy| policy.save(),
            |saved, usage| {
                let bytes = saved.as_ref().map_or(0, Vec::len);
                usage.saved = usage.saved.max(bytes);
                bytes as u64
            },
        )
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), Error> {
        self.call(
            "restore",
            (saved_by.len() + state.len()) as u64,
            |policy| policy.restore(saved_by, state),
            |(), _| 0,
        )
    }

    fn calls(&self) -> Calls {
        self.policy.calls()
    }

    fn memory(&self) -> Option<usize> {
        self.policy.memory()
    }
}
