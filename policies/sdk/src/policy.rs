//! The trait that a policy implements.

use crate::config::Settings;
use crate::event::{Change, Fill};
use crate::host::Host;
use crate::lease::Lease;
use crate::plan::Plan;

/// A cache invalidation policy.
///
/// Only [`configure`](Self::configure) must be written. The others are called only where
/// [`export!`](crate::export) lists them; the texts of errors reach the operator as they are.
pub trait Policy: Sized {
    /// The settings, read from JSON: a struct that derives [`Settings`](macro@crate::Settings), such a struct
    /// in [`ByPrefix`](crate::config::ByPrefix), or `()` where there is nothing to configure.
    type Config: Settings;

    /// Called once on a new instance, before anything else. The plan stands until the instance is
    /// replaced.
    ///
    /// # Errors
    ///
    /// An error refuses the policy with this text; one that is already running stays in place.
    fn configure(config: Self::Config) -> Result<(Self, Plan), String>;

    /// Called after a load and before the store, for keys whose rule has no lease. The answer is the
    /// lease of this one entry. The fill is the policy's own: what it names may go into the lease as it is.
    ///
    /// # Errors
    ///
    /// On an error the entry is stored under the host's safety-net lease, and the failure is counted;
    /// the request is answered all the same.
    fn on_fill(&mut self, _fill: Fill, _host: &mut Host) -> Result<Lease, String> {
        Err("this policy exports `leases` but does not implement `on_fill`".to_owned())
    }

    /// Called with changes in feed order, one or many at a time. What the call purges takes effect
    /// together when it returns `Ok`.
    ///
    /// # Errors
    ///
    /// On an error nothing of the call takes effect; the host calls again on a new instance, and when
    /// that fails too drops everything that the policy guards.
    fn on_changes(&mut self, _changes: &[Change], _host: &mut Host) -> Result<(), String> {
        Ok(())
    }

    /// What the policy has learned, in a format of its own, for the instance that takes its place when
    /// it is swapped, or when it traps and is made anew. A policy that exports `snapshots` has one
    /// instance, so that every call sees what all before it have left behind.
    ///
    /// # Errors
    ///
    /// On an error the instance that follows begins without.
    fn save(&self) -> Result<Vec<u8>, String> {
        Err("this policy exports `snapshots` but does not implement `save`".to_owned())
    }

    /// Called once after [`configure`](Self::configure) where another instance was there before:
    /// `saved_by` is the name of its policy, which may be another one or an older version, and `state`
    /// what its [`save`](Self::save) answered.
    ///
    /// # Errors
    ///
    /// On an error the host puts an instance in place that was configured and not restored.
    fn restore(&mut self, _saved_by: &str, _state: &[u8]) -> Result<(), String> {
        Err("this policy exports `snapshots` but does not implement `restore`".to_owned())
    }
}

/// Which interfaces a policy's component exports besides `lifecycle`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Exports {
    /// Whether the host may call [`Policy::on_fill`].
    pub leases: bool,
    /// Whether the host may call [`Policy::on_changes`].
    pub reactions: bool,
    /// Whether the host may call [`Policy::save`] and [`Policy::restore`].
    pub snapshots: bool,
}

impl Exports {
    /// `lifecycle` alone.
    pub const NONE: Self = Self {
        leases: false,
        reactions: false,
        snapshots: false,
    };
}

/// A policy with its exports; implemented by [`export!`](crate::export).
pub trait Exported: Policy {
    /// What its component exports besides `lifecycle`.
    const EXPORTS: Exports;
}
