//! `Surrogate-Key` and `Cache-Tag`: what a response was made from.

use std::sync::Arc;

use http::{HeaderMap, HeaderName};

use super::cache_control::SURROGATE_CONTROL;

/// Names with blanks between them, as Fastly and Varnish have it.
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
/// Names with commas between them, as Cloudflare and Akamai have it.
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// The tags of a response, each once, in the order in which they are named.
pub(crate) fn of(headers: &HeaderMap) -> Box<[Arc<str>]> {
    let fields = |name: HeaderName, separator: fn(char) -> bool| {
        headers
            .get_all(name)
            .into_iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(move |field| field.split(separator))
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
    };
    let keys = fields(SURROGATE_KEY, |c| c.is_ascii_whitespace());
    let tags = keys.chain(fields(CACHE_TAG, |c| c == ','));
    let mut seen = std::collections::HashSet::new();
    tags.filter(|tag| seen.insert(*tag))
        .map(Arc::from)
        .collect()
}

/// Takes away what is for caches like this one and nobody else.
pub(crate) fn strip(headers: &mut HeaderMap) {
    for name in [SURROGATE_KEY, CACHE_TAG, SURROGATE_CONTROL] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parted_by_blanks_and_tags_by_commas() {
        let mut headers = HeaderMap::new();
        headers.append("surrogate-key", "product:1  reviews:1".parse().unwrap());
        headers.append("surrogate-key", "shop".parse().unwrap());
        headers.append("cache-tag", "front page, product:1,,".parse().unwrap());
        let tags: Vec<_> = of(&headers).iter().map(|tag| tag.to_string()).collect();
        assert_eq!(tags, ["product:1", "reviews:1", "shop", "front page"]);
        strip(&mut headers);
        assert!(headers.is_empty());
    }
}
