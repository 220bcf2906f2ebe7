//! Whether a response may be kept and given to others (RFC 9111, 3).

use http::header::{AUTHORIZATION, EXPIRES, SET_COOKIE};
use http::{HeaderMap, StatusCode};

use crate::headers::cache_control::ResponseControl;
use crate::settings::SetCookie;

/// Why a response is for its own client only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The response says so, and would to the next request.
    ByResponse(&'static str),
    /// The client is known, and the response does not say that others may have it.
    ByAuthorization,
    /// It is so this time.
    ThisOnce(&'static str),
}

impl Refusal {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Refusal::ByResponse(reason) | Refusal::ThisOnce(reason) => reason,
            Refusal::ByAuthorization => "authorization",
        }
    }
}

/// Statuses that may be kept though nothing says for how long (RFC 9110, 15.1), but for 206.
fn is_heuristic(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501
    )
}

/// Statuses whose rules for caches are known here (RFC 9111, 5.2.2.3).
fn is_understood(status: StatusCode) -> bool {
    is_heuristic(status) || matches!(status.as_u16(), 302 | 303 | 307)
}

/// Whether others who ask with `Authorization` may have what was answered to one who did (RFC 9111, 3.5).
pub(crate) fn allows_authorized(control: &ResponseControl) -> bool {
    control.public || control.must_revalidate || control.s_maxage.is_said()
}

/// Whether the response to a `GET` may be kept, as far as its head tells.
pub(crate) fn check(
    request: &HeaderMap,
    status: StatusCode,
    headers: &HeaderMap,
    control: &ResponseControl,
    set_cookie: SetCookie,
) -> Result<(), Refusal> {
    use Refusal::{ByResponse, ThisOnce};
    let understood = control.must_understand && is_understood(status);
    if control.no_store && !understood {
        return Err(ByResponse("no-store"));
    }
    if control.must_understand && !understood {
        return Err(ByResponse("must-understand"));
    }
    if control.private {
        return Err(ByResponse("private"));
    }
    if headers.contains_key(SET_COOKIE) && set_cookie == SetCookie::Pass {
        return Err(ByResponse("set-cookie"));
    }
    // Parts, answers to questions that nobody here has asked, and protocols that begin.
    if status.is_informational() || matches!(status.as_u16(), 206 | 304) {
        return Err(ThisOnce("status"));
    }
    let expires = headers.contains_key(EXPIRES) && !control.is_surrogate;
    let is_explicit = control.max_age.is_said() || control.s_maxage.is_said() || expires;
    if !(is_explicit || control.public || is_heuristic(status)) {
        let refusal = if status.is_server_error() {
            ThisOnce
        } else {
            ByResponse
        };
        return Err(refusal("status"));
    }
    if request.contains_key(AUTHORIZATION) && !allows_authorized(control) {
        return Err(Refusal::ByAuthorization);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            let value = HeaderValue::from_static(value);
            (HeaderName::from_static(name), value)
        });
        fields.collect()
    }

    fn reason(
        request: &[(&'static str, &'static str)],
        status: u16,
        response: &[(&'static str, &'static str)],
    ) -> &'static str {
        let response = headers(response);
        let control = ResponseControl::of(&response);
        let status = StatusCode::from_u16(status).unwrap();
        let checked = check(
            &headers(request),
            status,
            &response,
            &control,
            SetCookie::Pass,
        );
        checked.map_or_else(Refusal::reason, |()| "kept")
    }

    #[test]
    fn what_a_response_says_of_itself_counts_first() {
        for (status, control, expected) in [
            (200, "max-age=60", "kept"),
            (200, "", "kept"),
            (200, "no-cache", "kept"),
            (200, "max-age=60, no-store", "no-store"),
            (200, "max-age=60, private", "private"),
            (200, "max-age=60, private=\"x\"", "private"),
            (200, "max-age=60, no-store, must-understand", "kept"),
            (299, "max-age=60, no-store, must-understand", "no-store"),
            (299, "max-age=60, must-understand", "must-understand"),
            (302, "", "status"),
            (302, "max-age=60", "kept"),
            (302, "public", "kept"),
            (206, "max-age=60", "status"),
            (304, "max-age=60", "status"),
            (404, "", "kept"),
            (500, "", "status"),
            (500, "s-maxage=5", "kept"),
        ] {
            let control = [("cache-control", control)];
            assert_eq!(
                reason(&[], status, &control),
                expected,
                "{status} {control:?}"
            );
        }
        assert_eq!(
            reason(&[], 302, &[("expires", "0")]),
            "kept",
            "and stale at once"
        );
    }

    #[test]
    fn a_response_to_one_who_is_known_is_kept_only_where_it_says_so() {
        let known = [("authorization", "Basic eA==")];
        for (control, expected) in [
            ("max-age=60", "authorization"),
            ("max-age=60, public", "kept"),
            ("max-age=60, must-revalidate", "kept"),
            ("s-maxage=60", "kept"),
            ("max-age=60, proxy-revalidate", "authorization"),
        ] {
            let control = [("cache-control", control)];
            assert_eq!(reason(&known, 200, &control), expected, "{control:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_one_client() {
        let response = [("cache-control", "max-age=60"), ("set-cookie", "id=7")];
        assert_eq!(reason(&[], 200, &response), "set-cookie");
    }
}
