//! Why something is not the answer, what the answer takes for granted, and what it does not cover.

use super::answer::{Advice, Outcome, is_longest};
use super::candidates::LeftOut;
use super::trial::{Bench, Trial};
use super::{Bound, Measured, Request};
use crate::report::units::{count, share};
use crate::scenario::{Distribution, Loaded, Nanos};

/// The settings of a trial: `ttl=4900ms jitter=0.1`.
pub fn settings(trial: &Trial) -> String {
    let config = serde_json::Value::Object(trial.config.clone());
    crate::report::table::config(&config).unwrap_or_else(|| "as it is".to_owned())
}

/// A bound that is missed, and by what: `stale_age_us.max 12 min > 5 s`.
pub fn miss(bound: &Bound, measured: &Measured) -> String {
    let figure = bound.figure;
    format!(
        "{} {} > {}",
        figure.name,
        figure.write(bound.judged(measured)),
        figure.write(bound.most)
    )
}

/// All bounds that a trial misses.
pub fn misses(trial: &Trial, request: &Request) -> Vec<String> {
    let bounds = request.bounds.iter().zip(&trial.measured);
    let missed = bounds.filter(|(bound, measured)| !bound.is_met(measured));
    missed
        .map(|(bound, measured)| miss(bound, measured))
        .collect()
}

pub fn why_not(outcome: &Outcome, request: &Request) -> String {
    if outcome.confirmed.is_some() {
        return "meets the bounds".to_owned();
    }
    if outcome.found {
        return "met the bounds in its search, but not with other random numbers".to_owned();
    }
    let Some(closest) = outcome.closest(request) else {
        return "was not run".to_owned();
    };
    if let Some(error) = &closest.policy_error {
        return format!("its policy failed: {error}");
    }
    let mut fresh = outcome
        .trials
        .iter()
        .filter(|trial| trial.meets(request, true));
    match fresh.next_back() {
        // Fresh enough for so long, which is not long enough for the origin.
        Some(longest) => format!(
            "fresh enough up to {}, where {}",
            settings(longest),
            misses(longest, request).join(" and ")
        ),
        None => {
            let shortest = outcome.trials.first().unwrap_or(closest);
            let even = match outcome.candidate.has_ttl {
                true => format!("even at {} ", settings(shortest)),
                false => String::new(),
            };
            format!("{even}{}", misses(shortest, request).join(" and "))
        }
    }
}

/// `cdc: left out by the command line; semantic: …`.
pub fn left_out(patterns: &[LeftOut]) -> String {
    let words = patterns
        .iter()
        .map(|left| format!("{}: {}", left.pattern, left.why));
    words.collect::<Vec<_>>().join("; ")
}

fn takes(distribution: &Distribution) -> String {
    match distribution {
        Distribution::Constant(time) => time.to_string(),
        Distribution::Uniform(low, high) => format!("{low} to {high}"),
        Distribution::Exponential(mean) => format!("{mean} on average"),
        Distribution::Lognormal { median, .. } => format!("{median} in the middle"),
        Distribution::Empirical(empirical) => format!("as in {}", empirical.file),
    }
}

/// What the scenario says of the world, which the application has to keep.
pub fn assumptions(loaded: &Loaded) -> Vec<String> {
    let scenario = &loaded.scenario;
    let (writes, feed, origin) = (&scenario.writes, &scenario.feed, &scenario.origin);
    let at_once = |delay: &Distribution| match delay.is_zero() {
        true => "at once".to_owned(),
        false => format!("after {}", takes(delay)),
    };
    let mut said = vec![
        format!(
            "{} of the writes are announced, {} (--writes-announced, writes.announce_delay).",
            share(writes.announced),
            at_once(&writes.announce_delay)
        ),
        format!(
            "A capture of changes, for patterns that listen to one, hears of {}, {} (feed.delay); \
             without a capture say --without cdc.",
            match feed.loss > 0.0 {
                true => format!("all but {} of the writes", share(feed.loss)),
                false => "every write".to_owned(),
            },
            at_once(&feed.delay)
        ),
        format!("A load takes {} (origin.latency).", takes(&origin.latency)),
    ];
    if !origin.replica_lag.is_zero() {
        said.push(format!(
            "Loads read a replica that lags {} (origin.replica_lag).",
            takes(&origin.replica_lag)
        ));
    }
    said
}

/// That an answer can get older than any was, where the oldest is bounded: what nobody is told of stays until
/// its time is over.
fn older(trial: &Trial, bench: &Bench) -> Option<String> {
    let mut bounds = bench.request.bounds.iter();
    let bound = bounds.find(|bound| bound.figure.name == "stale_age_us.max")?;
    let time = |key: &str| {
        let text = trial.config.get(key)?.as_str()?;
        text.parse::<Nanos>().ok()
    };
    let ttl = time("ttl")?;
    let longest = Nanos(ttl.0 + time("grace").unwrap_or_default().0);
    (longest.0 as f64 / 1e3 > bound.most).then(|| {
        format!(
            "Older answers than were seen: an entry lives for up to {longest}, and is as stale as that if no \
             change of it is heard of."
        )
    })
}

/// What a met bound does not say.
pub fn not_covered(advice: &Advice, bench: &Bench<'_>) -> Vec<String> {
    let Some(best) = advice.best() else {
        return Vec::new();
    };
    let mut said = Vec::new();
    let summaries = &best.trial.summaries;
    said.push(match &bench.workload.trace {
        Some(_) => "Other traffic than the trace: each replication replays the same reads and writes, and \
             only what the scenario leaves to chance (latencies, delays, which writes are announced) differs."
            .to_owned(),
        None => "Other traffic than the scenario's: its rates and popularities are taken as they are."
            .to_owned(),
    });
    if summaries.windows(2).all(|pair| pair[0] == pair[1]) {
        said.push(
            "Chance: nothing in this scenario is drawn at random, all replications are the same, and the \
             intervals have no width."
                .to_owned(),
        );
    }
    let stale: u64 = summaries.iter().map(|summary| summary.stale_answers).sum();
    let reads: u64 = summaries.iter().map(|summary| summary.reads).sum();
    if stale == 0 && reads > 0 {
        // The rule of three (Hanley and Lippman-Hand, JAMA 249, 1983).
        said.push(format!(
            "Rare staleness: there was no stale answer in {} reads, which for independent reads bounds the \
             share by {} and no lower.",
            count(reads as f64),
            share(3.0 / reads as f64)
        ));
    } else if (1..100).contains(&stale) {
        said.push(format!(
            "Rare staleness: its figures rest on {stale} stale answers in all replications."
        ));
    }
    said.extend(older(best.trial, bench));
    if let Some(longest) = is_longest(best, bench) {
        said.push(format!(
            "Longer lives than {longest}: a run measures no longer, and longer ones do the same in it."
        ));
    }
    said
}
