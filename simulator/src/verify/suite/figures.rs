//! What rows look at.

use super::super::case::Params;
use crate::measure::Summary;

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Share of reads that hit.
pub(super) fn hits(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.hit_ratio
}

/// Share of reads that found no value.
pub(super) fn found_nothing(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(summary.misses + summary.delayed_hits, summary.reads)
}

/// Share of reads that began a load.
pub(super) fn misses(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(summary.misses, summary.reads)
}

/// Share of reads that joined a load.
pub(super) fn delayed(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(summary.delayed_hits, summary.reads)
}

/// Stale share of hits.
pub(super) fn stale_hits(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_hit_ratio
}

/// Stale share of reads.
pub(super) fn stale(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_ratio
}

/// Share of reads that are answered fresh.
pub(super) fn fresh(summary: &Summary, _: &Params<'_>) -> f64 {
    1.0 - summary.stale_ratio
}

/// Stale share of the reads that joined a load. Who begins one is answered with what holds then, where no
/// replica lags.
pub(super) fn stale_joined(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(
        summary.stale_answers - summary.stale_hits,
        summary.delayed_hits,
    )
}

/// In seconds.
pub(super) fn age_mean(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_age_us.mean / 1e6
}

/// In seconds.
pub(super) fn age_p99(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_age_us.p99 / 1e6
}

/// In seconds.
pub(super) fn oldest(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_age_us.max / 1e6
}

/// Writes that a stale answer lacks.
pub(super) fn lag_mean(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.version_lag.mean
}

/// Loads a second and key.
pub(super) fn loads(summary: &Summary, params: &Params<'_>) -> f64 {
    summary.origin_loads as f64 / params.measured() / params.keys()
}

/// Loads.
pub(super) fn all_loads(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.origin_loads as f64
}

/// Loads a second.
pub(super) fn load_rate(summary: &Summary, params: &Params<'_>) -> f64 {
    summary.origin_loads as f64 / params.measured()
}

/// Loads a write.
pub(super) fn loads_a_write(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(summary.origin_loads, summary.writes)
}

/// Loads of a key from the first that begins with none in flight to the next such.
pub(super) fn herd(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(
        summary.origin_loads,
        summary.origin_loads - summary.duplicate_loads,
    )
}

/// Mean time that a read waits, in seconds.
pub(super) fn latency(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.read_latency_us.mean / 1e6
}

/// Share of the reads that got a value in time.
pub(super) fn goodput(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(summary.reads - summary.failed_reads, summary.reads)
}

/// In seconds; not a number where the origin has not recovered.
pub(super) fn recovery(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.recovery_us.map_or(f64::NAN, |took| took / 1e6)
}

/// Reads that a purge kept waiting.
pub(super) fn blocked(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.blocked_reads as f64
}

/// How long it did on average, in seconds. Nobody else waits, where loads take no time.
pub(super) fn blocked_for(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.read_latency_us.mean / 1e6 * summary.reads as f64 / summary.blocked_reads as f64
}

/// The longest time that a read waited, in seconds.
pub(super) fn slowest(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.read_latency_us.max / 1e6
}

/// Purges that hit something.
pub(super) fn effective(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.invalidations.effective as f64
}

/// Entries left behind, averaged over time, a key.
pub(super) fn orphans(summary: &Summary, params: &Params<'_>) -> f64 {
    summary.orphans_mean / params.keys()
}

/// Entries left behind at most.
pub(super) fn orphans_max(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.orphans_max as f64
}

/// Look-ups a read: that of its entry, and of its counter where that was due.
pub(super) fn look_ups(summary: &Summary, _: &Params<'_>) -> f64 {
    1.0 + ratio(summary.version_lookups, summary.reads)
}

/// Reads after a client's own write that did not see it, a write.
pub(super) fn own_writes_unseen(summary: &Summary, _: &Params<'_>) -> f64 {
    ratio(
        summary.read_your_writes_violations.unwrap_or(0),
        summary.writes,
    )
}

/// Reads that got an older value than the same client's read right before: half of the reads are second ones.
pub(super) fn backwards(summary: &Summary, _: &Params<'_>) -> f64 {
    let violations = summary.monotonic_read_violations.unwrap_or(0);
    ratio(2 * violations, summary.reads)
}

/// Share of the writes after which a cache would still serve an older value, at the first probe.
pub(super) fn inconsistent(summary: &Summary, params: &Params<'_>) -> f64 {
    probe(summary, params, 0).map_or(f64::NAN, |probe| ratio(probe.inconsistent, probe.writes))
}

/// Nines of the writes after which none would, at the first probe.
pub(super) fn nines_first(summary: &Summary, params: &Params<'_>) -> f64 {
    nines(summary, params, 0)
}

/// The same at the second.
pub(super) fn nines_second(summary: &Summary, params: &Params<'_>) -> f64 {
    nines(summary, params, 1)
}

fn nines(summary: &Summary, params: &Params<'_>, index: usize) -> f64 {
    let probe = probe(summary, params, index);
    probe.and_then(|probe| probe.nines).unwrap_or(f64::NAN)
}

fn probe<'a>(
    summary: &'a Summary,
    params: &Params<'_>,
    index: usize,
) -> Option<&'a crate::measure::Inconsistent> {
    let after = params.scenario.probe_after.get(index)?;
    summary.inconsistent_after.get(&after.to_string())
}
