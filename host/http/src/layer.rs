//! The layer and its settings.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::request;
use shelflife::future::Cache;
use tower_layer::Layer;

use crate::headers::cache_status;
use crate::service::HttpCache;
use crate::settings::{SetCookie, Settings};
use crate::shared::Shared;
use crate::stored::CachedResponse;

/// Puts a cache before a service. See the [crate](crate) for a complete example.
///
/// All services of one layer, and of its clones, share the cache. The cache remains the application's: what it
/// [invalidates](Cache::invalidate_tag), [announces](Cache::announce) or [swaps](Cache::swap_policy) there
/// holds for the responses.
#[derive(Clone)]
pub struct HttpCacheLayer {
    shared: Arc<Shared>,
}

impl HttpCacheLayer {
    /// A layer over a cache, with the settings that the methods below call default.
    ///
    /// Give the cache a [runtime](shelflife::Builder::runtime), so that refreshes are tasks of their own.
    #[must_use]
    pub fn new(cache: Cache<CachedResponse>) -> HttpCacheLayer {
        let settings = Settings::new(cache.name());
        HttpCacheLayer {
            shared: Arc::new(Shared { cache, settings }),
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> HttpCacheLayer {
        set(&mut Arc::make_mut(&mut self.shared).settings);
        self
    }

    /// Bytes that a body may have to be kept. A larger one passes, unharmed. Default: 1 MiB.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> HttpCacheLayer {
        self.set(|settings| settings.body_limit = bytes)
    }

    /// Whether bodies of unknown length are kept too. Their clients then wait until a body has come to its
    /// end, or to the [limit](HttpCacheLayer::body_limit), so that it is not for services that stream events.
    /// Default: no; they pass as they come.
    #[must_use]
    pub fn buffer_streams(self, buffer: bool) -> HttpCacheLayer {
        self.set(|settings| settings.buffer_streams = buffer)
    }

    /// The key of a request. Two requests with one key get the same response, but for what `Vary` says: so
    /// whatever else a response depends on belongs into it. None lets the request pass. Default:
    /// [`default_key`](crate::default_key).
    ///
    /// It is called for writes as well, with the method `GET`, to find what they have changed.
    #[must_use]
    pub fn key(
        self,
        key: impl Fn(&request::Parts) -> Option<String> + Send + Sync + 'static,
    ) -> HttpCacheLayer {
        self.set(|settings| settings.key = Arc::new(key))
    }

    /// What becomes of responses that set a cookie. Default: they pass.
    #[must_use]
    pub fn set_cookie(self, policy: SetCookie) -> HttpCacheLayer {
        self.set(|settings| settings.set_cookie = policy)
    }

    /// Whether `Surrogate-Key`, `Cache-Tag` and `Surrogate-Control` are taken off before a response goes to
    /// its client. Default: no, for there may be another cache on the way.
    #[must_use]
    pub fn strip_tags(self, strip: bool) -> HttpCacheLayer {
        self.set(|settings| settings.strip_tags = strip)
    }

    /// Whether clients may ask for more than what is there, by `Cache-Control` in their requests. Default:
    /// yes. All of it is advice by RFC 9111 (5.2.1), and each reload costs the service a response.
    #[must_use]
    pub fn heed_clients(self, heed: bool) -> HttpCacheLayer {
        self.set(|settings| settings.heeds_clients = heed)
    }

    /// How long past its end a response may be served while it is loaded again, where it does not say so itself
    /// (`stale-while-revalidate`). Default: not at all.
    #[must_use]
    pub fn stale_while_revalidate(self, time: Duration) -> HttpCacheLayer {
        self.set(|settings| settings.freshness.stale_while_revalidate = time)
    }

    /// How long past its end a response may be served where loading it again fails, and it does not say so
    /// itself (`stale-if-error`). Default: not at all.
    #[must_use]
    pub fn stale_if_error(self, time: Duration) -> HttpCacheLayer {
        self.set(|settings| settings.freshness.stale_if_error = time)
    }

    /// How long a response is fresh that says neither how long it is nor when it was changed last. Default: not
    /// at all, so that it is kept only if it can be validated.
    #[must_use]
    pub fn heuristic_ttl(self, time: Duration) -> HttpCacheLayer {
        self.set(|settings| settings.freshness.heuristic = time)
    }

    /// Whether `stale-while-revalidate` and `stale-if-error` hold beside `s-maxage` too, as several CDNs
    /// have it. Default: no; RFC 9111 (4.2.4, 5.2.2.10) forbids a shared cache to serve stale what `s-maxage`
    /// has made fresh.
    #[must_use]
    pub fn stale_despite_s_maxage(self, allow: bool) -> HttpCacheLayer {
        self.set(|settings| settings.freshness.stale_despite_s_maxage = allow)
    }

    /// How long past its end a response with an `ETag` or a `Last-Modified` is kept, to be asked for by it and
    /// freshened by a 304. Default: ten minutes.
    #[must_use]
    pub fn keep_for_validation(self, time: Duration) -> HttpCacheLayer {
        self.set(|settings| settings.keep_for_validation = time)
    }

    /// How long requests pass at once, instead of waiting for each other's load, once a response under their
    /// key was not for others. One that could be kept ends it earlier. Default: ten seconds. With zero, those
    /// who come while another loads find out each time.
    #[must_use]
    pub fn pass_for(self, time: Duration) -> HttpCacheLayer {
        self.set(|settings| settings.pass_for = time)
    }

    /// What this cache is called in `Cache-Status`, or nothing to leave that out. Default: the
    /// [name](shelflife::Builder::name) of the cache, else `shelflife`.
    #[must_use]
    pub fn cache_status(self, name: Option<&str>) -> HttpCacheLayer {
        self.set(|settings| settings.status_name = name.map(cache_status::named))
    }

    /// Where the time of day comes from, which the dates in responses are compared with. How long a response
    /// has been kept tells the cache's own [clock](shelflife::Builder::clock). Default: the system's.
    #[must_use]
    pub fn wall_clock(
        self,
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> HttpCacheLayer {
        self.set(|settings| settings.wall_clock = Arc::new(clock))
    }
}

impl<S> Layer<S> for HttpCacheLayer {
    type Service = HttpCache<S>;

    fn layer(&self, inner: S) -> HttpCache<S> {
        HttpCache::new(inner, Arc::clone(&self.shared))
    }
}

impl fmt::Debug for HttpCacheLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCacheLayer")
            .field("cache", &self.shared.cache)
            .finish_non_exhaustive()
    }
}
