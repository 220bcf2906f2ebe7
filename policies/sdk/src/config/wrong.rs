//! Why settings are refused, in words.

use std::fmt;

use super::json::Value;

/// Why a setting is refused.
///
/// The text is a predicate ("should be a list") until the setting that it is about goes in front of it
/// ("`rules` should be a list"); a text that is a sentence already stands after a colon there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(String);

impl Wrong {
    /// A text of your own; best a predicate that begins with "should be".
    #[cold]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Names the setting that the text is about, or the one around it.
    #[cold]
    pub(super) fn within(self, setting: &str) -> Self {
        let text = self.0;
        let colon = if text.starts_with("should ") || text.starts_with("lacks ") {
            ""
        } else {
            ":"
        };
        Self(format!("`{setting}`{colon} {text}"))
    }

    /// That something else was expected than what was given.
    #[cold]
    pub(super) fn not(expected: &str, given: &Value) -> Self {
        let (given, quote) = match given {
            Value::Null => ("null", ""),
            Value::Bool(true) => ("true", ""),
            Value::Bool(false) => ("false", ""),
            Value::Number(_, text) => (text.as_str(), ""),
            Value::Text(text) => (text.as_str(), "`"),
            Value::List(_) => ("a list", ""),
            Value::Table(_) => ("a table", ""),
        };
        Self(format!("should be {expected}, not {quote}{given}{quote}"))
    }

    /// "unknown setting `tll`: did you mean `ttl`?"
    #[cold]
    pub(super) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let nearest = known.min_by_key(|candidate| strsim::levenshtein(name, candidate));
        Self(match nearest {
            Some(nearest) => format!("unknown {what} `{name}`: did you mean `{nearest}`?"),
            None => format!("unknown {what} `{name}`: there are none"),
        })
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}
