//! Fields that are for one connection and are not kept (RFC 9111, 3.1; RFC 9110, 7.6.1).

use http::header::{
    AGE, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, DATE, PROXY_AUTHENTICATE,
    SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName};

use super::lists::members;

const FIELDS: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-authentication-info"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// What tells of the stored body, and is not taken from an answer without one.
const OF_THE_BODY: [HeaderName; 3] = [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE];

/// Takes them away, and those that `Connection` names.
pub(crate) fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = members(headers, CONNECTION)
        .filter_map(|name| name.parse().ok())
        .collect();
    for name in FIELDS.into_iter().chain(named) {
        headers.remove(name);
    }
}

/// What a response's fields are once an answer has said that nothing was modified: its own, with those of
/// the answer in place of the ones of the same name (RFC 9111, 3.2).
pub(crate) fn updated(stored: &HeaderMap, answer: &HeaderMap) -> HeaderMap {
    let mut answer = answer.clone();
    strip(&mut answer);
    // A cookie in an answer is for its reader. It must not end up in what others get.
    answer.remove(SET_COOKIE);
    for name in OF_THE_BODY {
        answer.remove(name);
    }
    let mut headers = stored.clone();
    // When that one came is over: how old the response is now says the answer, and be it by saying nothing.
    for name in [AGE, DATE] {
        headers.remove(name);
    }
    for name in answer.keys() {
        headers.remove(name);
    }
    headers.extend(answer);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn what_is_for_one_connection_is_taken_away() {
        let mut fields = headers(&[
            ("connection", "x-mine, close"),
            ("x-mine", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("etag", "\"1\""),
        ]);
        strip(&mut fields);
        assert_eq!(fields, headers(&[("etag", "\"1\"")]));
    }

    #[test]
    fn an_answer_replaces_fields_and_not_those_of_the_body() {
        let stored = headers(&[
            ("link", "a"),
            ("link", "b"),
            ("content-length", "5"),
            ("x", "1"),
            ("age", "7"),
        ]);
        let answer = headers(&[
            ("link", "c"),
            ("link", "d"),
            ("content-length", "0"),
            ("date", "now"),
            ("set-cookie", "id=7"),
        ]);
        let expected = headers(&[
            ("content-length", "5"),
            ("x", "1"),
            ("link", "c"),
            ("link", "d"),
            ("date", "now"),
        ]);
        assert_eq!(updated(&stored, &answer), expected);
    }
}
