//! A cache whose invalidation strategies are WebAssembly components.
//!
//! Stale data comes from invalidations that are forgotten, lost or overtaken. This cache is built
//! around not losing them: a value whose load began before an invalidation is never served after it,
//! whichever way the entry was named and whoever was loading. *When* entries go is decided by a
//! policy: time to live, write-through, captured changes, tags, versions or meaning, each a small
//! component that can be replaced without touching the application. The simulator drives this same
//! cache and the same components, so that what was measured is what runs.
//!
//! ```
//! use shelflife::sync::{Cache, Write};
//!
//! let cache = Cache::<String>::builder()
//!     .max_capacity(100_000)
//!     .policy("tags")
//!     .policy_config(r#"{ "ttl": "10m" }"#)
//!     .build()?;
//!
//! // A page is made from a product and its reviews.
//! let page = |load: &shelflife::Load| {
//!     load.depends_on("product:1").depends_on("reviews:1");
//!     "rendered".to_owned()
//! };
//! cache.get_with("page:1", page);
//!
//! // Somebody writes a review: every page made from the reviews is gone.
//! cache.announce(Write::of("reviews:1"));
//! assert_eq!(cache.get("page:1"), None);
//! # Ok::<(), shelflife::BuildError>(())
//! ```
//!
//! Without a policy the builder says what one would: time to live and to idle, jitter, grace, rescue,
//! refreshes; and tags are those that loaders name.
//!
//! ```
//! use std::time::Duration;
//! use shelflife::sync::Cache;
//!
//! let cache = Cache::<u64>::builder()
//!     .max_capacity(10_000)
//!     .time_to_live(Duration::from_secs(600))
//!     .grace(Duration::from_secs(30))
//!     .build()?;
//! let visits = cache.get_with("visits:7", |load| {
//!     load.tag("user:7");
//!     42
//! });
//! assert_eq!(visits, 42);
//! # Ok::<(), shelflife::BuildError>(())
//! ```
//!
//! # Two caches
//!
//! [`sync::Cache`] blocks threads, [`future::Cache`] suspends tasks of any executor; otherwise they are the
//! same, down to the code, and one can be turned into the other. Only what loads is `async`:
//!
//! ```
//! # async fn f() -> Result<(), shelflife::BuildError> {
//! let cache = shelflife::future::Cache::<String>::builder().build()?;
//! let page = cache
//!     .get_with("page:1", async |load| {
//!         load.tag("product:1");
//!         // … .await
//!         "rendered".to_owned()
//!     })
//!     .await;
//! cache.invalidate_tag("product:1");
//! # drop(page);
//! # Ok(())
//! # }
//! ```
//!
//! # What reads and writes
//!
//! | call | what it does | who waits |
//! |---|---|---|
//! | [`get`](sync::Cache::get), [`get_entry`](sync::Cache::get_entry), [`contains_key`](sync::Cache::contains_key), [`iter`](sync::Cache::iter) | what is fresh, and nothing else | nobody |
//! | [`get_stale`](sync::Cache::get_stale) | what is fresh or within its grace or rescue, for loaders that validate it | nobody |
//! | [`get_with`](sync::Cache::get_with), [`try_get_with`](sync::Cache::try_get_with), [`optionally_get_with`](sync::Cache::optionally_get_with) | loads what is missing; one load a key however many readers | those who came second |
//! | [`get_many_with`](sync::Cache::get_many_with) | one load for all keys that are missing | the same |
//! | [`get_near_with`](sync::Cache::get_near_with), [`get_similar_with`](sync::Cache::get_similar_with) | finds by meaning, else loads | the same |
//! | [`get_with_spawn`](future::Cache::get_with_spawn) | refreshes behind the answer (tasks) | the same |
//! | [`entry`](sync::Cache::entry)`.or_insert_with` … | the same as `get_with`, and says what it served: fresh, stale or loaded, how old, by which tags | the same |
//! | [`entry`](sync::Cache::entry)`.and_upsert_with`, `.and_compute_with` | changes what is there, one change of a key at a time | changes and loads of the key |
//! | [`insert`](sync::Cache::insert), [`insert_with`](sync::Cache::insert_with), [`insert_at`](sync::Cache::insert_at) | stores, and supersedes every load of the key | nobody |
//!
//! # What takes an entry away
//!
//! Each `invalidate…` is hard: what it names is *never served again*, not within its grace and not to paper
//! over an error, and a load that is in flight does not bring it back. Each `expire…` is soft: what it names
//! is stale from now on, and may be served within its grace and its rescue. Both have taken effect when they
//! return, and neither waits for a loader.
//!
//! | hard | soft | what goes | cost |
//! |---|---|---|---|
//! | [`invalidate`](sync::Cache::invalidate), [`remove`](sync::Cache::remove) | [`expire`](sync::Cache::expire) | one key | one lock of its shard |
//! | [`invalidate_tag`](sync::Cache::invalidate_tag), [`invalidate_tags`](sync::Cache::invalidate_tags) | [`expire_tag`](sync::Cache::expire_tag) | all that was made from something | O(1) |
//! | [`invalidate_generation`](sync::Cache::invalidate_generation) | [`expire_generation`](sync::Cache::expire_generation) | all of a generation that a policy counts | O(1) |
//! | [`invalidate_prefix`](sync::Cache::invalidate_prefix) | [`expire_prefix`](sync::Cache::expire_prefix) | all keys that begin so | O(entries) |
//! | [`invalidate_near`](sync::Cache::invalidate_near) | [`expire_near`](sync::Cache::expire_near) | all that means nearly the same | O(embeddings) |
//! | [`invalidate_entries_if`](sync::Cache::invalidate_entries_if) | [`expire_entries_if`](sync::Cache::expire_entries_if) | all that a predicate says yes to | O(entries) |
//! | [`invalidate_all`](sync::Cache::invalidate_all) | [`expire_all`](sync::Cache::expire_all) | everything | O(entries), O(1) |
//! | [`invalidate_at`](sync::Cache::invalidate_at) | – | one key below a version, and what replicas that lag bring back | one lock |
//! | [`invalidate_marked`](sync::Cache::invalidate_marked) | – | one key, and what loads bring that have not seen a change | one lock |
//! | [`announce`](sync::Cache::announce), [`announce_all`](sync::Cache::announce_all) | | what the policy says of a write, or of several at once | one call of the policy |
//!
//! # What loads promise
//!
//! | what happens | to its reader | to those who wait | to the cache |
//! |---|---|---|---|
//! | the loader brings a value | gets it | get it, if nothing they knew of has invalidated it | keeps it, if nothing has invalidated it |
//! | the loader fails | the error, or what is within its rescue | the same | keeps the error for as long as it is [told to](Load::keep_failure_for) |
//! | the loader panics | the panic | one of them loads | as if it had not begun |
//! | the future is dropped | – | one of them loads | as if it had not begun |
//! | it takes longer than [`load_timeout`](Builder::load_timeout) | gets it in the end | one of them loads | does not keep it |
//!
//! # For those who know moka
//!
//! | moka | here |
//! |---|---|
//! | `Cache<K, V>` | `Cache<V>`: keys are text, which is what policies, prefixes and feeds speak of |
//! | `get_with(key, \|\| v)`, `get_with(key, async { v })` | `get_with(key, \|_\| v)`, `get_with(key, async \|_\| v)`: the loader may say something of the value |
//! | `entry(key).or_insert_with(…)`, `entry.is_fresh()` | the same, [`is_loaded`](Entry::is_loaded) |
//! | `insert(…).await`, `invalidate(…).await` | no `await`: they wait for nothing |
//! | `expire_after(expiry)` | [`Load::ttl`], or a policy |
//! | `support_invalidation_closures()` | not needed |
//! | `eviction_listener(\|k, v, cause\| …)` | the same, with borrowed arguments |
//! | `cache.blocking()` | `sync::Cache::from(cache)` |
//!
//! # Policies, while the cache runs
//!
//! [`swap_policy`](sync::Cache::swap_policy) puts another in place and
//! [`rollback_policy`](sync::Cache::rollback_policy) goes back; a candidate can run beside the one in place
//! ([`start_canary`](sync::Cache::start_canary)); [`policy_info`](sync::Cache::policy_info) tells how each
//! fares. With the feature `watch`, `watch_policy` swaps whenever a file changes.
//!
//! # How it is built
//!
//! * [`engine`]: the rules of freshness, without clock, thread or I/O. Its page says how a read, a
//!   load and an invalidation meet, and what is guaranteed.
//! * [`policy`]: components, their limits, and what happens when one fails.
//! * [`sync`] and [`future`]: the caches, thin shells over one core that never waits.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `serde` | `Config`: the settings of a cache from a file |
//! | `tokio` | `future::Tokio`: refreshes as tasks, and timeouts |
//! | `metrics` | `record_metrics`: what the cache counts, through the facade `metrics`, so to Prometheus, StatsD, OpenTelemetry |
//! | `tracing` | a span for each load, an event for each value that is not stored and each change of policies |
//! | `watch` | `watch_policy`: a policy is swapped when its file changes |

mod cache;
pub mod engine;
pub mod policy;
mod trace;

#[cfg(feature = "serde")]
pub use cache::Config;
#[cfg(feature = "watch")]
pub use cache::PolicyWatch;
pub use cache::{
    BuildError, Builder, Clock, Discarded, Embedder, Embedding, EmbeddingError, Entry,
    Invalidations, Load, ManualClock, NearError, RemovalCause, State, Stats, SystemClock, Write,
};
pub use engine::Seen;
#[cfg(feature = "tracing")]
pub use trace::TracedKeys;

/// A cache for threads that may block.
pub mod sync {
    pub use crate::cache::sync::{Cache, EntrySelector};
    pub use crate::{Load, Seen, Write};
}

/// A cache for tasks, of any executor.
pub mod future {
    pub use crate::cache::future::{Cache, EntrySelector};
    #[cfg(feature = "tokio")]
    pub use crate::cache::runtime::Tokio;
    pub use crate::cache::runtime::{Runtime, Task};
    pub use crate::{Load, Seen, Write};
}

/// Changes of a value that go by what is there, for `entry(key).and_compute_with(…)`.
pub mod compute {
    pub use crate::cache::compute::{CompResult, Op};
}
