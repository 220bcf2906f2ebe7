//! How long a response is fresh, and how old it is (RFC 9111, 4.2).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AGE, DATE, EXPIRES, LAST_MODIFIED};

use crate::headers::cache_control::{ResponseControl, seconds};
use crate::headers::dates::{Dated, whole_seconds};
use crate::settings::Freshness;

/// What was not changed for so many days is not changed for another (RFC 9111, 4.2.2, names a tenth).
const HEURISTIC_PART: u32 = 10;
/// A guess is for no longer than a day.
const HEURISTIC_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long a response is good, as of when it was generated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lifetime {
    /// It is fresh for so long.
    pub(crate) fresh: Duration,
    /// For so long past that it may be served while it is loaded again.
    pub(crate) while_revalidating: Duration,
    /// For so long past that it may be served where loading it again fails.
    pub(crate) if_error: Duration,
    /// Nobody may have it unless it was found to be still good, fresh or not.
    pub(crate) validate: bool,
    /// Nobody may have it past its end, not even who would take it.
    pub(crate) never_stale: bool,
}

impl Lifetime {
    pub(crate) fn of(
        headers: &HeaderMap,
        control: &ResponseControl,
        received: SystemTime,
        settings: &Freshness,
    ) -> Lifetime {
        let shared_only = control.s_maxage.is_said() && !settings.stale_despite_s_maxage;
        let never_stale =
            control.no_cache || control.must_revalidate || control.proxy_revalidate || shared_only;
        let allowed = |said: Option<Duration>, otherwise: Duration| match never_stale {
            true => Duration::ZERO,
            false => said.unwrap_or(otherwise),
        };
        Lifetime {
            fresh: fresh_for(headers, control, received, settings),
            while_revalidating: allowed(
                control.stale_while_revalidate.get(),
                settings.stale_while_revalidate,
            ),
            if_error: allowed(control.stale_if_error.get(), settings.stale_if_error),
            validate: control.no_cache,
            never_stale,
        }
    }
}

/// The first that is said of: `s-maxage`, `max-age`, `Expires`, and what is guessed.
fn fresh_for(
    headers: &HeaderMap,
    control: &ResponseControl,
    received: SystemTime,
    settings: &Freshness,
) -> Duration {
    if let Some(said) = control.s_maxage.get().or(control.max_age.get()) {
        return said;
    }
    let generated = Dated::of(headers, DATE)
        .get()
        .unwrap_or(whole_seconds(received));
    let since = |later: SystemTime, earlier| later.duration_since(earlier).unwrap_or_default();
    if !control.is_surrogate {
        match Dated::of(headers, EXPIRES) {
            Dated::Absent => {}
            Dated::At(expires) => return since(expires, generated),
            Dated::Unclear => return Duration::ZERO,
        }
    }
    match Dated::of(headers, LAST_MODIFIED).get() {
        Some(modified) => {
            let guess = since(generated, modified) / HEURISTIC_PART;
            guess.min(HEURISTIC_LIMIT)
        }
        None => settings.heuristic,
    }
}

