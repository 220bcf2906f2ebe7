//! One key of a cache for threads.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

use super::Cache;
use crate::cache::compute::{Change, CompResult, Op};
use crate::cache::load::Load;
use crate::cache::read::{Ask, Nothing};
use crate::cache::served::{Entry, Served};

/// One key of a [`Cache`], made by [`Cache::entry`].
///
/// The `or_…` calls read: they serve what is there, or load as
/// [`get_with`](Cache::get_with) does, and say what they served. The `and_…` calls change: each gets what is
/// fresh, and no other change or load of the key runs until it has decided. A change that an invalidation or
/// an insert overtakes is as if it had come just before that: what it decided is not stored.
///
/// ```
/// use shelflife::State;
/// use shelflife::sync::Cache;
///
/// let cache = Cache::<u64>::builder().build()?;
/// let entry = cache.entry("visits").or_insert(0);
/// assert_eq!((*entry.value(), entry.state()), (0, State::Loaded));
/// for _ in 0..3 {
///     cache.entry("visits").and_upsert_with(|before, _| before.map_or(1, |it| it.into_value() + 1));
/// }
/// assert_eq!(cache.get("visits"), Some(3));
/// # Ok::<(), shelflife::BuildError>(())
/// ```
#[derive(Debug)]
#[must_use = "an entry does nothing until it is asked for something"]
pub struct EntrySelector<'a, V: Clone + Send + Sync + 'static> {
    pub(super) cache: &'a Cache<V>,
    pub(super) key: &'a str,
}

impl<V: Clone + Send + Sync + 'static> EntrySelector<'_, V> {
    /// What is there, or this value, which is stored.
    pub fn or_insert(self, value: V) -> Entry<V> {
        self.or_insert_with(|_| value)
    }

    /// What is there, or the default value, which is stored.
    pub fn or_default(self) -> Entry<V>
    where
        V: Default,
    {
        self.or_insert_with(|_| V::default())
    }

    /// What is there, or what the loader brings.
    pub fn or_insert_with(self, loader: impl FnOnce(&Load) -> V) -> Entry<V> {
        match self.or_try_insert_with(|load| Ok::<V, Infallible>(loader(load))) {
            Ok(entry) => entry,
            Err(never) => match *never {},
        }
    }

    /// What is there, or what the loader brings if it finds anything.
    pub fn or_optionally_insert_with(
        self,
        loader: impl FnOnce(&Load) -> Option<V>,
    ) -> Option<Entry<V>> {
        self.or_try_insert_with(|load| loader(load).ok_or(Nothing))
            .ok()
    }

    /// What is there, or what the loader brings if it does not fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_get_with`](Cache::try_get_with).
    pub fn or_try_insert_with<E: Any + Send + Sync>(
        self,
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Result<Entry<V>, Arc<E>> {
        let shared = &self.cache.shared;
        let served = shared.read_blocking(Ask::by_key(shared.engine.key(self.key)), loader)?;
        Ok(served.into_entry(self.key, shared.time.coarse()))
    }

    /// Stores what `change` makes of what is there, and gives that.
    pub fn and_upsert_with(self, change: impl FnOnce(Option<Entry<V>>, &Load) -> V) -> Entry<V> {
        let put = |before, load: &Load| Op::Put(change(before, load));
        let entry = self.and_compute_with(put).into_entry();
        entry.expect("what was put is there")
    }

    /// Does with what is there what `decide` says.
    pub fn and_compute_with(
        self,
        decide: impl FnOnce(Option<Entry<V>>, &Load) -> Op<V>,
    ) -> CompResult<V> {
        match self.and_try_compute_with(|before, load| Ok::<_, Infallible>(decide(before, load))) {
            Ok(result) => result,
            Err(never) => match never {},
        }
    }

    /// Does with what is there what `decide` says, if it does not fail.
    ///
    /// # Errors
    ///
    /// Those of `decide`: then nothing is changed.
    pub fn and_try_compute_with<E>(
        self,
        decide: impl FnOnce(Option<Entry<V>>, &Load) -> Result<Op<V>, E>,
    ) -> Result<CompResult<V>, E> {
        let shared = &self.cache.shared;
        let key = shared.engine.key(self.key);
        let mut over = None;
        let (flight, before) = loop {
            match shared.change(key, over) {
                Change::Begin(flight, before) => break (Some(flight), before),
                Change::Alone(before) => break (None, before),
                Change::Wait(join, flight) => {
                    over = shared.over(&shared.wait_for_turn(&join), flight);
                }
            }
        };
        let load = Load::default();
        let now = shared.time.coarse();
        let entry = |served: Served<V>| served.into_entry(self.key, now);
        let known = before.as_ref().map(|served| entry(served.again()));
        let op = {
            let _running = flight.as_ref().map(|flight| flight.running());
            decide(before.map(entry), &load)?
        };
        Ok(shared.settle(key, flight, known, op, &load))
    }
}
