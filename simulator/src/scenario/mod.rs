//! A scenario: everything that decides a run but the code.
//!
//! The structs below are the *resolved* form, with every default filled in. They serialize to what
//! `report.json` shows under `scenario`, and the same text read back gives the same run.

mod builtin;
mod cache;
mod defaults;
mod distribution;
mod duration;
mod load;
mod overrides;
pub(crate) mod pace;
mod places;
mod points;
mod popularity;
mod preset;
mod range;
mod schema;
mod source;
mod spec;
mod suggest;
mod sweep;
mod tables;
mod validate;
mod warmup;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use builtin::{BUILT_IN_SCENARIOS, TEMPLATE};
pub use cache::{Balance, Cache, Joins, Start, Stores, TagPurge};
pub use distribution::{Distribution, Empirical};
pub use duration::Nanos;
pub use load::{Loaded, from_str, load, load_builtin, load_trace};
pub use overrides::Overrides;
pub use points::{Point, Setting, Swept, at_point, load_sweep, sweep_from_str, value_text};
pub use preset::{Preset, presets};
pub use spec::{BUILT_IN_POLICIES, PATTERNS, is_component_path};
pub use suggest::{did_you_mean, nearest};
pub use sweep::Sweep;
pub use warmup::Warmup;

/// What the two baselines are called, which every comparison has.
pub const BASELINES: [&str; 2] = ["no cache", "perfect"];

/// Everything that decides a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Names the folder of the report.
    pub name: String,
    /// Every random number comes from here.
    pub seed: u64,
    /// Independent repetitions; results carry 95 % confidence intervals over them.
    pub replications: u32,
    /// Virtual time a synthetic workload runs, warm-up included: 2 h unless set. A trace runs to its
    /// last event unless this is set.
    pub duration: Option<Nanos>,
    /// What of the beginning is not measured: 10 min of a synthetic workload, nothing of a trace. With
    /// `"auto"` a trial decides.
    pub warmup: Option<Warmup>,
    /// Synthetic reads and writes; unused where `trace` is set.
    pub workload: Workload,
    /// A recorded workload.
    pub trace: Option<Trace>,
    pub origin: Origin,
    pub cache: Cache,
    pub writes: Writes,
    pub bus: Bus,
    pub feed: Feed,
    pub faults: Vec<Fault>,
    /// So long after each write of a key it is looked whether any cache would still serve an older value.
    /// The look leaves no trace.
    pub probe_after: Vec<Nanos>,
    /// What is compared. `compare` fills in the six patterns where there is none.
    #[serde(rename = "policy")]
    pub policies: Vec<Policy>,
    /// Settings that `shelflife sweep` goes through. No part of a run: a point of the sweep has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
}

/// Synthetic reads and writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Workload {
    /// A published workload, whose figures stand where the scenario names none: one of [`presets`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Which share of the preset is taken, of its keys and of its rates alike; unless set, as much as has
    /// at most 1,000 requests a second and a million keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// How many keys there are. With `embeddings` 0 means all of the set, and is the default there.
    pub keys: u32,
    /// How key 17 is written: `{}` stands for its number.
    pub key: String,
    pub value_bytes: u32,
    #[serde(deserialize_with = "defaults::reads")]
    #[schemars(with = "defaults::PartialStream")]
    pub reads: Stream,
    #[serde(deserialize_with = "defaults::writes")]
    #[schemars(with = "defaults::PartialStream")]
    pub writes: Stream,
    pub tags: Option<Tags>,
    pub write_targets: WriteTargets,
    /// A write is one transaction that changes so many different keys (or tags) at one instant. Loads
    /// see all of it or none, and whoever hears of one change hears of all at the same time.
    pub keys_per_write: u32,
    /// Each read and write is by one of so many clients, each as likely; 0: by nobody in particular,
    /// and no session guarantee is measured.
    pub clients: u32,
    /// Who writes a key reads it so much later. 0: nobody does.
    pub read_back: Distribution,
    /// Who reads a key reads it once more so much later. 0: nobody does.
    pub read_again: Distribution,
    /// From these times on the streams differ; ordered by `at`.
    #[serde(rename = "phase")]
    pub phases: Vec<Phase>,
    /// For a while the streams are so many times as fast; several at once multiply.
    #[serde(rename = "burst")]
    pub bursts: Vec<Burst>,
    /// Real embeddings instead of synthetic keys: the name of a built-in set or a path.
    pub embeddings: Option<Embeddings>,
}

