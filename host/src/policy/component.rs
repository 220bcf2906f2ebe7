//! A compiled component, and an instance of it that can be called.

use std::sync::Arc;
use std::time::Instant as WallClock;

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Store, StoreLimitsBuilder, Trap};

use super::bindings::imports::Imports;
use super::bindings::{leases, lifecycle, reactions};
use super::error::{Breach, Error, Outcome};
use super::inspect::{self, Interfaces};
use super::limits::Limits;
use super::state::State;
use super::{Calls, Change, Exports, Loaded, Policy, Surroundings, convert};
use crate::engine::{Instant, Lease, Plan, Purge};

/// Compiles components. One serves a whole program.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    limits: Limits,
}

impl Runtime {
    /// A runtime whose policies live within these limits.
    ///
    /// # Errors
    ///
    /// Where WebAssembly cannot be compiled: on a processor that Cranelift does not know.
    pub fn new(limits: Limits) -> Result<Runtime, Error> {
        let engine = Engine::new(&engine_config()).map_err(|error| {
            Error::new(
                "(any)",
                None,
                Outcome::Unusable(format!("no runtime: {error:#}")),
            )
        })?;
        Ok(Runtime { engine, limits })
    }

    /// Checks and compiles a component. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// Says what the file is if it is no component; lists what it imports and the host lacks, what
    /// the host needs and it does not export, and what has another type.
    pub fn compile(&self, name: &str, bytes: &[u8]) -> Result<CompiledPolicy, Error> {
        let unusable = |outcome| Error::new(name, None, outcome);
        inspect::check_header(bytes, self.limits.component).map_err(unusable)?;
        let component = Component::from_binary(&self.engine, bytes).map_err(|error| {
            let reason = format!("this is no valid component: {}", error.root_cause());
            unusable(Outcome::Unusable(reason))
        })?;
        let interfaces = inspect::interfaces(&self.engine, &component);
        let exports = inspect::check_interfaces(&interfaces).map_err(unusable)?;
        let compiled = CompiledPolicy {
            name: name.into(),
            runtime: self.clone(),
            component,
            interfaces,
            exports,
        };
        // A dry run finds functions of another type.
        compiled.instantiate(Surroundings::default())?;
        Ok(compiled)
    }
}

/// How every policy is run, in applications and in the simulator alike, so that what was measured
/// is what runs.
fn engine_config() -> Config {
    let mut config = Config::new();
    // Fuel is deterministic: a policy that runs dry in the simulator runs dry in production.
    config.consume_fuel(true);
    // The bits of a NaN depend on the processor unless they are made the same.
    config.cranelift_nan_canonicalization(true);
    // Results of relaxed instructions depend on the processor.
    config.wasm_relaxed_simd(false);
    // Address space, not memory: the default reserves 4 GiB for every instance.
    config.memory_reservation(64 << 20);
    config.memory_guard_size(64 << 10);
    config
}

/// A checked and compiled component.
#[derive(Clone)]
pub struct CompiledPolicy {
    name: Arc<str>,
    runtime: Runtime,
    component: Component,
    interfaces: Interfaces,
    exports: Exports,
}

impl CompiledPolicy {
    /// What it asks for and offers.
    #[must_use]
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// A new instance, not configured yet.
    ///
    /// # Errors
    ///
    /// If a function has another type than the contract's, or the instance breaks a limit.
    pub fn instantiate(&self, surroundings: Surroundings) -> Result<Instance, Error> {
        let limits = &self.runtime.limits;
        let memory = StoreLimitsBuilder::new()
            .memory_size(limits.memory)
            .instances(16)
            .tables(16)
            .memories(4)
            .table_elements(100_000)
            .trap_on_grow_failure(true)
            .build();
        let state = State::new(memory, limits.clone(), surroundings);
        let mut store = Store::new(&self.runtime.engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.transfer);
        let fuel = limits.configure_fuel;
        let exports = store
            .set_fuel(fuel)
            .and_then(|()| link(&self.runtime.engine))
            .and_then(|linker| linker.instantiate(&mut store, &self.component))
            .and_then(|instance| Functions::find(&mut store, &instance, self.exports))
            .map_err(|error| {
                Error::new(&self.name, None, failure(&error, fuel, Outcome::Unusable))
            })?;
        Ok(Instance {
            name: Arc::clone(&self.name),
            exports: self.exports,
            store,
            functions: exports,
            calls: Calls::default(),
        })
    }
}

