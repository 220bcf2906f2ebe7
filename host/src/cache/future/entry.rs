//! One key of a cache for tasks.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use super::Cache;
use super::reads::polled;
use crate::cache::compute::{Change, CompResult, Op};
use crate::cache::landing::Carrying;
use crate::cache::load::Load;
use crate::cache::read::{Ask, Nothing};
use crate::cache::served::{Entry, Served};

/// One key of a [`Cache`], made by [`Cache::entry`]. See
/// [`sync::EntrySelector`](crate::sync::EntrySelector): it does the same.
#[derive(Debug)]
#[must_use = "an entry does nothing until it is asked for something"]
pub struct EntrySelector<'a, V: Clone + Send + Sync + 'static> {
    pub(super) cache: &'a Cache<V>,
    pub(super) key: &'a str,
}

impl<V: Clone + Send + Sync + 'static> EntrySelector<'_, V> {
    /// What is there, or this value, which is stored.
    pub async fn or_insert(self, value: V) -> Entry<V> {
        self.or_insert_with(async |_| value).await
    }

    /// What is there, or the default value, which is stored.
    pub async fn or_default(self) -> Entry<V>
    where
        V: Default,
    {
        self.or_insert_with(async |_| V::default()).await
    }

    /// What is there, or what the loader brings.
    pub async fn or_insert_with<F>(self, loader: impl FnOnce(Arc<Load>) -> F) -> Entry<V>
    where
        F: Future<Output = V>,
    {
        let loader = async |load| Ok::<V, Infallible>(loader(load).await);
        match self.or_try_insert_with(loader).await {
            Ok(entry) => entry,
            Err(never) => match *never {},
        }
    }

    /// What is there, or what the loader brings if it finds anything.
    pub async fn or_optionally_insert_with<F>(
        self,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Option<Entry<V>>
    where
        F: Future<Output = Option<V>>,
    {
        let loader = async |load| loader(load).await.ok_or(Nothing);
        self.or_try_insert_with(loader).await.ok()
    }

    /// What is there, or what the loader brings if it does not fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_get_with`](Cache::try_get_with).
    pub async fn or_try_insert_with<E: Any + Send + Sync, F>(
        self,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Result<Entry<V>, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
    {
        let shared = &self.cache.shared;
        let ask = Ask::by_key(shared.engine.key(self.key));
        let served = shared.read_async(ask, loader).await?;
        Ok(served.into_entry(self.key, shared.time.coarse()))
    }

    /// The same, with a loader that can be a task of its own: where the entry is to be refreshed, that is
    /// spawned, and what is there is served. See
    /// [`try_get_with_spawn`](Cache::try_get_with_spawn).
    ///
    /// # Errors
    ///
    /// Those of [`try_get_with`](Cache::try_get_with).
    pub async fn or_try_insert_with_spawn<E: Any + Send + Sync, F>(
        self,
        loader: impl FnOnce(Arc<Load>) -> F + Send + 'static,
    ) -> Result<Entry<V>, Arc<E>>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let shared = &self.cache.shared;
        let ask = Ask::by_key(shared.engine.key(self.key));
        let served = shared.read_spawning(ask, loader).await?;
        Ok(served.into_entry(self.key, shared.time.coarse()))
    }

    /// Stores what `change` makes of what is there, and gives that.
    pub async fn and_upsert_with<F>(
        self,
        change: impl FnOnce(Option<Entry<V>>, Arc<Load>) -> F,
    ) -> Entry<V>
    where
        F: Future<Output = V>,
    {
        let put = async |before, load| Op::Put(change(before, load).await);
        let entry = self.and_compute_with(put).await.into_entry();
        entry.expect("what was put is there")
    }

    /// Does with what is there what `decide` says.
    pub async fn and_compute_with<F>(
        self,
        decide: impl FnOnce(Option<Entry<V>>, Arc<Load>) -> F,
    ) -> CompResult<V>
    where
        F: Future<Output = Op<V>>,
    {
        let decide = async |before, load| Ok::<_, Infallible>(decide(before, load).await);
        match self.and_try_compute_with(decide).await {
            Ok(result) => result,
            Err(never) => match never {},
        }
    }

    /// Does with what is there what `decide` says, if it does not fail.
    ///
    /// # Errors
    ///
    /// Those of `decide`: then nothing is changed.
    pub async fn and_try_compute_with<E, F>(
        self,
        decide: impl FnOnce(Option<Entry<V>>, Arc<Load>) -> F,
    ) -> Result<CompResult<V>, E>
    where
        F: Future<Output = Result<Op<V>, E>>,
    {
        let shared = &self.cache.shared;
        let key = shared.engine.key(self.key);
        let mut over = None;
        let (flight, before) = loop {
            match shared.change(key, over) {
                Change::Begin(flight, before) => break (Some(flight), before),
                Change::Alone(before) => break (None, before),
                Change::Wait(join, flight) => {
                    over = shared.over(&shared.wait_for_turn_async(&join).await, flight);
                }
            }
        };
        let load = Arc::new(Load::default());
        let now = shared.time.coarse();
        let entry = |served: Served<V>| served.into_entry(self.key, now);
        let known = before.as_ref().map(|served| entry(served.again()));
        let running = || match &flight {
            Some(flight) => flight.running(),
            None => Carrying::nothing(),
        };
        let deciding = {
            let _running = running();
            decide(before.map(entry), Arc::clone(&load))
        };
        let op = polled(running, deciding).await?;
        Ok(shared.settle(key, flight, known, op, &load))
    }
}
