//! Dates in header fields, which are in whole seconds.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};

/// A field that is a date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dated {
    /// It is not there.
    Absent,
    At(SystemTime),
    /// It is no date, or two: of `Expires`, a time in the past (RFC 9111, 5.3).
    Unclear,
}

impl Dated {
    pub(crate) fn of(headers: &HeaderMap, name: HeaderName) -> Dated {
        let mut fields = headers.get_all(name).into_iter();
        let Some(first) = fields.next() else {
            return Dated::Absent;
        };
        let date = first
            .to_str()
            .ok()
            .and_then(|text| httpdate::parse_http_date(text).ok());
        match date {
            Some(date) if fields.all(|other| other == first) => Dated::At(date),
            _ => Dated::Unclear,
        }
    }

    pub(crate) fn get(self) -> Option<SystemTime> {
        match self {
            Dated::At(date) => Some(date),
            Dated::Absent | Dated::Unclear => None,
        }
    }
}

/// A time of day as a date can tell it.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

/// A date as it stands in a field. Nothing for the years that a date has no room for.
pub(crate) fn written(time: SystemTime) -> Option<HeaderValue> {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since < YEAR_10000).then(|| httpdate::fmt_http_date(time).parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::EXPIRES;

    #[test]
    fn what_is_no_date_is_told_from_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(Dated::of(&headers, EXPIRES), Dated::Absent);
        headers.insert(EXPIRES, "0".parse().unwrap());
        assert_eq!(Dated::of(&headers, EXPIRES), Dated::Unclear);
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        headers.insert(EXPIRES, written(date).unwrap());
        assert_eq!(Dated::of(&headers, EXPIRES), Dated::At(date));
        headers.append(EXPIRES, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        assert_eq!(Dated::of(&headers, EXPIRES), Dated::Unclear);
    }

    #[test]
    fn years_that_a_date_has_no_room_for_are_not_written() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(written(far), None);
    }
}
