//! What a request is to a cache: something to answer, a write, or none of its business.

use http::header::{AUTHORIZATION, IF_MATCH, IF_UNMODIFIED_SINCE, RANGE, UPGRADE};
use http::{HeaderMap, Method, Request, request};

use crate::headers::cache_control::Wishes;
use crate::headers::cache_status::{Did, Forward};
use crate::headers::validators;
use crate::settings::Settings;
use crate::stored::Stored;

/// Where a request goes.
pub(crate) enum Route {
    /// Through the cache.
    Read(Box<Ask>),
    /// To the service, and then something may be gone.
    Write(request::Parts),
    /// To the service, as if there were no cache.
    Around(request::Parts, Did),
}

/// A request that the cache may answer, with what of it matters.
pub(crate) struct Ask {
    pub(crate) head: request::Parts,
    pub(crate) key: String,
    pub(crate) wishes: Wishes,
    pub(crate) is_head: bool,
    pub(crate) is_authorized: bool,
}

/// Decides by the head, and by whether there is a body: nobody has defined what one would mean.
pub(crate) fn of(head: request::Parts, has_body: bool, settings: &Settings) -> Route {
    let bypass = |head, detail| Route::Around(head, Did::forward(Forward::Bypass).because(detail));
    let is_head = head.method == Method::HEAD;
    if head.method != Method::GET && !is_head {
        return match head.method.is_safe() {
            true => Route::Around(head, Did::forward(Forward::Method)),
            false => Route::Write(head),
        };
    }
    let has = |names: &[http::HeaderName]| names.iter().any(|name| head.headers.contains_key(name));
    let passes = if has_body {
        Some("request-body")
    } else if has(&[RANGE]) {
        Some("range")
    } else if has(&[IF_MATCH, IF_UNMODIFIED_SINCE]) {
        // They are for whoever knows the current state (RFC 9110, 13.2.1).
        Some("precondition")
    } else if has(&[UPGRADE]) {
        Some("upgrade")
    } else {
        None
    };
    if let Some(detail) = passes {
        return bypass(head, detail);
    }
    let Some(key) = (settings.key)(&head) else {
        return bypass(head, "no-key");
    };
    let wishes = match settings.heeds_clients {
        true => Wishes::of(&head.headers),
        false => Wishes::default(),
    };
    let ask = Ask {
        key,
        wishes,
        is_head,
        is_authorized: head.headers.contains_key(AUTHORIZATION),
        head,
    };
    Route::Read(Box::new(ask))
}

impl Ask {
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Whether what is there is to be looked at before anything is loaded.
    pub(crate) fn is_particular(&self) -> bool {
        self.is_head || self.wishes.are_there()
    }

    /// The request as it came.
    pub(crate) fn as_it_came<B: Default>(&self) -> Request<B> {
        Request::from_parts(self.head.clone(), B::default())
    }

    /// The request for a response that others may have as well: whole, whatever this client has already. With
    /// a response that is there, it asks whether that is still good.
    pub(crate) fn for_all<B: Default>(&self, known: Option<&Stored>) -> Request<B> {
        let mut request = self.as_it_came();
        let known = known.map(|known| &known.headers);
        validators::ask_with(request.headers_mut(), known.unwrap_or(&HeaderMap::new()));
        request
    }
}
