//! Distributions of durations: latencies, delays and lags.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, Exp1, StandardNormal};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Nanos;
use crate::error::Error;

/// How long something takes, drawn anew each time.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same. As text: `"20ms"`.
    Constant(Nanos),
    /// With this mean. `{ exponential = "20ms" }`.
    Exponential(Nanos),
    /// Both ends included. `{ uniform = ["50ms", "500ms"] }`.
    Uniform(Nanos, Nanos),
    /// `median · e^(sigma · N)` for a standard normal N. `{ lognormal = { median = "80ms", sigma = 0.5 } }`.
    Lognormal { median: Nanos, sigma: f64 },
    /// One of the durations in a file, each as likely. `{ empirical = "file.csv" }`.
    Empirical(Empirical),
}

/// Durations that were measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// The file as the scenario names it.
    pub file: String,
    /// In nanoseconds. Empty until [`Distribution::read_files`] has run.
    values: Arc<[u64]>,
}

/// No draw is longer, so that times never leave their 64 bits however often they are added up.
pub(super) const LONGEST: Nanos = Nanos::from_secs(30 * 86_400);

impl Default for Distribution {
    fn default() -> Self {
        Self::Constant(Nanos::ZERO)
    }
}

impl Distribution {
    /// Draws a duration, in nanoseconds: 30 days at most.
    pub fn sample(&self, rng: &mut impl Rng) -> u64 {
        let drawn = match self {
            Self::Constant(value) => value.0,
            Self::Exponential(mean) => {
                let draw: f64 = Exp1.sample(rng);
                (draw * mean.0 as f64).round() as u64
            }
            Self::Uniform(low, high) => rng.random_range(low.0..=high.0),
            Self::Lognormal { median, sigma } => {
                let draw: f64 = StandardNormal.sample(rng);
                ((sigma * draw).exp() * median.0 as f64).round() as u64
            }
            Self::Empirical(empirical) => match empirical.values.len() {
                0 => 0,
                n => empirical.values[rng.random_range(0..n)],
            },
        };
        drawn.min(LONGEST.0)
    }

    /// The longest duration that is written in it.
    pub(super) fn longest(&self) -> Nanos {
        match self {
            Self::Constant(value) | Self::Exponential(value) => *value,
            Self::Uniform(_, high) => *high,
            Self::Lognormal { median, .. } => *median,
            Self::Empirical(empirical) => {
                Nanos(empirical.values.iter().copied().max().unwrap_or_default())
            }
        }
    }

