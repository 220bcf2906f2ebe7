//! The side of the SDK that only components have: the calls of the contract, translated.
//!
//! Hidden, because nothing but [`export!`](crate::export) and the SDK itself uses it.

mod allocator;
pub mod bindings;
mod convert;
pub(crate) mod imports;
mod panics;

use std::cell::RefCell;

pub use bindings::leases::exports::shelflife::policy::leases;
pub use bindings::lifecycle::exports::shelflife::policy::lifecycle;
pub use bindings::reactions::exports::shelflife::policy::reactions;
pub use bindings::snapshots::exports::shelflife::policy::snapshots;

use crate::host::Host;
use crate::policy::Policy;

/// What a component says it was written with: a line each.
pub const SDK: &[u8; SDK_TEXT.len()] = match SDK_TEXT.as_bytes().first_chunk() {
    Some(text) => text,
    None => unreachable!(),
};

const SDK_TEXT: &str = concat!(
    "language=Rust\nsdk=",
    env!("CARGO_PKG_NAME"),
    " ",
    env!("CARGO_PKG_VERSION"),
    "\n"
);

/// Where a component keeps its policy; `None` until it is configured.
pub type Instance<P> = RefCell<Option<P>>;

/// Reads the settings, keeps the policy, answers its plan.
pub fn configure<P: Policy>(
    instance: &Instance<P>,
    config: &str,
) -> Result<lifecycle::Plan, String> {
    panics::remember();
    let (policy, plan) = P::configure(crate::config::read(config)?)?;
    *instance.borrow_mut() = Some(policy);
    Ok(convert::plan(plan))
}

/// Asks the policy for a lease.
pub fn on_fill<P: Policy>(
    instance: &Instance<P>,
    fill: leases::Fill,
) -> Result<leases::Lease, String> {
    let mut instance = instance.borrow_mut();
    let policy = instance.as_mut().ok_or(crate::NOT_CONFIGURED)?;
    policy
        .on_fill(convert::fill(fill), &mut Host::imported())
        .map(convert::lease)
}

/// Passes changes to the policy.
pub fn on_changes<P: Policy>(
    instance: &Instance<P>,
    changes: Vec<reactions::Change>,
) -> Result<(), String> {
    let mut instance = instance.borrow_mut();
    let policy = instance.as_mut().ok_or(crate::NOT_CONFIGURED)?;
    let changes: Vec<_> = changes.into_iter().map(convert::change).collect();
    policy.on_changes(&changes, &mut Host::imported())
}

/// Asks the policy for what it has learned.
pub fn save<P: Policy>(instance: &Instance<P>) -> Result<Vec<u8>, String> {
    let instance = instance.borrow();
    instance.as_ref().ok_or(crate::NOT_CONFIGURED)?.save()
}

/// Hands the policy what another instance has learned.
pub fn restore<P: Policy>(
    instance: &Instance<P>,
    saved_by: &str,
    state: &[u8],
) -> Result<(), String> {
    let mut instance = instance.borrow_mut();
    let policy = instance.as_mut().ok_or(crate::NOT_CONFIGURED)?;
    policy.restore(saved_by, state)
}
