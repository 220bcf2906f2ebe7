//! What tells one state of a resource from another: entity tags and times of modification (RFC 9110, 8.8).

use std::time::SystemTime;

use http::header::{DATE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderName};

use super::dates::Dated;
use super::lists::members;

/// Whether a response has something to validate it by.
pub(crate) fn are_in(headers: &HeaderMap) -> bool {
    headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED)
}

/// Makes a request one that asks whether a response is still good.
pub(crate) fn ask_with(request: &mut HeaderMap, response: &HeaderMap) {
    for (asks, has) in [(IF_NONE_MATCH, ETAG), (IF_MODIFIED_SINCE, LAST_MODIFIED)] {
        match response.get(has) {
            Some(value) => drop(request.insert(asks, value.clone())),
            None => drop(request.remove(asks)),
        }
    }
}

/// Whether an answer that nothing was modified speaks of this response: it does if it names no validator, or
/// the same (RFC 9111, 4.3.4).
pub(crate) fn agree(answer: &HeaderMap, response: &HeaderMap) -> bool {
    let same = |name: HeaderName, equal: fn(&[u8], &[u8]) -> bool| {
        let answered = answer.get(&name)?;
        let known = response.get(&name);
        Some(known.is_some_and(|known| equal(answered.as_bytes(), known.as_bytes())))
    };
    let by_tag = same(ETAG, is_same_tag);
    by_tag
        .or_else(|| same(LAST_MODIFIED, |a, b| a == b))
        .unwrap_or(true)
}

/// The weak comparison, by which a strong tag and its weak form are the same (RFC 9110, 8.8.3.2).
fn is_same_tag(a: &[u8], b: &[u8]) -> bool {
    let opaque = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
    opaque(a) == opaque(b)
}

/// Whether a client has this response already (RFC 9110, 13.2.2). Its date stands in for a time of
/// modification that is not there (RFC 9111, 4.3.2).
pub(crate) fn client_has(request: &HeaderMap, response: &HeaderMap) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let tag = response.get(ETAG);
        return members(request, IF_NONE_MATCH).any(|member| {
            let is_same = |tag: &http::HeaderValue| is_same_tag(member.as_bytes(), tag.as_bytes());
            member == "*" || tag.is_some_and(is_same)
        });
    }
    let Some(since) = Dated::of(request, IF_MODIFIED_SINCE).get() else {
        return false;
    };
    let modified: Option<SystemTime> = match Dated::of(response, LAST_MODIFIED) {
        Dated::Absent => Dated::of(response, DATE).get(),
        dated => dated.get(),
    };
    modified.is_some_and(|modified| modified <= since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const NEW: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let fields = fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        fields.collect()
    }

    #[test]
    fn a_client_has_what_it_names_by_tag_weak_or_strong() {
        let response = headers(&[("etag", r#""a,b""#), ("last-modified", NEW)]);
        for (asked, has) in [
            (r#""a,b""#, true),
            (r#""x", W/"a,b""#, true),
            ("*", true),
            (r#""a""#, false),
        ] {
            // The date would say yes: it does not count beside a tag.
            let request = headers(&[("if-none-match", asked), ("if-modified-since", NEW)]);
            assert_eq!(client_has(&request, &response), has, "{asked}");
        }
    }

    #[test]
    fn a_client_has_what_was_not_modified_since() {
        let since = |date| headers(&[("if-modified-since", date)]);
        let modified = |date| headers(&[("last-modified", date)]);
        assert!(client_has(&since(NEW), &modified(NEW)));
        assert!(client_has(&since(NEW), &modified(OLD)));
        assert!(!client_has(&since(OLD), &modified(NEW)));
        assert!(!client_has(&since("yesterday"), &modified(OLD)));
        assert!(client_has(&since(NEW), &headers(&[("date", OLD)])));
    }

    #[test]
    fn an_answer_that_names_another_state_is_not_about_this_one() {
        let response = headers(&[("etag", r#""1""#), ("last-modified", OLD)]);
        assert!(agree(&headers(&[]), &response));
        assert!(agree(&headers(&[("etag", r#"W/"1""#)]), &response));
        assert!(!agree(&headers(&[("etag", r#""2""#)]), &response));
        assert!(!agree(&headers(&[("last-modified", NEW)]), &response));
        assert!(!agree(&headers(&[("etag", r#""1""#)]), &headers(&[])));
    }
}