/// How old a response was when it came, and `delay` had gone by since it was asked for (RFC 9111, 4.2.3).
pub(crate) fn age_when_received(
    headers: &HeaderMap,
    received: SystemTime,
    delay: Duration,
) -> Duration {
    let date = Dated::of(headers, DATE).get();
    // Dates are in whole seconds. Were a fraction of one counted, what is fresh for a second would be
    // fresh for less, the more so the later in a second it came.
    let apparent = date.and_then(|date| whole_seconds(received).duration_since(date).ok());
    let said = headers.get(AGE).and_then(|age| age.to_str().ok());
    let said = said.and_then(|age| seconds(age.trim())).unwrap_or(0);
    apparent
        .unwrap_or_default()
        .max(Duration::from_secs(said) + delay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::dates::written;
    use http::{HeaderName, HeaderValue};

    const SECOND: Duration = Duration::from_secs(1);

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 1_000_000_000 * SECOND + SECOND / 2
    }

    fn lifetime(fields: &[(HeaderName, HeaderValue)], settings: &Freshness) -> Lifetime {
        let headers: HeaderMap = fields.iter().cloned().collect();
        let control = ResponseControl::of(&headers);
        Lifetime::of(&headers, &control, now(), settings)
    }

    fn of(control: &'static str) -> Lifetime {
        let control = (
            http::header::CACHE_CONTROL,
            HeaderValue::from_static(control),
        );
        lifetime(&[control], &Freshness::default())
    }

    fn at(seconds: i64) -> HeaderValue {
        let time = match u64::try_from(seconds) {
            Ok(later) => now() + later as u32 * SECOND,
            Err(_) => now() - seconds.unsigned_abs() as u32 * SECOND,
        };
        written(time).unwrap()
    }

    #[test]
    fn what_is_said_to_shared_caches_goes_before_what_is_said_to_all() {
        assert_eq!(of("max-age=5").fresh, 5 * SECOND);
        assert_eq!(of("max-age=5, s-maxage=6").fresh, 6 * SECOND);
        assert_eq!(of("max-age=5, max-age=6").fresh, Duration::ZERO);
    }

    #[test]
    fn expires_counts_from_the_date_where_no_age_is_said() {
        let settings = Freshness::default();
        let expires = |value| (EXPIRES, value);
        let fresh = |fields: &[_]| lifetime(fields, &settings).fresh;
        assert_eq!(fresh(&[expires(at(30))]), 30 * SECOND);
        assert_eq!(fresh(&[expires(at(30)), (DATE, at(-10))]), 40 * SECOND);
        assert_eq!(fresh(&[expires(at(-30))]), Duration::ZERO);
        assert_eq!(fresh(&[expires("0".parse().unwrap())]), Duration::ZERO);
        let control = (http::header::CACHE_CONTROL, "max-age=5".parse().unwrap());
        assert_eq!(fresh(&[expires(at(30)), control]), 5 * SECOND);
        let surrogate = (
            "surrogate-control".parse().unwrap(),
            "public".parse().unwrap(),
        );
        assert_eq!(fresh(&[expires(at(30)), surrogate]), Duration::ZERO);
    }

    #[test]
    fn what_is_said_by_nobody_is_guessed_from_the_last_change() {
        let mut settings = Freshness::default();
        let changed = |ago: i64| lifetime(&[(LAST_MODIFIED, at(-ago))], &settings).fresh;
        assert_eq!(changed(1_000), 100 * SECOND);
        assert_eq!(changed(100_000_000), HEURISTIC_LIMIT);
        assert_eq!(lifetime(&[], &settings).fresh, Duration::ZERO);
        settings.heuristic = 7 * SECOND;
        assert_eq!(lifetime(&[], &settings).fresh, 7 * SECOND);
    }

    #[test]
    fn a_response_says_what_may_become_of_it_past_its_end() {
        let said = of("max-age=5, stale-while-revalidate=6, stale-if-error=7");
        assert_eq!(
            (said.while_revalidating, said.if_error),
            (6 * SECOND, 7 * SECOND)
        );
        for forbids in [
            "must-revalidate",
            "proxy-revalidate",
            "no-cache",
            "s-maxage=5",
        ] {
            let control = format!("stale-while-revalidate=6, stale-if-error=7, {forbids}");
            let said = of(control.leak());
            let none = (Duration::ZERO, Duration::ZERO, true);
            let says = (said.while_revalidating, said.if_error, said.never_stale);
            assert_eq!(says, none, "{forbids}");
        }
    }

    #[test]
    fn s_maxage_forbids_nothing_where_that_is_agreed() {
        let settings = Freshness {
            stale_despite_s_maxage: true,
            ..Freshness::default()
        };
        let control = "s-maxage=1, stale-while-revalidate=59".parse().unwrap();
        let said = lifetime(&[(http::header::CACHE_CONTROL, control)], &settings);
        assert_eq!((said.fresh, said.while_revalidating), (SECOND, 59 * SECOND));
    }

    #[test]
    fn an_age_is_what_is_said_and_what_the_way_took_or_what_the_date_shows() {
        let age = |fields: &[(HeaderName, HeaderValue)], delay| {
            age_when_received(&fields.iter().cloned().collect(), now(), delay)
        };
        assert_eq!(age(&[], 2 * SECOND), 2 * SECOND);
        assert_eq!(
            age(&[(AGE, "10".parse().unwrap())], 2 * SECOND),
            12 * SECOND
        );
        assert_eq!(age(&[(AGE, "old".parse().unwrap())], SECOND), SECOND);
        assert_eq!(age(&[(DATE, at(-30))], 2 * SECOND), 30 * SECOND);
        assert_eq!(age(&[(DATE, at(30))], 2 * SECOND), 2 * SECOND);
        // Half a second past the whole one that its date tells.
        assert_eq!(age(&[(DATE, at(0))], Duration::ZERO), Duration::ZERO);
    }
}
