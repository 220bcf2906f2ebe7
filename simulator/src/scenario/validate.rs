//! What a scenario may not say although each of its values has the right type.

mod cache;
mod workload;

use std::collections::HashMap;

use super::distribution::LONGEST as LONGEST_DELAY;
use super::{
    BASELINES, Balance, Fault, FaultKind, Late, Nanos, Origin, Scenario, Trace, TraceFormat,
};

/// Something that cannot be so: the path of the key in the scenario, and why.
pub(super) struct Wrong {
    pub path: Vec<String>,
    /// What is as wrong, to be named where the scenario does not say what stands at `path`.
    pub or: Option<Vec<String>>,
    pub message: String,
}

/// Keys and tags have to fit into memory, some 100 bytes each for every run at the same time.
const MOST: u32 = 10_000_000;

/// Each run keeps its figures until the end.
const MOST_REPLICATIONS: u32 = 10_000;

/// Each node has a cache and an instance of the policy, with some 600 kB of memory of its own.
const MOST_NODES: u32 = 1_000;

/// Each server is an entry in a queue.
const MOST_SERVERS: u32 = 1_000_000;

/// Times are added up in 64 bits of nanoseconds, which end after 584 years.
const LONGEST_RUN: Nanos = Nanos::from_secs(100 * 365 * 86_400);

/// In bytes. File systems take 255, and an unfinished report has a longer name.
const LONGEST_NAME: usize = 200;

/// More would take days of real time, and is a slip of the finger.
const MOST_EVENTS: f64 = 1e10;

/// Times at which a fault comes again.
const MOST_FAULTS: u64 = 1_000_000;

/// Latencies grow at most so many times.
const MOST_SLOWDOWN: f64 = 1000.0;

type Checked = Result<(), Wrong>;

/// A `Wrong` at a path such as `workload.phase.0.at`.
fn wrong(path: &str, message: impl Into<String>) -> Wrong {
    Wrong {
        path: path.split('.').map(str::to_owned).collect(),
        or: None,
        message: message.into(),
    }
}

fn require(holds: bool, path: &str, message: impl FnOnce() -> String) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(wrong(path, message()))
    }
}

fn share(path: &str, value: f64) -> Checked {
    require((0.0..=1.0).contains(&value), path, || {
        format!("a share is between 0 and 1, not {value}")
    })
}

fn rate(path: &str, value: f64) -> Checked {
    require((0.0..=1e9).contains(&value), path, || {
        format!("a rate is between 0 and 1e9 a second, not {value}")
    })
}

fn at_most(path: &str, value: u32, most: u32, what: &str) -> Checked {
    require(value <= most, path, || {
        format!("at most {most} {what}, not {value}")
    })
}

