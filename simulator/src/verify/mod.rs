//! Whether the simulator is right: scenarios for which the result is known, run and compared.
//!
//! ```text
//! suite ──► run ──► judge ──► table, verify.json, verify.csv, index.html
//!   │                 │
//! scenarios/verify    theory
//! ```
//!
//! * [`suite`] lists the cases: a scenario, a policy of it, a figure and what is expected of it. The
//!   scenarios are ordinary ones, in `scenarios/verify`.
//! * [`theory`] computes what is expected from the parameters of the scenario that was run.
//! * [`judge`] has the rule by which a row passes, fails or stays open. No row has a tolerance of its own
//!   making.
//!
//! The scenarios run the components and the engine that applications run. Some of them describe worlds
//! with a known fault (`cache.stores = "unguarded"`, say): the fault is the world's, and what is found is
//! what such a cache would show.

mod case;
mod html;
pub mod judge;
mod output;
mod run;
pub mod suite;
mod table;
pub mod theory;

pub use case::{Expectation, Params, Row, Setting};
pub use output::{Found, Verification, Zs, csv, json, write};
pub use run::{Options, run, run_settings};
pub use table::{markdown, table};