/// One Poisson (or evenly spaced) stream of reads or writes, all keys together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Events a second; 0 for none.
    pub rate: f64,
    pub arrivals: Arrivals,
    pub popularity: Popularity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// Independent arrivals: exponential gaps.
    Poisson,
    /// One every `1 / rate` seconds.
    Even,
}

/// Which key an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Popularity {
    Uniform,
    /// The key of rank r (from 1) with a weight of `r^-exponent`.
    Zipf(f64),
    /// Zipf 0.99 over the keys ordered by how recently they were written, as in YCSB's `latest`: the
    /// last one written has rank 1. Before any write, keys count as written in the order of their
    /// numbers.
    Latest,
    /// For writes: drawn like the reads (a tag: one of the tags of a key drawn like the reads).
    SameAsReads,
}

/// What entries are made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tags {
    /// How many different tags a key is made from.
    pub per_key: u32,
    /// How many tags there are.
    pub of: u32,
    /// How likely a key is made from each.
    pub popularity: Popularity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WriteTargets {
    /// A write changes one key.
    Key,
    /// A write changes a tag, and with it every key made from it.
    Tag,
}

/// A change of the streams. What is `None` stays as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub at: Nanos,
    #[serde(default)]
    pub reads: PhaseStream,
    #[serde(default)]
    pub writes: PhaseStream,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhaseStream {
    pub rate: Option<f64>,
    pub popularity: Option<Popularity>,
}

/// A while in which the streams are faster (or slower) than the phase says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    pub at: Nanos,
    #[serde(rename = "for")]
    pub lasts: Nanos,
    /// Again and again: from one beginning to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Nanos>,
    /// The rate of reads is multiplied by this.
    #[serde(default = "one")]
    pub reads: f64,
    /// The rate of writes is multiplied by this.
    #[serde(default = "one")]
    pub writes: f64,
}

/// Keys that are texts with embeddings and, where known, a topic: the texts of one topic have one
/// answer, and a write changes the answer of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Embeddings {
    /// `builtin:banking77`, or the path of a set: `NAME.queries` for `NAME.queries.f16` and
    /// `NAME.queries.jsonl`, with `NAME.intents.f16` and `NAME.intents.jsonl` beside them; or
    /// `NAME.questions`, with the pairs that mean the same in `NAME.pairs.csv` (`a,b,duplicate`). Or
    /// `synthetic`: as many texts as there are `keys`, each the point of its topic and normal noise.
    pub set: String,
    /// Numbers in a vector, of a synthetic set. Default 384.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dims: Option<u32>,
    /// How many topics a synthetic set has; its keys take turns. Default: a tenth of the keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<u32>,
    /// The variance of a synthetic text's noise, where the point of its topic has length 1. Default 0.08.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// The cosine between the points of two topics that are neighbours, 0 and 1, 2 and 3, and so on; all
    /// others are as chance will have it. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosine: Option<f64>,
}

/// A recorded workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Relative to the scenario, or `builtin:shop`.
    pub path: PathBuf,
    #[serde(default)]
    pub format: TraceFormat,
    /// For `csv` and `jsonl`: which column is what.
    #[serde(default)]
    pub columns: Columns,
    /// Whether a `set` of a cache trace changes the source.
    #[serde(default)]
    pub sets: Sets,
    /// Events a second for traces without time. Default 1000.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Times are divided by this.
    #[serde(default = "one")]
    pub speed: f64,
    /// Another place for [`Columns::unit`], where it ends up.
    #[serde(default, skip_serializing)]
    pub unit: Option<String>,
}

fn one() -> f64 {
    1.0
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TraceFormat {
    #[default]
    Shelflife,
    Csv,
    Jsonl,
    Twitter,
    MetaKv,
    OracleGeneral,
    Arc,
    VscsiCsv,
    Cache2k,
    Cache2kTimed,
}

impl TraceFormat {
    /// Whether its files have no times, so that [`Trace::rate`] gives them.
    #[must_use]
    pub fn is_untimed(self) -> bool {
        matches!(self, Self::Arc | Self::Cache2k)
    }
}

/// Which column of a mapped file is what, by name in its header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    pub time: Option<String>,
    pub op: Option<String>,
    pub key: Option<String>,
    pub size: Option<String>,
    pub tags: Option<String>,
    pub client: Option<String>,
    /// What transaction a write is of: writes next to each other with one time and one text here.
    pub txn: Option<String>,
    /// Unit of the times: `ns`, `us`, `ms` or `s`. Default `us`.
    pub unit: Option<String>,
    /// What the texts in the `op` column mean: text → `read`, `write`, `delete` or `skip`.
    pub ops: std::collections::BTreeMap<String, String>,
}

