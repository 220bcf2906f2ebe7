//! Durations as people write them: `250ms`, `60s`, `2h`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A duration or an instant of virtual time, in nanoseconds. As text: `250ms`, `1m 30s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanos(pub u64);

impl Nanos {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1_000_000_000)
    }

    /// In seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// Units that a whole number of says a duration in one word, from the longest down.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl fmt::Display for Nanos {
    /// The shortest text that reads back as the same duration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let split = humantime::format_duration(Duration::from_nanos(self.0)).to_string();
        let whole = UNITS
            .iter()
            .find(|(_, unit)| self.0.is_multiple_of(*unit))
            .map(|(name, unit)| format!("{}{name}", self.0 / unit));
        match whole {
            Some(whole) if whole.len() <= split.len() => f.write_str(&whole),
            _ => f.write_str(&split),
        }
    }
}

impl FromStr for Nanos {
    type Err = String;

    /// # Errors
    ///
    /// Says what a duration looks like.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!("`{text}` is not a duration{why}: write it as `250ms`, `60s` or `2h`")
        };
        let duration = humantime::parse_duration(text.trim()).map_err(|error| {
            wrong(&match error {
                humantime::DurationError::UnknownUnit { unit, .. } if !unit.is_empty() => {
                    format!(" (there is no unit `{unit}`)")
                }
                humantime::DurationError::NumberOverflow => " (too long)".to_owned(),
                _ => String::new(),
            })
        })?;
        u64::try_from(duration.as_nanos())
            .map(Nanos)
            .map_err(|_| wrong(" (longer than 584 years)"))
    }
}

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Nanos;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration as text, such as \"250ms\", \"60s\" or \"2h\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Nanos, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_its_shortest_form_and_reads_back() {
        for (nanos, text) in [
            (0, "0s"),
            (250_000_000, "250ms"),
            (60_000_000_000, "1m"),
            (90_000_000_000, "90s"),
            (7_200_000_000_000, "2h"),
            (1_500, "1500ns"),
            (86_400_000_000_000, "1d"),
        ] {
            assert_eq!(Nanos(nanos).to_string(), text);
        }
        for nanos in [
            1,
            999,
            1_000_001,
            61_000_000_001,
            31_557_600_000_000_123,
            u64::MAX,
        ] {
            assert_eq!(Nanos(nanos).to_string().parse(), Ok(Nanos(nanos)));
        }
    }

    #[test]
    fn what_is_not_a_duration_says_what_one_looks_like() {
        for text in [
            "10 lightyears",
            "",
            "soon",
            "-5s",
            "5",
            "99999999999999999h",
        ] {
            let error = text.parse::<Nanos>().unwrap_err();
            assert!(error.contains("write it as `250ms`"), "{error}");
        }
        assert!(
            "10 lightyears"
                .parse::<Nanos>()
                .unwrap_err()
                .contains("no unit `lightyears`")
        );
    }
}
