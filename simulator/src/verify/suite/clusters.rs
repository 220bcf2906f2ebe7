//! S25: the published clusters of a social network, one by one, and what hearing of writes brings to each.

use super::super::case::{Expectation, Params, Setting};
use super::super::theory::two_rate::TwoRate;
use super::figures::{hits, stale};
use super::skew::{over_keys, stale_reads};
use super::{exact, scenario};
use crate::scenario::{Nanos, Preset, presets};

/// Requests of a run: so many keys are taken for so many leases that there are about so many. Where nothing is
/// written a share of hits is all there is to find, which takes fewer, and at least so many hits as [`HITS`].
const REQUESTS: f64 = 1e6;
const READS: f64 = 1e5;
const HITS: f64 = 5e3;

/// What is not measured at the start, and how long a run is at least, in leases.
const WARMUP: f64 = 2.0;
const LEASES: f64 = 5.0;

/// How many keys are taken: fewer where each is requested very often within a lease.
const KEYS: (f64, f64) = (20.0, 1000.0);

/// How many leases a run had best last.
const ENOUGH_LEASES: f64 = 14.0;

/// Clusters whose keys are read less often than this within a lease hit and are stale too seldom to count.
const SELDOM: f64 = 0.002;

/// Of clusters that publish no time to live.
const TTL: Nanos = Nanos::from_secs(3600);

/// A share of reads below which nobody would choose by it.
const HARDLY_ANY: f64 = 0.01;

pub(super) fn settings() -> Vec<Setting> {
    let clusters = presets().iter();
    let clusters = clusters.filter(|preset| preset.source == "Twitter");
    clusters.map(cluster).collect()
}

fn cluster(preset: &Preset) -> Setting {
    let ttl = preset.ttl.unwrap_or(TTL);
    let a_lease = ttl.as_secs_f64() / preset.keys;
    let (reads, requests) = (
        preset.reads * a_lease,
        (preset.reads + preset.writes) * a_lease,
    );
    let enough = match (reads < SELDOM, preset.writes == 0.0) {
        (true, _) => READS,
        // A key that is read λT ≪ 1 times a lease hits about as often.
        (_, true) => READS.max(HITS / reads),
        _ => REQUESTS,
    };
    let keys = (enough / requests / ENOUGH_LEASES).clamp(KEYS.0, KEYS.1);
    let leases = (enough / requests / keys).max(LEASES);
    let seconds = |leases: f64| format!("{}s", (ttl.as_secs_f64() * leases).ceil());
    let setting = Setting::new("S25", scenario!("s25-clusters"))
        .with(format!("workload.preset={}", preset.name))
        .with(format!("workload.scale={:e}", keys.round() / preset.keys))
        .with(format!("policy.0.config.ttl={ttl}"))
        .with(format!("policy.1.config.ttl={ttl}"))
        .with(format!("warmup={}", seconds(WARMUP)))
        .with(format!("duration={}", seconds(leases)));
    let name = preset.name.trim_start_matches("twitter-");
    if reads < SELDOM {
        let few = Expectation::AtMost(|_| HARDLY_ANY);
        return setting
            .row(format!("{name}: hits, hardly any"), "ttl", hits, few)
            .note(SELDOM_READ);
    }
    if preset.writes == 0.0 {
        let all = exact(leases_hit);
        return setting
            .row(format!("{name}: hits, leases"), "ttl", hits, all)
            .note(NO_WRITES);
    }
    setting
        .row(
            format!("{name}: stale, less by write-through"),
            "ttl",
            stale,
            exact(|p| stale_reads(p, 1.0) - stale_reads(p, p.missed())),
        )
        .less("write-through")
        .row(
            format!("{name}: hits, less by write-through"),
            "ttl",
            hits,
            exact(|p| leases_hit(p) - hits_where(p, p.missed())),
        )
        .less("write-through")
}

const SELDOM_READ: &str = "Written and hardly read: no pattern brings hits, and none is stale.";
const NO_WRITES: &str =
    "All of its sets are refills, or none were published: there is nothing to hear of.";

fn leases_hit(params: &Params<'_>) -> f64 {
    hits_where(params, 1.0)
}

fn hits_where(params: &Params<'_>, missed: f64) -> f64 {
    over_keys(params, |read, write| {
        TwoRate::missed(write, missed, params.ttl()).hits(read)
    })
}
