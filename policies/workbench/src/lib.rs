//! Runs a policy by itself: its cases, a trace, a recording, a bench.
//!
//! What decides is what decides in applications: the component in its runtime, the engine, the cache.
//! Time is virtual, so that every run gives the same.
//!
//! * [`Subject`]: a policy, as a component or as native code.
//! * [`check`]: holds it against its cases, alone, in the engine and in a cache.
//! * [`drive`]: one policy and one engine in virtual time.

#![forbid(unsafe_code)]

pub mod check;
mod convert;
pub mod drive;
mod native;
mod subject;

pub use native::NativePolicy;
pub use subject::Subject;
