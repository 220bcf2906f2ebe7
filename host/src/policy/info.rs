//! What is known of a policy in place.

use std::sync::Arc;

use super::deployment::Deployment;
use super::error::Error;
use super::grants::Permission;
use super::{CONTRACT, Calls, Exports};
use crate::engine::{Instant, Plan};

/// What is known of a policy in place.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyInfo {
    /// What it is called.
    pub name: String,
    /// The version that it says it has, if it says one.
    pub version: Option<String>,
    /// SHA-256 of the component, as 64 hexadecimal digits.
    pub sha256: String,
    /// The contract that it was loaded under.
    pub contract: &'static str,
    /// Which optional interfaces it exports.
    pub exports: Exports,
    /// What it asked permission for, and was granted.
    pub grants: Vec<Permission>,
    /// Its settings, as JSON text.
    pub config: String,
    /// What the cache does without calling it.
    pub plan: Arc<Plan>,
    /// Its instances.
    pub slots: usize,
    /// Whether its code was on disk, so that nothing had to be compiled.
    pub was_cached: bool,
    /// What its calls came to, on all instances.
    pub calls: Calls,
    /// Calls that failed, over its instances and those they were replaced by.
    pub failures: u64,
    /// What went wrong last.
    pub last_error: Option<Error>,
    /// Since when the safety net stands in for it, if it does: the policy has failed too often in a row
    /// and is not called any more.
    pub standing_in_since: Option<Instant>,
    /// How often a policy has taken another's place here.
    pub swaps: u64,
    /// The version and the hash of the policy that was here before, to which `rollback` goes back.
    pub previous: Option<(Option<String>, String)>,
}

impl PolicyInfo {
    pub(super) fn new(
        policy: &Deployment,
        swaps: u64,
        previous: Option<&Deployment>,
    ) -> PolicyInfo {
        let compiled = &policy.compiled;
        let granted = Permission::ALL.into_iter().filter(|permission| {
            let name = format!("/{}@", permission.interface());
            let mut imports = compiled.interfaces().imports.iter();
            imports.any(|import| import.contains(&name))
        });
        let owned = |text: Option<&str>| text.map(str::to_owned);
        PolicyInfo {
            name: compiled.name().to_owned(),
            version: owned(compiled.version()),
            sha256: compiled.sha256().to_owned(),
            contract: CONTRACT,
            exports: compiled.exports(),
            grants: granted.collect(),
            config: policy.config.to_string(),
            plan: Arc::clone(&policy.plan),
            slots: policy.slot_count(),
            was_cached: compiled.was_cached(),
            calls: policy.calls(),
            failures: policy.health.failures(),
            last_error: policy.health.last_error(),
            standing_in_since: policy.health.standing_in_since(),
            swaps,
            previous: previous.map(|policy| {
                let compiled = &policy.compiled;
                (owned(compiled.version()), compiled.sha256().to_owned())
            }),
        }
    }
}
