//! A case in a cache as applications have it, with a clock that a test moves.

use std::cell::Cell;
use std::time::Duration;

use shelflife::policy::{ChangeKind, CompiledPolicy, Limits, Source};
use shelflife::sync::{Cache, Load, Write};
use shelflife::{Embedding, ManualClock, State};
use shelflife_policy::testing::cases::{Answer, Case, Does, Observed, Outcome, StepChange};

use crate::convert;

/// Runs a case.
///
/// # Errors
///
/// Says why a cache cannot run it.
pub(super) fn run(policy: &CompiledPolicy, case: &Case) -> Result<Observed, String> {
    let clock = ManualClock::default();
    // Compiled once for all cases: some guests take half a minute.
    let source = Source::compiled(policy).config(case.config.as_str());
    let built = Cache::<u64>::builder()
        .clock(clock.clone())
        .policy(source)
        .policy_slots(1)
        .policy_limits(Limits::deterministic())
        .build();
    let cache = match built {
        Ok(cache) => cache,
        Err(error) => {
            let text = error.to_string();
            // A cache has no log of a database by itself; an application announces what it captures.
            return match text.contains("no feed is called") {
                true => Err("a cache has the feed `writes` alone".to_owned()),
                false => Ok(Observed::refused(text)),
            };
        }
    };
    let mut now = Duration::ZERO;
    let mut observed = Observed::default();
    for step in &case.steps {
        clock.advance(step.at.saturating_sub(now));
        now = step.at;
        let mut outcome = Outcome::default();
        match &step.does {
            Does::Read { load_time, .. } => {
                let (answer, has_loaded) = read(&cache, &clock, &step.does)?;
                if has_loaded {
                    now += *load_time;
                }
                outcome.answer = Some(answer);
            }
            Does::Changes { changes, .. } => {
                let heard = changes.iter().filter(|one| one.change.feed == "writes");
                cache.announce_all(heard.map(write));
            }
        }
        observed.steps.push(outcome);
    }
    Ok(observed)
}

/// Reads a key; what the reader got, and whether its loader was called.
fn read(cache: &Cache<u64>, clock: &ManualClock, read: &Does) -> Result<(Answer, bool), String> {
    let Does::Read {
        key,
        depends_on,
        size,
        load_time,
        vector,
        fails,
        ..
    } = read
    else {
        return Err("a step that reads nothing".to_owned());
    };
    // A reader that finds an entry past its end loads it again itself; what others get meanwhile is what is
    // asked here. So the loader reads the same key once more.
    let meanwhile = Cell::new(None);
    let loader = |load: &Load| {
        let entry = cache.entry(key).or_insert_with(|_| 0);
        meanwhile.set(Some(match entry.state() {
            State::Fresh => Answer::Hit,
            State::Stale => Answer::Stale,
            State::Loaded => Answer::Miss,
        }));
        for tag in depends_on {
            load.depends_on(tag.as_str());
        }
        load.size(*size);
        clock.advance(*load_time);
        match fails {
            true => Err(()),
            false => Ok(1),
        }
    };
    let answered = match vector {
        None => cache.try_get_with(key, loader).is_ok(),
        Some(vector) => {
            let embedding = Embedding::new(vector.as_slice())
                .map_err(|error| format!("the vector of {key}: {error}"))?;
            cache.try_get_near_with(key, &embedding, loader).is_ok()
        }
    };
    let answer = match (meanwhile.get(), answered) {
        (None, _) => Answer::Hit,
        (Some(_), false) => Answer::Error,
        // It failed, and something within its rescue has answered.
        (Some(_), true) if *fails => Answer::Stale,
        (Some(meanwhile), true) => meanwhile,
    };
    Ok((answer, meanwhile.get().is_some()))
}

fn write(told: &StepChange) -> Write<u64> {
    let change = &told.change;
    let mut write = match convert::kind(change.kind) {
        ChangeKind::Truncated => Write::truncated(change.collection.as_str()),
        kind => Write::of(change.key.as_str()).kind(kind),
    };
    write = write.in_collection(change.collection.as_str());
    if convert::kind(change.kind) != ChangeKind::Deleted {
        write = write.with_value(2);
    }
    for column in told.before.keys().chain(told.after.keys()) {
        let of = |row: &shelflife_policy::testing::cases::Row| row.get(column).cloned();
        let (before, after) = (of(&told.before), of(&told.after));
        write = write.column(column, before.as_deref(), after.as_deref());
    }
    match &told.vector {
        Some(vector) => write.with_vector(vector.as_slice()),
        None => write,
    }
}
