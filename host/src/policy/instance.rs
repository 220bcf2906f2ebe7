//! An instance of a component, and its calls.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant as WallClock;

use wasmtime::{Store, Trap};

use super::bindings::leases::exports::shelflife::policy::leases as wire;
use super::bindings::{leases, lifecycle, reactions, snapshots};
use super::circumstances::Circumstances;
use super::component::CompiledPolicy;
use super::error::{Breach, Error, Outcome, plain};
use super::last_words;
use super::memory::Caps;
use super::state::State;
use super::{Calls, Change, Exports, Loaded, Policy, Surroundings, convert, deadline};
use crate::engine::{Instant, Lease, Plan, Purge};

struct Functions {
    lifecycle: lifecycle::HasLifecycle,
    leases: Option<leases::HasLeases>,
    reactions: Option<reactions::HasReactions>,
    snapshots: Option<snapshots::HasSnapshots>,
}

impl Functions {
    fn find(
        store: &mut Store<State>,
        instance: &wasmtime::component::Instance,
        exports: Exports,
    ) -> wasmtime::Result<Functions> {
        let lifecycle = lifecycle::HasLifecycle::new(&mut *store, instance)?;
        let leases = exports
            .leases
            .then(|| leases::HasLeases::new(&mut *store, instance))
            .transpose()?;
        let reactions = exports
            .reactions
            .then(|| reactions::HasReactions::new(&mut *store, instance))
            .transpose()?;
        let snapshots = exports
            .snapshots
            .then(|| snapshots::HasSnapshots::new(&mut *store, instance))
            .transpose()?;
        Ok(Functions {
            lifecycle,
            leases,
            reactions,
            snapshots,
        })
    }
}

/// A component that can be called. It is dead after a trap.
pub struct Instance {
    name: Arc<str>,
    version: Option<Arc<str>>,
    exports: Exports,
    store: Store<State>,
    functions: Functions,
    calls: Calls,
    fill: Asked,
}

/// Bytes of a key that an error shows.
const KEY: usize = 120;

/// One call in so many is timed: reading the wall clock costs as much as a short call.
const TIMED: u64 = 64;

impl Instance {
    /// A new instance, not configured yet.
    pub(super) fn of(
        policy: &CompiledPolicy,
        surroundings: Surroundings,
    ) -> Result<Instance, Error> {
        let limits = policy.runtime.limits();
        let state = State::new(Caps::new(limits.memory), limits.clone(), surroundings);
        let mut store = Store::new(policy.runtime.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.transfer);
        deadline::enforce(&mut store);
        let time = limits.configure_deadline;
        deadline::begin(&mut store, time);
        let fuel = limits.configure_fuel;
        let functions = store
            .set_fuel(fuel)
            .and_then(|()| policy.linked.instantiate(&mut store))
            .and_then(|instance| Functions::find(&mut store, &instance, policy.exports))
            .map_err(|error| {
                let outcome = failure(&error, fuel, time, limits.transfer, unusable);
                Error::new(&policy.name, None, outcome).of_version(policy.version())
            })?;
        Ok(Instance {
            name: Arc::clone(&policy.name),
            version: policy.version.clone(),
            exports: policy.exports,
            store,
            functions,
            calls: Calls::default(),
            fill: Asked::default(),
        })
    }

    fn ask(&mut self, fill: &Asked, fuel: u64) -> Result<Lease, Error> {
        self.call(
            "on-fill",
            fuel,
            || format!("key {:?}", plain(fill.0.key.clone(), KEY)),
            |store, functions| match &functions.leases {
                Some(leases) => leases
                    .shelflife_policy_leases()
                    .call_on_fill(store, &fill.0),
                None => Ok(Err("leases.on-fill is not exported".to_owned())),
            },
            |lease, state| convert::lease(lease, &state.limits),
        )
    }

    fn call<R, T>(
        &mut self,
        function: &'static str,
        fuel: u64,
        about: impl FnOnce() -> String,
        call: impl FnOnce(&mut Store<State>, &Functions) -> wasmtime::Result<Result<R, String>>,
        convert: impl FnOnce(R, &mut State) -> Result<T, Outcome>,
    ) -> Result<T, Error> {
        // `configure` comes once and takes as long as a thousand others: it says nothing about them.
        let is_timed = function != "configure" && self.calls.calls.is_multiple_of(TIMED);
        let timer = is_timed.then(WallClock::now);
        let limits = &self.store.data().limits;
        let time = match function {
            "configure" => limits.configure_deadline,
            _ => limits.deadline,
        };
        let transfer = limits.transfer;
        deadline::begin(&mut self.store, time);
        let result = self
            .store
            .set_fuel(fuel)
            .and_then(|()| call(&mut self.store, &self.functions));
        if let Some(started) = timer {
            self.calls.timed += 1;
            self.calls.timed_nanos +=
                u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        }
        self.calls.calls += 1;
        self.calls.fuel += fuel.saturating_sub(self.store.get_fuel().unwrap_or(0));
        let mut functions = Vec::new();
        let mut last_words = None;
        let outcome = match result {
            Err(error) => {
                functions = Circumstances::functions(&error);
                last_words = last_words::last_words(&error, &self.store);
                Err(failure(&error, fuel, time, transfer, Outcome::Trap))
            }
            Ok(Err(reason)) => Err(Outcome::Refused(reason)),
            Ok(Ok(answer)) => convert(answer, self.store.data_mut()),
        };
        outcome.map_err(|outcome| {
            self.calls.traps += 1;
            let state = self.store.data_mut();
            let circumstances = || Circumstances {
                about: about(),
                host_calls: state.host_calls,
                last_host_call: state.last_host_call,
                functions,
                said: last_words.or_else(|| state.said.take()),
            };
            Error::new(&self.name, Some(function), outcome)
                .of_version(self.version.as_deref())
                .under(circumstances)
        })
    }
}

