//! The settings, and the rule that they decide by.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use shelflife_policy::Listen;
use shelflife_policy::config;

use crate::estimate::Estimate;
use crate::memory::{FEWEST, MOST};

/// Settings of the policy `adaptive`, for all keys or for those of one rule.
///
/// Of the costs only the ratios matter. With the defaults a key is replaced where more than 0.5 / 1.1 = 45 %
/// of its writes are followed by a read.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long an entry is fresh if no write comes: the safety net for writes that nobody announced.
    /// `"none"`: without limit. Default: five minutes.
    #[serde(deserialize_with = "config::limit")]
    pub ttl: Option<Duration>,
    /// What a miss costs: the load, and the reader that waits for it. Default: 1.
    #[serde(deserialize_with = "config::above_zero")]
    pub miss_cost: f64,
    /// What it costs to drop an entry. Default: 0.1.
    #[serde(deserialize_with = "config::at_least_zero")]
    pub invalidation_cost: f64,
    /// What it costs to replace an entry: to make the value and to bring it. Default: 0.5, for a miss asks
    /// first, is looked up, and makes somebody wait (HotNets 2024, table 1, counts what each is made of).
    #[serde(deserialize_with = "config::above_zero")]
    pub update_cost: f64,
    /// How many writes of a key its estimate looks back on: each write takes `1 / window` off the weight of
    /// those before it. At least 1. A key whose last eight writes are at odds with all before forgets
    /// those at once. Default: 128.
    #[serde(deserialize_with = "window")]
    pub window: f64,
    /// How many keys have an estimate, in 24 bytes each. One that has none begins anew: the place of those
    /// written longest ago, in groups of eight. A whole number from 8 to 32768. For the whole policy.
    /// Default: 16384.
    #[serde(deserialize_with = "keys")]
    pub keys: usize,
    /// Which changes count: `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`; a write that comes by both is two. For the whole policy. Default: `"writes"`.
    pub listen: Listen,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ttl: Some(Duration::from_secs(300)),
            miss_cost: 1.0,
            invalidation_cost: 0.1,
            update_cost: 0.5,
            window: 128.0,
            keys: 16_384,
            listen: Listen::Writes,
        }
    }
}

impl config::Settings for Settings {
    const WHOLE: &'static [&'static str] = &["listen", "keys"];
}

impl Settings {
    /// Whether it is cheaper to replace: iff `E[W] · c_u < c_m + c_i`, where `E[W]` is how many writes come
    /// to one that a read follows (HotNets 2024, section 3.3, where the rule is printed the other way
    /// round; its explanation there and section 3.2 have it so).
    pub(crate) fn favours_replacing(&self, estimate: &Estimate) -> bool {
        self.update_cost < estimate.read_share() * (self.miss_cost + self.invalidation_cost)
    }
}

fn window<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let window = config::above_zero(from)?;
    match window >= 1.0 {
        true => Ok(window),
        false => Err(D::Error::custom("should be a number of at least 1")),
    }
}

fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let number = config::above_zero(from)?;
    let keys = number as usize;
    match keys as f64 == number && (FEWEST..=MOST).contains(&keys) {
        true => Ok(keys),
        false => Err(D::Error::custom("should be a whole number from 8 to 32768")),
    }
}
