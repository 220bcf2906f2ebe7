//! What a workload may not say.

use super::super::pace::{self, Which};
use super::super::{Burst, Embeddings, Nanos, Phase, Popularity, Stream, Workload, WriteTargets};
use super::{Checked, MOST, MOST_EVENTS, Wrong, at_most, rate, require, wrong};

/// Links between keys and tags take less.
const MOST_LINKS: u32 = 100_000_000;

/// What each has seen is kept by key.
const MOST_CLIENTS: u32 = 10_000_000;

/// Drawn one by one until all are different.
const MOST_KEYS_PER_WRITE: u32 = 1_000;

/// Beginnings of a burst that comes again and again.
const MOST_BURSTS: u64 = 1_000_000;

pub(super) fn check_workload(workload: &Workload) -> Checked {
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
    for (key, follows) in [
        ("workload.read_back", &workload.read_back),
        ("workload.read_again", &workload.read_again),
    ] {
        require(follows.is_zero() || workload.clients > 0, key, || {
            "it needs `clients`: who reads".to_owned()
        })?;
    }
    require(
        workload.read_back.is_zero() || workload.write_targets == WriteTargets::Key,
        "workload.read_back",
        || "it is for writes of keys, and write_targets is \"tag\"".to_owned(),
    )?;
    if let Some(set) = &workload.embeddings {
        check_embeddings(set, workload.keys)?;
    }
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

/// What only a synthetic set has, and how much of it.
fn check_embeddings(set: &Embeddings, keys: u32) -> Checked {
    let path = |key: &str| format!("workload.embeddings.{key}");
    if !set.is_synthetic() {
        for (key, given) in [
            ("dims", set.dims.is_some()),
            ("topics", set.topics.is_some()),
            ("noise", set.noise.is_some()),
            ("cosine", set.cosine.is_some()),
        ] {
            require(!given, &path(key), || {
                "only the set \"synthetic\" has it".to_owned()
            })?;
        }
        return Ok(());
    }
    let (dims, topics) = (set.dims.unwrap_or(0), set.topics.unwrap_or(0));
    require((2..=4096).contains(&dims), &path("dims"), || {
        format!("a vector has from 2 to 4096 numbers, not {dims}")
    })?;
    require(keys >= 1, "workload.keys", || {
        "there is at least 1 key".to_owned()
    })?;
    require((1..=keys).contains(&topics), &path("topics"), || {
        format!("from 1 to as many as there are keys, {keys}, not {topics}")
    })?;
    let noise = set.noise.unwrap_or(0.0);
    require((0.0..=100.0).contains(&noise), &path("noise"), || {
        format!("a variance between 0 and 100, not {noise}")
    })?;
    let cosine = set.cosine.unwrap_or(0.0);
    require((-1.0..=1.0).contains(&cosine), &path("cosine"), || {
        format!("a cosine is between -1 and 1, not {cosine}")
    })
}

/// How many events a run has, at the rates that hold from time to time.
pub(super) fn check_events(workload: &Workload, duration: Nanos) -> Checked {
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
pub(super) fn check_bursts(workload: &Workload, duration: Nanos) -> Checked {
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
