//! A case as it is read from its file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::text;
use super::time::{duration, limit, maybe_duration};
use crate::event::{Change, ChangeKind, Instant, PurgeMode, Sighting};
use crate::lease::{Lease, Refresh};
use crate::testing::Effect;

/// What a policy is to do with its settings and then step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The name of its file, without the extension.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// The settings, as JSON text.
    pub config: String,
    /// What the plan must be.
    pub plan: Option<ExpectedPlan>,
    /// The policy must refuse the settings, in words that contain these.
    pub refused: Option<String>,
    /// What happens, in the order of time.
    pub steps: Vec<Step>,
}

/// What a plan must be, as far as it matters.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedPlan {
    /// Names of feeds, in any order.
    pub feeds: Option<Vec<String>>,
    /// Prefixes of the rules, in any order.
    pub prefixes: Option<Vec<String>>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Virtual time since the start.
    pub at: Duration,
    /// What it is.
    pub does: Does,
    /// The policy must answer the call with an error that contains these words.
    pub refused: Option<String>,
    /// What the host answers when the policy asks about entries; every other is absent.
    pub sightings: BTreeMap<String, Sighting>,
}

/// What a step does, and what must come of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Does {
    /// A key is read.
    Read {
        /// The key.
        key: String,
        /// What its loader says the value was made from.
        depends_on: Vec<String>,
        /// Size of the value, in bytes.
        size: u64,
        /// How long its load takes.
        load_time: Duration,
        /// The embedding of the key.
        vector: Option<Vec<f32>>,
        /// Whether its load fails.
        fails: bool,
        /// What the reader gets.
        expect: Option<Answer>,
        /// The lease of the entry that is stored, as [`super::lease`] writes it.
        lease: Option<String>,
    },
    /// The policy is told of changes, in one call.
    Changes {
        /// Which.
        changes: Vec<StepChange>,
        /// What it purges, as [`super::effect`] writes it.
        purges: Option<Vec<String>>,
    },
}

/// A change, with what the host knows of its row.
#[derive(Debug, Clone, PartialEq)]
pub struct StepChange {
    /// The change.
    pub change: Change,
    /// Its columns before.
    pub before: Row,
    /// Its columns after.
    pub after: Row,
    /// The embedding of what changed.
    pub vector: Option<Vec<f32>>,
}

/// Columns of a row, as text.
pub type Row = BTreeMap<String, String>;

/// What a reader gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A value that was loaded for it.
    Miss,
    /// A fresh value from the cache.
    Hit,
    /// A value from the cache that is past its end.
    Stale,
    /// Nothing: the load failed.
    Error,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Miss => "miss",
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Error => "error",
        })
    }
}

