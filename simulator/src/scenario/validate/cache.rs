//! What the caches of a scenario may not be, and when one may look at them.

use super::super::{Cache, Nanos, Scenario, TagPurge, WriteTargets};
use super::{Checked, LONGEST_DELAY, at_most, require};

/// Each has its own loads.
const MOST_PROCESSES: u32 = 10_000;

/// Each is looked for after each write.
const MOST_PROBES: u32 = 16;

pub(super) fn check_cache(cache: &Cache) -> Checked {
    require(cache.processes >= 1, "cache.processes", || {
        "there is at least 1 process".to_owned()
    })?;
    at_most(
        "cache.processes",
        cache.processes,
        MOST_PROCESSES,
        "processes",
    )?;
    let alone = cache.processes == 1 || cache.coalesce;
    require(alone, "cache.processes", || {
        "they tell themselves apart by the loads that they join: `coalesce` is false".to_owned()
    })?;
    let scans = cache.tag_purge != TagPurge::Generation;
    for (key, given) in [
        ("cache.scan", !cache.scan.is_zero()),
        ("cache.scan_per_key", cache.scan_per_key > Nanos::ZERO),
    ] {
        require(scans || !given, key, || {
            "there is no scan without `tag_purge = \"scan\"` or \"racy-scan\"".to_owned()
        })?;
    }
    for (key, time) in [
        ("cache.scan_per_key", cache.scan_per_key),
        ("cache.shared_ttl", cache.shared_ttl),
    ] {
        require(time <= LONGEST_DELAY, key, || {
            format!("at most {LONGEST_DELAY}, not {time}")
        })?;
    }
    Ok(())
}

pub(super) fn check_probes(scenario: &Scenario) -> Checked {
    let probes = &scenario.probe_after;
    at_most(
        "probe_after",
        u32::try_from(probes.len()).unwrap_or(u32::MAX),
        MOST_PROBES,
        "times",
    )?;
    let by_key = scenario.trace.is_some() || scenario.workload.write_targets == WriteTargets::Key;
    require(by_key || probes.is_empty(), "probe_after", || {
        "it is for writes of keys, and write_targets is \"tag\"".to_owned()
    })?;
    for (index, after) in probes.iter().enumerate() {
        require(!probes[..index].contains(after), "probe_after", || {
            format!("{after} is named twice")
        })?;
    }
    Ok(())
}
