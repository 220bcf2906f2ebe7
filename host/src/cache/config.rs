//! A cache's settings from a file.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::settings::Settings;

/// The settings of a cache as a file has them: every one that is a plain value, by the name that the
/// [builder](crate::Builder) gives it. Durations are text, `"10m"` or `"1h 30m"`.
///
/// What a file leaves out stays as it is in the builder; a name that is not known is refused, and so is text
/// that is no duration. What is out of range is refused by `build`.
///
/// ```
/// use shelflife::Config;
/// use shelflife::sync::Cache;
///
/// let config: Config = toml::from_str(
///     r#"
///     max_capacity = 100_000
///     time_to_live = "10m"
///     jitter = 0.1
///     grace = "30s"
///     "#,
/// )?;
/// let cache = Cache::<String>::builder().config(&config).build()?;
///
/// let error = toml::from_str::<Config>(r#"time_to_life = "10m""#).unwrap_err();
/// assert!(error.to_string().contains("unknown field `time_to_life`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    name: Option<String>,
    max_capacity: Option<u64>,
    initial_capacity: Option<usize>,
    copies_per_thread: Option<usize>,
    #[serde(default, deserialize_with = "duration")]
    time_to_live: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    time_to_idle: Option<Duration>,
    jitter: Option<f64>,
    #[serde(default, deserialize_with = "duration")]
    grace: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    rescue: Option<Duration>,
    refresh_ahead: Option<f64>,
    early_refresh: Option<f64>,
    nearest: Option<f32>,
    #[serde(default, deserialize_with = "duration")]
    negative_ttl: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    soft_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    load_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    hold_off: Option<Duration>,
    /// The name of a built-in one, or the path of a component.
    policy: Option<String>,
    /// As a table, in the format of the file.
    policy_config: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Config {
    pub(super) fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// As JSON text.
    pub(super) fn policy_config(&self) -> Option<String> {
        let table = self.policy_config.clone()?;
        Some(serde_json::Value::Object(table).to_string())
    }
}

impl Settings {
    /// Takes what a file has.
    pub(super) fn take(&mut self, config: &Config) {
        fn take<T: Clone>(setting: &mut Option<T>, from: &Option<T>) {
            if from.is_some() {
                setting.clone_from(from);
            }
        }
        take(&mut self.name, &config.name);
        take(&mut self.max_capacity, &config.max_capacity);
        take(&mut self.initial_capacity, &config.initial_capacity);
        take(&mut self.copies_per_thread, &config.copies_per_thread);
        take(&mut self.time_to_live, &config.time_to_live);
        take(&mut self.time_to_idle, &config.time_to_idle);
        take(&mut self.jitter, &config.jitter);
        take(&mut self.grace, &config.grace);
        take(&mut self.rescue, &config.rescue);
        take(&mut self.refresh_ahead, &config.refresh_ahead);
        take(&mut self.early_refresh, &config.early_refresh);
        take(&mut self.nearest, &config.nearest);
        take(&mut self.negative_ttl, &config.negative_ttl);
        take(&mut self.soft_timeout, &config.soft_timeout);
        take(&mut self.load_timeout, &config.load_timeout);
        take(&mut self.hold_off, &config.hold_off);
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    /// By a type of its own, so that the format can say where in the file it stands.
    struct Text;

    impl serde::de::Visitor<'_> for Text {
        type Value = Duration;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a duration as text, such as \"10m\" or \"1h 30m\"")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
            humantime::parse_duration(text)
                .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Text).map(Some)
}
