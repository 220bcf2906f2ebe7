//! The engine's promises in every interleaving of a few threads.
//!
//! What a machine with strong memory and few cores never shows, [loom](loom) does: it runs a model again
//! and again, each time with another order of its threads and with other values that an atomic may be
//! seen to have. The groups and the flights are the engine's own files, compiled against loom's locks
//! and atomics (`shim.rs`); the store and the loader are stand-ins.
//!
//! | file | promise |
//! |---|---|
//! | `orders.rs` | why a slot comes first and the clock second, under a lock: the other orders are caught |
//! | `invalidations.rs` | G1: what a group hides stays hidden, whatever reads at the same time |
//! | `folding.rs` | G2: a name that gets or loses its slot keeps its ticks |
//! | `landing.rs` | F1: a load without its flight stores nothing |
//!
//! A model has two or three threads beside its own, and what holds, holds for runs in which threads are
//! preempted three times at most (`explore.rs`). `LOOM_MAX_PREEMPTIONS=5` looks further, and takes
//! minutes. Each model is there because something breaks it: one line moved or left out in the engine.

// Stands where the engine's own module stands: its files name each other by `super`. Most of what they
// offer no model needs.
#![allow(dead_code)]

#[path = "../../../src/engine/flights.rs"]
mod flights;
#[path = "../../../src/engine/groups.rs"]
mod groups;
#[path = "../../../src/engine/key.rs"]
mod key;
#[path = "../../../src/engine/names.rs"]
mod names;
#[path = "../../../src/engine/safeguards.rs"]
mod safeguards;
#[path = "../../../src/engine/seen.rs"]
mod seen;
#[path = "../../../src/engine/shim.rs"]
mod shim;
#[path = "../../../src/engine/slot.rs"]
mod slot;
#[path = "../../../src/engine/time.rs"]
mod time;
#[path = "../../../src/engine/validity.rs"]
mod validity;

#[cfg(test)]
mod entry;
#[cfg(test)]
mod explore;
#[cfg(test)]
mod folding;
#[cfg(test)]
mod invalidations;
#[cfg(test)]
mod landing;
#[cfg(test)]
mod orders;
