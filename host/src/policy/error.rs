//! What can go wrong with a policy.

use std::fmt;

use super::circumstances::Circumstances;
use super::inspect::Mismatch;

/// What can go wrong with a policy. Names the policy, the function and what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    policy: String,
    version: Option<String>,
    function: Option<&'static str>,
    outcome: Outcome,
    /// Boxed, so that an error is no larger for what most do not have.
    circumstances: Option<Box<Circumstances>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The file is no component that could run here; the text says what is the matter.
    Unusable(String),
    /// The component is of another world than the host's policies.
    OtherWorld(Box<Mismatch>),
    /// The policy answered with an error.
    Refused(String),
    /// The call used up its fuel.
    OutOfFuel {
        /// What it had.
        limit: u64,
    },
    /// The call took too long by the clock on the wall.
    Deadline {
        /// How long it may take.
        limit: std::time::Duration,
    },
    /// The call asked for more than a limit allows.
    Quota {
        /// Of what.
        what: &'static str,
        /// What it asked for.
        got: usize,
        /// What it may have.
        limit: usize,
    },
    /// The strings and lists of one call were larger than may cross to the host.
    Transfer {
        /// Bytes that may.
        limit: usize,
    },
    /// The call trapped; the instance is gone.
    Trap(String),
    /// The answer breaks a rule of the contract.
    Invalid(String),
}

impl Error {
    pub(crate) fn new(policy: &str, function: Option<&'static str>, outcome: Outcome) -> Error {
        let outcome = match outcome {
            Outcome::Unusable(text) => Outcome::Unusable(plain(text, TEXT)),
            Outcome::Refused(text) => Outcome::Refused(plain(text, TEXT)),
            Outcome::Invalid(text) => Outcome::Invalid(plain(text, TEXT)),
            Outcome::Trap(text) => Outcome::Trap(plain(text, TEXT)),
            other => other,
        };
        Error {
            policy: policy.to_owned(),
            version: None,
            function,
            outcome,
            circumstances: None,
        }
    }

    /// The same, and what the call was about and how far it had come. Only where it was broken off: what a
    /// policy says itself, or what the host has against an answer, needs no more.
    pub(crate) fn under(mut self, circumstances: impl FnOnce() -> Circumstances) -> Error {
        if self.outcome.breaks_off() {
            self.circumstances = Some(Box::new(circumstances()));
        }
        self
    }

    /// The same, and which version of the policy it was.
    pub(crate) fn of_version(mut self, version: Option<&str>) -> Error {
        self.version = version.map(str::to_owned);
        self
    }

    /// A refusal by a policy that is no component, such as one compiled into the program.
    #[must_use]
    pub fn refused(policy: &str, function: &'static str, reason: String) -> Error {
        Error::new(policy, Some(function), Outcome::Refused(reason))
    }

    /// The policy's name.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// The version that the policy says it has, if it says one.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The exported function that was called, if one was.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        self.function
    }

    /// What happened.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the call was about and how far it had come, where it was broken off.
    #[must_use]
    pub fn circumstances(&self) -> Option<&Circumstances> {
        self.circumstances.as_deref()
    }

    /// Whether the instance can still be called.
    pub(crate) fn leaves_the_instance_alive(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_) | Outcome::Invalid(_))
    }
}

impl Outcome {
    /// Whether the call ended before the policy answered.
    fn breaks_off(&self) -> bool {
        matches!(
            self,
            Outcome::OutOfFuel { .. }
                | Outcome::Deadline { .. }
                | Outcome::Quota { .. }
                | Outcome::Transfer { .. }
                | Outcome::Trap(_)
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy {}", self.policy)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        f.write_str(": ")?;
        if let Some(function) = self.function {
            write!(f, "{function}: ")?;
        }
        write!(f, "{}", self.outcome)?;
        match &self.circumstances {
            Some(circumstances) => write!(f, "{circumstances}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Unusable(reason) | Outcome::Refused(reason) | Outcome::Invalid(reason) => {
                f.write_str(reason)
            }
            Outcome::OtherWorld(mismatch) => write!(f, "{mismatch}"),
            Outcome::OutOfFuel { limit } => write!(f, "out of fuel: limit={limit}"),
            Outcome::Deadline { limit } => write!(f, "out of time: limit={limit:?}"),
            Outcome::Quota { what, got, limit } => {
                write!(f, "too much {what}: got={got}, limit={limit}")
            }
            Outcome::Transfer { limit } => {
                write!(f, "too much data for one call (bytes): limit={limit}")
            }
            Outcome::Trap(reason) => write!(f, "trapped: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// Bytes of what an error quotes of a policy; more are cut off.
const TEXT: usize = 4_096;

/// Text of a policy on one line and of a bounded length: it may not move a terminal's cursor.
pub(super) fn plain(mut text: String, limit: usize) -> String {
    text.truncate(text.floor_char_boundary(limit));
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, " "),
        false => text,
    }
}

/// A broken limit, on its way out through the guest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breach {
    pub(super) what: &'static str,
    pub(super) got: usize,
    pub(super) limit: usize,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "too much {}: got={}, limit={}",
            self.what, self.got, self.limit
        )
    }
}

impl std::error::Error for Breach {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_and_cannot_move_a_cursor() {
        assert_eq!(plain("a\x1b[2Jb\nc".into(), 100), "a [2Jb c");
        assert_eq!(plain("äöü".into(), 3), "ä", "not in the middle of a letter");
    }

    #[test]
    fn an_error_quotes_no_more_of_a_policy_than_can_be_read() {
        let text = format!("\x1b[2J{}", "no".repeat(1 << 20));
        let kinds = [
            Outcome::Unusable,
            Outcome::Refused,
            Outcome::Invalid,
            Outcome::Trap,
        ];
        for kind in kinds {
            let said = Error::new("p", Some("save"), kind(text.clone())).to_string();
            assert!(said.len() < TEXT + 100 && !said.contains(char::is_control));
        }
    }
}
