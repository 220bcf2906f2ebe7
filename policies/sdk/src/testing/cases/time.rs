//! Lengths of time as cases have them: written as settings are.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::config::duration::nanos;

/// A duration: `250ms`, `1h 30m`.
pub(super) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    nanos(text.as_bytes())
        .map(Duration::from_nanos)
        .ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no duration: write it as `250ms`, `60s` or `2h`"
            ))
        })
}

/// The same where it may be absent.
pub(super) fn maybe_duration<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    duration(from).map(Some)
}

/// A duration, or `none` for no limit.
pub(super) fn limit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    match text.as_str() {
        "none" => Ok(None),
        _ => nanos(text.as_bytes())
            .map(|nanos| Some(Duration::from_nanos(nanos)))
            .ok_or_else(|| {
                D::Error::custom(format!(
                    "`{text}` is no limit of time: write it as `60s`, `2h` or `none`"
                ))
            }),
    }
}
