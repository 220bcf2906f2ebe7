//! What a `Location` or `Content-Location` refers to, if it is of the same origin (RFC 3986, 5.2; RFC 9111,
//! 4.4).

use std::borrow::Cow;

use http::uri::{PathAndQuery, Scheme};
use http::{Uri, request};

use crate::keys::host;

/// The request's target with another path and query: that of a reference within the same origin.
///
/// A request in origin-form does not tell its scheme; then both of HTTP's will do.
pub(crate) fn resolve(reference: &str, head: &request::Parts) -> Option<Uri> {
    let (reference, _fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let reference = within_origin(reference, head)?;
    let base = head.uri.path();
    let whole = match reference.as_bytes().first() {
        None => head
            .uri
            .path_and_query()
            .map_or(base, |base| base.as_str())
            .to_owned(),
        Some(b'/') => reference.into_owned(),
        Some(b'?') => format!("{base}{reference}"),
        Some(_) => {
            let folder = base.rfind('/').map_or("", |end| &base[..end]);
            format!("{folder}/{reference}")
        }
    };
    let (path, query) = match whole.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (whole.as_str(), None),
    };
    let mut resolved = without_dots(path);
    if let Some(query) = query {
        resolved.push('?');
        resolved.push_str(query);
    }
    let mut parts = head.uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(resolved).ok()?);
    Uri::from_parts(parts).ok()
}

/// A reference without scheme and authority, if those are the request's own.
fn within_origin<'r>(reference: &'r str, head: &request::Parts) -> Option<Cow<'r, str>> {
    let start = reference.find(['/', '?']).unwrap_or(reference.len());
    let (scheme, rest) = match reference[..start].split_once(':') {
        Some((scheme, _)) => (Some(scheme), &reference[scheme.len() + 1..]),
        None => (None, reference),
    };
    if let Some(scheme) = scheme {
        let own = head.uri.scheme();
        let allowed = [Scheme::HTTP, Scheme::HTTPS];
        let mut allowed = allowed
            .iter()
            .filter(|one| own.is_none_or(|own| own == *one));
        if !allowed.any(|one| scheme.eq_ignore_ascii_case(one.as_str())) {
            return None;
        }
    }
    let Some(rest) = rest.strip_prefix("//") else {
        // `http:x` is no way to name a path.
        return scheme.is_none().then_some(rest.into());
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let is_own = authority.eq_ignore_ascii_case(&host(&head.uri, &head.headers));
    match path {
        _ if !is_own => None,
        path if path.starts_with('/') => Some(path.into()),
        query => Some(format!("/{query}").into()),
    }
}

/// RFC 3986, 5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.trim_start_matches('/').split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn resolved(target: &str, reference: &str) -> Option<String> {
        let request = Request::builder()
            .uri(target)
            .header("host", "shop.example");
        let (head, ()) = request.body(()).unwrap().into_parts();
        resolve(reference, &head).map(|uri| uri.to_string())
    }

    #[test]
    fn references_are_resolved_within_the_origin() {
        for (reference, expected) in [
            ("/x", "/x"),
            ("/x?y#z", "/x?y"),
            ("x", "/a/x"),
            ("../x", "/x"),
            ("./x/../y", "/a/y"),
            ("..", "/"),
            ("../../..", "/"),
            ("?y", "/a/b?y"),
            ("", "/a/b?q"),
            ("http://Shop.example/x", "/x"),
            ("https://shop.example", "/"),
            ("//shop.example?y", "/?y"),
        ] {
            assert_eq!(
                resolved("/a/b?q", reference).as_deref(),
                Some(expected),
                "{reference}"
            );
        }
        let absolute = resolved("http://shop.example/a", "x");
        assert_eq!(absolute.as_deref(), Some("http://shop.example/x"));
    }

    #[test]
    fn other_origins_are_none_of_its_business() {
        for reference in [
            "http://other.example/x",
            "//other.example/x",
            "http://shop.example:8080/x",
            "http://user@shop.example/x",
            "ftp://shop.example/x",
            "mailto:shop",
            "http:x",
            "/\u{7f}",
        ] {
            assert_eq!(resolved("/a/b", reference), None, "{reference}");
        }
        assert_eq!(
            resolved("http://shop.example/a", "https://shop.example/x"),
            None
        );
    }
}
