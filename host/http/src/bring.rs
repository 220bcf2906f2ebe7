//! One request to the service for a response that others may have as well, and what came of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Body;

use crate::body::{CacheBody, Collected};
use crate::headers::cache_status::{Did, Forward};
use crate::headers::vary::Selection;
use crate::headers::{hop_by_hop, validators};
use crate::origin::Origin;
use crate::route::Ask;
use crate::rules::storable::{self, Refusal};
use crate::settings::Settings;
use crate::stored::{Head, Stored};

/// What the service brought.
pub(crate) enum Brought<R: Body<Data = Bytes>, E> {
    /// Something that others may have.
    Kept(Own<Arc<Stored>>),
    /// Something that its own client may have and nobody else, though it could be kept by its looks: what was
    /// validated is not to be kept any more.
    Unkept(Own<Arc<Stored>>, Refusal),
    /// A response for its own client.
    Passed(Response<CacheBody<R>>, Did, Refusal),
    /// No response, or one that tells of an error for which an older one may answer.
    Failed(Result<Response<CacheBody<R>>, E>, Did),
}

/// Something for a client, and what goes along with it for that one alone.
pub(crate) struct Own<T> {
    pub(crate) response: T,
    pub(crate) cookies: Vec<HeaderValue>,
    pub(crate) did: Did,
}

/// What is there already of what is asked for.
#[derive(Default)]
pub(crate) struct Known {
    /// Ask whether this is still good.
    pub(crate) to_validate: Option<Arc<Stored>>,
    /// There is something that may answer for an error.
    pub(crate) can_answer_for_an_error: bool,
}

/// Asks the service, and says what may become of its answer.
pub(crate) async fn bring<O: Origin<B>, B: Default>(
    settings: &Settings,
    origin: O,
    ask: &Ask,
    known: Known,
    forward: Forward,
) -> Brought<O::Body, O::Error> {
    let mut to_validate = known.to_validate.as_deref();
    loop {
        let asked = (settings.wall_clock)();
        let answer = origin.clone().ask(ask.for_all(to_validate)).await;
        let received = (settings.wall_clock)();
        let came = Came {
            received,
            delay: received.duration_since(asked).unwrap_or_default(),
        };
        let mut did = Did::forward(forward);
        let response = match answer {
            Ok(response) => response,
            Err(error) => return Brought::Failed(Err(error), did),
        };
        if response.status() == StatusCode::NOT_MODIFIED
            && let Some(known) = to_validate
        {
            if !validators::agree(response.headers(), &known.headers) {
                // It speaks of another state, which is not here: once more, without naming any.
                to_validate = None;
                continue;
            }
            did.forward_status = Some(StatusCode::NOT_MODIFIED);
            return validated(settings, ask, known, response.headers(), &came, did);
        }
        if known.can_answer_for_an_error && is_error(response.status()) {
            return Brought::Failed(Ok(response.map(CacheBody::passed)), did);
        }
        return judged(settings, ask, response, &came, did).await;
    }
}

/// When a response came, and how long after it was asked for.
struct Came {
    received: SystemTime,
    delay: Duration,
}

/// RFC 5861, 4.
fn is_error(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

/// What is there, with what the answer says of it.
fn validated<R: Body<Data = Bytes>, E>(
    settings: &Settings,
    ask: &Ask,
    known: &Stored,
    answer: &HeaderMap,
    came: &Came,
    did: Did,
) -> Brought<R, E> {
    let headers = hop_by_hop::updated(&known.headers, answer);
    let checked = check(settings, ask, known.status, &headers, came);
    let (head, refusal) = match checked {
        Ok(head) => (head, None),
        Err(refusal) => {
            let selection = known.selection.clone();
            let head = Head::new(
                known.status,
                headers,
                selection,
                came.received,
                came.delay,
                settings,
            );
            (head, Some(refusal))
        }
    };
    let own = Own {
        response: Arc::new(head.with(known.body.clone(), came.received)),
        cookies: cookies(answer),
        did,
    };
    match refusal {
        None => Brought::Kept(own),
        Some(refusal) => Brought::Unkept(own, refusal),
    }
}

/// Reads what may be kept, and lets pass what may not.
async fn judged<R: Body<Data = Bytes>, E>(
    settings: &Settings,
    ask: &Ask,
    response: Response<R>,
    came: &Came,
    did: Did,
) -> Brought<R, E> {
    let passed = |response: Response<CacheBody<R>>, refusal: Refusal| {
        let did = did.clone().because(refusal.reason());
        Brought::Passed(response, did, refusal)
    };
    let fits = body_fits(settings, response.body());
    let checked = check(settings, ask, response.status(), response.headers(), came);
    let head = match checked.and_then(|head| fits.map(|()| head)) {
        Ok(head) => head,
        Err(refusal) => return passed(response.map(CacheBody::passed), refusal),
    };
    let (parts, body) = response.into_parts();
    let body = match CacheBody::collect(body, settings.body_limit).await {
        Collected::Whole(body) => body,
        Collected::Not(body, why) => {
            let refusal = match why {
                "body-error" => Refusal::ThisOnce(why),
                _ => Refusal::ByResponse(why),
            };
            return passed(Response::from_parts(parts, body), refusal);
        }
    };
    let promised = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if promised.is_some_and(|length| length.parse() != Ok(body.len())) {
        let body = CacheBody::kept(body);
        return passed(
            Response::from_parts(parts, body),
            Refusal::ThisOnce("incomplete"),
        );
    }
    Brought::Kept(Own {
        cookies: cookies(&parts.headers),
        response: Arc::new(head.with(body, came.received)),
        did,
    })
}

/// The head of a response that may be kept, or why it may not.
fn check(
    settings: &Settings,
    ask: &Ask,
    status: StatusCode,
    headers: &HeaderMap,
    came: &Came,
) -> Result<Head, Refusal> {
    let Ok(selection) = Selection::of(headers, ask.headers()) else {
        return Err(Refusal::ByResponse("vary"));
    };
    let headers = headers.clone();
    let head = Head::new(
        status,
        headers,
        selection,
        came.received,
        came.delay,
        settings,
    );
    let request = ask.headers();
    storable::check(
        request,
        status,
        &head.headers,
        &head.control,
        settings.set_cookie,
    )?;
    match head.is_of_use(settings) {
        true => Ok(head),
        false if status.is_server_error() => Err(Refusal::ThisOnce("stale")),
        false => Err(Refusal::ByResponse("stale")),
    }
}

/// Whether a response that went past the cache could have been kept.
pub(crate) fn could_be_kept<R: Body>(
    settings: &Settings,
    ask: &Ask,
    response: &Response<R>,
) -> bool {
    let came = Came {
        received: (settings.wall_clock)(),
        delay: Duration::ZERO,
    };
    let head = check(settings, ask, response.status(), response.headers(), &came);
    head.is_ok() && body_fits(settings, response.body()).is_ok()
}

fn body_fits<R: Body>(settings: &Settings, body: &R) -> Result<(), Refusal> {
    let hint = body.size_hint();
    if hint.lower() > settings.body_limit as u64 {
        Err(Refusal::ByResponse("too-large"))
    } else if hint.exact().is_none() && !settings.buffer_streams {
        Err(Refusal::ByResponse("stream"))
    } else {
        Ok(())
    }
}

fn cookies(headers: &HeaderMap) -> Vec<HeaderValue> {
    headers.get_all(SET_COOKIE).into_iter().cloned().collect()
}
