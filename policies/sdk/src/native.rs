//! Policies as native code, behind one object-safe trait.

use crate::event::{Change, Fill};
use crate::host::{Host, NativeHost};
use crate::lease::Lease;
use crate::plan::Plan;
use crate::policy::{Exported, Exports};

/// A policy as native code: the calls of the contract, without a component around them. It answers
/// what the component that is built from the same source answers.
///
/// Unlike a component it is not sandboxed and has no limits: a panic is the caller's.
pub trait NativePolicy {
    /// Which calls the policy takes besides `configure`.
    fn exports(&self) -> Exports;

    /// Reads settings (JSON text; `{}` where nothing is configured) and starts afresh with them.
    ///
    /// # Errors
    ///
    /// The text that a component of the same policy would refuse these settings with; the policy goes
    /// on as it was before the call.
    fn configure(&mut self, config_json: &str) -> Result<Plan, String>;

    /// Asks for the lease of one entry.
    ///
    /// # Errors
    ///
    /// The policy's own text, or one that says that `configure` was not called or that the policy does
    /// not export `leases`.
    fn on_fill(&mut self, fill: Fill, host: &mut dyn NativeHost) -> Result<Lease, String>;

    /// Passes changes in feed order.
    ///
    /// # Errors
    ///
    /// The policy's own text, or one that says that `configure` was not called or that the policy does
    /// not export `reactions`. The caller then discards what `host` has noted during the call.
    fn on_changes(&mut self, changes: &[Change], host: &mut dyn NativeHost) -> Result<(), String>;

    /// What the policy has learned.
    ///
    /// # Errors
    ///
    /// The policy's own text, or one that says that `configure` was not called or that the policy does
    /// not export `snapshots`.
    fn save(&self) -> Result<Vec<u8>, String>;

    /// Hands the policy what another instance has learned, of the policy with the name `saved_by`.
    ///
    /// # Errors
    ///
    /// As of [`save`](Self::save); the caller then discards the policy.
    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), String>;
}

/// The policy `P` as native code, not configured yet.
pub fn native<P: Exported + Send + 'static>() -> Box<dyn NativePolicy + Send> {
    Box::new(Native::<P>(None))
}

/// Holds `None` until the first `configure` that succeeded.
struct Native<P>(Option<P>);

impl<P> Native<P> {
    fn configured(&mut self) -> Result<&mut P, String> {
        self.0.as_mut().ok_or_else(|| crate::NOT_CONFIGURED.into())
    }
}

impl<P: Exported> NativePolicy for Native<P> {
    fn exports(&self) -> Exports {
        P::EXPORTS
    }

    fn configure(&mut self, config_json: &str) -> Result<Plan, String> {
        let (policy, plan) = P::configure(crate::config::read(config_json)?)?;
        self.0 = Some(policy);
        Ok(plan)
    }

    fn on_fill(&mut self, fill: Fill, host: &mut dyn NativeHost) -> Result<Lease, String> {
        if !P::EXPORTS.leases {
            return Err("the policy does not export `leases`".to_owned());
        }
        self.configured()?.on_fill(fill, &mut Host::native(host))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut dyn NativeHost) -> Result<(), String> {
        if !P::EXPORTS.reactions {
            return Err("the policy does not export `reactions`".to_owned());
        }
        self.configured()?
            .on_changes(changes, &mut Host::native(host))
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        if !P::EXPORTS.snapshots {
            return Err(NO_SNAPSHOTS.to_owned());
        }
        self.0.as_ref().ok_or(crate::NOT_CONFIGURED)?.save()
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), String> {
        if !P::EXPORTS.snapshots {
            return Err(NO_SNAPSHOTS.to_owned());
        }
        self.configured()?.restore(saved_by, state)
    }
}

const NO_SNAPSHOTS: &str = "the policy does not export `snapshots`";