fn link(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    Imports::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

struct Functions {
    lifecycle: lifecycle::HasLifecycle,
    leases: Option<leases::HasLeases>,
    reactions: Option<reactions::HasReactions>,
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
        Ok(Functions {
            lifecycle,
            leases,
            reactions,
        })
    }
}

/// A component that can be called. It is dead after a trap.
pub struct Instance {
    name: Arc<str>,
    exports: Exports,
    store: Store<State>,
    functions: Functions,
    calls: Calls,
}

/// One call in so many is timed: reading the wall clock costs as much as a short call.
const TIMED: u64 = 64;

impl Instance {
    fn call<R, T>(
        &mut self,
        function: &'static str,
        fuel: u64,
        call: impl FnOnce(&mut Store<State>, &Functions) -> wasmtime::Result<Result<R, String>>,
        convert: impl FnOnce(R, &mut State) -> Result<T, Outcome>,
    ) -> Result<T, Error> {
        // `configure` comes once and takes as long as a thousand others: it says nothing about them.
        let is_timed = function != "configure" && self.calls.calls.is_multiple_of(TIMED);
        let timer = is_timed.then(WallClock::now);
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
        let outcome = match result {
            Err(error) => Err(failure(&error, fuel, Outcome::Trap)),
            Ok(Err(reason)) => Err(Outcome::Refused(reason)),
            Ok(Ok(answer)) => convert(answer, self.store.data_mut()),
        };
        outcome.map_err(|outcome| {
            self.calls.traps += 1;
            Error::new(&self.name, Some(function), outcome)
        })
    }
}

impl Policy for Instance {
    fn name(&self) -> &str {
        &self.name
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
        use leases::exports::shelflife::policy::leases::Fill;
        self.store.data_mut().begin(loaded.now, &[]);
        let fuel = self.store.data().limits.fuel;
        let fill = Fill {
            key: loaded.key.to_owned(),
            now: loaded.now,
            size: loaded.size,
            load_time: loaded.load_time,
            depends_on: loaded
                .depends_on
                .iter()
                .map(|tag| tag.as_ref().to_owned())
                .collect(),
        };
        self.call(
            "on-fill",
            fuel,
            |store, functions| match &functions.leases {
                Some(leases) => leases.shelflife_policy_leases().call_on_fill(store, &fill),
                None => Ok(Err("leases.on-fill is not exported".to_owned())),
            },
            |lease, state| convert::lease(lease, &state.limits),
        )
    }

    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error> {
        self.store.data_mut().begin(now, changes);
        let fuel = self.store.data().limits.fuel;
        let list: Vec<_> = changes.iter().map(convert::change).collect();
        self.call(
            "on-changes",
            fuel,
            |store, functions| match &functions.reactions {
                Some(reactions) => reactions
                    .shelflife_policy_reactions()
                    .call_on_changes(store, &list),
                None => Ok(Err("reactions.on-changes is not exported".to_owned())),
            },
            |(), state| Ok(state.take_journal()),
        )
    }

    fn calls(&self) -> Calls {
        self.calls
    }
}

/// What an error of wasmtime means; `otherwise` for those that are no trap.
fn failure(error: &wasmtime::Error, fuel: u64, otherwise: fn(String) -> Outcome) -> Outcome {
    if let Some(&Breach { what, got, limit }) = error.downcast_ref::<Breach>() {
        return Outcome::Quota { what, got, limit };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Outcome::OutOfFuel { limit: fuel },
        Some(Trap::UnreachableCodeReached) => Outcome::Trap("the policy panicked".into()),
        Some(trap) => Outcome::Trap(trap.to_string()),
        None => otherwise(error.root_cause().to_string()),
    }
}
