//! `Cache-Status`: what the cache did with a request (RFC 9211).

use std::fmt::{self, Write};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Why a request went on to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forward {
    /// It is none that a cache has to do with.
    Bypass,
    /// Its method changes something, or is not understood.
    Method,
    /// There was nothing under its key.
    UriMiss,
    /// There was, but chosen by other fields of the request.
    VaryMiss,
    /// There was, but not good enough for what the request wishes.
    Request,
    /// There was, but past its end, or to be validated each time.
    Stale,
}

impl Forward {
    fn name(self) -> &'static str {
        match self {
            Forward::Bypass => "bypass",
            Forward::Method => "method",
            Forward::UriMiss => "uri-miss",
            Forward::VaryMiss => "vary-miss",
            Forward::Request => "request",
            Forward::Stale => "stale",
        }
    }
}

/// What the cache did with a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Did {
    /// None for a hit, and for an answer that is nobody's but the cache's.
    pub(crate) forward: Option<Forward>,
    pub(crate) hit: bool,
    /// What the service answered, where the client is answered something else.
    pub(crate) forward_status: Option<StatusCode>,
    pub(crate) stored: bool,
    /// It had another request's answer.
    pub(crate) collapsed: bool,
    /// For how many seconds the response is fresh yet; below zero, for how long it has not been.
    pub(crate) ttl: Option<i64>,
    /// A token, in this cache's own words.
    pub(crate) detail: Option<&'static str>,
}

impl Did {
    pub(crate) fn forward(forward: Forward) -> Did {
        Did {
            forward: Some(forward),
            ..Did::default()
        }
    }

    pub(crate) fn hit(ttl: i64) -> Did {
        Did {
            hit: true,
            ttl: Some(ttl),
            ..Did::default()
        }
    }

    pub(crate) fn because(mut self, detail: &'static str) -> Did {
        self.detail = Some(detail);
        self
    }

    /// Adds it to what caches further in have said.
    pub(crate) fn append_to(&self, headers: &mut HeaderMap, cache: &str) {
        let value = HeaderValue::from_str(&format!("{cache}{self}"));
        headers.append(
            CACHE_STATUS,
            value.expect("tokens, numbers and a name that was checked"),
        );
    }
}

/// The parameters, in the order in which RFC 9211 lists them.
impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hit {
            f.write_str("; hit")?;
        }
        if let Some(forward) = self.forward {
            write!(f, "; fwd={}", forward.name())?;
        }
        if let Some(status) = self.forward_status {
            write!(f, "; fwd-status={}", status.as_u16())?;
        }
        if let Some(ttl) = self.ttl {
            write!(f, "; ttl={ttl}")?;
        }
        if self.stored {
            f.write_str("; stored")?;
        }
        if self.collapsed {
            f.write_str("; collapsed")?;
        }
        if let Some(detail) = self.detail {
            write!(f, "; detail={detail}")?;
        }
        Ok(())
    }
}

/// A cache's name as it stands in the field: quoted, what cannot stand in quotes left out.
pub(crate) fn named(name: &str) -> String {
    let mut quoted = String::from('"');
    for c in name.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        // A `String` takes everything.
        let _ = quoted.write_char(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_list_of_parameters() {
        let did = Did {
            forward_status: Some(StatusCode::NOT_MODIFIED),
            stored: true,
            collapsed: true,
            ..Did::forward(Forward::Stale).because("why")
        };
        let expected = "; fwd=stale; fwd-status=304; stored; collapsed; detail=why";
        assert_eq!(did.to_string(), expected);
        assert_eq!(Did::hit(-3).to_string(), "; hit; ttl=-3");
    }

    #[test]
    fn caches_further_in_come_first() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_STATUS, "origin; hit".parse().unwrap());
        Did::hit(5).append_to(&mut headers, &named("a \"b\"\n"));
        let values: Vec<_> = headers.get_all(CACHE_STATUS).iter().collect();
        assert_eq!(values, ["origin; hit", r#""a \"b\""; hit; ttl=5"#]);
    }
}