/// What a policy is asked about. Its strings are used again and again: an allocation for each at each fill
/// would be a quarter of the call.
struct Asked(wire::Fill);

impl Default for Asked {
    fn default() -> Asked {
        Asked(wire::Fill {
            key: String::new(),
            now: 0,
            size: 0,
            load_time: 0,
            depends_on: Vec::new(),
        })
    }
}

impl Asked {
    fn set(&mut self, loaded: &Loaded<'_>) {
        let Asked(fill) = self;
        fill.now = loaded.now;
        fill.size = loaded.size;
        fill.load_time = loaded.load_time;
        fill.key.clear();
        fill.key.push_str(loaded.key);
        fill.depends_on
            .resize(loaded.depends_on.len(), String::new());
        for (text, tag) in fill.depends_on.iter_mut().zip(loaded.depends_on) {
            text.clear();
            text.push_str(tag);
        }
    }
}

impl Policy for Instance {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn exports(&self) -> Exports {
        self.exports
    }

    fn configure(&mut self, config: &str) -> Result<Plan, Error> {
        self.store.data_mut().begin(0, &[]);
        let fuel = self.store.data().limits.configure_fuel;
        self.call(
            "configure",
            fuel,
            String::new,
            |store, functions| {
                functions
                    .lifecycle
                    .shelflife_policy_lifecycle()
                    .call_configure(store, config)
            },
            |plan, state| convert::plan(plan, &state.limits),
        )
    }

    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        self.store.data_mut().begin(loaded.now, &[]);
        let fuel = self.store.data().limits.fuel;
        let mut fill = std::mem::take(&mut self.fill);
        fill.set(loaded);
        let lease = self.ask(&fill, fuel);
        self.fill = fill;
        lease
    }

    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error> {
        self.store.data_mut().begin(now, changes);
        let fuel = self.store.data().limits.fuel;
        let list: Vec<_> = changes.iter().map(convert::change).collect();
        self.call(
            "on-changes",
            fuel,
            || match changes {
                [one] => format!("a change of {:?}", plain(one.key.to_string(), KEY)),
                many => format!("{} changes", many.len()),
            },
            |store, functions| match &functions.reactions {
                Some(reactions) => reactions
                    .shelflife_policy_reactions()
                    .call_on_changes(store, &list),
                None => Ok(Err("reactions.on-changes is not exported".to_owned())),
            },
            |(), state| Ok(state.take_journal()),
        )
    }

    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.functions.snapshots.is_none() {
            return Ok(None);
        }
        self.store.data_mut().begin(0, &[]);
        let fuel = self.store.data().limits.fuel;
        self.call(
            "save",
            fuel,
            String::new,
            |store, functions| match &functions.snapshots {
                Some(snapshots) => snapshots.shelflife_policy_snapshots().call_save(store),
                None => Ok(Err("snapshots.save is not exported".to_owned())),
            },
            |state, within| {
                convert::quota("saved state (bytes)", state.len(), within.limits.snapshot)?;
                Ok(Some(state))
            },
        )
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), Error> {
        self.store.data_mut().begin(0, &[]);
        let fuel = self.store.data().limits.fuel;
        self.call(
            "restore",
            fuel,
            || {
                format!(
                    "{} bytes saved by {}",
                    state.len(),
                    plain(saved_by.to_owned(), KEY)
                )
            },
            |store, functions| match &functions.snapshots {
                Some(snapshots) => snapshots
                    .shelflife_policy_snapshots()
                    .call_restore(store, saved_by, state),
                None => Ok(Err("snapshots.restore is not exported".to_owned())),
            },
            |(), _| Ok(()),
        )
    }

    fn calls(&self) -> Calls {
        let mut calls = self.calls;
        calls.lines_dropped = self.store.data().lines_dropped;
        calls
    }

    fn memory(&self) -> Option<usize> {
        Some(self.store.data().memory.held())
    }
}

/// An error that is no trap, before anything was called: something exported has the wrong type.
fn unusable(reason: String) -> Outcome {
    Outcome::Unusable(format!(
        "this component is no policy for {}; of the wrong type: {reason}",
        super::CONTRACT
    ))
}

/// What an error of wasmtime means; `otherwise` for those that are no trap.
fn failure(
    error: &wasmtime::Error,
    fuel: u64,
    time: Option<Duration>,
    transfer: usize,
    otherwise: fn(String) -> Outcome,
) -> Outcome {
    if let Some(&Breach { what, got, limit }) = error.downcast_ref::<Breach>() {
        return Outcome::Quota { what, got, limit };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Outcome::OutOfFuel { limit: fuel },
        Some(Trap::Interrupt) => Outcome::Deadline {
            limit: time.unwrap_or_default(),
        },
        Some(Trap::UnreachableCodeReached) => Outcome::Trap("the policy panicked".into()),
        Some(trap) => Outcome::Trap(trap.to_string()),
        None => {
            let reason = error.root_cause().to_string();
            // wasmtime's own type for this is not public; a test holds the text.
            if reason.starts_with("too much data is being copied") {
                return Outcome::Transfer { limit: transfer };
            }
            // Neither is this: more modules, tables or memories than an instance may have.
            if reason.starts_with("resource limit exceeded") {
                return Outcome::Unusable(format!("it is made of too many parts: {reason}"));
            }
            otherwise(reason)
        }
    }
}
