//! Where things were written that turn out to be wrong only later: when a file is opened, or when a
//! policy is given its settings.

use std::collections::BTreeMap;
use std::fmt;

use super::Scenario;
use super::overrides::Written;
use super::source::Source;
use crate::error::Error;

/// Where the inputs of a scenario were named: `shop.toml:3`, `--set trace.path=x.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    /// The file that the workload comes from; `None` where the command line names it.
    input: Option<String>,
    warmup: String,
    sweep: String,
    policies: Vec<PolicyPlace>,
}

#[derive(Clone, Debug, PartialEq)]
struct PolicyPlace {
    label: String,
    uses: String,
    settings: BTreeMap<String, String>,
}

impl Places {
    pub(super) fn of(scenario: &Scenario, source: &Source<'_>, written: &Written) -> Self {
        let place = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            source.place(&path, written)
        };
        let input = match (&scenario.trace, &scenario.workload.embeddings) {
            (Some(_), _) => Some(place(&["trace", "path"])),
            (None, Some(_)) => Some(place(&["workload", "embeddings", "set"])),
            (None, None) => None,
        };
        let policies = scenario.policies.iter().enumerate();
        let policies = policies.map(|(index, policy)| {
            let index = index.to_string();
            let keys = policy.config.keys();
            PolicyPlace {
                label: policy.label.clone(),
                uses: place(&["policy", &index, "use"]),
                settings: keys
                    .map(|key| (key.clone(), place(&["policy", &index, "config", key])))
                    .collect(),
            }
        });
        Self {
            // `--trace` tells no more than the name of the file, which is in the message.
            input: input.filter(|place| place != "--trace"),
            warmup: place(&["warmup"]),
            sweep: place(&["sweep"]),
            policies: policies.collect(),
        }
    }

    /// An error about a policy, or about the first of its settings that the message names.
    pub(super) fn policy_error(&self, index: usize, message: &str) -> Error {
        let Some(policy) = self.policies.get(index) else {
            return Error::usage(message);
        };
        let named = message.split('`').skip(1).step_by(2);
        let setting = named.filter_map(|name| policy.settings.get(name)).next();
        let place = setting.unwrap_or(&policy.uses);
        // On the command line the place is what the policy is called: once is enough.
        let prefix = format!("policy {}: ", policy.label);
        let message = match place.strip_prefix("--policy ") {
            Some(spec) if spec == policy.label => message.strip_prefix(&prefix).unwrap_or(message),
            _ => message,
        };
        Error::usage(format_args!("{place}: {message}"))
    }

    /// An error about the warm-up.
    pub(super) fn warmup_error(&self, message: impl fmt::Display) -> Error {
        Error::usage(format_args!("{}: `warmup`: {message}", self.warmup))
    }

    /// An error about the sweep.
    pub(super) fn sweep_error(&self, message: impl fmt::Display) -> Error {
        Error::usage(format_args!("{}: {message}", self.sweep))
    }

    /// An error about the file that the workload comes from.
    pub(super) fn input_error(&self, message: impl fmt::Display) -> Error {
        match &self.input {
            Some(place) => Error::usage(format_args!("{place}: {message}")),
            None => Error::usage(message),
        }
    }
}
