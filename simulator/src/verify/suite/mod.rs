//! The cases.

use serde::Serialize;

use super::case::Setting;

/// A claim that no row holds the simulator against.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LeftOut {
    pub id: &'static str,
    pub what: &'static str,
    pub why: &'static str,
}

/// All of them.
pub const LEFT_OUT: &[LeftOut] = &[];

/// Every setting, in the order of the scenarios.
#[must_use]
pub fn settings() -> Vec<Setting> {
    Vec::new()
}