    /// Whether every draw is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.constant() == Some(0)
    }

    /// What every draw is, in nanoseconds, where all are the same.
    #[must_use]
    pub fn constant(&self) -> Option<u64> {
        match self {
            Self::Constant(value) => Some(value.0),
            Self::Exponential(mean) => (mean.0 == 0).then_some(0),
            Self::Uniform(low, high) => (low == high).then_some(low.0),
            Self::Lognormal { median, sigma } => {
                (*sigma == 0.0 || median.0 == 0).then_some(median.0)
            }
            Self::Empirical(empirical) => {
                let first = empirical.values.first().copied()?;
                empirical
                    .values
                    .iter()
                    .all(|value| *value == first)
                    .then_some(first)
            }
        }
    }

    /// A duration that 99 of 100 draws do not exceed.
    #[must_use]
    pub fn nearly_longest(&self) -> Nanos {
        // The quantiles of the exponential and of the normal distribution.
        match self {
            Self::Exponential(mean) => Nanos((mean.0 as f64 * 100_f64.ln()).round() as u64),
            Self::Lognormal { median, sigma } => {
                Nanos((median.0 as f64 * (2.326_348 * sigma).exp()).round() as u64)
            }
            other => other.longest(),
        }
    }

    /// The mean, in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) | Self::Exponential(value) => value.0 as f64,
            Self::Uniform(low, high) => (low.0 as f64 + high.0 as f64) / 2.0,
            Self::Lognormal { median, sigma } => median.0 as f64 * (sigma * sigma / 2.0).exp(),
            Self::Empirical(empirical) => {
                empirical
                    .values
                    .iter()
                    .map(|value| *value as f64)
                    .sum::<f64>()
                    / empirical.values.len().max(1) as f64
            }
        }
    }

    /// Reads the file of an empirical distribution, relative to `base`; does nothing for the others.
    ///
    /// A line is a duration: text (`12ms`) or a plain number of microseconds. Empty lines, lines that
    /// begin with `#` and a first line that is a heading (no digit in it) are passed over.
    ///
    /// # Errors
    ///
    /// The file cannot be read, a line is not a duration, or there is none.
    pub(super) fn read_files(&mut self, base: &Path) -> Result<(), Error> {
        let Self::Empirical(empirical) = self else {
            return Ok(());
        };
        let text = std::fs::read_to_string(base.join(&empirical.file))
            .map_err(|error| Error::usage(format_args!("{}: {error}", empirical.file)))?;
        let mut values = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let heading = index == 0 && !line.contains(|c: char| c.is_ascii_digit());
            if line.is_empty() || line.starts_with('#') || heading {
                continue;
            }
            let value = match line.parse::<f64>() {
                Ok(micros) if micros >= 0.0 && micros.is_finite() => {
                    Ok((micros * 1e3).round() as u64)
                }
                Ok(_) => Err(format!(
                    "`{line}` is not a duration: a number of microseconds is 0 or more"
                )),
                Err(_) => line.parse::<Nanos>().map(|nanos| nanos.0),
            };
            values.push(value.map_err(|why| {
                Error::usage(format_args!("{}:{}: {why}", empirical.file, index + 1))
            })?);
        }
        if values.is_empty() {
            return Err(Error::usage(format_args!(
                "{}: no durations in it, one a line",
                empirical.file
            )));
        }
        empirical.values = values.into();
        Ok(())
    }
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Lognormal {
            median: Nanos,
            sigma: f64,
        }
        if let Self::Constant(value) = self {
            return value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Constant(value) => map.serialize_entry("constant", value)?,
            Self::Exponential(mean) => map.serialize_entry("exponential", mean)?,
            Self::Uniform(low, high) => map.serialize_entry("uniform", &[low, high])?,
            Self::Lognormal { median, sigma } => {
                map.serialize_entry(
                    "lognormal",
                    &Lognormal {
                        median: *median,
                        sigma: *sigma,
                    },
                )?;
            }
            Self::Empirical(empirical) => map.serialize_entry("empirical", &empirical.file)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable)
    }
}

struct TextOrTable;

