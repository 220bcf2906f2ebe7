//! Which invalidation pattern fits, measured before it ships.
//!
//! The simulator drives the cache that applications embed (the crate `shelflife`) and the policy
//! components that it runs, in virtual time, over synthetic and recorded reads and writes. An oracle
//! that knows every write tells of each answer whether it was stale, for how long and by how much.
//!
//! ```text
//! scenario ──► workload ──► world ──► measure ──► report
//!                             │
//!                 shelflife::engine + policies
//! ```
//!
//! * [`scenario`] reads what decides a run; the same scenario, seed and components give the same
//!   report, byte for byte, but for its timings.
//! * [`workload`] makes or reads the reads and writes.
//! * [`world`] is the virtual time, the origin, the ways by which caches hear of writes, the fleet.
//! * [`measure`] counts.
//! * [`statistics`] tells what is shown from what is chance.
//! * [`report`] writes tables, files, figures and a page.
//! * [`comparison`] runs strategies side by side.
//! * [`changes`] holds a report against an earlier one.
//! * [`recommend`] searches for the cheapest that keeps some bounds.
//! * [`sweep`] goes through settings, in parts if there are many, and finds those that no other beats.
//! * [`explain`] has each pattern on a screen.
//! * [`schema`] says what scenarios and reports may hold.
//! * [`interrupt`] sees to it that Ctrl-C leaves nothing half-written.
//! * [`verify`] holds all of it against what theory says.

#![forbid(unsafe_code)]

pub mod changes;
pub mod comparison;
pub mod error;
pub mod explain;
pub mod interrupt;
pub mod measure;
pub mod random;
pub mod recommend;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod statistics;
pub mod sweep;
pub mod verify;
pub mod workload;
pub mod world;
