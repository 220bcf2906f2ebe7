//! What is tried: the patterns, and how each of them may be set.

use serde_json::{Map, Value, json};

use super::ladder::Ladder;
use crate::report::figures::FigureKind;
use crate::scenario::{BUILT_IN_POLICIES, Loaded, Policy, is_component_path};
use crate::workload::Workload;

/// A policy with all of its settings but how long entries live.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The name of the pattern, or the path of a component.
    pub pattern: String,
    /// As a scenario has it; the label tells it from the others.
    pub policy: Policy,
    /// Its place in the scenario; none where it comes from here.
    pub index: Option<usize>,
    /// Whether it has other settings than the pattern needs: of two that cost the same the plain one is
    /// preferred.
    pub is_variant: bool,
    /// Whether `ttl` is searched for. A component that was not given one is tried as it stands.
    pub has_ttl: bool,
    /// Whether it also serves entries for half of their time while they are loaded again.
    grace: bool,
}

impl Candidate {
    /// What it is called beside its settings: the pattern, or the label that the scenario gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.index {
            Some(_) => &self.policy.label,
            None => &self.pattern,
        }
    }

    /// The settings at a rung.
    #[must_use]
    pub fn config(&self, ladder: &Ladder, rung: usize) -> Map<String, Value> {
        let mut config = self.policy.config.clone();
        if self.has_ttl {
            let ttl = ladder.at(rung);
            config.insert("ttl".to_owned(), Value::from(ttl.to_string()));
            if self.grace {
                let half = crate::scenario::Nanos(ttl.0 / 2);
                config.insert("grace".to_owned(), Value::from(half.to_string()));
            }
        }
        config
    }
}

/// A pattern that is not tried, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    pub pattern: String,
    pub why: String,
}

/// What may be tried.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// `--pattern`; empty: all.
    pub only: Vec<String>,
    /// `--without`.
    pub without: Vec<String>,
}

impl Allowed {
    fn has(&self, pattern: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == pattern);
        (self.only.is_empty() || named(&self.only)) && !named(&self.without)
    }
}

/// The policies of the scenario, each as it is set but for its `ttl`; where it has none, those that come
/// with the program, with the settings that are of use here, the plain ones first.
///
/// `cost` is what is to be low, `spread` whether loads are to be spread over time.
#[must_use]
pub fn candidates(
    loaded: &Loaded,
    workload: &Workload,
    allowed: &Allowed,
    cost: &FigureKind,
    spread: bool,
) -> (Vec<Candidate>, Vec<LeftOut>) {
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    if loaded.scenario.policies.is_empty() {
        for pattern in BUILT_IN_POLICIES {
            match reason_against(pattern, loaded, workload, allowed) {
                Some(why) => left_out.push(LeftOut {
                    pattern: pattern.to_owned(),
                    why: why.to_owned(),
                }),
                None => found.extend(variants(pattern, loaded, allowed, cost, spread)),
            }
        }
        found.sort_by_key(|candidate: &Candidate| candidate.is_variant);
        return (found, left_out);
    }
    for (index, policy) in loaded.scenario.policies.iter().enumerate() {
        let pattern = policy.uses.strip_prefix("native:").unwrap_or(&policy.uses);
        if !allowed.has(pattern) {
            left_out.push(LeftOut {
                pattern: policy.label.clone(),
                why: EXCLUDED.to_owned(),
            });
            continue;
        }
        found.push(Candidate {
            pattern: pattern.to_owned(),
            policy: policy.clone(),
            index: Some(index),
            is_variant: false,
            has_ttl: !is_component_path(&policy.uses) || policy.config.contains_key("ttl"),
            grace: false,
        });
    }
    (found, left_out)
}

const EXCLUDED: &str = "left out by the command line";

fn reason_against(
    pattern: &str,
    loaded: &Loaded,
    workload: &Workload,
    allowed: &Allowed,
) -> Option<&'static str> {
    if !allowed.has(pattern) {
        return Some(EXCLUDED);
    }
    let by_meaning = loaded.scenario.workload.embeddings.is_some();
    match pattern {
        "tags" if workload.catalogue.tags() == 0 => {
            Some("nothing is made from anything else here: it would do as write-through does")
        }
        "semantic" if !by_meaning => Some("the keys have no meaning that could be near another"),
        _ => None,
    }
}

fn variants(
    pattern: &str,
    loaded: &Loaded,
    allowed: &Allowed,
    cost: &FigureKind,
    spread: bool,
) -> Vec<Candidate> {
    let scenario = &loaded.scenario;
    // What refreshes ahead of need costs loads, and is of use where waiting is what costs.
    let waiting = ["read_latency_us.", "hit_ratio", "delayed_hits", "misses"];
    let waiting = waiting.iter().any(|name| cost.name.starts_with(name));
    // Some write paths tell nobody, and captured changes would tell of them.
    let backed_up = scenario.writes.announced < 1.0 && allowed.has("cdc");
    let lag = [&scenario.origin.replica_lag, &scenario.origin.visible_after];
    let lag = lag.iter().map(|lag| lag.nearly_longest()).max();
    let lag = lag.filter(|lag| lag.0 > 0);
    let mut settings: Vec<(Value, bool)> = vec![(json!({}), false)];
    match pattern {
        "ttl" => {
            if spread {
                settings.push((json!({ "jitter": 0.1 }), false));
            }
            if waiting {
                settings.push((json!({ "ahead": 0.8 }), false));
                settings.push((json!({ "early": 1.0 }), false));
                settings.push((json!({}), true));
            }
        }
        "write-through" => {
            settings.push((json!({ "on_write": "replace" }), false));
            if backed_up {
                settings.push((json!({ "listen": "both" }), false));
            }
        }
        "cdc" => {
            if let Some(lag) = lag {
                let again = json!({ "again_after": lag.to_string() });
                settings.push((again, false));
            }
        }
        "tags" | "adaptive" if backed_up => settings.push((json!({ "listen": "both" }), false)),
        "semantic" => {
            for radius in [0.7, 0.6, 0.5] {
                settings.push((json!({ "radius": radius }), false));
            }
        }
        _ => {}
    }
    let candidate = |(config, grace): (Value, bool)| {
        let config = config.as_object().cloned().unwrap_or_default();
        // Modes by their name alone: `write-through replace`.
        let mut words: Vec<String> = config
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if text.starts_with(char::is_alphabetic) => text.clone(),
                Value::String(text) => format!("{key}={text}"),
                other => format!("{key}={other}"),
            })
            .collect();
        if grace {
            words.push("grace=ttl/2".to_owned());
        }
        let label = match words.is_empty() {
            true => pattern.to_owned(),
            false => format!("{pattern} {}", words.join(" ")),
        };
        Candidate {
            pattern: pattern.to_owned(),
            policy: Policy {
                label,
                uses: pattern.to_owned(),
                config,
            },
            index: None,
            is_variant: !words.is_empty(),
            has_ttl: true,
            grace,
        }
    };
    settings.into_iter().map(candidate).collect()
}
