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
//!
//! The same scenarios run under Miri, with the threads and locks that applications get and without shuttle.
//! Miri draws the schedules by a seed of its own; it interrupts threads between any two instructions, shows
//! them values as old as the memory model allows, and ends at the first data race, undefined behaviour or leak,
//! in the engine or in what it is built on. From the root of the repository:
//!
//! ```text
//! cargo xtask miri
//! ```

#[path = "../../../src/engine/mod.rs"]
pub mod engine;

/// Whose threads, locks and atomics a scenario has.
mod checker {
    #[cfg(not(miri))]
    pub(crate) use shuttle::{sync, thread};
    #[cfg(miri)]
    pub(crate) use std::{sync, thread};
}

#[cfg_attr(miri, path = "explore_under_miri.rs")]
mod explore;
mod world;

pub use explore::explore;
pub use world::{Setting, World};