pub(super) fn check(scenario: &Scenario) -> Checked {
    let folder_name = !scenario.name.trim().is_empty()
        && !matches!(scenario.name.as_str(), "." | "..")
        && !scenario
            .name
            .contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
    require(folder_name, "name", || {
        format!(
            "`{}` cannot name the folder of a report",
            scenario.name.escape_default()
        )
    })?;
    require(scenario.name.len() <= LONGEST_NAME, "name", || {
        let length = scenario.name.len();
        format!("at most {LONGEST_NAME} bytes, for it names a folder, and not {length}")
    })?;
    require(scenario.replications >= 1, "replications", || {
        "there is at least 1 replication".to_owned()
    })?;
    at_most(
        "replications",
        scenario.replications,
        MOST_REPLICATIONS,
        "replications",
    )?;
    let duration = scenario.duration.unwrap_or(Nanos(u64::MAX));
    require(duration > Nanos::ZERO, "duration", || {
        "a run takes longer than 0s".to_owned()
    })?;
    let given = scenario.duration.unwrap_or_default();
    require(given <= LONGEST_RUN, "duration", || {
        "a run takes at most 100 years".to_owned()
    })?;
    let warmup = Nanos(scenario.warmup.unwrap_or_default().of(given.0));
    require(warmup < duration, "warmup", || {
        format!("{warmup} of warm-up leave nothing to measure of a duration of {duration}")
    })?;

    match &scenario.trace {
        Some(trace) => check_trace(trace)?,
        None => {
            workload::check_workload(&scenario.workload)?;
            workload::check_events(&scenario.workload, given)?;
            workload::check_bursts(&scenario.workload, given)?;
        }
    }

    share("origin.snapshot_at", scenario.origin.snapshot_at)?;
    share("origin.errors", scenario.origin.errors)?;
    at_most(
        "origin.servers",
        scenario.origin.servers,
        MOST_SERVERS,
        "servers",
    )?;
    require(scenario.cache.nodes >= 1, "cache.nodes", || {
        "there is at least 1 node".to_owned()
    })?;
    at_most("cache.nodes", scenario.cache.nodes, MOST_NODES, "nodes")?;
    cache::check_cache(&scenario.cache)?;
    share("writes.announced", scenario.writes.announced)?;
    share("feed.loss", scenario.feed.loss)?;
    share("feed.duplicates", scenario.feed.duplicates)?;
    share("bus.loss", scenario.bus.loss)?;
    check_sessions(scenario)?;
    check_timeout(&scenario.origin)?;
    cache::check_probes(scenario)?;
    require(
        scenario.writes.batch <= LONGEST_DELAY,
        "writes.batch",
        || format!("at most {LONGEST_DELAY}, not {}", scenario.writes.batch),
    )?;
    for (path, delay) in [
        ("workload.read_back", &scenario.workload.read_back),
        ("workload.read_again", &scenario.workload.read_again),
        ("cache.scan", &scenario.cache.scan),
        ("cache.counter_life", &scenario.cache.counter_life),
        ("origin.latency", &scenario.origin.latency),
        ("origin.replica_lag", &scenario.origin.replica_lag),
        ("origin.visible_after", &scenario.origin.visible_after),
        ("writes.announce_delay", &scenario.writes.announce_delay),
        ("bus.delay", &scenario.bus.delay),
        ("feed.delay", &scenario.feed.delay),
    ] {
        let longest = delay.longest();
        require(longest <= LONGEST_DELAY, path, || {
            format!("at most {LONGEST_DELAY}, not {longest}")
        })?;
    }
    let mut free_from = Nanos::ZERO;
    for (index, outage) in scenario.feed.outages.iter().enumerate() {
        let path = |key: &str| format!("feed.outages.{index}.{key}");
        require(outage.lasts > Nanos::ZERO, &path("for"), || {
            "an outage lasts longer than 0s".to_owned()
        })?;
        require(outage.at >= free_from, &path("at"), || {
            format!(
                "outages are in the order of time and do not overlap, and the one before ends at {free_from}"
            )
        })?;
        free_from = Nanos(outage.at.0.saturating_add(outage.lasts.0));
    }
    for (index, fault) in scenario.faults.iter().enumerate() {
        check_fault(index, fault, duration)?;
    }
    let mut seen = HashMap::new();
    for (index, policy) in scenario.policies.iter().enumerate() {
        require(
            !BASELINES.contains(&policy.label.as_str()),
            &format!("policy.{index}.label"),
            || {
                format!(
                    "`{}` is what a baseline is called: give the policy another label",
                    policy.label
                )
            },
        )?;
        if let Some(first) = seen.insert(policy.label.as_str(), index) {
            return Err(wrong(
                &format!("policy.{index}.label"),
                format!(
                    "policies {first} and {index} would both be called `{}`: give each a label of its own",
                    policy.label
                ),
            ));
        }
    }
    Ok(())
}

