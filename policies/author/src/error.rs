//! Why nothing came of it.

use std::fmt;
use std::io;
use std::path::Path;

/// Why nothing came of it, in words for whoever runs the program: what is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    text: String,
    wrong: bool,
}

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The command or the author's files are wrong, and the author can put them right.
    pub fn wrong(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            wrong: true,
        }
    }

    /// Anything else: a full disk, a tool that cannot be had.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            wrong: false,
        }
    }

    /// A file or folder that cannot be used: `what` is a verb such as `read`.
    pub fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::failed(format!("cannot {what} {}: {error}", path.display()))
    }

    /// Whether the author can put it right.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.wrong
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
