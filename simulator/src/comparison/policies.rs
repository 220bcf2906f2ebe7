//! From what a scenario names to what can be run.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use shelflife::policy::{CompiledPolicy, Guard, Limits, Runtime, Surroundings};
use shelflife_workbench::compiled;

use crate::error::{Error, Kind};
use crate::report::{PolicyInfo, PolicyKind};
use crate::scenario::{BASELINES, BUILT_IN_POLICIES, Loaded, Policy, did_you_mean};
use crate::world::{FEEDS, Maker, NativePolicy, Strategy};

/// One row of a comparison.
pub struct Contender {
    pub info: PolicyInfo,
    pub strategy: Strategy,
}

impl Contender {
    /// Whether it is run as a component.
    #[must_use]
    pub fn is_component(&self) -> bool {
        self.info.kind == PolicyKind::Component
    }

    fn baseline(label: &str, strategy: Strategy) -> Contender {
        let info = PolicyInfo {
            label: label.to_owned(),
            source: label.to_owned(),
            component_sha256: None,
            config: serde_json::Value::Null,
            kind: PolicyKind::Baseline,
        };
        Contender { info, strategy }
    }
}

/// Everything that a scenario compares, checked and compiled, and the two baselines.
///
/// # Errors
///
/// Names the policy and what is wrong with its file or its settings.
pub fn contenders(loaded: &Loaded) -> Result<Vec<Contender>, Error> {
    Components::new()?.contenders(loaded)
}

/// Makes contenders of many scenarios: a component is compiled once, however many name it.
pub struct Components {
    runtime: Runtime,
    /// By the label that its errors have, and its hash.
    compiled: FxHashMap<(String, String), CompiledPolicy>,
}

impl Components {
    /// Without any component.
    ///
    /// # Errors
    ///
    /// WebAssembly cannot be run on this machine.
    pub fn new() -> Result<Self, Error> {
        let runtime = compiled::runtime(Limits::deterministic()).map_err(Error::other)?;
        let compiled = FxHashMap::default();
        Ok(Self { runtime, compiled })
    }

    /// Everything that a scenario compares, checked and compiled, and the two baselines.
    ///
    /// # Errors
    ///
    /// Names the policy and what is wrong with its file or its settings.
    pub fn contenders(&mut self, loaded: &Loaded) -> Result<Vec<Contender>, Error> {
        let policies = loaded.scenario.policies.iter();
        let mut contenders: Vec<Contender> = policies
            .enumerate()
            .map(|(index, policy)| {
                let contender = self.contender(loaded, policy);
                contender.map_err(|error| match error.kind() {
                    Kind::Usage => loaded.policy_error(index, error),
                    Kind::Other => error,
                })
            })
            .collect::<Result<_, _>>()?;
        let [no_cache, perfect] = BASELINES;
        contenders.push(Contender::baseline(no_cache, Strategy::NoCache));
        contenders.push(Contender::baseline(perfect, Strategy::Perfect));
        Ok(contenders)
    }

    /// One policy, checked and compiled. The path of a component is one of the scenario.
    ///
    /// # Errors
    ///
    /// What is wrong with its file or its settings.
    pub fn contender(&mut self, loaded: &Loaded, policy: &Policy) -> Result<Contender, Error> {
        self.contender_called(loaded, policy, &policy.label)
    }

    /// The same; errors of its component call it by `called`, and it is compiled once for each such name.
    ///
    /// # Errors
    ///
    /// What is wrong with its file or its settings.
    pub fn contender_called(
        &mut self,
        loaded: &Loaded,
        policy: &Policy,
        called: &str,
    ) -> Result<Contender, Error> {
        let config = serde_json::to_string(&policy.config)
            .map_err(|error| Error::other(format!("policy {}: {error}", policy.label)))?;
        let (maker, wants_rows, component_sha256) = match policy.uses.strip_prefix("native:") {
            Some(name) => (native(name)?, true, None),
            None => {
                let bytes = component(loaded, policy)?;
                let sha256 = hex(&Sha256::digest(&bytes));
                let compiled = self.compiled(called, &sha256, &bytes)?;
                let wants_rows = compiled
                    .interfaces()
                    .imports
                    .iter()
                    .any(|name| name.contains("/rows@"));
                (instances_of(compiled), wants_rows, Some(sha256))
            }
        };
        // Configured once before anything runs, so that a wrong setting costs no time.
        let trial = Arc::clone(&maker);
        let trial = Box::new(move || trial(Surroundings::default()));
        Guard::configure(trial, &config, &FEEDS, Limits::deterministic()).map_err(Error::usage)?;
        let kind = match component_sha256 {
            Some(_) => PolicyKind::Component,
            None => PolicyKind::Native,
        };
        let info = PolicyInfo {
            label: policy.label.clone(),
            source: policy.uses.clone(),
            component_sha256,
            config: serde_json::Value::Object(policy.config.clone()),
            kind,
        };
        Ok(Contender {
            info,
            strategy: Strategy::Policy {
                maker,
                config,
                wants_rows,
            },
        })
    }

    fn compiled(
        &mut self,
        label: &str,
        sha256: &str,
        bytes: &[u8],
    ) -> Result<CompiledPolicy, Error> {
        let name = (label.to_owned(), sha256.to_owned());
        if let Some(compiled) = self.compiled.get(&name) {
            return Ok(compiled.clone());
        }
        let compiled = self.runtime.compile(label, bytes).map_err(Error::usage)?;
        self.compiled.insert(name, compiled.clone());
        Ok(compiled)
    }
}

fn instances_of(compiled: CompiledPolicy) -> Maker {
    Arc::new(move |surroundings| {
        let instance = compiled.instantiate(surroundings)?;
        Ok(Box::new(instance))
    })
}

fn native(name: &str) -> Result<Maker, Error> {
    if shelflife_policies::native(name).is_none() {
        return Err(unknown("native policy", name));
    }
    let name = name.to_owned();
    Ok(Arc::new(move |surroundings| {
        let policy = shelflife_policies::native(&name)
            .ok_or_else(|| shelflife::policy::Error::refused(&name, "configure", "gone".into()))?;
        Ok(Box::new(NativePolicy::new(&name, policy, surroundings)))
    }))
}

/// The bytes of a built-in or of a file.
fn component(loaded: &Loaded, policy: &Policy) -> Result<Vec<u8>, Error> {
    match loaded.component_path(policy) {
        Some(path) => std::fs::read(&path).map_err(|error| {
            Error::usage(format!(
                "policy {}: cannot read {}: {error}",
                policy.label,
                path.display()
            ))
        }),
        None => match shelflife_policies::find(&policy.uses) {
            Some(built_in) => Ok(built_in.component.to_vec()),
            None => Err(unknown("policy", &policy.uses)),
        },
    }
}

fn unknown(what: &str, name: &str) -> Error {
    let known = BUILT_IN_POLICIES.join(", ");
    let hint = did_you_mean(name, BUILT_IN_POLICIES);
    Error::usage(format!(
        "unknown {what} `{name}`{hint}; built in are {known}, and a component has a path"
    ))
}

/// In hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
