//! `Cache-Control` of responses and of requests (RFC 9111, 5.2; RFC 5861), and `Surrogate-Control`, which
//! has the same form.

use std::time::Duration;

use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderMap, HeaderName};

use super::lists::{members, unquoted};

/// What an origin says to this cache and to no other, in place of `Cache-Control` and `Expires` (W3C, Edge
/// Architecture Specification, 2001; the precedence is that of RFC 9213 for fields of its kind).
pub(crate) const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");

/// A time in whole seconds, as a directive gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Seconds {
    /// The directive is not there.
    #[default]
    Unsaid,
    /// It is, once, or each time with the same value.
    Said(u64),
    /// It is, and says nothing that can be kept to: no number, or two. What is fresh for an unknown time is
    /// stale (RFC 9111, 4.2.1).
    Unclear,
}

impl Seconds {
    /// What is unclear counts as none at all.
    pub(crate) fn get(self) -> Option<Duration> {
        match self {
            Seconds::Unsaid => None,
            Seconds::Said(seconds) => Some(Duration::from_secs(seconds)),
            Seconds::Unclear => Some(Duration::ZERO),
        }
    }

    pub(crate) fn is_said(self) -> bool {
        self != Seconds::Unsaid
    }

    fn note(&mut self, value: Option<&str>) {
        let read = seconds(value.unwrap_or_default());
        *self = match (*self, read) {
            (Seconds::Unsaid, Some(read)) => Seconds::Said(read),
            (Seconds::Said(known), Some(read)) if known == read => Seconds::Said(known),
            _ => Seconds::Unclear,
        };
    }
}

/// Digits as seconds. More than fit are as many as a signed number of 32 bits holds at least: for ever
/// (RFC 9111, 1.2.2).
pub(crate) fn seconds(value: &str) -> Option<u64> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| {
        value
            .parse()
            .unwrap_or(u64::from(u32::MAX))
            .min(u64::from(u32::MAX))
    })
}

/// The directives of a field as names in lower case, with their values.
fn directives(
    headers: &HeaderMap,
    field: HeaderName,
) -> impl Iterator<Item = (String, Option<&str>)> {
    members(headers, field).map(|member| {
        let (name, value) = match member.split_once('=') {
            Some((name, value)) => (name, Some(unquoted(value.trim()))),
            None => (member, None),
        };
        (name.trim().to_ascii_lowercase(), value)
    })
}

/// What an origin says of its response. A directive that names fields (`private="x"`) counts as the one
/// without, which forbids more.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ResponseControl {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) private: bool,
    pub(crate) public: bool,
    pub(crate) must_revalidate: bool,
    pub(crate) proxy_revalidate: bool,
    pub(crate) must_understand: bool,
    pub(crate) max_age: Seconds,
    pub(crate) s_maxage: Seconds,
    pub(crate) stale_while_revalidate: Seconds,
    pub(crate) stale_if_error: Seconds,
    /// It is of `Surrogate-Control`, and `Expires` does not count.
    pub(crate) is_surrogate: bool,
}

impl ResponseControl {
    pub(crate) fn of(headers: &HeaderMap) -> ResponseControl {
        if members(headers, SURROGATE_CONTROL).next().is_none() {
            return ResponseControl::read(headers, CACHE_CONTROL);
        }
        ResponseControl {
            is_surrogate: true,
            ..ResponseControl::read(headers, SURROGATE_CONTROL)
        }
    }

    fn read(headers: &HeaderMap, field: HeaderName) -> ResponseControl {
        let is_surrogate = field == SURROGATE_CONTROL;
        let mut control = ResponseControl::default();
        for (name, value) in directives(headers, field) {
            match name.as_str() {
                "no-store" => control.no_store = true,
                "no-cache" => control.no_cache = true,
                "private" => control.private = true,
                "public" => control.public = true,
                "must-revalidate" => control.must_revalidate = true,
                "proxy-revalidate" => control.proxy_revalidate = true,
                "must-understand" => control.must_understand = true,
                // `600+30`: half a minute longer while it is loaded again.
                "max-age" if is_surrogate => {
                    let (fresh, stale) = match value.and_then(|value| value.split_once('+')) {
                        Some((fresh, stale)) => (Some(fresh), Some(stale)),
                        None => (value, None),
                    };
                    control.max_age.note(fresh);
                    if stale.is_some() {
                        control.stale_while_revalidate.note(stale);
                    }
                }
                "max-age" => control.max_age.note(value),
                "s-maxage" => control.s_maxage.note(value),
                "stale-while-revalidate" => control.stale_while_revalidate.note(value),
                "stale-if-error" => control.stale_if_error.note(value),
                _ => {}
            }
        }
        control
    }
}