impl Case {
    /// Reads a case from its file.
    ///
    /// # Errors
    ///
    /// One line that names the file, the line and what is wrong there.
    pub fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read {shown}: {error}"))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text).map_err(|error| format!("{shown}: {error}"))
    }

    /// Reads a case from its text.
    ///
    /// # Errors
    ///
    /// The line and what is wrong there.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let raw: RawCase = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text[..start.min(text.len())].matches('\n').count() + 1;
            // Some messages have lines of their own.
            let message: Vec<&str> = error.message().lines().map(str::trim).collect();
            format!("line {line}: {}", message.join("; "))
        })?;
        let mut at = Duration::ZERO;
        let mut position = 0;
        let mut steps = Vec::new();
        for (index, raw) in raw.step.into_iter().enumerate() {
            let step = raw
                .step(&mut at, &mut position)
                .map_err(|error| format!("step {}: {error}", index + 1))?;
            steps.push(step);
        }
        if raw.refused.is_some() && (!steps.is_empty() || raw.plan.is_some()) {
            return Err(
                "`refused` stands for the settings: with it there are neither steps nor a plan"
                    .into(),
            );
        }
        Ok(Self {
            name: name.to_owned(),
            about: raw.about,
            config: text::json(&toml::Value::Table(raw.config)),
            plan: raw.plan,
            refused: raw.refused,
            steps,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    #[serde(default)]
    about: String,
    #[serde(default)]
    config: toml::Table,
    plan: Option<ExpectedPlan>,
    refused: Option<String>,
    #[serde(default)]
    step: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    #[serde(default, deserialize_with = "maybe_duration")]
    at: Option<Duration>,
    read: Option<String>,
    #[serde(default)]
    depends_on: Vec<String>,
    #[serde(default)]
    size: u64,
    #[serde(default, deserialize_with = "duration")]
    load_time: Duration,
    vector: Option<Vec<f32>>,
    #[serde(default)]
    fails: bool,
    expect: Option<Answer>,
    lease: Option<RawLease>,
    changes: Option<Vec<RawChange>>,
    purges: Option<Vec<RawPurge>>,
    refused: Option<String>,
    #[serde(default)]
    sightings: BTreeMap<String, RawSighting>,
}

impl RawStep {
    fn step(self, clock: &mut Duration, position: &mut u64) -> Result<Step, String> {
        let at = self.at.unwrap_or(*clock);
        if at < *clock {
            return Err(format!(
                "`at` is {}, before {}: time does not go back",
                text::duration(at),
                text::duration(*clock)
            ));
        }
        *clock = at;
        let does = match (self.read, self.changes) {
            (Some(key), None) => {
                if self.purges.is_some() {
                    return Err("`purges` come of `changes`, not of a `read`".into());
                }
                *clock += self.load_time;
                Does::Read {
                    key,
                    depends_on: self.depends_on,
                    size: self.size,
                    load_time: self.load_time,
                    vector: self.vector,
                    fails: self.fails,
                    expect: self.expect,
                    lease: self.lease.map(|lease| text::lease(&lease.lease())),
                }
            }
            (None, Some(changes)) => {
                if self.expect.is_some() || self.lease.is_some() {
                    return Err("`expect` and `lease` come of a `read`, not of `changes`".into());
                }
                let change = |raw: RawChange| {
                    *position += 1;
                    raw.change(at, *position)
                };
                let purges = self.purges.map(|purges| {
                    let effects = purges.into_iter().map(RawPurge::effect);
                    effects
                        .map(|effect| effect.map(|effect| text::effect(&effect)))
                        .collect()
                });
                Does::Changes {
                    changes: changes.into_iter().map(change).collect(),
                    purges: purges.transpose()?,
                }
            }
            _ => return Err("a step either has a `read` or `changes`".into()),
        };
        let sightings = self.sightings.into_iter();
        Ok(Step {
            at,
            does,
            refused: self.refused,
            sightings: sightings
                .map(|(key, RawSighting(sighting))| (key, sighting))
                .collect(),
        })
    }
}

struct RawSighting(Sighting);

impl<'de> Deserialize<'de> for RawSighting {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Name {
            Absent,
            Unread,
            Read,
        }
        Ok(Self(match Name::deserialize(from)? {
            Name::Absent => Sighting::Absent,
            Name::Unread => Sighting::Unread,
            Name::Read => Sighting::Read,
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLease {
    #[serde(default, deserialize_with = "limit")]
    ttl: Option<Duration>,
    #[serde(default, deserialize_with = "limit")]
    idle: Option<Duration>,
    #[serde(default)]
    jitter: f64,
    #[serde(default, deserialize_with = "duration")]
    grace: Duration,
    #[serde(default, deserialize_with = "duration")]
    rescue: Duration,
    ahead: Option<f64>,
    early: Option<f64>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    generations: Vec<String>,
}

impl RawLease {
    fn lease(self) -> Lease {
        let refresh = match (self.ahead, self.early) {
            (Some(share), _) => Refresh::Ahead(share),
            (None, Some(beta)) => Refresh::Early(beta),
            (None, None) => Refresh::Lazy,
        };
        Lease {
            ttl: self.ttl,
            idle: self.idle,
            jitter: self.jitter,
            grace: self.grace,
            rescue: self.rescue,
            refresh,
            tags: self.tags,
            generations: self.generations,
            hints: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChange {
    feed: Option<String>,
    collection: Option<String>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    before: Row,
    #[serde(default)]
    after: Row,
    vector: Option<Vec<f32>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Created,
    #[default]
    Updated,
    Deleted,
    Truncated,
    Other,
}

impl RawChange {
    fn change(self, at: Duration, position: u64) -> StepChange {
        let first = |key: &str| {
            key.split_once(':')
                .map_or(String::new(), |(first, _)| first.into())
        };
        let change = Change {
            feed: self.feed.unwrap_or_else(|| crate::WRITES.to_owned()),
            position,
            collection: self.collection.unwrap_or_else(|| first(&self.key)),
            key: self.key,
            kind: match self.kind {
                Kind::Created => ChangeKind::Created,
                Kind::Updated => ChangeKind::Updated,
                Kind::Deleted => ChangeKind::Deleted,
                Kind::Truncated => ChangeKind::Truncated,
                Kind::Other => ChangeKind::Other,
            },
            at: Instant(text::nanos(at)),
        };
        StepChange {
            change,
            before: self.before,
            after: self.after,
            vector: self.vector,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPurge {
    keys: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    prefix: Option<String>,
    bump: Option<String>,
    #[serde(default)]
    everything: bool,
    keys_again: Option<Vec<String>>,
    #[serde(default, deserialize_with = "maybe_duration")]
    after: Option<Duration>,
    within: Option<f32>,
    of: Option<Vec<f32>>,
    mode: Option<Mode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Drop,
    Expire,
    Replace,
}

impl RawPurge {
    fn effect(self) -> Result<Effect, String> {
        let mode = match self.mode {
            None | Some(Mode::Drop) => PurgeMode::Drop,
            Some(Mode::Expire) => PurgeMode::Expire,
            Some(Mode::Replace) => PurgeMode::Replace,
        };
        let mut effects = Vec::new();
        effects.extend(self.keys.map(|keys| Effect::Keys(keys, mode)));
        effects.extend(self.tags.map(|tags| Effect::Tags(tags, mode)));
        effects.extend(self.prefix.map(|prefix| Effect::Prefix(prefix, mode)));
        effects.extend(self.bump.map(Effect::Bump));
        effects.extend(self.everything.then_some(Effect::Everything(mode)));
        if let Some(keys) = self.keys_again {
            let after = self
                .after
                .ok_or("a purge of `keys_again` says `after` how long")?;
            effects.push(Effect::KeysAgain(keys, mode, after));
        }
        if let Some(at_least) = self.within {
            let of = self
                .of
                .ok_or("a purge `within` a similarity says `of` which vector")?;
            effects.push(Effect::Within(of, at_least, mode));
        }
        match <[Effect; 1]>::try_from(effects) {
            Ok([effect]) => Ok(effect),
            Err(_) => Err(
                "a purge has one of `keys`, `tags`, `prefix`, `bump`, `everything`, `keys_again` and `within`"
                    .into(),
            ),
        }
    }
}
