//! A checked and compiled component.

use std::sync::Arc;

use wasmtime::component::InstancePre;

use super::error::Error;
use super::inspect::Interfaces;
use super::instance::Instance;
use super::runtime::Runtime;
use super::state::State;
use super::{Exports, Surroundings};

/// A checked and compiled component.
#[derive(Clone)]
pub struct CompiledPolicy {
    pub(super) name: Arc<str>,
    pub(super) version: Option<Arc<str>>,
    pub(super) runtime: Runtime,
    pub(super) linked: InstancePre<State>,
    interfaces: Interfaces,
    pub(super) exports: Exports,
    sha256: Arc<str>,
    was_cached: bool,
}

impl CompiledPolicy {
    #[allow(
        clippy::too_many_arguments,
        reason = "one caller, in the order of the fields"
    )]
    pub(super) fn new(
        name: &str,
        version: Option<&str>,
        runtime: Runtime,
        linked: InstancePre<State>,
        interfaces: Interfaces,
        exports: Exports,
        sha256: String,
        was_cached: bool,
    ) -> CompiledPolicy {
        CompiledPolicy {
            name: name.into(),
            version: version.map(Arc::from),
            runtime,
            linked,
            interfaces,
            exports,
            sha256: sha256.into(),
            was_cached,
        }
    }

    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that it says it has, if it says one: what `cargo xtask component` writes into it.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// SHA-256 of the component, as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What it asks for and offers.
    #[must_use]
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// Which optional interfaces it exports.
    #[must_use]
    pub fn exports(&self) -> Exports {
        self.exports
    }

    /// Whether its code was on disk, so that nothing had to be compiled.
    #[must_use]
    pub fn was_cached(&self) -> bool {
        self.was_cached
    }

    /// The same component, where somebody else knows which version it is.
    pub(crate) fn with_version(mut self, version: Option<&str>) -> CompiledPolicy {
        if let Some(version) = version {
            self.version = Some(version.into());
        }
        self
    }

    /// The same component under another name.
    pub(super) fn called(&self, name: &str) -> CompiledPolicy {
        CompiledPolicy {
            name: name.into(),
            ..self.clone()
        }
    }

    /// A new instance, not configured yet.
    ///
    /// # Errors
    ///
    /// If a function has another type than the contract's, or the instance breaks a limit.
    pub fn instantiate(&self, surroundings: Surroundings) -> Result<Instance, Error> {
        Instance::of(self, surroundings)
    }
}
