//! The figures of one run, by the names that `report.json` has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The figures of one run. Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Reads measured; `fresh_hits + stale_hits + delayed_hits + misses`.
    pub reads: u64,
    /// Answered at once from the cache with the origin's current value.
    pub fresh_hits: u64,
    /// Answered at once from the cache with an older value.
    pub stale_hits: u64,
    /// Joined a load that another read had begun.
    pub delayed_hits: u64,
    /// Began a load.
    pub misses: u64,
    /// Writes measured: each key that one changes, or each tag.
    pub writes: u64,
    /// `(fresh_hits + stale_hits) / reads`.
    pub hit_ratio: f64,
    /// Stale answers of any kind / reads.
    pub stale_ratio: f64,
    /// `stale_hits / (fresh_hits + stale_hits)`.
    pub stale_hit_ratio: f64,
    /// Answers of any kind, joined loads too, for which some write of the key lies after the
    /// value's snapshot and not after the read began.
    pub stale_answers: u64,
    /// The read's begin − the first write that the value lacks, over stale answers.
    pub stale_age_us: Quantiles,
    /// Writes that the value lacks, over stale answers.
    pub version_lag: Lag,
    /// Answers with a staleness age above the bound.
    pub bound_violations: BoundViolations,
    /// Reads that did not see a write which the same client had made; null without clients.
    pub read_your_writes_violations: Option<u64>,
    /// Reads that saw an older value than the same client had seen before; null without clients.
    pub monotonic_read_violations: Option<u64>,
    /// Writes after which, so much later (`probe_after`), a cache would still have served an older value.
    /// By the time as the scenario writes it; empty where it asks for none.
    pub inconsistent_after: BTreeMap<String, Inconsistent>,
    /// Reads that waited because the cache was busy with a purge (`cache.tag_purge = "scan"`).
    pub blocked_reads: u64,
    /// Look-ups of counters whose value readers may keep for a while (`cached_for` of `versions`).
    pub version_lookups: u64,
    /// Reads that no value could be had for: the origin failed.
    pub failed_reads: u64,
    /// Loads that reached the origin: misses, refreshes and retries.
    pub origin_loads: u64,
    /// Loads ahead of need, in the background.
    pub refreshes: u64,
    /// Refreshes whose value nobody read before it went.
    pub wasted_refreshes: u64,
    /// Loads of a key while one was already in flight.
    pub duplicate_loads: u64,
    /// Reads that joined a load.
    pub coalesced: u64,
    /// Loads whose value came back after an invalidation and was not stored.
    pub discarded_fills: u64,
    /// What the figures rest on: cycles from a store to the end of what was stored.
    #[serde(default)]
    pub fill_cycles: FillCycles,
    /// Loads a second, by windows of 100 ms.
    pub origin_rate: Rate,
    /// `origin_rate.max / origin_rate.mean`.
    pub peak_to_mean: f64,
    /// Loads in flight at the origin at once.
    pub inflight_max: u64,
    /// Loads of one key in flight at once.
    pub inflight_per_key_max: u64,
    /// From the last flush, restart or fault of the origin until no load waited for one of its servers any
    /// more; null where none has waited, or one still does.
    pub recovery_us: Option<f64>,
    /// Reads that found no value for a key between its expiry and the end of the first load after.
    pub herd: Spread,
    pub read_latency_us: Latency,
    pub invalidations: Invalidations,
    /// Entries that a write replaced in place.
    pub updates: u64,
    /// Entries a group purge hit.
    pub fanout: Spread,
    /// Entries held at most, all nodes together.
    pub entries_max: u64,
    /// Entries held, averaged over time.
    pub entries_mean: f64,
    /// Entries at most that were within their lease but that no read could reach any more.
    pub orphans_max: u64,
    /// The same, averaged over time.
    pub orphans_mean: f64,
    /// Bytes of values held at most.
    pub bytes_max: u64,
    /// Bytes of tags, counters and vectors held at most, estimated.
    pub index_bytes_max: u64,
    /// Null where nothing is looked up or purged by meaning.
    pub semantic: Option<Semantic>,
    pub policy: PolicyFigures,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    pub mean: f64,
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lag {
    pub mean: f64,
    pub p99: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    pub mean: f64,
    pub p99: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    pub mean: f64,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// What was found some time after writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inconsistent {
    /// Writes looked at.
    pub writes: u64,
    /// Those after which a cache would still have served an older value.
    pub inconsistent: u64,
    /// `-log10(inconsistent / writes)`; null where there was none.
    pub nines: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoundViolations {
    #[serde(rename = "1s")]
    pub s1: u64,
    #[serde(rename = "5s")]
    pub s5: u64,
    #[serde(rename = "60s")]
    pub s60: u64,
    #[serde(rename = "300s")]
    pub s300: u64,
    #[serde(rename = "600s")]
    pub s600: u64,
}

/// Independent observations: reads of one entry share its fate, so that a thousand of them tell little more
/// than one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FillCycles {
    /// Values stored.
    pub begun: u64,
    /// Those that have left memory since, and of which a write came while their lease ran. Counted when
    /// they leave: what is held at the end of a run is not among them.
    pub written: u64,
    /// Loaded values, stored or not, that gave a stale answer.
    pub stale: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invalidations {
    /// Carried out by a cache, whatever they hit.
    pub sent: u64,
    /// Hit at least one fresh entry.
    pub effective: u64,
    /// Hit none.
    pub wasted: u64,
    /// Changes that no cache heard of (paths that announce nothing, feeds that lose), and messages from
    /// cache to cache that the bus lost.
    pub lost: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Semantic {
    /// Reads that searched by meaning.
    pub lookups: u64,
    /// Those that found an entry.
    pub hits: u64,
    /// Those whose entry answers another question.
    pub wrong_hits: u64,
    /// Purged entries whose value had really changed / purged entries.
    pub purge_precision: f64,
    /// Changed entries that were purged / changed entries.
    pub purge_recall: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyFigures {
    /// Calls of the component.
    pub calls: u64,
    /// Calls that trapped, ran dry or answered with an error.
    pub traps: u64,
    /// Fuel used: about one a WebAssembly instruction. 0 for native policies.
    pub fuel: u64,
    /// Time on the safety-net lease after too many traps.
    pub fallback_us: f64,
}
