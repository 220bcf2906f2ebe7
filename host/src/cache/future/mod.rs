//! A cache for tasks: a thin shell over what all clones share.

mod entry;
mod reads;

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
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

/// A cache for tasks, of any executor. Clones share the same entries.
///
/// It promises what [`sync::Cache`](crate::sync::Cache) promises. Only what loads is `async`; nothing else
/// ever waits: neither `get` nor an insert nor an invalidation needs an `.await`.
///
/// # Cancellation
///
/// Every future may be dropped at any point. A reader that loads carries out the load itself: when its future
/// is dropped, the load is given up and one of those who wait for it loads instead, and nobody's load stays
/// registered. A load that must not end with its reader belongs into a task of the application's own.
///
/// # Refreshes
///
/// A reader that finds an entry which its lease wants refreshed loads it anew itself, and everybody else is
/// served what is there. With [`get_with_spawn`](Cache::get_with_spawn) and a
/// [runtime](Builder::runtime) that reader is served at once too, and the load is a task.
///
/// # Loaders that ask the cache
///
/// A loader may read other keys of the cache, and its own: it is then called again, and what it brings is
/// not stored. A task that a loader spawns and waits for must not ask for the loader's key: it would wait for
/// the load, and the load for it. Two loaders of two keys that each wait for the other's wait for ever, unless
/// [`load_timeout`](Builder::load_timeout) ends it.
///
/// # Examples
///
/// ```
/// use shelflife::future::Cache;
///
/// # pollster(async {
/// let cache = Cache::<String>::builder().max_capacity(10_000).build()?;
/// let greeting = cache
///     .get_with("greeting:en", async |load| {
///         load.tag("translations");
///         // … .await
///         "hello".to_owned()
///     })
///     .await;
/// assert_eq!(greeting, "hello");
/// cache.invalidate_tag("translations");
/// assert_eq!(cache.get("greeting:en"), None);
/// # Ok::<(), shelflife::BuildError>(())
/// # }).unwrap();
/// # fn pollster<T>(future: impl Future<Output = T>) -> T {
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     let std::task::Poll::Ready(output) = std::pin::pin!(future).poll(&mut context) else { panic!() };
/// #     output
/// # }
/// ```
pub struct Cache<V: Send + Sync> {
    pub(super) shared: Arc<Shared<V>>,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Sets up a cache.
    pub fn builder() -> Builder<V, Cache<V>> {
        Builder::new()
    }

    /// The value under a key, loaded if need be.
    pub async fn get_with<F>(&self, key: &str, loader: impl FnOnce(Arc<Load>) -> F) -> V
    where
        F: Future<Output = V>,
    {
        let loader = async |load| Ok::<V, Infallible>(loader(load).await);
        match self.try_get_with(key, loader).await {
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
    pub async fn try_get_with<E: Any + Send + Sync, F>(
        &self,
        key: &str,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
    {
        let key = self.shared.engine.key(key);
        if let Some(value) = self.shared.get_plain(key) {
            return Ok(value);
        }
        let served = self.shared.read_async(Ask::by_key(key), loader).await?;
        Ok(served.value)
    }

    /// The value under a key, loaded if need be by a loader that may find none. That there is none is not
    /// kept, and goes to all who waited for the load.
    pub async fn optionally_get_with<F>(
        &self,
        key: &str,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Option<V>
    where
        F: Future<Output = Option<V>>,
    {
        let loader = async |load| loader(load).await.ok_or(Nothing);
        self.try_get_with(key, loader).await.ok()
    }

    /// [`get_with`](Cache::get_with), with a loader that can be a task of its own: where the entry is to be
    /// refreshed, a reader spawns that and is served what is there. Without a
    /// [runtime](Builder::runtime) it is `get_with`.
    pub async fn get_with_spawn<F>(
        &self,
        key: &str,
        loader: impl FnOnce(Arc<Load>) -> F + Send + 'static,
    ) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        let loader = |load| {
            let loading = loader(load);
            async { Ok::<V, Infallible>(loading.await) }
        };
        match self.try_get_with_spawn(key, loader).await {
            Ok(value) => value,
            Err(never) => match *never {},
        }
    }

    /// [`get_with_spawn`](Cache::get_with_spawn), with a loader that can fail. The error of a refresh is
    /// counted, and what is there stays.
    ///
    /// # Errors
    ///
    /// Those of [`try_get_with`](Cache::try_get_with).
    pub async fn try_get_with_spawn<E: Any + Send + Sync, F>(
        &self,
        key: &str,
        loader: impl FnOnce(Arc<Load>) -> F + Send + 'static,
    ) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let key = self.shared.engine.key(key);
        if let Some(value) = self.shared.get_plain(key) {
            return Ok(value);
        }
        let ask = Ask::by_key(key);
        Ok(self.shared.read_spawning(ask, loader).await?.value)
    }

    /// One key, for reads that want to know what they get, and for changes that go by what is there.
    pub fn entry<'a>(&'a self, key: &'a str) -> EntrySelector<'a, V> {
        EntrySelector { cache: self, key }
    }

    /// The values under many keys, in their order. One call of the loader brings all that are missing and
    /// that nobody else is loading: it gets those keys and a [`Load`] for each, and gives a value for each,
    /// or `None` where there is none, which is not kept. It is called again for keys whose load by another
    /// reader this one may not use.
    pub async fn get_many_with(
        &self,
        keys: &[&str],
        loader: impl AsyncFnMut(Vec<String>, Arc<[Load]>) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        self.shared.read_many_async(keys, loader).await
    }

    /// The value under a key, or under the key that means the most nearly the same if a rule by meaning
    /// ([`Builder::nearest`], or a policy's) finds it near enough, or loaded. What is loaded is stored with
    /// the embedding.
    ///
    /// # Errors
    ///
    /// If the embedding has other dimensions than those in the cache: then nothing is loaded.
    pub async fn get_near_with<F>(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Result<V, EmbeddingError>
    where
        F: Future<Output = V>,
    {
        let loader = async |load| Ok::<V, Infallible>(loader(load).await);
        match self.try_get_near_with(key, embedding, loader).await {
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
    pub async fn try_get_near_with<E: Any + Send + Sync, F>(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Result<V, NearError<E>>
    where
        F: Future<Output = Result<V, E>>,
    {
        self.shared.check(embedding)?;
        let ask = Ask {
            key: self.shared.engine.key(key),
            embedding: Some(embedding),
        };
        let served = self.shared.read_async(ask, loader).await;
        served.map(|served| served.value).map_err(NearError::Load)
    }

    /// [`try_get_near_with`](Cache::try_get_near_with) with the text as key and its embedding from the
    /// [embedder](Builder::embedder), which is not asked where the very text is found.
    ///
    /// # Errors
    ///
    /// What keeps the text from being embedded, or the embedding from being used, or the loader's.
    pub async fn get_similar_with<E: Any + Send + Sync, F>(
        &self,
        text: &str,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Result<V, NearError<E>>
    where
        F: Future<Output = Result<V, E>>,
    {
        if let Some(value) = self.get(text) {
            return Ok(value);
        }
        let embedding = self.shared.embed(text)?;
        self.try_get_near_with(text, &embedding, loader).await
    }

    verbs!("future");
}

handle!("future::Cache");

/// The same entries, for tasks. There is no runtime, so that readers refresh themselves; and where there is
/// a timeout, readers wait as if there were none.
impl<V: Send + Sync> From<super::sync::Cache<V>> for Cache<V> {
    fn from(cache: super::sync::Cache<V>) -> Cache<V> {
        Cache {
            shared: cache.shared,
        }
    }
}
