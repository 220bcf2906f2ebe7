//! The settings of a cache that are plain values, and what is wrong with them.

use std::sync::Arc;
use std::time::Duration;

use super::build_error::BuildError;
use super::load::nanos;
use super::near::similarity;
use crate::engine::{Lease, Lookup, Plan, Refresh, Rule};

/// What the builder, or a configuration, has set; see [`Builder`](super::builder::Builder).
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) name: Option<String>,
    pub(super) max_capacity: Option<u64>,
    pub(super) initial_capacity: Option<usize>,
    pub(super) copies_per_thread: Option<usize>,
    pub(super) time_to_live: Option<Duration>,
    pub(super) time_to_idle: Option<Duration>,
    pub(super) jitter: Option<f64>,
    pub(super) grace: Option<Duration>,
    pub(super) rescue: Option<Duration>,
    pub(super) refresh_ahead: Option<f64>,
    pub(super) early_refresh: Option<f64>,
    pub(super) nearest: Option<f32>,
    pub(super) negative_ttl: Option<Duration>,
    pub(super) soft_timeout: Option<Duration>,
    pub(super) load_timeout: Option<Duration>,
    pub(super) hold_off: Option<Duration>,
}

impl Settings {
    /// Says what is out of range, if anything is.
    pub(super) fn check(&self, has_policy: bool) -> Result<(), BuildError> {
        let wrong = |reason: String| Err(BuildError::setting(reason));
        if let Some(share) = self.jitter
            && !(0.0..=1.0).contains(&share)
        {
            return wrong(format!("jitter is {share}: it must be a share from 0 to 1"));
        }
        if let Some(share) = self.refresh_ahead
            && !(0.0..=1.0).contains(&share)
        {
            return wrong(format!(
                "refresh_ahead is {share}: it must be a share from 0 to 1"
            ));
        }
        if let Some(beta) = self.early_refresh
            && !(beta.is_finite() && beta > 0.0)
        {
            return wrong(format!("early_refresh is {beta}: beta must be above 0"));
        }
        if let Some(at_least) = self.nearest
            && let Err(error) = similarity(at_least)
        {
            return wrong(format!("nearest: {error}"));
        }
        let refreshes = self.refresh_ahead.is_some() || self.early_refresh.is_some();
        if refreshes && self.time_to_live.is_none() && !has_policy {
            return wrong("a refresh before the end needs one: set time_to_live as well".into());
        }
        Ok(())
    }

    /// Says what a cache for tasks cannot do by itself.
    pub(super) fn check_needs_no_runtime(&self) -> Result<(), BuildError> {
        let timeouts = [
            ("soft_timeout", self.soft_timeout),
            ("load_timeout", self.load_timeout),
        ];
        match timeouts.iter().find(|(_, timeout)| timeout.is_some()) {
            None => Ok(()),
            Some((name, _)) => Err(BuildError::setting(format!(
                "{name} is set and there is no runtime to keep it: set runtime as well"
            ))),
        }
    }

    /// The plan where there is no policy: one rule for every key.
    pub(super) fn plan(&self) -> Plan {
        let lease = Lease {
            ttl: self.time_to_live.map(nanos),
            idle: self.time_to_idle.map(nanos),
            jitter: self.jitter.unwrap_or(0.0),
            grace: self.grace.map_or(0, nanos),
            rescue: self.rescue.map_or(0, nanos),
            refresh: match (self.refresh_ahead, self.early_refresh) {
                (Some(share), _) => Refresh::Ahead(share),
                (None, Some(beta)) => Refresh::Early(beta),
                (None, None) => Refresh::Lazy,
            },
            ..Lease::default()
        };
        let rule = Rule {
            lookup: self.nearest.map_or(Lookup::Exact, Lookup::Nearest),
            lease: Some(Arc::new(lease)),
            ..Rule::default()
        };
        Plan {
            rules: vec![rule],
            feeds: Vec::new(),
        }
    }
}
