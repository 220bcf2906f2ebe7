//! A response as it is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, StatusCode};
use shelflife::Load;

use crate::headers::cache_control::ResponseControl;
use crate::headers::vary::Selection;
use crate::headers::{dates, hop_by_hop, tags, validators};
use crate::rules::freshness::{Lifetime, age_when_received};
use crate::rules::storable::allows_authorized;
use crate::settings::Settings;

/// What the cache keeps under the key of a request: a response, or a note that requests with this key are to
/// pass, since what they get is not for others. Clones share it.
#[derive(Clone, Debug)]
pub struct CachedResponse {
    pub(crate) kept: Kept,
}

#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Response(Arc<Stored>),
    /// The number tells one note from another.
    Pass(u64),
}

impl CachedResponse {
    pub(crate) fn of(stored: &Arc<Stored>) -> CachedResponse {
        let kept = Kept::Response(Arc::clone(stored));
        CachedResponse { kept }
    }

    pub(crate) fn pass() -> CachedResponse {
        let kept = Kept::Pass(next_id());
        CachedResponse { kept }
    }

    pub(crate) fn stored(&self) -> Option<&Arc<Stored>> {
        match &self.kept {
            Kept::Response(stored) => Some(stored),
            Kept::Pass(_) => None,
        }
    }

    pub(crate) fn id(&self) -> u64 {
        match &self.kept {
            Kept::Response(stored) => stored.id,
            Kept::Pass(id) => *id,
        }
    }

    /// Whether it is a note that requests are to pass.
    #[must_use]
    pub fn is_pass(&self) -> bool {
        self.stored().is_none()
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.stored().map(|stored| stored.status)
    }

    /// The header fields of the response, without those of its connection and without cookies.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.stored().map(|stored| &stored.headers)
    }

    /// The body of the response.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.stored().map(|stored| &stored.body)
    }

    /// Bytes that it takes, about: body, header fields and what is known of it.
    #[must_use]
    pub fn size(&self) -> usize {
        self.stored().map_or(0, |stored| stored.size()) + size_of::<CachedResponse>()
    }
}

/// What a response takes of a capacity in bytes, for the cache's
/// [`weigher`](shelflife::Builder::weigher).
///
/// ```
/// use shelflife::future::Cache;
/// use shelflife_http::CachedResponse;
///
/// let cache = Cache::<CachedResponse>::builder()
///     .max_capacity(64 << 20)
///     .weigher(shelflife_http::weigh)
///     .build()?;
/// # Ok::<(), shelflife::BuildError>(())
/// ```
#[must_use]
pub fn weigh(key: &str, response: &CachedResponse) -> u32 {
    u32::try_from(key.len() + response.size()).unwrap_or(u32::MAX)
}

/// A response that may be given to others.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) id: u64,
    pub(crate) status: StatusCode,
    /// Those of its connection and its cookies left out.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    tags: Box<[Arc<str>]>,
    /// What has chosen it among the responses of its resource.
    pub(crate) selection: Selection,
    pub(crate) lifetime: Lifetime,
    /// How old it was when it came.
    age_when_received: Duration,
    /// Clients that are known may have it.
    pub(crate) for_authorized: bool,
}

/// The head of a response that is about to be kept, and how it came.
pub(crate) struct Head {
    status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) control: ResponseControl,
    selection: Selection,
    tags: Box<[Arc<str>]>,
    lifetime: Lifetime,
    age: Duration,
}

impl Head {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        selection: Selection,
        received: SystemTime,
        delay: Duration,
        settings: &Settings,
    ) -> Head {
        let control = ResponseControl::of(&headers);
        let mut lifetime = Lifetime::of(&headers, &control, received, &settings.freshness);
        let age = age_when_received(&headers, received, delay);
        let has_a_window = !lifetime.while_revalidating.is_zero() || !lifetime.if_error.is_zero();
        // It is never to be had without asking: then it may as well be asked for at once, by each.
        lifetime.validate |= lifetime.fresh <= age && !has_a_window;
        Head {
            tags: tags::of(&headers),
            status,
            headers,
            control,
            selection,
            lifetime,
            age,
        }
    }

    /// Whether anybody could ever be served from it.
    pub(crate) fn is_of_use(&self, settings: &Settings) -> bool {
        !self.lifetime.validate
            || (validators::are_in(&self.headers) && !settings.keep_for_validation.is_zero())
    }

    /// The response, with its body.
    pub(crate) fn with(mut self, body: Bytes, received: SystemTime) -> Stored {
        hop_by_hop::strip(&mut self.headers);
        self.headers.remove(http::header::SET_COOKIE);
        // Whoever keeps a response has to date it (RFC 9110, 6.6.1).
        if !self.headers.contains_key(DATE)
            && let Some(date) = dates::written(received)
        {
            self.headers.insert(DATE, date);
        }
        Stored {
            id: next_id(),
            status: self.status,
            headers: self.headers,
            body,
            tags: self.tags,
            selection: self.selection,
            lifetime: self.lifetime,
            age_when_received: self.age,
            for_authorized: allows_authorized(&self.control),
        }
    }
}

impl Stored {
    /// Whether another is the same but for when it came.
    pub(crate) fn is_like(&self, other: &Stored) -> bool {
        let fields = |stored: &Stored| {
            let mut fields = stored.headers.clone();
            fields.remove(DATE);
            fields.remove(http::header::AGE);
            fields
        };
        self.tags == other.tags && fields(self) == fields(other)
    }

    pub(crate) fn has_validators(&self) -> bool {
        validators::are_in(&self.headers)
    }

    /// How old it is when it has been kept for so long.
    pub(crate) fn age(&self, kept_for: Duration) -> Duration {
        self.age_when_received.saturating_add(kept_for)
    }

    /// For how long it is past its end at this age.
    pub(crate) fn staleness(&self, age: Duration) -> Duration {
        age.saturating_sub(self.lifetime.fresh)
    }

    /// Whether it may answer, at this age, for a load that failed.
    pub(crate) fn may_answer_for_an_error(&self, age: Duration) -> bool {
        let window = self.lifetime.if_error;
        !window.is_zero() && self.staleness(age) <= window
    }

    /// Whether it may be served at this age while it is loaded again.
    pub(crate) fn may_be_served_meanwhile(&self, age: Duration) -> bool {
        let window = self.lifetime.while_revalidating;
        !window.is_zero() && self.staleness(age) <= window
    }

    /// Tells the cache how long to keep it, and under which tags.
    pub(crate) fn describe(&self, load: &Load, settings: &Settings) {
        for tag in &self.tags {
            load.tag(Arc::clone(tag));
        }
        load.size(self.size() as u64);
        if self.lifetime.validate {
            load.ttl(settings.keep_for_validation);
            load.grace(Duration::ZERO).rescue(Duration::ZERO);
            return;
        }
        let to_validate = match self.has_validators() {
            true => settings.keep_for_validation,
            false => Duration::ZERO,
        };
        load.ttl(self.lifetime.fresh.saturating_sub(self.age_when_received));
        load.grace(self.lifetime.while_revalidating);
        load.rescue(self.lifetime.if_error.max(to_validate));
    }

    fn size(&self) -> usize {
        // A field's place in the map beside its text, as `http` has it on a machine of 64 bits.
        const FIELD: usize = 104;
        let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            FIELD + name.as_str().len() + value.len()
        };
        let fields: usize = self.headers.iter().map(field).sum();
        let tags: usize = self.tags.iter().map(|tag| 32 + tag.len()).sum();
        size_of::<Stored>() + self.body.len() + fields + tags + self.selection.size()
    }
}

/// A number that no other response or note of this process has.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
