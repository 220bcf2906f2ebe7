//! The settings, and the lease that they make.

use std::time::Duration;

use shelflife_policy::config::Limit;
use shelflife_policy::{Lease, Refresh};

/// Settings of the policy `ttl`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh. `"none"`: without limit.
    #[setting(default = "1m")]
    pub ttl: Limit,
    /// How long an entry may go unread. `"none"`: for ever.
    #[setting(default = "none")]
    pub idle: Limit,
    /// The share of `ttl` of which a random part is taken off, so that entries that were filled
    /// together do not expire together.
    #[setting(default = 0, at_least = 0, at_most = 1)]
    pub jitter: f64,
    /// How long past `ttl` a value is still served while it is loaded again.
    #[setting(default = "0s")]
    pub grace: Duration,
    /// How long past `ttl` a value is still served when the origin fails.
    #[setting(default = "0s")]
    pub rescue: Duration,
    /// Load an entry again, in the background, on the first hit past this share of its `ttl`.
    #[setting(either, at_least = 0, at_most = 1)]
    pub ahead: Option<f64>,
    /// Load an entry again, in the background, with a probability that rises towards its end: the beta
    /// of XFetch, where 1 is the optimum of its analysis and more is earlier. Not with `ahead`.
    #[setting(either, above = 0)]
    pub early: Option<f64>,
}

impl Settings {
    /// The lease of every entry with these settings.
    pub(crate) fn lease(&self) -> Result<Lease, String> {
        let refresh = match (self.ahead, self.early) {
            (None, None) => Refresh::Lazy,
            (Some(_), Some(_)) => {
                return Err("`ahead` and `early` exclude each other: set one of them".into());
            }
            _ if self.ttl == Limit::NONE => {
                return Err(
                    "`ahead` and `early` need a `ttl`: without one no time is ever up".into(),
                );
            }
            (Some(share), None) => Refresh::Ahead(share),
            (None, Some(beta)) => Refresh::Early(beta),
        };
        Ok(Lease {
            idle: self.idle.duration(),
            ..Lease::within(self.ttl)
                .jitter(self.jitter)
                .grace(self.grace)
                .rescue(self.rescue)
                .refresh(refresh)
        })
    }
}
