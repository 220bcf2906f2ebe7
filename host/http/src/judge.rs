//! Whether what is kept may answer a request.

use std::time::Duration;

use shelflife::{Entry, State};

use crate::headers::cache_control::Wishes;
use crate::headers::cache_status::{Did, Forward};
use crate::route::Ask;
use crate::stored::{CachedResponse, Stored};

/// What is to be done with an entry.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// To serve it.
    Serve(Did),
    /// To look for another variant.
    Elsewhere,
    /// To ask whether it is still good, for this request alone.
    Validate,
    /// To ask the service as if it were not there.
    Alone(Did),
}

/// Where an entry was found.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Found {
    /// The cache served it: stale where it saw its grace, or a load that failed.
    Served,
    /// It was looked up, fresh or not.
    LookedUp,
}

/// Judges an entry for a request that has not loaded it itself.
pub(crate) fn judge(ask: &Ask, entry: &Entry<CachedResponse>, found: Found) -> Verdict {
    let Some(stored) = entry.value().stored() else {
        return Verdict::Alone(Did::forward(Forward::UriMiss).because("pass"));
    };
    if !stored.selection.is_of(ask.headers()) {
        return Verdict::Elsewhere;
    }
    if ask.is_authorized && !stored.for_authorized {
        return Verdict::Alone(Did::forward(Forward::Request).because("authorization"));
    }
    if stored.lifetime.validate {
        return Verdict::Validate;
    }
    let age = stored.age(entry.age());
    match stands(&ask.wishes, stored, entry, age, found) {
        Ok(did) => Verdict::Serve(did),
        Err(forward) => Verdict::Alone(Did::forward(forward)),
    }
}

/// Goes by the time, and by what the client wishes of it.
fn stands(
    wishes: &Wishes,
    stored: &Stored,
    entry: &Entry<CachedResponse>,
    age: Duration,
    found: Found,
) -> Result<Did, Forward> {
    let too_old = wishes.max_age.is_some_and(|max_age| age > max_age);
    if wishes.no_cache || too_old {
        return Err(Forward::Request);
    }
    let fresh_for = stored.lifetime.fresh.saturating_sub(age);
    let fresh_for = fresh_for.min(entry.fresh_for().unwrap_or(Duration::MAX));
    let is_fresh = match entry.state() {
        State::Fresh => true,
        State::Stale => false,
        // By another's request just now: that does not make it fresh.
        State::Loaded => !fresh_for.is_zero(),
    };
    if is_fresh {
        if wishes.min_fresh.is_some_and(|least| fresh_for < least) {
            return Err(Forward::Request);
        }
        return Ok(match entry.state() {
            State::Loaded => collapsed(),
            _ => Did::hit(whole(fresh_for)),
        });
    }
    let staleness = stored.staleness(age);
    let hit = || Did::hit(-whole(staleness));
    let enough = wishes.max_stale.is_some_and(|most| staleness <= most);
    if enough && !stored.lifetime.never_stale {
        return Ok(hit());
    }
    // Who says how old it may be at most, or how fresh at least, would not have it stale.
    if wishes.max_age.is_some() || wishes.min_fresh.is_some() {
        return Err(Forward::Request);
    }
    if stored.may_be_served_meanwhile(age) {
        return Ok(match entry.state() {
            State::Loaded => collapsed(),
            _ => hit(),
        });
    }
    if found == Found::Served && entry.is_stale() && stored.may_answer_for_an_error(age) {
        return Ok(Did {
            collapsed: true,
            ..Did::forward(Forward::Stale).because("stale-if-error")
        });
    }
    Err(Forward::Stale)
}

fn collapsed() -> Did {
    Did {
        collapsed: true,
        ..Did::forward(Forward::UriMiss)
    }
}

/// Whole seconds.
fn whole(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
