//! What the application says of a layer, and what holds where it says nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::request;

use crate::headers::cache_status;
use crate::keys;

/// What becomes of a response that sets a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetCookie {
    /// It is for its client only, and is not kept. RFC 9111 (7.3) would allow more; but most cookies are
    /// one client's, and whoever sets one seldom thinks of caches.
    #[default]
    Pass,
    /// It is kept without its cookies, which only the client gets whose request loaded it.
    Strip,
}

/// How long responses are good.
#[derive(Clone, Debug, Default)]
pub(crate) struct Freshness {
    /// Where a response does not say.
    pub(crate) stale_while_revalidate: Duration,
    pub(crate) stale_if_error: Duration,
    pub(crate) heuristic: Duration,
    /// Whether what `s-maxage` has made fresh may be served stale.
    pub(crate) stale_despite_s_maxage: bool,
}

type Key = Arc<dyn Fn(&request::Parts) -> Option<String> + Send + Sync>;
type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) freshness: Freshness,
    pub(crate) body_limit: usize,
    pub(crate) buffer_streams: bool,
    pub(crate) set_cookie: SetCookie,
    pub(crate) strip_tags: bool,
    pub(crate) heeds_clients: bool,
    pub(crate) keep_for_validation: Duration,
    pub(crate) pass_for: Duration,
    pub(crate) key: Key,
    pub(crate) wall_clock: WallClock,
    /// As it stands in `Cache-Status`; nothing where that is left out.
    pub(crate) status_name: Option<String>,
}

impl Settings {
    pub(crate) fn new(cache: Option<&str>) -> Settings {
        Settings {
            freshness: Freshness::default(),
            body_limit: 1 << 20,
            buffer_streams: false,
            set_cookie: SetCookie::default(),
            strip_tags: false,
            heeds_clients: true,
            keep_for_validation: Duration::from_secs(600),
            pass_for: Duration::from_secs(10),
            key: Arc::new(|head| Some(keys::default_key(head))),
            wall_clock: Arc::new(SystemTime::now),
            status_name: Some(cache_status::named(cache.unwrap_or("shelflife"))),
        }
    }
}
