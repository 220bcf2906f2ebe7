//! The settings, and the lease that they make.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use shelflife_policy::{Lease, Refresh, config};

/// Settings of the policy `ttl`, for all keys or for those of one rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long an entry is fresh. `"none"`: without limit. Default: a minute.
    #[serde(deserialize_with = "config::limit")]
    pub ttl: Option<Duration>,
    /// How long an entry may go unread. Default: for ever, which `"none"` says too.
    #[serde(deserialize_with = "config::limit")]
    pub idle: Option<Duration>,
    /// The share of `ttl` of which a random part is taken off, so that entries that were filled
    /// together do not expire together. Default: 0.
    #[serde(deserialize_with = "config::share")]
    pub jitter: f64,
    /// How long past `ttl` a value is still served while it is loaded again. Default: not at all.
    #[serde(deserialize_with = "config::duration")]
    pub grace: Duration,
    /// How long past `ttl` a value is still served when the origin fails. Default: not at all.
    #[serde(deserialize_with = "config::duration")]
    pub rescue: Duration,
    /// Load an entry again, in the background, on the first hit past this share of its `ttl`.
    #[serde(deserialize_with = "ahead")]
    pub ahead: Option<f64>,
    /// Load an entry again, in the background, with a probability that rises towards its end: the beta
    /// of XFetch, where 1 is the optimum of its analysis and more is earlier. Not with `ahead`.
    #[serde(deserialize_with = "early")]
    pub early: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ttl: Some(Duration::from_secs(60)),
            idle: None,
            jitter: 0.0,
            grace: Duration::ZERO,
            rescue: Duration::ZERO,
            ahead: None,
            early: None,
        }
    }
}

impl config::Settings for Settings {
    const WHOLE: &'static [&'static str] = &[];
    const EITHER: &'static [&'static str] = &["ahead", "early"];
}

impl Settings {
    /// The lease of every entry with these settings.
    pub(crate) fn lease(&self) -> Result<Lease, String> {
        let refresh = match (self.ahead, self.early) {
            (None, None) => Refresh::Lazy,
            (Some(_), Some(_)) => {
                return Err("`ahead` and `early` exclude each other: set one of them".into());
            }
            _ if self.ttl.is_none() => {
                return Err(
                    "`ahead` and `early` need a `ttl`: without one no time is ever up".into(),
                );
            }
            (Some(share), None) => Refresh::Ahead(share),
            (None, Some(beta)) => Refresh::Early(beta),
        };
        Ok(Lease {
            idle: self.idle,
            ..Lease::within(self.ttl)
                .jitter(self.jitter)
                .grace(self.grace)
                .rescue(self.rescue)
                .refresh(refresh)
        })
    }
}

fn ahead<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    config::maybe(config::share(from))
}

fn early<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    config::maybe(config::above_zero(from))
}
