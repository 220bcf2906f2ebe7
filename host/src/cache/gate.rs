//! Where threads wait for a load that another thread carries out.

use std::any::Any;
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::shared::Cached;
use crate::engine::Entry;

/// A loader's error, of a type that its readers know.
pub(super) type Failure = Arc<dyn Any + Send + Sync>;

/// How a load ended.
#[derive(Clone, Debug)]
pub(super) enum Ended<V> {
    /// With something to serve.
    With(Arc<Entry<Cached<V>>>),
    /// With an error.
    Failed(Failure),
    /// The loader panicked: one of those who wait must load.
    GivenUp,
}

/// What a reader has waited for.
#[derive(Debug)]
pub(super) enum Waited<V> {
    /// The load ended so.
    For(Ended<V>),
    /// It was over before the reader came: it had better look again.
    Late,
    /// The reader's time is up, and the load is still under way.
    InVain,
}

/// One for each load in flight. Opens once.
#[derive(Debug)]
pub(super) struct Gate<V> {
    /// Who loads: it must not wait for itself.
    leader: ThreadId,
    ended: Mutex<Option<Ended<V>>>,
    opened: Condvar,
}

impl<V> Default for Gate<V> {
    /// A gate is made by the thread that begins the load.
    fn default() -> Gate<V> {
        Gate {
            leader: thread::current().id(),
            ended: Mutex::new(None),
            opened: Condvar::new(),
        }
    }
}

impl<V> Gate<V> {
    /// Lets everybody through.
    pub(super) fn open(&self, ended: Ended<V>) {
        *self.ended.lock() = Some(ended);
        self.opened.notify_all();
    }

    /// Whether the calling thread carries out the load.
    pub(super) fn is_mine(&self) -> bool {
        self.leader == thread::current().id()
    }

    /// Waits until it opens, or until `deadline`. Nothing if it was open before: what is behind it may
    /// have ended since, as long as another load without coalescing holds the flight, and a reader had
    /// better look again.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> Waited<V>
    where
        V: Clone,
    {
        let mut ended = self.ended.lock();
        if ended.is_some() {
            return Waited::Late;
        }
        loop {
            if let Some(ended) = &*ended {
                return Waited::For(ended.clone());
            }
            match deadline {
                None => self.opened.wait(&mut ended),
                Some(deadline) => {
                    let timed_out = self.opened.wait_until(&mut ended, deadline).timed_out();
                    if timed_out && ended.is_none() {
                        return Waited::InVain;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_that_was_open_when_a_reader_came_hands_out_nothing() {
        let gate = Gate::<&str>::default();
        gate.open(Ended::Failed(Arc::new("why")));
        assert!(matches!(gate.wait(None), Waited::Late));
    }

    #[test]
    fn a_reader_whose_time_is_up_waits_no_longer() {
        let gate = Gate::<&str>::default();
        assert!(matches!(gate.wait(Some(Instant::now())), Waited::InVain));
    }
}
