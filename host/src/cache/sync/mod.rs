//! A cache for threads that may block: a thin shell over what all clones share.

mod entry;
mod reads;

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

pub use entry::EntrySelector;

use super::builder::Builder;
use super::load::Load;
use super::near::{Embedding, EmbeddingError, NearError};
use super::read::{Ask, Nothing};
use super::served::Entry;
use super::shared::{Cached, Shared};
use super::stats::Stats;
use super::verbs::{handle, verbs};
use super::write::Write;
use crate::engine::{Demand, Pace, Purge, PurgeMode};

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
///     load.tag("translations");
///     "hello".to_owned()
/// });
/// assert_eq!(greeting, "hello");
/// cache.invalidate_tag("translations");
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

    /// The value under a key, loaded if need be.
    ///
    /// A reader that finds an entry which its lease wants refreshed loads it anew itself; everybody
    /// else is served what is there.
    pub fn get_with(&self, key: &str, loader: impl FnOnce(&Load) -> V) -> V {
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
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Result<V, Arc<E>> {
        let key = self.shared.engine.key(key);
        if let Some(value) = self.shared.get_plain(key) {
            return Ok(value);
        }
        let served = self.shared.read_blocking(Ask::by_key(key), loader)?;
        Ok(served.value)
    }

    /// The value under a key, loaded if need be by a loader that may find none. That there is none is not
    /// kept, and goes to all who waited for the load.
    pub fn optionally_get_with(
        &self,
        key: &str,
        loader: impl FnOnce(&Load) -> Option<V>,
    ) -> Option<V> {
        self.try_get_with(key, |load| loader(load).ok_or(Nothing))
            .ok()
    }

    /// One key, for reads that want to know what they get, and for changes that go by what is there.
    pub fn entry<'a>(&'a self, key: &'a str) -> EntrySelector<'a, V> {
        EntrySelector { cache: self, key }
    }

    /// The values under many keys, in their order. One call of the loader brings all that are missing and
    /// that nobody else is loading: it gets those keys and a [`Load`] for each, and gives a value for each,
    /// or `None` where there is none, which is not kept. It is called again for keys whose load by another
    /// reader this one may not use.
    pub fn get_many_with(
        &self,
        keys: &[&str],
        loader: impl FnMut(&[&str], &[Load]) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        self.shared.read_many_blocking(keys, loader)
    }

    /// The value under a key, or under the key that means the most nearly the same if a rule by meaning
    /// ([`Builder::nearest`], or a policy's) finds it near enough, or loaded. What is loaded is stored with
    /// the embedding.
    ///
    /// # Errors
    ///
    /// If the embedding has other dimensions than those in the cache: then nothing is loaded.
    pub fn get_near_with(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(&Load) -> V,
    ) -> Result<V, EmbeddingError> {
        let loader = |load: &Load| Ok::<V, Infallible>(loader(load));
        match self.try_get_near_with(key, embedding, loader) {
            Ok(value) => Ok(value),
            Err(NearError::Embedding(error)) => Err(error),
            Err(NearError::Load(never)) => match *never {},
            Err(NearError::Embedder(_)) => unreachable!("the embedding is here"),
        }
    }

    /// [`get_near_with`](Cache::get_near_with), with a loader that can fail.
    ///
    /// # Errors
    ///
    /// [`NearError::Embedding`] or [`NearError::Load`].
    pub fn try_get_near_with<E: Any + Send + Sync>(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Result<V, NearError<E>> {
        self.shared.check(embedding)?;
        let ask = Ask {
            key: self.shared.engine.key(key),
            embedding: Some(embedding),
        };
        let served = self.shared.read_blocking(ask, loader);
        served.map(|served| served.value).map_err(NearError::Load)
    }

    /// [`try_get_near_with`](Cache::try_get_near_with) with the text as key and its embedding from the
    /// [embedder](Builder::embedder), which is not asked where the very text is found.
    ///
    /// # Errors
    ///
    /// What keeps the text from being embedded, or the embedding from being used, or the loader's.
    pub fn get_similar_with<E: Any + Send + Sync>(
        &self,
        text: &str,
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Result<V, NearError<E>> {
        if let Some(value) = self.get(text) {
            return Ok(value);
        }
        let embedding = self.shared.embed(text)?;
        self.try_get_near_with(text, &embedding, loader)
    }

    verbs!("sync");
}

handle!("sync::Cache");

/// The same entries, for threads.
impl<V: Send + Sync> From<super::future::Cache<V>> for Cache<V> {
    fn from(cache: super::future::Cache<V>) -> Cache<V> {
        Cache {
            shared: cache.shared,
        }
    }
}
