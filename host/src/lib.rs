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
//! let page = |load: &mut shelflife::sync::Load| {
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
//! # What takes an entry away
//!
//! | call | what goes | cost |
//! |---|---|---|
//! | [`invalidate`](sync::Cache::invalidate) | one key | one lock of its shard |
//! | [`invalidate_tag`](sync::Cache::invalidate_tag) | all that was made from something | O(1) |
//! | [`invalidate_prefix`](sync::Cache::invalidate_prefix) | all keys that begin so | O(entries) |
//! | [`invalidate_all`](sync::Cache::invalidate_all) | everything | O(entries) |
//! | [`announce`](sync::Cache::announce) | what the policy says | one call of the policy |
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
//! * [`sync`]: the cache for threads.

mod cache;
pub mod engine;
pub mod policy;

#[cfg(feature = "watch")]
pub use cache::PolicyWatch;
pub use cache::{BuildError, Builder, Clock, ManualClock, Stats, SystemClock};

/// A cache for threads that may block.
pub mod sync {
    pub use crate::cache::sync::Cache;
    pub use crate::cache::{Load, Write};
    pub use crate::engine::Seen;
}
