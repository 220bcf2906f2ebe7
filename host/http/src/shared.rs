//! What all services of a layer share: the cache and the settings.

use http::header::{AGE, CONTENT_LENGTH, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use shelflife::future::Cache;

use crate::body::CacheBody;
use crate::headers::cache_status::Did;
use crate::headers::{tags, validators};
use crate::route::Ask;
use crate::settings::Settings;
use crate::stored::{CachedResponse, Stored};

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) cache: Cache<CachedResponse>,
    pub(crate) settings: Settings,
}

impl Shared {
    /// A response on its way out: what is for caches is taken off, and what this one did is told.
    pub(crate) fn finish<R>(&self, mut response: Response<R>, did: &Did) -> Response<R> {
        if self.settings.strip_tags {
            tags::strip(response.headers_mut());
        }
        if let Some(name) = &self.settings.status_name {
            did.append_to(response.headers_mut(), name);
        }
        response
    }

    /// What a client gets of a response that is kept, or could be: all of it, its head, or word that the
    /// client has it already. `age` is left as it came where the response was loaded just now.
    pub(crate) fn respond<R: Body<Data = Bytes>>(
        &self,
        ask: &Ask,
        stored: &Stored,
        age: Option<Duration>,
        cookies: Vec<HeaderValue>,
        did: &Did,
    ) -> Response<CacheBody<R>> {
        let mut headers = stored.headers.clone();
        if let Some(age) = age {
            headers.insert(AGE, HeaderValue::from(age.as_secs()));
        }
        for cookie in cookies {
            headers.append(SET_COOKIE, cookie);
        }
        let is_known = stored.status == StatusCode::OK
            && validators::client_has(ask.headers(), &stored.headers);
        let (status, body) = if is_known {
            without_content(&mut headers);
            (StatusCode::NOT_MODIFIED, Bytes::new())
        } else if ask.is_head {
            if stored.status != StatusCode::NO_CONTENT {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(stored.body.len()));
            }
            (stored.status, Bytes::new())
        } else {
            (stored.status, stored.body.clone())
        };
        let mut response = Response::new(CacheBody::kept(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        self.finish(response, did)
    }
}

/// Takes away what tells of content, which a response without any does not have (RFC 9110, 15.4.5).
fn without_content(headers: &mut HeaderMap) {
    use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_RANGE, CONTENT_TYPE};
    for name in [
        CONTENT_ENCODING,
        CONTENT_LANGUAGE,
        CONTENT_LENGTH,
        CONTENT_RANGE,
        CONTENT_TYPE,
    ] {
        headers.remove(name);
    }
}
