//! How much of the beginning is not measured.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Nanos;

/// How much of the beginning is not measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Warmup {
    /// This long. As text: `"10m"`.
    For(Nanos),
    /// This share of the run, at least 0 and less than 1. A number: `0.1`.
    Share(f64),
    /// Until the caches are full, as a trial shows. As text: `"auto"`.
    Auto,
}

impl Warmup {
    /// How long that is in a run of `duration` nanoseconds; 0 for [`Warmup::Auto`], which nobody knows
    /// before a trial.
    #[must_use]
    pub fn of(self, duration: u64) -> u64 {
        match self {
            Self::For(time) => time.0,
            Self::Share(share) => (share * duration as f64) as u64,
            Self::Auto => 0,
        }
    }
}

impl Default for Warmup {
    fn default() -> Self {
        Self::For(Nanos::ZERO)
    }
}

impl From<Nanos> for Warmup {
    fn from(time: Nanos) -> Self {
        Self::For(time)
    }
}

impl fmt::Display for Warmup {
    /// As a scenario has it, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(time) => time.fmt(f),
            Self::Share(share) => share.fmt(f),
            Self::Auto => f.write_str("auto"),
        }
    }
}

impl Serialize for Warmup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::For(time) => time.serialize(serializer),
            Self::Share(share) => share.serialize(serializer),
            Self::Auto => serializer.serialize_str("auto"),
        }
    }
}

impl<'de> Deserialize<'de> for Warmup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrShare)
    }
}

struct TextOrShare;

impl Visitor<'_> for TextOrShare {
    type Value = Warmup;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a duration as text such as \"10m\", a share of the run such as 0.1, or \"auto\"",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Warmup, E> {
        match text.trim() {
            "auto" => Ok(Warmup::Auto),
            text => text
                .parse()
                .map(Warmup::For)
                .map_err(|why: String| E::custom(format_args!("{why}, or `auto`"))),
        }
    }

    fn visit_f64<E: Error>(self, share: f64) -> Result<Warmup, E> {
        if (0.0..1.0).contains(&share) {
            return Ok(Warmup::Share(share));
        }
        Err(E::custom(format_args!(
            "a share of the run is at least 0 and less than 1, not {share}; a duration is text, such as \
             \"10m\""
        )))
    }

    fn visit_i64<E: Error>(self, share: i64) -> Result<Warmup, E> {
        self.visit_f64(share as f64)
    }

    fn visit_u64<E: Error>(self, share: u64) -> Result<Warmup, E> {
        self.visit_f64(share as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        warmup: Warmup,
    }

    fn read(text: &str) -> Result<Warmup, String> {
        let read = toml::from_str::<Holder>(&format!("warmup = {text}"));
        read.map(|holder| holder.warmup)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_warm_up_is_a_duration_a_share_or_auto_and_reads_back() {
        for (text, warmup) in [
            ("\"10m\"", Warmup::For(Nanos::from_secs(600))),
            ("0.25", Warmup::Share(0.25)),
            ("0", Warmup::Share(0.0)),
            ("\"auto\"", Warmup::Auto),
        ] {
            assert_eq!(read(text), Ok(warmup));
            let written = toml::to_string(&Holder { warmup }).unwrap();
            assert_eq!(toml::from_str::<Holder>(&written).unwrap().warmup, warmup);
        }
        assert_eq!(Warmup::Share(0.25).of(1000), 250);
        assert_eq!(Warmup::For(Nanos(7)).of(1000), 7);
        assert_eq!(Warmup::Auto.of(1000), 0);
    }

    #[test]
    fn what_is_none_says_what_one_looks_like() {
        for (text, says) in [
            ("600", "a duration is text, such as \"10m\""),
            ("1.0", "less than 1, not 1;"),
            ("-0.1", "at least 0"),
            ("\"soon\"", "or `auto`"),
            ("true", "a share of the run such as 0.1"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
