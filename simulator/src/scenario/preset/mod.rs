//! Published workloads by name: `preset = "ycsb-b"` in `[workload]`.
//!
//! What a publication says becomes the workload's defaults; what the scenario says wins. The data lies in
//! `data/presets`, as published. What a publication leaves open is filled in here, and said at the place.

mod taobench;
mod twitter;
mod ycsb;

use std::sync::LazyLock;

use toml::{Table, Value};

use super::suggest::did_you_mean;
use super::{Arrivals, Nanos, Policy, Popularity};

/// Requests a second of YCSB and TAOBench, which run as fast as what they measure lets them.
const REQUESTS: f64 = 1000.0;

/// So much of a workload is taken at most, unless the scenario sets a `scale`: runs then take seconds.
const MOST_REQUESTS: f64 = 1000.0;
const MOST_KEYS: f64 = 1_000_000.0;

/// A published workload, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// As scenarios name it: `twitter-cluster52`.
    pub name: String,
    /// Where it was published.
    pub source: &'static str,
    /// How its keys are written.
    key: String,
    /// How many keys it has.
    pub keys: f64,
    /// Bytes of a value.
    pub value_bytes: u32,
    /// Reads a second, of all keys.
    pub reads: f64,
    /// Writes of the source a second.
    pub writes: f64,
    /// Which keys are read.
    pub popularity: Popularity,
    /// Which keys are written.
    written: Popularity,
    /// The time to live that most of its entries had, or the shortest with which half of them had ended.
    pub ttl: Option<Nanos>,
}

/// Every preset: Twitter's clusters by number, then YCSB, then TAOBench.
#[must_use]
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let all = [twitter::presets(), ycsb::presets(), taobench::presets()];
        all.into_iter().flatten().collect()
    });
    &PRESETS
}

impl Preset {
    /// The share of the workload that is taken where the scenario sets none: at most 1,000 requests a
    /// second and a million keys.
    ///
    /// Keys and rates shrink together, so that what happens to one key stays as it was: a sample of keys, as
    /// in C. Waldspurger and others, "Efficient MRC construction with SHARDS", FAST 2015. Unlike there the
    /// smaller workload has the law of popularity of the whole one over its own keys.
    #[must_use]
    pub fn scale(&self) -> f64 {
        let requests = MOST_REQUESTS / (self.reads + self.writes);
        requests.min(MOST_KEYS / self.keys).min(1.0)
    }

    fn workload(&self, scale: f64) -> Result<Table, toml::ser::Error> {
        let stream = |rate: f64, popularity| {
            let rate = rounded(rate * scale);
            Ok::<_, toml::ser::Error>(Value::Table(Table::from_iter([
                ("rate".to_owned(), Value::from(rate)),
                ("arrivals".to_owned(), Value::try_from(Arrivals::Poisson)?),
                ("popularity".to_owned(), Value::try_from(popularity)?),
            ])))
        };
        // Where it is too large, the check of a scenario says so.
        let keys = (self.keys * scale).round().clamp(1.0, f64::from(u32::MAX));
        Ok(Table::from_iter([
            ("keys".to_owned(), Value::from(keys as i64)),
            ("key".to_owned(), Value::from(self.key.as_str())),
            (
                "value_bytes".to_owned(),
                Value::from(i64::from(self.value_bytes)),
            ),
            ("reads".to_owned(), stream(self.reads, self.popularity)?),
            ("writes".to_owned(), stream(self.writes, self.written)?),
        ]))
    }
}

/// Puts what the preset of a scenario says where the scenario says nothing: into its workload, and as the
/// `ttl` of each policy `ttl` that sets none.
///
/// # Errors
///
/// The key that is wrong, and why.
pub(super) fn fill_in(tree: &mut Table) -> Result<(), (&'static str, String)> {
    let Some(workload) = tree.get_mut("workload").and_then(Value::as_table_mut) else {
        return Ok(());
    };
    // What is not of the right type, serde refuses.
    let Some(name) = workload.get("preset").and_then(Value::as_str) else {
        return match workload.contains_key("scale") && !workload.contains_key("preset") {
            true => Err((
                "scale",
                "a share of a preset, and there is no `preset`".to_owned(),
            )),
            false => Ok(()),
        };
    };
    let names = || presets().iter().map(|preset| preset.name.as_str());
    let preset = presets().iter().find(|preset| preset.name == name);
    let preset = preset.ok_or_else(|| {
        let message = format!(
            "no preset `{name}`{} `shelflife trace presets` lists them",
            did_you_mean(name, names())
        );
        ("preset", message)
    })?;
    let scale = match workload.get("scale") {
        None => preset.scale(),
        Some(Value::Float(scale)) => *scale,
        Some(Value::Integer(scale)) => *scale as f64,
        Some(_) => return Ok(()),
    };
    if !(scale > 0.0 && scale <= 1.0) {
        let message = format!("a share of the preset above 0 and up to 1, not {scale}");
        return Err(("scale", message));
    }
    let defaults = preset.workload(scale);
    let defaults = defaults.map_err(|error| ("preset", error.to_string()))?;
    workload.insert("scale".to_owned(), Value::from(scale));
    put_below(workload, defaults);
    if let Some(ttl) = preset.ttl {
        let policies = tree.get_mut("policy").and_then(Value::as_array_mut);
        for policy in policies.into_iter().flatten() {
            set_ttl(policy, ttl);
        }
    }
    Ok(())
}

/// To a thousandth, or to six digits where that is less: a part of a million in the rate tells no workload from
/// another.
fn rounded(rate: f64) -> f64 {
    let digits = (5 - rate.abs().log10().floor() as i32).clamp(3, 300);
    let unit = 10_f64.powi(digits);
    (rate * unit).round() / unit
}

/// Adds what is not there, also within tables that are.
fn put_below(tree: &mut Table, defaults: Table) {
    for (key, default) in defaults {
        match (tree.get_mut(&key), default) {
            (Some(Value::Table(tree)), Value::Table(defaults)) => put_below(tree, defaults),
            (Some(_), _) => {}
            (None, default) => {
                tree.insert(key, default);
            }
        }
    }
}

fn set_ttl(policy: &mut Value, ttl: Nanos) {
    let Some(policy) = policy.as_table_mut() else {
        return;
    };
    let spec = policy.get("use").and_then(Value::as_str).map(Policy::parse);
    let Some(Ok(spec)) = spec else {
        return;
    };
    let is_ttl = spec.uses.strip_prefix("native:").unwrap_or(&spec.uses) == "ttl";
    if !is_ttl || spec.config.contains_key("ttl") {
        return;
    }
    let config = policy
        .entry("config")
        .or_insert_with(|| Value::Table(Table::new()));
    if let Some(config) = config.as_table_mut() {
        config
            .entry("ttl")
            .or_insert_with(|| Value::from(ttl.to_string()));
    }
}

#[cfg(test)]
mod tests;
