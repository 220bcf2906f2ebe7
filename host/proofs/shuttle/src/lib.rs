//! The whole engine, with its store, under schedules that are drawn.
//!
//! Loom takes a few of the engine's files through every interleaving and through what weak memory may
//! show; shuttle takes all of them, quick_cache included, through many: at every lock and atomic a seeded
//! scheduler chooses which thread goes on. Half of the schedules are drawn evenly, half by PCT (Burckhardt
//! et al., ASPLOS 2010), which finds every bug of few preemptions with a known probability.
//!
//! A test that fails prints its schedule. To run that one again, and no other:
//!
//! ```text
//! SCHEDULE="<what it printed>" cargo test --release -p shelflife-shuttle --test scenarios <name of the test>
//! ```
//!
//! `SCHEDULES=100000` draws more than the usual number, `SEED=7` others.

#[path = "../../../src/engine/mod.rs"]
pub mod engine;

mod explore;
mod world;

pub use explore::explore;
pub use world::{Setting, World};
