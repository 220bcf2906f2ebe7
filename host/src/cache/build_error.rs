//! Why a cache cannot be built.

use std::fmt;

use crate::policy;

/// Why a cache cannot be built.
#[derive(Clone, Debug)]
pub struct BuildError(Reason);

#[derive(Clone, Debug)]
enum Reason {
    Setting(String),
    Policy(policy::Error),
}

impl BuildError {
    /// A setting that is out of range; the text names it and says what would be right.
    pub(super) fn setting(reason: String) -> BuildError {
        BuildError(Reason::Setting(reason))
    }

    /// What the policy, or the host about it, had to say, if that was it.
    #[must_use]
    pub fn policy_error(&self) -> Option<&policy::Error> {
        match &self.0 {
            Reason::Setting(_) => None,
            Reason::Policy(error) => Some(error),
        }
    }
}

impl From<policy::Error> for BuildError {
    fn from(error: policy::Error) -> BuildError {
        BuildError(Reason::Policy(error))
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the cache cannot be built: ")?;
        match &self.0 {
            Reason::Setting(reason) => f.write_str(reason),
            Reason::Policy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::Setting(_) => None,
            Reason::Policy(error) => Some(error),
        }
    }
}
