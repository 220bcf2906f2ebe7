//! How a task reads: it polls its loader, or waits until another reader's load has ended.
//!
//! Whatever holds a load is a local of a future: dropped with it at any point, it gives the load up.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use crate::cache::bulk::{Bulk, Round};
use crate::cache::gate::{Opened, Waited};
use crate::cache::landing::{Carrying, InFlight};
use crate::cache::load::Load;
use crate::cache::read::{Answer, Ask, Join, Turn};
use crate::cache::runtime::Task;
use crate::cache::served::Served;
use crate::cache::shared::Shared;
use crate::engine::KeyRef;

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    pub(super) async fn read_async<E: Any + Send + Sync, F>(
        &self,
        ask: Ask<'_>,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Answer<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        match self.take_turns(ask).await {
            Turn::Refresh(_, flight) | Turn::Lead(flight) => {
                self.load_async(ask, flight, loader).await
            }
            other => answer_without_flight(other, loader).await,
        }
    }

    /// The same, with refreshes as tasks.
    pub(super) async fn read_spawning<E: Any + Send + Sync, F>(
        self: &Arc<Shared<V>>,
        ask: Ask<'_>,
        loader: impl FnOnce(Arc<Load>) -> F + Send + 'static,
    ) -> Answer<V, E>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        match (self.take_turns(ask).await, &self.runtime) {
            (Turn::Refresh(answer, flight), Some(runtime)) => {
                self.count_stale(&answer);
                let (shared, key) = (Arc::clone(self), ask.key.text().to_owned());
                runtime.spawn(Box::pin(async move {
                    let ask = Ask::by_key(shared.engine.key(&key));
                    // Counted, and told to those who joined; there is nobody else.
                    drop(shared.load_async(ask, flight, loader).await);
                }));
                answer
            }
            (Turn::Refresh(_, flight) | Turn::Lead(flight), _) => {
                self.load_async(ask, flight, loader).await
            }
            (other, _) => answer_without_flight(other, loader).await,
        }
    }

    pub(super) async fn read_many_async(
        &self,
        keys: &[&str],
        mut loader: impl AsyncFnMut(Vec<String>, Arc<[Load]>) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        let mut bulk = Bulk::new(keys);
        while let Some(Round { mine, joins }) = self.round(&mut bulk) {
            if !mine.is_empty() {
                let loads: Arc<[Load]> = mine.loads().into();
                let loading = {
                    let _running = mine.running();
                    let keys = mine.keys(&bulk);
                    let keys = keys.into_iter().map(str::to_owned).collect();
                    loader(keys, Arc::clone(&loads))
                };
                let loaded = polled(|| mine.running(), loading).await;
                self.land_all(&mut bulk, mine, &loads, loaded);
            }
            for joining in joins {
                let answer =
                    self.wait_async::<std::convert::Infallible>(joining.key, &joining.join);
                let value = answer.await.and_then(Result::ok);
                bulk.take(&joining, value.map(|served| served.value));
            }
        }
        bulk.into_values()
    }

    /// Waits until there is something else to do than to wait.
    async fn take_turns<E: Any + Send + Sync>(&self, ask: Ask<'_>) -> Turn<V, E> {
        for attempt in 0.. {
            match self.turn(ask, attempt) {
                Turn::Wait(join) => {
                    if let Some(answer) = self.wait_async(ask.key, &join).await {
                        return Turn::Answer(answer);
                    }
                }
                Turn::Again => {}
                other => return other,
            }
        }
        unreachable!("a reader loads by itself before it has tried for ever")
    }

    async fn load_async<E: Any + Send + Sync, F>(
        &self,
        ask: Ask<'_>,
        flight: InFlight<V>,
        loader: impl FnOnce(Arc<Load>) -> F,
    ) -> Answer<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        let load = Arc::new(Load::about(ask.embedding));
        let loading = {
            let _running = flight.running();
            loader(Arc::clone(&load))
        };
        let loaded = polled(|| flight.running(), loading).await;
        self.finish(ask.key, flight, loaded, load.take())
    }

    async fn wait_async<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        join: &Join<V>,
    ) -> Option<Answer<V, E>> {
        let sleep = |time| Some(self.runtime.as_ref()?.sleep(time));
        let mut soft = self.soft_timeout.and_then(sleep);
        let mut hard = self.load_timeout.and_then(sleep);
        let mut opened = join.gate.opened();
        let mut waited = match &mut soft {
            Some(soft) => opened_in_time(&mut opened, Some(soft)).await,
            None => opened_in_time(&mut opened, hard.as_mut()).await,
        };
        if soft.is_some() && matches!(waited, Waited::InVain) {
            if let Some(rescued) = self.rescue(key) {
                return Some(Ok(rescued));
            }
            waited = opened_in_time(&mut opened, hard.as_mut()).await;
        }
        self.after_wait(waited, join.joined)
    }

    /// Waits until a change or a load of the key has ended, for as long as one may take.
    pub(super) async fn wait_for_turn_async(&self, join: &Join<V>) -> Waited<V> {
        let sleep = |time| Some(self.runtime.as_ref()?.sleep(time));
        let mut hard = self.load_timeout.and_then(sleep);
        opened_in_time(&mut join.gate.opened(), hard.as_mut()).await
    }
}

/// Polls a loader's future, with its load noted as running while it is polled.
pub(super) async fn polled<'a, F: Future>(
    running: impl Fn() -> Carrying<'a>,
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let _running = running();
        future.as_mut().poll(context)
    })
    .await
}

/// Waits at a gate until it opens or a sleep has ended.
async fn opened_in_time<V: Clone>(
    opened: &mut Opened<V>,
    mut sleep: Option<&mut Task>,
) -> Waited<V> {
    poll_fn(|context| {
        if let Poll::Ready(waited) = Pin::new(&mut *opened).poll(context) {
            return Poll::Ready(waited);
        }
        match &mut sleep {
            Some(sleep) => sleep.as_mut().poll(context).map(|()| Waited::InVain),
            None => Poll::Pending,
        }
    })
    .await
}

/// The answer of a turn that has no load to carry out.
async fn answer_without_flight<V: Clone + Send + Sync + 'static, E, F>(
    turn: Turn<V, E>,
    loader: impl FnOnce(Arc<Load>) -> F,
) -> Answer<V, E>
where
    F: Future<Output = Result<V, E>>,
{
    match turn {
        Turn::Answer(answer) => answer,
        _ => {
            let loaded = loader(Arc::default()).await;
            loaded
                .map(|value| Served::loaded(value, None))
                .map_err(Arc::new)
        }
    }
}
