//! What a scenario may not say although each of its values has the right type.

use std::collections::HashMap;

use super::distribution::LONGEST as LONGEST_DELAY;
use super::pace::{self, Which};
use super::{
    BASELINES, Balance, Burst, Fault, FaultKind, Late, Nanos, Origin, Phase, Popularity, Scenario,
    Stream, Trace, TraceFormat, Workload, WriteTargets,
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

/// Links between keys and tags take less.
const MOST_LINKS: u32 = 100_000_000;

/// Each run keeps its figures until the end.
const MOST_REPLICATIONS: u32 = 10_000;

/// Each node has a cache and an instance of the policy, with some 600 kB of memory of its own.
const MOST_NODES: u32 = 1_000;

/// What each has seen is kept by key.
const MOST_CLIENTS: u32 = 10_000_000;

/// Drawn one by one until all are different.
const MOST_KEYS_PER_WRITE: u32 = 1_000;

/// Beginnings of a burst that comes again and again.
const MOST_BURSTS: u64 = 1_000_000;

/// Each server is an entry in a queue.
const MOST_SERVERS: u32 = 1_000_000;

/// Times are added up in 64 bits of nanoseconds, which end after 584 years.
const LONGEST_RUN: Nanos = Nanos::from_secs(100 * 365 * 86_400);

/// In bytes. File systems take 255, and an unfinished report has a longer name.
const LONGEST_NAME: usize = 200;

/// More would take days of real time, and is a slip of the finger.
const MOST_EVENTS: f64 = 1e10;

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
    let warmup = scenario.warmup.unwrap_or_default();
    require(warmup < duration, "warmup", || {
        format!("{warmup} of warm-up leave nothing to measure of a duration of {duration}")
    })?;

    match &scenario.trace {
        Some(trace) => check_trace(trace)?,
        None => {
            check_workload(&scenario.workload)?;
            check_events(&scenario.workload, given)?;
            check_bursts(&scenario.workload, given)?;
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
    share("writes.announced", scenario.writes.announced)?;
    share("feed.loss", scenario.feed.loss)?;
    share("feed.duplicates", scenario.feed.duplicates)?;
    share("bus.loss", scenario.bus.loss)?;
    check_sessions(scenario)?;
    check_timeout(&scenario.origin)?;
    for (path, delay) in [
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
        check_fault(index, fault)?;
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

fn check_workload(workload: &Workload) -> Checked {
    let embeddings = workload.embeddings.is_some();
    require(workload.keys >= 1 || embeddings, "workload.keys", || {
        "there is at least 1 key".to_owned()
    })?;
    require(workload.keys <= MOST, "workload.keys", || {
        format!("at most {MOST} keys, not {}", workload.keys)
    })?;
    require(
        !workload.key.is_empty() || embeddings,
        "workload.key",
        || "a key is not empty".to_owned(),
    )?;
    let numbered = workload.key.contains("{}") || embeddings || workload.keys == 1;
    require(numbered, "workload.key", || {
        format!(
            "`{}` would name every key the same: `{{}}` stands for its number",
            workload.key
        )
    })?;
    check_stream("workload.reads", &workload.reads)?;
    check_stream("workload.writes", &workload.writes)?;
    check_read_popularity(
        "workload.reads.popularity",
        &workload.reads.popularity,
        workload.write_targets,
    )?;

    if let Some(tags) = &workload.tags {
        require(!embeddings, "workload.tags", || {
            "with `embeddings` the tags are the topics of the set".to_owned()
        })?;
        require(tags.of >= 1, "workload.tags.of", || {
            "there is at least 1 tag".to_owned()
        })?;
        require(tags.of <= MOST, "workload.tags.of", || {
            format!("at most {MOST} tags, not {}", tags.of)
        })?;
        let links = u64::from(workload.keys) * u64::from(tags.per_key);
        require(
            links <= u64::from(MOST_LINKS),
            "workload.tags.per_key",
            || {
                format!(
                    "{} keys with {} tags each are more than {MOST_LINKS} links",
                    workload.keys, tags.per_key
                )
            },
        )?;
        require(
            tags.per_key >= 1 && tags.per_key <= tags.of,
            "workload.tags.per_key",
            || {
                format!(
                    "a key is made from 1 to {} different tags, not {}",
                    tags.of, tags.per_key
                )
            },
        )?;
        require(
            matches!(tags.popularity, Popularity::Uniform | Popularity::Zipf(_)),
            "workload.tags.popularity",
            || "tags are drawn \"uniform\" or { zipf = … }".to_owned(),
        )?;
        popularity("workload.tags.popularity", &tags.popularity)?;
    }
    require(
        workload.write_targets == WriteTargets::Key || workload.tags.is_some() || embeddings,
        "workload.write_targets",
        || "writes of tags need `tags` in [workload]: what entries are made from".to_owned(),
    )?;

    at_most(
        "workload.clients",
        workload.clients,
        MOST_CLIENTS,
        "clients",
    )?;
    // A set of embeddings says how many there are only when it is read.
    let targets = match (workload.write_targets, &workload.tags) {
        (WriteTargets::Key, _) if workload.keys > 0 => workload.keys,
        (WriteTargets::Tag, Some(tags)) => tags.of,
        _ => MOST_KEYS_PER_WRITE,
    };
    let most = targets.min(MOST_KEYS_PER_WRITE);
    require(
        (1..=most).contains(&workload.keys_per_write),
        "workload.keys_per_write",
        || {
            format!(
                "a write changes from 1 to {most} different keys or tags, not {}",
                workload.keys_per_write
            )
        },
    )?;

    let mut reads = workload.reads.rate > 0.0;
    let mut before: Option<Nanos> = None;
    for (index, phase) in workload.phases.iter().enumerate() {
        let path = |key: &str| format!("workload.phase.{index}.{key}");
        if let Some(before) = before {
            require(phase.at > before, &path("at"), || {
                format!(
                    "phases are in the order of time, and {} is not after {before}",
                    phase.at
                )
            })?;
        }
        before = Some(phase.at);
        rate(&path("reads.rate"), phase.reads.rate.unwrap_or(0.0))?;
        rate(&path("writes.rate"), phase.writes.rate.unwrap_or(0.0))?;
        reads |= phase.reads.rate.is_some_and(|rate| rate > 0.0);
        if let Some(law) = &phase.reads.popularity {
            popularity(&path("reads.popularity"), law)?;
            check_read_popularity(&path("reads.popularity"), law, workload.write_targets)?;
        }
        if let Some(law) = &phase.writes.popularity {
            popularity(&path("writes.popularity"), law)?;
        }
    }
    require(reads, "workload.reads.rate", || {
        "at a rate of 0 nothing is ever read".to_owned()
    })
}

/// How many events a run has, at the rates that hold from time to time.
fn check_events(workload: &Workload, duration: Nanos) -> Checked {
    type Rate = fn(&Phase) -> Option<f64>;
    let streams: [(&str, f64, Rate); 2] = [
        ("reads", workload.reads.rate, |phase| phase.reads.rate),
        ("writes", workload.writes.rate, |phase| phase.writes.rate),
    ];
    for (stream, base, of) in streams {
        let (mut events, mut since, mut rate) = (0.0, Nanos::ZERO, base);
        let mut path = format!("workload.{stream}.rate");
        let ends = workload
            .phases
            .iter()
            .enumerate()
            .filter_map(|(index, phase)| {
                let path = format!("workload.phase.{index}.{stream}.rate");
                Some((phase.at.min(duration), of(phase)?, path))
            });
        for (end, next, next_path) in ends.chain([(duration, 0.0, String::new())]) {
            events += rate * Nanos(end.0.saturating_sub(since.0)).as_secs_f64();
            if events > MOST_EVENTS {
                return Err(Wrong {
                    or: Some(vec!["duration".to_owned()]),
                    ..wrong(
                        &path,
                        format!(
                            "{events:.0} {stream} in {duration} take days to run: at most {MOST_EVENTS:.0}"
                        ),
                    )
                });
            }
            (since, rate, path) = (end, next, next_path);
        }
    }
    Ok(())
}

/// Each burst by itself, then how many events they make together.
fn check_bursts(workload: &Workload, duration: Nanos) -> Checked {
    for (index, burst) in workload.bursts.iter().enumerate() {
        check_burst(index, burst, duration)?;
    }
    for (which, key) in [(Which::Reads, "reads"), (Which::Writes, "writes")] {
        let paces = pace::paces(workload, which, duration.0);
        let events = pace::events(&paces, duration.0);
        let most = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        let times = workload.bursts.iter().map(|burst| which.times(burst));
        let worst = times.enumerate().max_by(most);
        let path = format!(
            "workload.burst.{}.{key}",
            worst.map_or(0, |(index, _)| index)
        );
        require(events <= MOST_EVENTS, &path, || {
            format!("{events:.0} {key} in {duration} take days to run: at most {MOST_EVENTS:.0}")
        })?;
    }
    Ok(())
}

fn check_burst(index: usize, burst: &Burst, duration: Nanos) -> Checked {
    let path = |key: &str| format!("workload.burst.{index}.{key}");
    require(burst.lasts > Nanos::ZERO, &path("for"), || {
        "it lasts longer than 0s".to_owned()
    })?;
    if let Some(every) = burst.every {
        require(every > burst.lasts, &path("every"), || {
            format!(
                "from one beginning to the next is longer than the {} that it lasts, not {every}",
                burst.lasts
            )
        })?;
        let often = pace::beginnings(burst, duration.0);
        require(often <= MOST_BURSTS, &path("every"), || {
            format!("it would begin {often} times, and at most {MOST_BURSTS} times are right")
        })?;
    }
    for (key, times) in [("reads", burst.reads), ("writes", burst.writes)] {
        require((0.0..=1e6).contains(&times), &path(key), || {
            format!("a rate is multiplied by 0 to 1e6, not by {times}")
        })?;
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

fn check_stream(path: &str, stream: &Stream) -> Checked {
    rate(&format!("{path}.rate"), stream.rate)?;
    popularity(&format!("{path}.popularity"), &stream.popularity)
}

fn popularity(path: &str, law: &Popularity) -> Checked {
    match law {
        Popularity::Zipf(exponent) => require((0.0..=10.0).contains(exponent), path, || {
            format!("the exponent of zipf is between 0 and 10, not {exponent}")
        }),
        Popularity::Uniform | Popularity::Latest | Popularity::SameAsReads => Ok(()),
    }
}

fn check_read_popularity(path: &str, law: &Popularity, targets: WriteTargets) -> Checked {
    require(*law != Popularity::SameAsReads, path, || {
        "\"same-as-reads\" is for writes".to_owned()
    })?;
    require(
        *law != Popularity::Latest || targets == WriteTargets::Key,
        path,
        || "\"latest\" needs writes of keys, and write_targets is \"tag\"".to_owned(),
    )
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

fn check_fault(index: usize, fault: &Fault) -> Checked {
    let path = |key: &str| format!("faults.{index}.{key}");
    let takes_by = fault.what == FaultKind::OriginSlow;
    let takes_for = takes_by || fault.what == FaultKind::OriginDown;
    require(takes_by || fault.by.is_none(), &path("by"), || {
        "only `origin-slow` has it".to_owned()
    })?;
    require(takes_for || fault.lasts.is_none(), &path("for"), || {
        "only `origin-slow` and `origin-down` have it".to_owned()
    })?;
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
