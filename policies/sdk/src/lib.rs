//! Write cache invalidation policies for `shelflife` in Rust.
//!
//! A policy is a type with the trait [`Policy`] and one line of [`export!`]. From the same source come
//! a WebAssembly component, which every host of the contract `shelflife:policy` runs, and native code,
//! which unit tests and the simulator run. This is a whole policy:
//!
//! ```
//! use shelflife_policy::{Lease, Plan, Policy, Settings, export};
//! use std::time::Duration;
//!
//! #[derive(Settings)]
//! pub struct Mine {
//!     /// How long an entry is fresh.
//!     #[setting(default = "5m")]
//!     ttl: Duration,
//! }
//!
//! pub struct Fixed;
//!
//! impl Policy for Fixed {
//!     type Config = Mine;
//!
//!     fn configure(settings: Mine) -> Result<(Self, Plan), String> {
//!         Ok((Fixed, Plan::every_key(Lease::for_duration(settings.ttl))))
//!     }
//! }
//!
//! export!(Fixed);
//!
//! # use shelflife_policy::testing;
//! let refused = testing::refusal_of::<Fixed>(r#"{ "tll": "60s" }"#);
//! assert_eq!(refused, "unknown setting `tll`: did you mean `ttl`?");
//! ```
//!
//! A policy answers with values that the host can act on alone: a [`Plan`] when it is configured, a
//! [`Lease`] when an entry is stored. No hit of the cache calls it. What it wants to happen when data
//! changes it asks of the [`Host`]; nothing of one call happens unless the call returns `Ok`.
//!
//! A policy reaches nothing but its host: no clock of its own, no files, no network. Its component
//! imports exactly the interfaces whose methods of [`Host`] it calls, so that the operator reads from
//! the file what it may do.

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
