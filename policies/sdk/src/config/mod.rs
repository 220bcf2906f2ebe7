//! Settings: read from JSON into the policy's own type, refused in words that an operator can use.
//!
//! Derive `Deserialize` on a struct with `#[serde(default, deny_unknown_fields)]` and point its fields
//! at the functions here where plain types do not say enough:
//!
//! ```
//! use serde::Deserialize;
//! use shelflife_policy::config;
//! use std::time::Duration;
//!
//! #[derive(Deserialize)]
//! #[serde(default, deny_unknown_fields)]
//! struct Settings {
//!     /// Time to live; `"none"`: no limit of time.
//!     #[serde(deserialize_with = "config::limit")]
//!     ttl: Option<Duration>,
//!     #[serde(deserialize_with = "config::share")]
//!     jitter: f64,
//! }
//!
//! impl Default for Settings {
//!     fn default() -> Self {
//!         Self { ttl: Some(Duration::from_secs(60)), jitter: 0.0 }
//!     }
//! }
//!
//! let settings: Settings = config::read(r#"{ "ttl": "2h" }"#)?;
//! assert_eq!(settings.ttl, Some(Duration::from_secs(7200)));
//!
//! let refused = config::read::<Settings>(r#"{ "jitter": 7 }"#).err().unwrap();
//! assert_eq!(refused, "`jitter` should be a number between 0 and 1");
//! # Ok::<(), String>(())
//! ```
//!
//! A policy whose settings may differ by key wraps them in [`ByPrefix`].

mod by_prefix;
mod error;
mod json;
mod named;
mod value;
mod values;

use serde::de::DeserializeOwned;

pub use by_prefix::{ByPrefix, Settings};
pub use named::Named;
pub use values::{above_zero, at_least_zero, cosine, duration, limit, maybe, share};

/// What settings can be read into: every type that derives `Deserialize`, and [`ByPrefix`].
///
/// Not for implementing; a policy names such a type as its [`Policy::Config`](crate::Policy::Config).
pub trait Config: Sized {
    #[doc(hidden)]
    fn read(settings: &Read) -> Result<Self, String>;
}

/// Settings as they were read from JSON, without a type.
#[doc(hidden)]
pub struct Read(json::Value);

impl<T: DeserializeOwned> Config for T {
    fn read(Read(settings): &Read) -> Result<Self, String> {
        T::deserialize(value::Node(settings)).map_err(|error| error.to_string())
    }
}

/// Reads settings from JSON text; blank text is read as `{}`.
///
/// # Errors
///
/// One line that names the setting and says what would be right; for a name that is not known, the
/// nearest one that is.
pub fn read<T: Config>(json: &str) -> Result<T, String> {
    let json = json.trim_ascii();
    let json = if json.is_empty() { "{}" } else { json };
    match json::parse(json) {
        Ok(settings) => T::read(&Read(settings)),
        Err(error) => Err(format!("the settings are no JSON: {error}")),
    }
}

#[cfg(test)]
mod tests;
