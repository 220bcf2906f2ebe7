//! Settings: read from JSON into the policy's own type, refused in words that an operator can use.
//!
//! Derive [`Settings`](macro@crate::Settings) on a struct. The types of its fields say what can be given, and
//! attributes what the defaults and the bounds are:
//!
//! ```
//! use shelflife_policy::Settings;
//! use shelflife_policy::config::{self, Limit};
//! use std::time::Duration;
//!
//! /// How long entries live.
//! #[derive(Settings)]
//! struct Mine {
//!     /// How long an entry is fresh; `"none"`: without limit.
//!     #[setting(default = "1m")]
//!     ttl: Limit,
//!     /// The share of `ttl` of which a random part is taken off.
//!     #[setting(default = 0, at_least = 0, at_most = 1)]
//!     jitter: f64,
//! }
//!
//! let mine: Mine = config::read(r#"{ "ttl": "2h" }"#)?;
//! assert_eq!(mine.ttl.duration(), Some(Duration::from_secs(7200)));
//! assert_eq!(mine.jitter, 0.0);
//!
//! let refused = |json| config::read::<Mine>(json).err().unwrap();
//! assert_eq!(
//!     refused(r#"{ "jitter": 7 }"#),
//!     "`jitter` should be a number between 0 and 1, not 7"
//! );
//! assert_eq!(
//!     refused(r#"{ "ttl": 5 }"#),
//!     "`ttl` should be a duration such as `250ms`, `60s` or `2h`, or `none`, not 5: \
//!      write it as text with its unit, as in \"5s\""
//! );
//! assert_eq!(refused(r#"{ "tll": "5s" }"#), "unknown setting `tll`: did you mean `ttl`?");
//! # Ok::<(), String>(())
//! ```
//!
//! A policy whose settings may differ by key wraps them in [`ByPrefix`].
//!
//! A default that the type would refuse does not compile, nor do bounds of something that is no number:
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(default = "5 parsecs")]
//!     ttl: std::time::Duration,
//! }
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(default = 256)]
//!     size: u8,
//! }
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(default = 2, at_most = 1)]
//!     jitter: f64,
//! }
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(default = "bth")]
//!     listen: shelflife_policy::Listen,
//! }
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(at_least = 1)]
//!     name: String,
//! }
//! ```
//!
//! ```compile_fail,E0080
//! #[derive(shelflife_policy::Settings)]
//! struct Mine {
//!     #[setting(default)]
//!     ttl: std::time::Duration,
//! }
//! ```

mod by_prefix;
pub(crate) mod duration;
mod json;
mod json_schema;
mod named;
mod schema;
mod setting;
mod table;
mod wrong;

pub use by_prefix::ByPrefix;
pub use duration::Limit;
pub use named::Named;
pub use schema::Schema;
pub use setting::{Given, Setting};
pub use table::{Settings, Table};
pub use wrong::Wrong;

/// What the derived code and `export!` use.
#[doc(hidden)]
pub mod derive {
    pub use super::json_schema::{bytes, length};
    pub use super::schema::{Bound, Bounds, Field, Literal, Property, Variant};
    pub use super::setting::Choice;
    pub use super::table::Entries;

    /// What a table is where nothing is given: one without entries, if it needs none.
    pub const fn empty(fields: &[Field]) -> Option<&'static str> {
        let mut at = 0;
        while at < fields.len() {
            if fields[at].default.is_none() {
                return None;
            }
            at += 1;
        }
        Some("{}")
    }
}

/// Reads settings from JSON text; blank text is read as `{}`.
///
/// # Errors
///
/// One line that names the setting and says what would be right; for a name that is not known, the
/// nearest one that is.
pub fn read<T: Settings>(json: &str) -> Result<T, String> {
    let json = json.trim_ascii();
    let json = if json.is_empty() { "{}" } else { json };
    match json::parse(json) {
        Ok(settings) => T::read(Given::new(&settings)).map_err(|wrong| in_full(wrong.into_text())),
        Err(error) => Err(format!("the settings are no JSON: {error}")),
    }
}

/// A whole sentence, where the text is only its predicate.
#[cold]
fn in_full(text: String) -> String {
    if text.starts_with("should ") {
        return format!("the settings {text}");
    }
    match text.strip_prefix("lacks the setting ") {
        Some(name) => format!("the setting {name} is missing"),
        None => text,
    }
}

#[cfg(test)]
mod tests;