/// What a client wishes. All of it is advice (RFC 9111, 5.2.1), which this cache follows unless it is told
/// not to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wishes {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) only_if_cached: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) min_fresh: Option<Duration>,
    /// Stale by so much is good enough; by anything without a value.
    pub(crate) max_stale: Option<Duration>,
}

impl Wishes {
    pub(crate) fn of(headers: &HeaderMap) -> Wishes {
        let mut wishes = Wishes::default();
        let (mut max_age, mut min_fresh) = (Seconds::Unsaid, Seconds::Unsaid);
        for (name, value) in directives(headers, CACHE_CONTROL) {
            match name.as_str() {
                "no-store" => wishes.no_store = true,
                "no-cache" => wishes.no_cache = true,
                "only-if-cached" => wishes.only_if_cached = true,
                "max-age" => max_age.note(value),
                "min-fresh" => min_fresh.note(value),
                "max-stale" => {
                    wishes.max_stale = match value {
                        None => Some(Duration::MAX),
                        Some(value) => seconds(value).map(Duration::from_secs),
                    }
                }
                _ => {}
            }
        }
        wishes.max_age = max_age.get();
        wishes.min_fresh = min_fresh.get();
        // From clients of before HTTP/1.1 (RFC 9111, 5.4).
        if !headers.contains_key(CACHE_CONTROL) {
            let mut pragmas = members(headers, PRAGMA);
            wishes.no_cache = pragmas.any(|pragma| pragma.eq_ignore_ascii_case("no-cache"));
        }
        wishes
    }

    /// Whether there is anything to wish for.
    pub(crate) fn are_there(&self) -> bool {
        *self != Wishes::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        fields.collect()
    }

    fn control(text: &'static str) -> ResponseControl {
        ResponseControl::of(&headers(&[("cache-control", text)]))
    }

    #[test]
    fn names_are_in_any_case_and_values_with_or_without_quotes() {
        let control = control(r#"PUBLIC, Max-Age="60" , s-maxage = 5"#);
        assert!(control.public);
        assert_eq!(control.max_age, Seconds::Said(60));
        assert_eq!(control.s_maxage, Seconds::Said(5));
    }

    #[test]
    fn a_directive_that_names_fields_counts_as_the_one_without() {
        let control = control(r#"private="set-cookie, x", no-cache="y""#);
        assert!(control.private && control.no_cache);
    }

    #[test]
    fn an_age_that_is_said_twice_differently_or_is_no_number_is_none_at_all() {
        for text in [
            "max-age=5, max-age=6",
            "max-age=soon",
            "max-age",
            "max-age=-1",
        ] {
            assert_eq!(control(text).max_age.get(), Some(Duration::ZERO), "{text}");
        }
        assert_eq!(control("max-age=5, max-age=5").max_age, Seconds::Said(5));
        assert_eq!(control("public").max_age.get(), None);
    }

    #[test]
    fn an_age_that_does_not_fit_is_for_ever() {
        let control = control("max-age=99999999999999999999999");
        assert_eq!(control.max_age, Seconds::Said(u64::from(u32::MAX)));
    }

    #[test]
    fn what_is_said_to_surrogates_takes_the_place_of_what_is_said_to_all() {
        let said = ResponseControl::of(&headers(&[
            ("cache-control", "no-store, max-age=0"),
            ("surrogate-control", "max-age=600+30, content=\"ESI/1.0\""),
        ]));
        assert!(said.is_surrogate && !said.no_store);
        assert_eq!(said.max_age, Seconds::Said(600));
        assert_eq!(said.stale_while_revalidate, Seconds::Said(30));
    }

    #[test]
    fn a_client_wishes() {
        let text = "no-store, max-age=5, min-fresh=6, max-stale, only-if-cached";
        let wishes = Wishes::of(&headers(&[("cache-control", text)]));
        let expected = Wishes {
            no_store: true,
            no_cache: false,
            only_if_cached: true,
            max_age: Some(Duration::from_secs(5)),
            min_fresh: Some(Duration::from_secs(6)),
            max_stale: Some(Duration::MAX),
        };
        assert_eq!(wishes, expected);
        assert!(!Wishes::of(&headers(&[("cache-control", "x")])).are_there());
    }

    #[test]
    fn pragma_counts_where_there_is_nothing_newer() {
        assert!(Wishes::of(&headers(&[("pragma", "no-cache")])).no_cache);
        let both = headers(&[("pragma", "no-cache"), ("cache-control", "max-stale=1")]);
        assert!(!Wishes::of(&both).no_cache);
    }
}
