//! [shelflife] for HTTP: a [tower](tower_layer) layer that keeps responses, as a shared cache may,
//! and takes them away by what they were made from.
//!
//! ```
//! use axum::body::Body;
//! use axum::http::Request;
//! use axum::{Router, routing::get};
//! use shelflife::future::{Cache, Tokio, Write};
//! use shelflife_http::{HttpCacheLayer, weigh};
//! use tower_service::Service;
//!
//! async fn product_page() -> impl axum::response::IntoResponse {
//!     // What the page is made from, and how long it is good if nobody hears of a change.
//!     let fields = [("surrogate-key", "product:1 reviews:1"), ("cache-control", "max-age=600")];
//!     (fields, "rendered")
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let cache = Cache::builder()
//!     .max_capacity(64 << 20)
//!     .weigher(weigh)
//!     .policy("tags")
//!     .policy_config(r#"{ "ttl": "10m" }"#)
//!     .runtime(Tokio::current())
//!     .build()?;
//! let mut service = Router::new()
//!     .route("/products/1", get(product_page))
//!     .layer(HttpCacheLayer::new(cache.clone()));
//!
//! let mut ask = async || {
//!     let request = Request::get("http://shop.example/products/1").body(Body::empty())?;
//!     let response = service.call(request).await?;
//!     let status = response.headers()["cache-status"].to_str()?;
//!     Ok::<_, Box<dyn std::error::Error>>(status.to_owned())
//! };
//! assert_eq!(ask().await?, "\"shelflife\"; fwd=uri-miss; stored");
//! assert!(ask().await?.starts_with("\"shelflife\"; hit; ttl="));
//!
//! // Somebody writes a review: every page made from the reviews is gone.
//! cache.announce(Write::of("reviews:1"));
//! assert_eq!(ask().await?, "\"shelflife\"; fwd=uri-miss; stored");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The cache stays the application's. What it invalidates there, by key, tag, prefix or policy, holds for
//! responses as for any value: a response whose making began before an invalidation is never served to a
//! request that comes after it. `cargo run -p shelflife-http --example shop` is a service whose policy is
//! swapped while it serves.
//!
//! # What is kept, and for how long
//!
//! | what a response says | what becomes of it |
//! |---|---|
//! | `Cache-Control: max-age`, `s-maxage`; `Expires` | it is fresh for so long, less its `Age` (RFC 9111, 4.2) |
//! | nothing of the kind, but `Last-Modified` | fresh for a tenth of the time since, a day at most |
//! | nothing at all | [as the application says](HttpCacheLayer::heuristic_ttl); by default it is kept only to be validated |
//! | `no-store`, `private`, `Vary: *`, [`Set-Cookie`](HttpCacheLayer::set_cookie) | it is for its client, and for nobody else |
//! | `no-cache`, or fresh for no time | it is kept if it has an `ETag` or `Last-Modified`, and each request asks whether it is still good |
//! | `stale-while-revalidate=n` (RFC 5861) | for so long past its end it is served while one task loads it again: the cache's grace |
//! | `stale-if-error=n` | for so long past its end it is served where a load fails or ends in 500, 502, 503 or 504: the cache's rescue |
//! | `must-revalidate`, `proxy-revalidate`, [`s-maxage`](HttpCacheLayer::stale_despite_s_maxage) | never served past its end |
//! | `Vary` | a response for each choice; they go with the resource |
//! | `Surrogate-Control` | the same directives, for this cache alone: `Cache-Control` and `Expires` do not count for it |
//! | `Surrogate-Key` (between blanks), `Cache-Tag` (between commas) | tags that [`invalidate_tag`](shelflife::future::Cache::invalidate_tag) takes, and policies that purge by tag |
//!
//! A policy may say less than a response, and never more: the shorter time counts, for freshness, grace and
//! rescue alike. Of the built-in policies only `ttl` gives grace and rescue; with the others nothing is served
//! past its end, nor kept past it to be validated.
//!
//! # What a request gets
//!
//! | request | answer |
//! |---|---|
//! | `GET`, `HEAD` | what is there; else a `GET` is loaded, once for all who wait |
//! | with `If-None-Match`, `If-Modified-Since` | 304 where the client has it already; the service is asked for the whole response |
//! | with `Cache-Control`: `no-cache`, `max-age`, `min-fresh`, `max-stale`, `no-store`, `only-if-cached` | [as it wishes](HttpCacheLayer::heed_clients) |
//! | with `Authorization` | from the cache only where the response is `public`, `must-revalidate` or has an `s-maxage` |
//! | with `Range`, `If-Match`, `If-Unmodified-Since`, `Upgrade`, or a body | passes |
//! | `POST`, `PUT`, `DELETE`, … | passes; unless it is refused (4xx, 5xx), its target is gone from the cache when it is answered, and so are `Location` and `Content-Location` of the same origin (RFC 9111, 4.4) |
//!
//! `Cache-Status` (RFC 9211) says what the cache did with each. A response that is not for others goes to the one
//! client that loaded it; those who waited for it load for themselves, and for a
//! [while](HttpCacheLayer::pass_for) nobody waits any more.
//!
//! # What passes unharmed
//!
//! Bodies that are larger than the [limit](HttpCacheLayer::body_limit), whose length is
//! [not known](HttpCacheLayer::buffer_streams), or that have trailers come as they are sent. What is kept is read
//! to its end first. So put compression *outside* of this layer: it makes lengths unknown, and what is kept is
//! compressed anew. Extensions of responses are not kept.
//!
//! # What it does not do
//!
//! A range is not cut from a response that is kept. The response to a `HEAD` freshens none. Of several variants
//! only the one that a request chooses is asked for by its tag, and all are loaded again once the first of them
//! was. Nothing is shared between processes.
//!
//! # Time
//!
//! How long a response has been kept tells the cache's own [clock](shelflife::Builder::clock). The time of day
//! is for dates in header fields only ([`HttpCacheLayer::wall_clock`]). Tests set both.

#![forbid(unsafe_code)]

mod body;
mod bring;
mod headers;
mod judge;
mod keys;
mod layer;
mod load;
mod origin;
mod past;
mod read;
mod route;
mod rules;
mod service;
mod settings;
mod shared;
mod slot;
mod stored;
mod target;
mod write;

pub use body::CacheBody;
pub use keys::default_key;
pub use layer::HttpCacheLayer;
pub use service::{HttpCache, ResponseFuture};
pub use settings::SetCookie;
pub use stored::{CachedResponse, weigh};
