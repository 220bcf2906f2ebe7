//! A cache for threads that may block: a thin shell over what all clones share.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

use super::builder::Builder;
use super::load::Load;
use super::shared::{Cached, Shared};
use super::stats::Stats;
use super::write::Write;
use crate::engine::{Demand, Fill, Outcome, Pace, Purge, PurgeMode};

/// A cache for threads that may block. Clones share the same entries.
///
/// # Guarantees
///
/// * A read that begins after an `invalidate…` or [`announce`](Cache::announce) returned never gets
///   a value whose load began before it was called and that it names.
/// * Any number of readers of one key share one load; so do those who come when an entry ends that is
///   being refreshed. When a loader panics, the panic goes to its caller and one of the others loads
///   instead. An error goes to all who waited.
/// * No invalidation waits for a loader.
/// * A hit allocates nothing and calls neither the policy nor the kernel. It clones the value under a lock
///   that it shares with other hits: `clone` should be cheap, as that of an [`Arc`] is, and must not call
///   the cache.
///
/// What no cache can know: whether a load that begins *after* an invalidation reads a replica that lags
/// behind it. A loader that knows says so, with [`Load::version`] or [`Load::seen`].
///
/// A loader may read other keys of the cache, and its own: it is then called again, and what it brings is
/// not stored. Two loaders of two keys that each wait for the other's wait for ever, unless
/// [`load_timeout`](Builder::load_timeout) ends it.
///
/// # Examples
///
/// ```
/// use shelflife::sync::Cache;
///
/// let cache = Cache::<String>::builder().max_capacity(10_000).build()?;
/// let greeting = cache.get_with("greeting:en", |load| {
///     load.depends_on("translations");
///     "hello".to_owned()
/// });
/// assert_eq!(greeting, "hello");
/// cache.invalidate("greeting:en");
/// assert_eq!(cache.get("greeting:en"), None);
/// # Ok::<(), shelflife::BuildError>(())
/// ```
pub struct Cache<V: Send + Sync> {
    pub(super) shared: Arc<Shared<V>>,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Sets up a cache.
    pub fn builder() -> Builder<V> {
        Builder::new()
    }

    /// The value under a key, if there is one that is fresh. Loads nothing.
    pub fn get(&self, key: &str) -> Option<V> {
        self.shared.get(key)
    }

    /// The value under a key, loaded if need be.
    ///
    /// A reader that finds an entry which its lease wants refreshed loads it anew itself; everybody
    /// else is served what is there.
    pub fn get_with(&self, key: &str, loader: impl FnOnce(&mut Load) -> V) -> V {
        match self.try_get_with(key, |load| Ok::<V, Infallible>(loader(load))) {
            Ok(value) => value,
            Err(never) => match *never {},
        }
    }

    /// The value under a key, loaded if need be by a loader that can fail.
    ///
    /// Where a value is still within its rescue, it is served instead of an error.
    ///
    /// # Errors
    ///
    /// The loader's, which goes to all who waited for the load; and for as long as the loader asks
    /// ([`Load::keep_failure_for`]) to those who come later. A reader whose loader has errors of another
    /// type loads for itself.
    pub fn try_get_with<E: Any + Send + Sync>(
        &self,
        key: &str,
        loader: impl FnOnce(&mut Load) -> Result<V, E>,
    ) -> Result<V, Arc<E>> {
        let key = self.shared.engine.key(key);
        self.shared.try_get_with(key, loader)
    }

    /// The values under many keys, in their order. One call of the loader brings all that are missing and
    /// that nobody else is loading: it gets those keys and a [`Load`] for each, and gives a value for each,
    /// or `None` where there is none, which is not kept. It is called again for keys whose load by another
    /// reader this one may not use.
    pub fn get_many_with(
        &self,
        keys: &[&str],
        loader: impl FnMut(&[&str], &mut [Load]) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        self.shared.get_many_with(keys, loader)
    }

    /// Stores a value. It supersedes every load of its key that is in flight.
    pub fn insert(&self, key: &str, value: V) {
        self.store(key, value, None);
    }

    /// Stores a value of the origin's `version`, unless a higher one is known. For a while
    /// ([`Builder::hold_off`]) no load may bring a lower one back. Whether it was stored.
    pub fn insert_at(&self, key: &str, value: V, version: u64) -> bool {
        self.store(key, value, Some(version)) == Outcome::Stored
    }

    /// Takes the value under a key away: it is never served again.
    pub fn invalidate(&self, key: &str) {
        self.shared.purge_key(key, PurgeMode::Drop, &Demand::NONE);
    }

