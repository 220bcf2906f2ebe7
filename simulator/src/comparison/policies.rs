//! From what a scenario names to what can be run.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shelflife::policy::{CompiledPolicy, Guard, Limits, Runtime, Surroundings};

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

/// Compiles components, each once for all who ask under one name.
pub struct Components {
    runtime: Runtime,
    compiled: HashMap<(String, [u8; 32]), CompiledPolicy>,
}

impl Components {
    /// None so far.
    ///
    /// # Errors
    ///
    /// The machine cannot run components.
    pub fn new() -> Result<Components, Error> {
        Ok(Components {
            runtime: Runtime::new(Limits::deterministic()).map_err(Error::other)?,
            compiled: HashMap::new(),
        })
    }

    /// The policy at an index of a scenario, checked and compiled; errors of its component call it by
    /// `name`.
    ///
    /// # Errors
    ///
    /// Names the policy and what is wrong with its file or its settings.
    pub fn contender(
        &mut self,
        loaded: &Loaded,
        index: usize,
        name: &str,
    ) -> Result<Contender, Error> {
        let policy = &loaded.scenario.policies[index];
        contender(loaded, policy, name, self).map_err(|error| match error.kind() {
            Kind::Usage => loaded.policy_error(index, error),
            Kind::Other => error,
        })
    }

    fn compile(&mut self, name: &str, bytes: &[u8]) -> Result<(CompiledPolicy, [u8; 32]), Error> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        if let Some(compiled) = self.compiled.get(&(name.to_owned(), hash)) {
            return Ok((compiled.clone(), hash));
        }
        let compiled = self.runtime.compile(name, bytes).map_err(Error::usage)?;
        let key = (name.to_owned(), hash);
        self.compiled.insert(key, compiled.clone());
        Ok((compiled, hash))
    }
}

/// Everything that a scenario compares, checked and compiled, and the two baselines.
///
/// # Errors
///
/// Names the policy and what is wrong with its file or its settings.
pub fn contenders(loaded: &Loaded) -> Result<Vec<Contender>, Error> {
    let mut components = Components::new()?;
    let policies = loaded.scenario.policies.iter();
    let mut contenders: Vec<Contender> = policies
        .enumerate()
        .map(|(index, policy)| components.contender(loaded, index, &policy.label))
        .collect::<Result<_, _>>()?;
    let [no_cache, perfect] = BASELINES;
    contenders.push(Contender::baseline(no_cache, Strategy::NoCache));
    contenders.push(Contender::baseline(perfect, Strategy::Perfect));
    Ok(contenders)
}

fn contender(
    loaded: &Loaded,
    policy: &Policy,
    called: &str,
    components: &mut Components,
) -> Result<Contender, Error> {
    let config = serde_json::to_string(&policy.config)
        .map_err(|error| Error::other(format!("policy {}: {error}", policy.label)))?;
    let (maker, wants_rows, component_sha256) = match policy.uses.strip_prefix("native:") {
        Some(name) => (native(name)?, true, None),
        None => {
            let bytes = component(loaded, policy)?;
            let (compiled, hash) = components.compile(called, &bytes)?;
            let wants_rows = compiled
                .interfaces()
                .imports
                .iter()
                .any(|name| name.contains("/rows@"));
            (instances_of(compiled), wants_rows, Some(hex(&hash)))
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
