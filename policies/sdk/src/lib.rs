#![doc = include_str!("../README.md")]
//!
//! # How a policy works
//!
//! A policy answers with values that the host can act on alone: a [`Plan`] when it is configured, a
//! [`Lease`] when an entry is stored. No hit of the cache calls it. What it wants to happen when data
//! changes it asks of the [`Host`]; nothing of one call happens unless the call returns `Ok`.
//!
//! A policy reaches nothing but its host: no clock of its own, no files, no network. Its component
//! imports exactly the interfaces whose methods of [`Host`] it calls, so that the operator reads from
//! the file what it may do.
//!
//! # What there is
//!
//! | for | see |
//! |---|---|
//! | what a policy is asked | [`Policy`] and its four further calls, [`export!`] to name those it takes |
//! | what it answers | [`Plan`], [`Rule`], [`Lease`] |
//! | what it may ask for | [`Host`]: purges, rows of a change, neighbours by meaning, clock, random numbers, log |
//! | settings | [`macro@Settings`] to derive them, [`config`] for their types; [`config::ByPrefix`] where they differ by key |
//! | names made of keys and rows | [`template`] |
//! | tests | [`testing`]: sentences, and a host that notes what it is asked for |

// The bindings and the allocator are what needs `unsafe`, and exist in components alone.
#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

// What the derive writes names the crate, here as anywhere.
extern crate self as shelflife_policy;

#[cfg(any(test, target_arch = "wasm32"))]
mod blocks;
pub mod config;
mod event;
mod export;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
mod host;
mod lease;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod plan;
mod policy;
pub mod template;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use config::Settings;
pub use event::{Change, ChangeKind, Fill, Instant, Level, Neighbour, PurgeMode, Sighting};
pub use host::Host;
#[cfg(not(target_arch = "wasm32"))]
pub use host::NativeHost;
pub use lease::{Hint, Lease, Refresh};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{NativePolicy, native};
pub use plan::{CAPTURE, Keying, Listen, Lookup, Plan, Rule, Scope, Versioning, WRITES};
pub use policy::{Exported, Exports, Policy};
pub use shelflife_policy_derive::Settings;

/// The answer of a policy that is called before it was configured.
const NOT_CONFIGURED: &str = "the policy was called before `configure`";
