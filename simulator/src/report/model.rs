//! What a report is made from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::Summary;
use crate::statistics::{Difference, Doubt};

/// Raised when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything a comparison found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    pub schema_version: u32,
    /// As resolved, all defaults filled in.
    #[schemars(with = "crate::scenario::Scenario")]
    pub scenario: serde_json::Value,
    pub seed: u64,
    pub trace: Option<TraceInfo>,
    /// In the order of the table; the baselines come last.
    pub policies: Vec<PolicyInfo>,
    /// One per policy and replication, in order.
    pub runs: Vec<Run>,
    /// One per policy: each figure of a summary as `{ mean, ci95 }` over its replications, in the
    /// summary's shape, with the `policy` beside them. `ci95` is null for one replication.
    #[schemars(schema_with = "super::json::totals_schema")]
    pub totals: Vec<serde_json::Value>,
    /// The policies against each other, pair by pair and figure by figure; without the baselines.
    #[serde(default)]
    pub differences: Vec<Difference>,
    /// Figures that rest on too little, the gravest reason first.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
    /// What the intervals and differences are over: what the replications differ by.
    #[serde(default)]
    pub intervals_cover: String,
    #[serde(default)]
    pub warmup: Warmup,
    /// What repeats this report, without the options that do not change it (`--out`, `--jobs`,
    /// `--quiet`). Shown on the page when it is not empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// Other reports that the page points to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<Companion>,
    /// All that may differ between two runs of the same inputs.
    pub timing: Timing,
}

/// Another report, to be read after this one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Companion {
    pub title: String,
    /// Relative to the directory of this report, as in `../herd/index.html`.
    pub href: String,
    /// One line.
    pub summary: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TraceInfo {
    pub path: String,
    pub sha256: String,
    #[schemars(with = "crate::workload::TraceStatistics")]
    pub statistics: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyInfo {
    pub label: String,
    /// What was asked for, without settings: `ttl`, `native:ttl`, `mine.wasm`; a baseline's name.
    /// A native policy and a component are twins if they differ here by `native:` alone.
    #[serde(default)]
    pub source: String,
    /// Null for a baseline or a native policy.
    pub component_sha256: Option<String>,
    /// Null for a baseline.
    pub config: serde_json::Value,
    pub kind: PolicyKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyKind {
    Component,
    Native,
    /// No cache, or perfect invalidation at no cost.
    Baseline,
}

/// How much of the beginning is not measured, the same in every run, and why so much.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warmup {
    /// As the scenario says it, or its default: `10m`, `0.1` of the run, `auto`.
    pub asked: String,
    pub used_us: u64,
    /// What would have been wanted: more than `used_us` where the run is too short for it.
    pub wanted_us: u64,
    /// One line.
    pub why: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The label of its policy.
    pub policy: String,
    pub replication: u32,
    pub summary: Summary,
    /// For `timeseries.csv` and the plots.
    #[serde(skip)]
    pub series: Series,
    /// For `histograms.csv` and the plots.
    #[serde(skip)]
    pub histograms: Vec<Histogram>,
}

impl Run {
    /// How often which values of a metric occurred.
    pub fn histogram(&self, metric: &str) -> Option<&Histogram> {
        let mut histograms = self.histograms.iter();
        histograms.find(|histogram| histogram.metric == metric)
    }
}

/// What happened over virtual time, in bins of equal length.
#[derive(Clone, Debug, Default)]
pub struct Series {
    pub start_us: u64,
    pub bin_us: u64,
    pub bins: Vec<Bin>,
    /// Finer, but only around the origin's busiest moment.
    pub moment: Moment,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    pub reads: u64,
    pub fresh_hits: u64,
    pub stale_hits: u64,
    pub delayed_hits: u64,
    pub misses: u64,
    pub stale_answers: u64,
    pub origin_loads: u64,
    /// The most loads in flight at once within the bin.
    pub inflight_max: u64,
    /// Entries held at the end of the bin.
    pub entries: u64,
    pub invalidations: u64,
}

/// The origin around its busiest window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Of the first window.
    pub start_us: u64,
    pub window_us: u64,
    /// Without gaps.
    pub windows: Vec<Window>,
    /// Which of them is the busiest: the first with the most loads.
    pub peak: usize,
}

/// What the origin had to do for so long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Loads that began.
    pub loads: u64,
    /// The most loads in flight at once.
    pub inflight_max: u64,
}

/// How often which values occurred.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// `stale_age_us` (over stale answers), `read_latency_us`, `herd`, `fanout` or `origin_rate`.
    pub metric: &'static str,
    /// How finely the percentiles of the summary are known, as a share of their value: 0 where every value
    /// was kept. The buckets here are wider.
    pub resolution: f64,
    /// Upper edges and counts, rising, no empty buckets.
    pub buckets: Vec<(f64, u64)>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// Wall time of all runs together, in seconds.
    pub seconds: f64,
    /// Events of all runs over that time.
    pub events_per_second: f64,
    /// Calls of components, all runs together.
    pub guest_calls: u64,
    /// Wall time inside the calls, about: measured on a sample of them.
    pub ns_per_guest_call: f64,
    /// One per policy, in the order of `policies`.
    pub policies: Vec<PolicyTiming>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct PolicyTiming {
    pub policy: String,
    pub seconds: f64,
    pub events: u64,
    pub events_per_second: f64,
}
