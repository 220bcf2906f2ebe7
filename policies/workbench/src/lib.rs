//! Runs a policy by itself: its cases, a trace, a recording, a bench.
//!
//! What decides is what decides in applications: the component in its runtime, the engine, the cache.
//! Time is virtual, so that every run gives the same.
//!
//! * [`Subject`]: a policy, as a component or as native code.
//! * [`about`]: what a component is, asks for and says of itself.
//! * [`check`]: holds it against its cases, alone, in the engine and in a cache.
//! * [`drive`]: one policy and one engine in virtual time.
//! * [`run`]: a trace through one policy, each decision with its reason.
//! * [`record`] and [`replay`]: every exchange with the host of a run, and the first difference to it.
//! * [`meter`] and [`bench`](mod@bench): what the calls cost.

#![forbid(unsafe_code)]

pub mod about;
mod behind;
pub mod bench;
pub mod check;
pub mod compiled;
mod convert;
pub mod drive;
pub mod meter;
mod native;
pub mod record;
pub mod replay;
pub mod run;
mod subject;

pub use native::NativePolicy;
pub use subject::{Maker, Subject};
