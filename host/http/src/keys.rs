//! The keys that responses are kept under.

use http::header::HOST;
use http::{HeaderMap, Uri, request};

use crate::stored::Stored;

/// The key of a request where the layer is told no other: `GET`, the host in lower case, path and query, as
/// in `GET shop.example/products/1?page=2`. A `HEAD` has that of the `GET` that it stands for.
///
/// For the application's own calls, such as [`invalidate`](shelflife::future::Cache::invalidate), and for
/// closures that add something to it or take something away ([`HttpCacheLayer::key`](crate::HttpCacheLayer::key)).
#[must_use]
pub fn default_key(head: &request::Parts) -> String {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    format!("GET {}{path}", host(&head.uri, &head.headers))
}

/// Where a request goes, in lower case: what its target says, or else its `Host`.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(HOST).and_then(|host| host.to_str().ok()),
    };
    host.unwrap_or_default().to_ascii_lowercase()
}

/// Where another variant lies of what is under `key`, for a request that chooses otherwise.
///
/// It belongs to the very response whose `Vary` led there: with that gone, replaced or invalidated by its key,
/// nobody finds the variants any more. No URL has a blank.
pub(crate) fn variant(key: &str, of: &Stored, request: &HeaderMap) -> String {
    let number = of.selection.number(request);
    format!("{key} variant {:x}:{number:016x}", of.id)
}

/// Where the note lies that what is under `key` is not for others if it is asked for with `Authorization`.
pub(crate) fn authorized(key: &str) -> String {
    format!("{key} authorized")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn key(uri: &str, host: &str) -> String {
        let request = Request::builder().uri(uri).header("host", host).body(());
        default_key(&request.unwrap().into_parts().0)
    }

    #[test]
    fn a_key_is_method_host_path_and_query() {
        assert_eq!(key("/a?b=c", "Shop.example"), "GET shop.example/a?b=c");
        assert_eq!(key("http://SHOP.example/a", "other"), "GET shop.example/a");
        assert_eq!(key("/", ""), "GET /");
    }
}