    /// Takes the value under a key away, unless it has this version of the origin or a later one. For a
    /// while ([`Builder::hold_off`]) no load that says its version may bring a lower one back, from a
    /// replica that lags.
    pub fn invalidate_at(&self, key: &str, version: u64) {
        let demand = Demand {
            version: Some(version),
            ..Demand::NONE
        };
        self.shared.purge_key(key, PurgeMode::Drop, &demand);
    }

    /// Takes the value under a key away because of the change with this mark, from 1 on: a transaction, a
    /// position in a log. For a while ([`Builder::hold_off`]) no load is stored that says what it had seen
    /// ([`Load::seen`]) and had not seen that change.
    pub fn invalidate_marked(&self, key: &str, mark: u64) {
        self.shared.purge_key(key, PurgeMode::Drop, &marked(mark));
    }

    /// Takes away every value whose lease names `tag`: without a policy whatever the loader said that
    /// the value is made from, with one what the policy made of it. O(1), however many there are.
    pub fn invalidate_tag(&self, tag: &str) {
        self.shared.purge_tag(tag, PurgeMode::Drop, &Demand::NONE);
    }

    /// The same because of the change with this mark; see [`invalidate_marked`](Cache::invalidate_marked).
    pub fn invalidate_tag_marked(&self, tag: &str, mark: u64) {
        self.shared.purge_tag(tag, PurgeMode::Drop, &marked(mark));
    }

    /// Takes away every value whose key begins so.
    pub fn invalidate_prefix(&self, prefix: &str) {
        self.purge(&Purge::Prefix {
            prefix: prefix.to_owned(),
            mode: PurgeMode::Drop,
        });
    }

    /// Takes everything away.
    pub fn invalidate_all(&self) {
        self.purge(&Purge::Everything {
            mode: PurgeMode::Drop,
        });
    }

    /// Makes the value under a key stale: as if its time were up, so that it may be served within the
    /// grace and the rescue of its lease.
    pub fn expire(&self, key: &str) {
        self.shared.purge_key(key, PurgeMode::Expire, &Demand::NONE);
    }

    /// Makes every value stale whose lease names `tag`. O(1), however many there are.
    pub fn expire_tag(&self, tag: &str) {
        self.shared.purge_tag(tag, PurgeMode::Expire, &Demand::NONE);
    }

    /// Makes everything stale. O(1).
    pub fn expire_all(&self) {
        self.purge(&Purge::Everything {
            mode: PurgeMode::Expire,
        });
    }

    /// Tells the policy of a write, *after* it was committed. What the policy makes of it has taken
    /// effect when this returns. Without a policy, or with one that does not listen to writes,
    /// nothing happens.
    pub fn announce(&self, write: Write<V>) {
        self.shared.announce(write);
    }

    /// Throws away what nothing can serve any more, and purges again what is due. A cache that loads does
    /// a little of it by itself.
    pub fn run_pending_tasks(&self) {
        let now = self.shared.time.now();
        self.shared.purge_again(now);
        self.shared.engine.sweep(now, Pace::ROUND);
    }

    /// Entries held, those included that will not be served any more.
    pub fn entry_count(&self) -> u64 {
        self.shared.engine.entry_count() as u64
    }

    /// What the cache has done so far.
    pub fn stats(&self) -> Stats {
        let mut stats = self.shared.counters.read();
        if let Some(policies) = &self.shared.policies {
            let calls = policies.calls();
            (stats.policy_calls, stats.policy_traps) = (calls.calls, calls.traps);
        }
        stats
    }

    fn store(&self, key: &str, value: V, version: Option<u64>) -> Outcome {
        let Shared { engine, time, .. } = &*self.shared;
        let key = engine.key(key);
        let fill = Fill {
            now: time.now(),
            version,
            ..Fill::default()
        };
        let source = engine.lease_source(key);
        let lease = self.shared.lease(&source, key, &fill, &Load::default());
        let value = Cached::Value(value);
        let stored = engine.insert(key, value, &lease, &fill, &mut fastrand::f64);
        self.shared.after_store(fill.now);
        stored.outcome
    }

    fn purge(&self, purge: &Purge) {
        self.shared.purge(purge, &Demand::NONE);
    }
}

fn marked(mark: u64) -> Demand {
    Demand {
        mark: Some(mark),
        ..Demand::NONE
    }
}

impl<V: Send + Sync> Clone for Cache<V> {
    fn clone(&self) -> Cache<V> {
        Cache {
            shared: Arc::clone(&self.shared),
        }
    }
}
