//! What compiles components: how every policy is run, and what it takes to be one.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine};

use super::bindings::imports::Imports;
use super::component::CompiledPolicy;
use super::disk::Disk;
use super::error::{Error, Outcome};
use super::grants::Grants;
use super::limits::Limits;
use super::state::State;
use super::{Surroundings, deadline, inspect};

/// Compiles components. One serves a whole program.
///
/// ```
/// use shelflife::policy::{Limits, Runtime};
///
/// let runtime = Runtime::new(Limits::default())?;
/// let ttl = shelflife_policies::find("ttl").unwrap();
/// let compiled = runtime.compile("ttl", ttl.component)?;
/// assert_eq!(compiled.sha256(), ttl.sha256);
/// # Ok::<(), shelflife::policy::Error>(())
/// ```
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    linker: Arc<Linker<State>>,
    limits: Limits,
    grants: Grants,
    disk: Option<Arc<Disk>>,
}

impl Runtime {
    /// A runtime whose policies live within these limits, and may ask for everything there is.
    ///
    /// # Errors
    ///
    /// Where WebAssembly cannot be compiled: on a processor that Cranelift does not know.
    pub fn new(limits: Limits) -> Result<Runtime, Error> {
        let made = Engine::new(&engine_config()).and_then(|engine| {
            let linker = link(&engine)?;
            Ok((engine, linker))
        });
        let (engine, linker) =
            made.map_err(|error| of_runtime(Outcome::Unusable(format!("no runtime: {error:#}"))))?;
        deadline::watch(&engine);
        Ok(Runtime {
            engine,
            linker: Arc::new(linker),
            limits,
            grants: Grants::all(),
            disk: None,
        })
    }

    /// Grants policies this and no more. What is withheld and imported all the same refuses the policy.
    #[must_use]
    pub fn grant(mut self, grants: Grants) -> Runtime {
        self.grants = grants;
        self
    }

    /// Keeps compiled code in a folder, by the hash of the component and of how it was compiled. Damaged
    /// and foreign files are ignored and replaced.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or written to; and, since what lies in it is run as native code, if
    /// it belongs to another user or others may write to it.
    pub fn keep_compiled_in(mut self, folder: &Path) -> Result<Runtime, Error> {
        let disk = Disk::open(folder, &self.engine).map_err(of_runtime)?;
        self.disk = Some(Arc::new(disk));
        Ok(self)
    }

    /// What calls of its policies may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Checks and compiles a component. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// Says what the file is if it is no component; lists what it imports and the host lacks, what
    /// the host needs and it does not export, and what has another type; names what is withheld.
    pub fn compile(&self, name: &str, bytes: &[u8]) -> Result<CompiledPolicy, Error> {
        let version = inspect::version(bytes);
        let unusable = |outcome| Error::new(name, None, outcome).of_version(version.as_deref());
        inspect::check_header(bytes, self.limits.component).map_err(unusable)?;
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let (component, was_cached) = self.component(bytes, &hash).map_err(unusable)?;
        let interfaces = inspect::interfaces(&self.engine, &component);
        let (exports, mut mismatch) = inspect::check_interfaces(&interfaces);
        mismatch
            .lacking
            .extend(inspect::lacking_functions(&self.engine, &component));
        mismatch.refuse_unless_empty().map_err(unusable)?;
        inspect::check_grants(&interfaces, &self.grants).map_err(unusable)?;
        // What is there by name has the right type, or this says what has not.
        let linked = self.linker.instantiate_pre(&component).map_err(|error| {
            mismatch.mistyped.push(format!("{error:#}"));
            match mismatch.refuse_unless_empty() {
                Ok(()) => unusable(Outcome::Unusable(error.to_string())),
                Err(outcome) => unusable(outcome),
            }
        })?;
        let compiled = CompiledPolicy::new(
            name,
            version.as_deref(),
            self.clone(),
            linked,
            interfaces,
            exports,
            super::hex(&hash),
            was_cached,
        );
        // A dry run finds exported functions of another type.
        compiled.instantiate(Surroundings::default())?;
        Ok(compiled)
    }

    /// Says what a file is if it is no component, and no more: without compiling it.
    ///
    /// # Errors
    ///
    /// It is none, or larger than a component may be.
    pub fn check(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        inspect::check_header(bytes, self.limits.component)
            .map_err(|outcome| Error::new(name, None, outcome))
    }

    /// A policy that another runtime has compiled, if it asks for nothing that is withheld here.
    pub(super) fn admit(&self, compiled: CompiledPolicy) -> Result<CompiledPolicy, Error> {
        match inspect::check_grants(compiled.interfaces(), &self.grants) {
            Ok(()) => Ok(compiled),
            Err(outcome) => {
                let error = Error::new(compiled.name(), None, outcome);
                Err(error.of_version(compiled.version()))
            }
        }
    }

    /// The compiled component, and whether it was on disk.
    fn component(&self, bytes: &[u8], hash: &[u8; 32]) -> Result<(Component, bool), Outcome> {
        let disk = self.disk.as_deref();
        if let Some(component) = disk.and_then(|disk| disk.load(&self.engine, hash)) {
            return Ok((component, true));
        }
        let component = Component::from_binary(&self.engine, bytes).map_err(|error| {
            let reason = error.root_cause();
            Outcome::Unusable(format!("this is no valid component: {reason}"))
        })?;
        if let Some(disk) = disk {
            // What cannot be kept is compiled again the next time.
            let _ = disk.store(hash, &component);
        }
        Ok((component, false))
    }
}

fn of_runtime(outcome: Outcome) -> Error {
    Error::new("(any)", None, outcome)
}

fn link(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    Imports::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// The stack that a call of a policy may use, of that of the thread that calls. Threads have 2 MiB unless
/// they are told otherwise; one that reads the cache needs half a megabyte.
const STACK: usize = 256 << 10;

/// How every policy is run, in applications and in the simulator alike, so that what was measured
/// is what runs.
fn engine_config() -> Config {
    let mut config = Config::new();
    // Fuel is deterministic: a policy that runs dry in the simulator runs dry in production.
    config.consume_fuel(true);
    // Fuel does not see what the host does for a policy; the clock on the wall does. Compiled in
    // everywhere, enforced where `Limits::deadline` says so.
    config.epoch_interruption(true);
    // The memory of an instance that has trapped: the words of a panic are in it.
    config.coredump_on_trap(true);
    config.max_wasm_stack(STACK);
    // The bits of a NaN depend on the processor unless they are made the same.
    config.cranelift_nan_canonicalization(true);
    // Results of relaxed instructions depend on the processor.
    config.wasm_relaxed_simd(false);
    // Address space, not memory: the default reserves 4 GiB for every instance.
    config.memory_reservation(64 << 20);
    config.memory_guard_size(64 << 10);
    config
}