const LAWS: &[&str] = &["exponential", "uniform", "lognormal", "empirical"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LognormalFields {
    median: Nanos,
    sigma: f64,
}

impl<'de> Visitor<'de> for TextOrTable {
    type Value = Distribution;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"20ms\", or a table such as { exponential = \"20ms\" }")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Distribution, E> {
        text.parse().map(Distribution::Constant).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Distribution, A::Error> {
        let Some(law) = map.next_key::<String>()? else {
            return Err(A::Error::custom(
                "a distribution table names one law, such as { exponential = \"20ms\" }",
            ));
        };
        let distribution = match law.as_str() {
            "exponential" => Distribution::Exponential(map.next_value()?),
            "uniform" => {
                let ends: Vec<Nanos> = map.next_value()?;
                let [low, high] = ends[..] else {
                    return Err(A::Error::custom(format_args!(
                        "uniform has two ends, [\"50ms\", \"500ms\"], and not {}",
                        ends.len()
                    )));
                };
                if low > high {
                    return Err(A::Error::custom(format_args!(
                        "uniform goes from the shorter to the longer: [\"{high}\", \"{low}\"]"
                    )));
                }
                Distribution::Uniform(low, high)
            }
            "lognormal" => {
                let LognormalFields { median, sigma } = map.next_value()?;
                if !(0.0..=20.0).contains(&sigma) {
                    return Err(A::Error::custom(format_args!(
                        "`sigma` is between 0 and 20, not {sigma}"
                    )));
                }
                Distribution::Lognormal { median, sigma }
            }
            "empirical" => Distribution::Empirical(Empirical {
                file: map.next_value()?,
                values: Arc::new([]),
            }),
            other => return Err(A::Error::unknown_field(other, LAWS)),
        };
        match map.next_key::<String>()? {
            None => Ok(distribution),
            Some(second) => Err(A::Error::custom(format_args!(
                "a distribution is one law: `{law}` or `{second}`, not both"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    fn read(json: &str) -> Result<Distribution, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_reads_and_is_written_as_it_was_read() {
        for json in [
            r#""20ms""#,
            r#"{"exponential":"20ms"}"#,
            r#"{"uniform":["50ms","500ms"]}"#,
            r#"{"lognormal":{"median":"80ms","sigma":0.5}}"#,
            r#"{"empirical":"file.csv"}"#,
        ] {
            let distribution = read(json).unwrap();
            assert_eq!(serde_json::to_string(&distribution).unwrap(), json);
        }
    }

    #[test]
    fn what_is_not_a_distribution_is_refused_with_what_is() {
        for (json, says) in [
            (r#"{"exponental":"20ms"}"#, "unknown field `exponental`"),
            (r#"{"uniform":["2s","1s"]}"#, "[\"1s\", \"2s\"]"),
            (r#"{"uniform":["2s"]}"#, "two ends"),
            (r#"{"uniform":["2s","3s","4s"]}"#, "not 3"),
            (
                r#"{"lognormal":{"median":"1s","sigma":-1}}"#,
                "between 0 and 20",
            ),
            (r#"{"exponential":"1s","uniform":["1s","2s"]}"#, "not both"),
            (r"{}", "names one law"),
            ("5", "a duration such as"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(says), "{json}: {error}");
        }
    }

    #[test]
    fn draws_have_the_mean_that_the_law_says() {
        let mut rng = stream(1, 0, Purpose::FeedDelay, 0);
        for json in [
            r#""20ms""#,
            r#"{"exponential":"20ms"}"#,
            r#"{"uniform":["50ms","500ms"]}"#,
            r#"{"lognormal":{"median":"80ms","sigma":0.5}}"#,
        ] {
            let distribution = read(json).unwrap();
            let n = 200_000;
            let mean = (0..n)
                .map(|_| distribution.sample(&mut rng) as f64)
                .sum::<f64>()
                / f64::from(n);
            assert!(
                (mean / distribution.mean() - 1.0).abs() < 0.01,
                "{json}: {mean} {}",
                distribution.mean()
            );
        }
    }

    #[test]
    fn an_empirical_file_holds_texts_or_microseconds() {
        let dir = std::env::temp_dir().join(format!("shelflife-empirical-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("d.csv"), "latency\n10ms\n\n# slow\n30000\n").unwrap();
        std::fs::write(dir.join("bad.csv"), "10ms\nten\n").unwrap();
        let mut good = read(r#"{"empirical":"d.csv"}"#).unwrap();
        good.read_files(&dir).unwrap();
        assert_eq!(good.mean(), 20e6);
        let mut bad = read(r#"{"empirical":"bad.csv"}"#).unwrap();
        assert!(
            bad.read_files(&dir)
                .unwrap_err()
                .to_string()
                .starts_with("bad.csv:2: `ten` is not a duration")
        );
        let mut missing = read(r#"{"empirical":"nowhere.csv"}"#).unwrap();
        assert!(
            missing
                .read_files(&dir)
                .unwrap_err()
                .to_string()
                .starts_with("nowhere.csv: ")
        );
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn only_what_never_varies_is_constant() {
        assert!(Distribution::default().is_zero());
        assert!(read(r#"{"exponential":"0s"}"#).unwrap().is_zero());
        assert_eq!(
            read(r#"{"uniform":["1s","1s"]}"#).unwrap().constant(),
            Some(1_000_000_000)
        );
        assert_eq!(read(r#"{"exponential":"1s"}"#).unwrap().constant(), None);
    }
}
