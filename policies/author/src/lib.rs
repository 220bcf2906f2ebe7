//! From an idea to a component: folders for new policies, the tools of their languages, modules made into
//! components, and what a component says of itself. Runs no policy.
//!
//! ```
//! use shelflife_author::metadata::Metadata;
//!
//! let ttl = include_bytes!("../../dist/ttl.wasm");
//! assert_eq!(Metadata::read(ttl).version.as_deref(), Some("0.1.0"));
//! ```

#![forbid(unsafe_code)]

pub mod component;
pub mod contract;
mod error;
pub mod languages;
pub mod metadata;
pub mod run;
pub mod scaffold;
mod sections;
pub mod whole;

pub use error::{Error, Result};
