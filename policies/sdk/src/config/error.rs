//! Why settings are refused, in words.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why settings are refused. The text is a predicate ("should be a list") until the setting that it
/// is about goes in front of it ("`rules` should be a list").
#[derive(Debug)]
pub(super) enum Error {
    /// Said in full.
    Text(String),
    /// A name that no setting has.
    UnknownSetting {
        name: String,
        known: &'static [&'static str],
    },
}

impl Error {
    /// A fixed text.
    #[cold]
    pub(super) fn say(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Names the setting that the error is about, or the one around it.
    pub(super) fn within(self, setting: &str) -> Self {
        let text = self.to_string();
        // A predicate follows its subject; a sentence that has one already comes after a colon.
        let colon = if text.starts_with("should ") || text.starts_with("lacks ") {
            ""
        } else {
            ":"
        };
        Self::Text(format!("`{setting}`{colon} {text}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::UnknownSetting { name, known } => f.write_str(&unknown("setting", name, known)),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::Text(text.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Text(format!(
            "should be {}, not {}",
            plain(&expected.to_string()),
            kind(&found)
        ))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Text(format!("should be {}", plain(&expected.to_string())))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::Text(format!("should be {expected}"))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::Text(unknown("choice", name, known))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownSetting {
            name: name.to_owned(),
            known,
        }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::Text(format!("lacks the setting `{name}`"))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::Text(format!("has the setting `{name}` twice"))
    }
}

/// "unknown setting `tll`: did you mean `ttl`?"
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .min_by_key(|candidate| strsim::levenshtein(name, candidate));
    match nearest {
        Some(nearest) => format!("unknown {what} `{name}`: did you mean `{nearest}`?"),
        None => format!("unknown {what} `{name}`: there are none"),
    }
}

/// What was expected, where `serde` says it in Rust's words.
fn plain(expected: &str) -> &str {
    match expected {
        "u32" => "a whole number, 0 or more",
        "a sequence" => "a list",
        other => other,
    }
}

/// What was found, without its value: printing numbers would bring all of float formatting into the
/// component.
fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a truth value",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::StructVariant => "a table",
        Unexpected::Unit | Unexpected::Option => "null",
        _ => "this",
    }
}