fn check_sessions(scenario: &Scenario) -> Checked {
    let sticky = scenario.cache.balance == Balance::ByClient;
    let clients = scenario.trace.is_some() || scenario.workload.clients > 0;
    require(!sticky || clients, "cache.balance", || {
        "\"by-client\" needs `clients` in [workload]: who reads".to_owned()
    })
}

fn check_timeout(origin: &Origin) -> Checked {
    require(
        origin.late == Late::Drop || origin.timeout > Nanos::ZERO,
        "origin.late",
        || "nothing is late without a `timeout`".to_owned(),
    )?;
    require(origin.timeout <= LONGEST_DELAY, "origin.timeout", || {
        format!("at most {LONGEST_DELAY}, not {}", origin.timeout)
    })
}

fn check_trace(trace: &Trace) -> Checked {
    require(!trace.path.as_os_str().is_empty(), "trace.path", || {
        "name the file of the trace".to_owned()
    })?;
    require(
        trace.speed > 0.0 && trace.speed.is_finite(),
        "trace.speed",
        || format!("a speed is above 0, not {}", trace.speed),
    )?;
    if let Some(per_second) = trace.rate {
        require(per_second > 0.0 && per_second <= 1e9, "trace.rate", || {
            format!("a rate is above 0 and at most 1e9 a second, not {per_second}")
        })?;
    }
    let mapped = matches!(trace.format, TraceFormat::Csv | TraceFormat::Jsonl);
    require(
        mapped || trace.columns == super::Columns::default(),
        "trace.columns",
        || "columns are mapped for the formats \"csv\" and \"jsonl\" only".to_owned(),
    )?;
    require(trace.unit.is_none(), "trace.unit", || {
        if mapped {
            "`columns` has a unit already: say it once".to_owned()
        } else {
            "a unit is told for the formats \"csv\" and \"jsonl\" only".to_owned()
        }
    })?;
    if let Some(unit) = &trace.columns.unit {
        require(
            matches!(unit.as_str(), "ns" | "us" | "ms" | "s"),
            "trace.columns.unit",
            || format!("a unit of time is `ns`, `us`, `ms` or `s`, not `{unit}`"),
        )?;
    }
    for (text, meaning) in &trace.columns.ops {
        require(
            matches!(meaning.as_str(), "read" | "write" | "delete" | "skip"),
            "trace.columns.ops",
            || format!("`{text}` means `read`, `write`, `delete` or `skip`, not `{meaning}`"),
        )?;
    }
    Ok(())
}

fn check_fault(index: usize, fault: &Fault, duration: Nanos) -> Checked {
    let path = |key: &str| format!("faults.{index}.{key}");
    let takes_by = fault.what == FaultKind::OriginSlow;
    let takes_for = takes_by || fault.what == FaultKind::OriginDown;
    require(takes_by || fault.by.is_none(), &path("by"), || {
        "only `origin-slow` has it".to_owned()
    })?;
    require(takes_for || fault.lasts.is_none(), &path("for"), || {
        "only `origin-slow` and `origin-down` have it".to_owned()
    })?;
    if let Some(every) = fault.every {
        let lasts = fault.lasts.unwrap_or_default();
        require(every > lasts, &path("every"), || {
            format!(
                "from one beginning to the next is longer than the {lasts} that it lasts, not {every}"
            )
        })?;
        let often = duration.0.saturating_sub(fault.at.0) / every.0;
        require(often <= MOST_FAULTS, &path("every"), || {
            format!("it would come {often} times, and at most {MOST_FAULTS} times are right")
        })?;
    }
    if let Some(by) = fault.by {
        require(by > 0.0 && by <= MOST_SLOWDOWN, &path("by"), || {
            format!(
                "latencies are multiplied by more than 0 and at most {MOST_SLOWDOWN}, not by {by}"
            )
        })?;
    }
    require(
        fault.lasts.is_none_or(|lasts| lasts > Nanos::ZERO),
        &path("for"),
        || "it lasts longer than 0s".to_owned(),
    )
}
