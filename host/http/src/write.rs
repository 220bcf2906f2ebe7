//! Requests that change something: what they name is gone from the cache when they are answered (RFC 9111,
//! 4.4).

use http::header::{CONTENT_LOCATION, LOCATION};
use http::{HeaderMap, Method, Request, Response, Uri, request};

use crate::body::CacheBody;
use crate::headers::cache_status::{Did, Forward};
use crate::origin::Origin;
use crate::shared::Shared;
use crate::target;

/// Lets a request through, and then takes away what is kept for its target and for what the response says has
/// changed. A load that is under way brings none of it back: that is the cache's promise.
pub(crate) async fn carry_out<O: Origin<B>, B>(
    shared: &Shared,
    origin: O,
    head: request::Parts,
    body: B,
) -> Result<Response<CacheBody<O::Body>>, O::Error> {
    let targets = Targets::of(&head);
    // Whoever goes away, or a service that fails, leaves open what has happened.
    let mut unknown = Unknown {
        shared,
        targets: Some(targets),
    };
    let response = origin.ask(Request::from_parts(head, body)).await?;
    let targets = unknown.targets.take();
    let status = response.status();
    if let Some(targets) = targets
        && (status.is_success() || status.is_redirection())
    {
        targets.invalidate(shared, response.headers());
    }
    let response = response.map(CacheBody::passed);
    Ok(shared.finish(response, &Did::forward(Forward::Method)))
}

/// What a write may have changed.
struct Targets {
    /// The head of a `GET` of the same target.
    read: request::Parts,
}

impl Targets {
    fn of(write: &request::Parts) -> Targets {
        let mut read = write.clone();
        read.method = Method::GET;
        Targets { read }
    }

    fn invalidate(mut self, shared: &Shared, response: &HeaderMap) {
        let named = [LOCATION, CONTENT_LOCATION].into_iter().filter_map(|name| {
            let reference = response.get(name)?.to_str().ok()?;
            target::resolve(reference, &self.read)
        });
        let named: Vec<Uri> = named.collect();
        let own = self.read.uri.clone();
        for uri in std::iter::once(own).chain(named) {
            self.read.uri = uri;
            if let Some(key) = (shared.settings.key)(&self.read) {
                shared.cache.invalidate(&key);
            }
        }
    }
}

/// A write of which nobody knows yet what came of it. Dropped as such, its target is invalidated.
struct Unknown<'s> {
    shared: &'s Shared,
    targets: Option<Targets>,
}

impl Drop for Unknown<'_> {
    fn drop(&mut self) {
        if let Some(targets) = self.targets.take() {
            targets.invalidate(self.shared, &HeaderMap::new());
        }
    }
}
