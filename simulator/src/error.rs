//! The one error of this crate: what went wrong in one line, and whose fault it is.

use std::fmt;

/// Why nothing came of it. Displays as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: String,
}

/// Whose fault an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command, the scenario or the trace is wrong: the user can put it right.
    Usage,
    /// Anything else: a full disk, a component that cannot be run.
    Other,
}

impl Error {
    /// The command, the scenario or the trace is wrong. The message says where and what would be
    /// right.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Anything that is not the user's fault.
    pub fn other(message: impl fmt::Display) -> Self {
        Self::new(Kind::Other, message)
    }

    fn new(kind: Kind, message: impl fmt::Display) -> Self {
        // Libraries put line breaks into their messages; callers and scripts count on one line.
        let message = message.to_string();
        let message = message
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        // What others wrote, a policy for one, shall not move the cursor of a terminal.
        let message = message.replace(|c: char| c.is_control() && c != '\t', " ");
        Self { kind, message }
    }

    /// The same, with what it is about behind it in brackets.
    #[must_use]
    pub fn within(&self, what: impl fmt::Display) -> Self {
        Self::new(self.kind, format_args!("{} ({what})", self.message))
    }

    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit status of a program that ends with this error.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self.kind {
            Kind::Usage => 2,
            Kind::Other => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_whatever_a_library_says() {
        let error = Error::usage("bad\n  worse\n\n");
        assert_eq!(error.to_string(), "bad; worse");
        assert_eq!((error.kind(), error.exit_status()), (Kind::Usage, 2));
        assert_eq!(Error::other("x").exit_status(), 1);
        let within = error.within("point 3");
        assert_eq!(
            (within.to_string().as_str(), within.exit_status()),
            ("bad; worse (point 3)", 2)
        );
        assert_eq!(Error::other("a\x1b[2Jb").to_string(), "a [2Jb");
    }
}
