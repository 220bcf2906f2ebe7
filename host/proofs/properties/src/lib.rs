//! The engine against a simple account of what it may serve.
//!
//! A history is a list of operations on one engine: reads, loads that come back late, out of order or not
//! at all, inserts, replacements, every invalidation, time that passes, sweeps. Beside the engine goes an
//! oracle that keeps what was stored and what was invalidated since, without clocks, slots, flights and
//! regions. It says of each answer whether it is required, allowed or forbidden: where the engine is in
//! doubt by design it may load once more, and may never serve once too often.
//!
//! | file | what |
//! |---|---|
//! | `operation.rs` | what can happen, made from bytes so that provers and fuzzers share it |
//! | `target.rs` | the keys, the leases, and what an invalidation names |
//! | `oracle.rs` | what may be served |
//! | `history.rs` | drives the engine and compares |

#[path = "../../../src/engine/mod.rs"]
pub mod engine;

mod history;
mod operation;
mod oracle;
mod target;

pub use history::{Setting, check};
pub use operation::Operation;
