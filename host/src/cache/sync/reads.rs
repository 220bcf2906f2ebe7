//! How a thread reads: it calls its loader, or blocks until another reader's load has ended.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant as Moment;

use crate::cache::bulk::{Bulk, Round};
use crate::cache::gate::Waited;
use crate::cache::landing::InFlight;
use crate::cache::load::Load;
use crate::cache::read::{Answer, Ask, Join, Turn};
use crate::cache::served::Served;
use crate::cache::shared::Shared;
use crate::engine::KeyRef;

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    pub(super) fn read_blocking<E: Any + Send + Sync>(
        &self,
        ask: Ask<'_>,
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Answer<V, E> {
        for attempt in 0.. {
            match self.turn(ask, attempt) {
                Turn::Answer(answer) => return answer,
                Turn::Refresh(_, flight) | Turn::Lead(flight) => {
                    return self.load_blocking(ask, flight, loader);
                }
                Turn::Wait(join) => {
                    if let Some(answer) = self.wait_blocking(ask.key, &join) {
                        return answer;
                    }
                }
                Turn::Alone => {
                    let loaded = loader(&Load::default());
                    return loaded
                        .map(|value| Served::loaded(value, None))
                        .map_err(Arc::new);
                }
                Turn::Again => {}
            }
        }
        unreachable!("a reader loads by itself before it has tried for ever")
    }

    pub(super) fn read_many_blocking(
        &self,
        keys: &[&str],
        mut loader: impl FnMut(&[&str], &[Load]) -> Vec<Option<V>>,
    ) -> Vec<Option<V>> {
        let mut bulk = Bulk::new(keys);
        while let Some(Round { mine, joins }) = self.round(&mut bulk) {
            if !mine.is_empty() {
                let loads = mine.loads();
                let loaded = {
                    let _running = mine.running();
                    loader(&mine.keys(&bulk), &loads)
                };
                self.land_all(&mut bulk, mine, &loads, loaded);
            }
            for joining in joins {
                let answer = self.wait_blocking::<Never>(joining.key, &joining.join);
                let value = answer.and_then(Result::ok).map(|served| served.value);
                bulk.take(&joining, value);
            }
        }
        bulk.into_values()
    }

    fn load_blocking<E: Any + Send + Sync>(
        &self,
        ask: Ask<'_>,
        flight: InFlight<V>,
        loader: impl FnOnce(&Load) -> Result<V, E>,
    ) -> Answer<V, E> {
        let load = Load::about(ask.embedding);
        let loaded = {
            let _running = flight.running();
            loader(&load)
        };
        self.finish(ask.key, flight, loaded, load.take())
    }

    fn wait_blocking<E: Any + Send + Sync>(
        &self,
        key: KeyRef<'_>,
        join: &Join<V>,
    ) -> Option<Answer<V, E>> {
        let began = Moment::now();
        let deadline = self.load_timeout.map(|timeout| began + timeout);
        let mut waited = match self.soft_timeout {
            Some(timeout) => join.gate.wait(Some(began + timeout)),
            None => join.gate.wait(deadline),
        };
        if self.soft_timeout.is_some() && matches!(waited, Waited::InVain) {
            if let Some(rescued) = self.rescue(key) {
                return Some(Ok(rescued));
            }
            waited = join.gate.wait(deadline);
        }
        self.after_wait(waited, join.joined)
    }

    /// Waits until a change or a load of the key has ended, for as long as one may take.
    pub(super) fn wait_for_turn(&self, join: &Join<V>) -> Waited<V> {
        let deadline = self.load_timeout.map(|timeout| Moment::now() + timeout);
        join.gate.wait(deadline)
    }
}

/// The error of loads that many keys share: there is none.
type Never = std::convert::Infallible;