/// Whether a `set` or `add` of a cache trace changes the source or refills the cache after a miss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sets {
    /// Every one changes the source.
    #[default]
    Write,
    /// Every one refills the cache, and the simulated cache refills itself: they are left out.
    Fill,
    /// One that follows a miss of the same key by the same client within 10 s refills; any other
    /// changes the source.
    Auto,
}

/// Where values come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Origin {
    pub latency: Distribution,
    /// Where within the latency the state is read, between 0 and 1.
    #[schemars(range(min = 0, max = 1))]
    pub snapshot_at: f64,
    /// Loads served at once; the rest queue. 0: no queue.
    pub servers: u32,
    /// A read that has waited this long for the origin fails. 0: it waits as long as it takes.
    pub timeout: Nanos,
    /// What becomes of a load that takes longer than `timeout`.
    pub late: Late,
    /// A load reads the state this long ago.
    pub replica_lag: Distribution,
    /// A change is captured this long before loads can see it.
    pub visible_after: Distribution,
    /// Whether loads say which writes their snapshot had seen, and changes which write a load must have
    /// seen: a value from before it is then not stored but loaded again.
    pub fence: bool,
    /// Whether values carry their version, and changes that of the value they made: a value older than one
    /// that is known is not stored, and an entry that has seen a change is not purged by it.
    pub versions: bool,
    /// Share of loads that fail.
    #[schemars(range(min = 0, max = 1))]
    pub errors: f64,
}

/// What becomes of a load whose reader has given up. The origin carries it out in either case: a server
/// is busy with it until it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// It is given up with its readers: all who wait for it fail when its first reader does, the next
    /// read of the key begins a load of its own, and the value is thrown away.
    #[default]
    Drop,
    /// It goes on, and its value is stored when it comes. Each read waits for its own time.
    Store,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Writes {
    /// Share of writes whose path tells the cache.
    #[schemars(range(min = 0, max = 1))]
    pub announced: f64,
    /// From the commit to the announcement; or the other way round, see `announce`.
    pub announce_delay: Distribution,
    pub announce: Announce,
    /// Announcements are held back and go out together at each multiple of this. 0: at once.
    pub batch: Nanos,
}

/// Whether a path tells of a write when it has committed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Announce {
    /// As it should.
    AfterCommit,
    /// The fault of one that tells from within its transaction: the workload's writes begin when they are
    /// announced, and commit `announce_delay` later.
    BeforeCommit,
}

/// How the caches of a fleet tell each other. A write is announced to one cache of the fleet, and that
/// one passes it on. Captured changes reach each cache by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bus {
    /// From the cache that was told to each of the others.
    pub delay: Distribution,
    /// Share of messages that never arrive, each by itself.
    pub loss: f64,
}

/// Captured changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Feed {
    pub delay: Distribution,
    /// Share of changes that never arrive and leave no gap.
    #[schemars(range(min = 0, max = 1))]
    pub loss: f64,
    /// Share of changes that arrive twice, the second time after another `delay`.
    pub duplicates: f64,
    /// Whether changes arrive in the order of their commits, so that what is held up holds up what
    /// follows. Otherwise each takes its own time, as from a queue with many consumers.
    pub ordered: bool,
    pub outages: Vec<Outage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    pub at: Nanos,
    #[serde(rename = "for")]
    pub lasts: Nanos,
    #[serde(default)]
    pub then: AfterOutage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AfterOutage {
    /// All that was held up arrives when it ends.
    #[default]
    Replay,
    /// What happened meanwhile is lost, and reported as a gap when it ends.
    Gap,
}

/// Something that breaks at a given time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub at: Nanos,
    pub what: FaultKind,
    /// Again and again, from one beginning to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Nanos>,
    /// For `origin-slow`: latencies are multiplied by this. Default 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<f64>,
    /// For `origin-slow` (default 1 min) and `origin-down` (default 30 s).
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Nanos>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Every entry is dropped.
    Flush,
    /// Every cache starts again, empty, with a new policy instance; its loads in flight are lost.
    Restart,
    OriginSlow,
    OriginDown,
}

/// One row of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How tables and plots call it; by default what `use` says.
    #[serde(default)]
    pub label: String,
    /// A built-in name, `native:NAME`, or the path of a component relative to the scenario.
    #[serde(rename = "use")]
    pub uses: String,
    /// Its settings.
    #[serde(default)]
    pub config: serde_json::Map<String, serde_json::Value>,
}
