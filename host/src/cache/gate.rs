//! Where readers wait for a load that another reader carries out: threads until they are notified, tasks
//! until they are woken. Both may wait at one gate.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::served::State;
use super::shared::Cached;
use crate::engine::Entry;

/// A loader's error, of a type that its readers know.
pub(super) type Failure = Arc<dyn Any + Send + Sync>;

/// How a load ended.
#[derive(Clone, Debug)]
pub(super) enum Ended<V> {
    /// With something to serve: what was loaded, or an older value that answers for it.
    With(Arc<Entry<Cached<V>>>, State),
    /// With an error.
    Failed(Failure),
    /// The loader panicked, or its reader went away: one of those who wait must load.
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
    state: Mutex<Queue<V>>,
    opened: Condvar,
}

#[derive(Debug)]
struct Queue<V> {
    ended: Option<Ended<V>>,
    /// Tasks that wait, each at a place of its own.
    wakers: Vec<Option<Waker>>,
    /// Places that tasks have left that went away.
    free: Vec<usize>,
}

impl<V> Default for Gate<V> {
    fn default() -> Gate<V> {
        Gate {
            state: Mutex::new(Queue {
                ended: None,
                wakers: Vec::new(),
                free: Vec::new(),
            }),
            opened: Condvar::new(),
        }
    }
}

impl<V> Gate<V> {
    /// Lets everybody through. All are woken, and not one that wakes the next: whoever is first leads if
    /// there is something to load, and one that goes away before it has looked takes nothing with it.
    pub(super) fn open(&self, ended: Ended<V>) {
        let wakers = {
            let mut state = self.state.lock();
            state.ended = Some(ended);
            std::mem::take(&mut state.wakers)
        };
        self.opened.notify_all();
        // Not under the lock: an executor may poll a task at once.
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

impl<V: Clone> Gate<V> {
    /// Waits until it opens, or until `deadline`. Nothing if it was open before: what is behind it may
    /// have ended since, as long as another load without coalescing holds the flight, and a reader had
    /// better look again.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> Waited<V> {
        let mut state = self.state.lock();
        if state.ended.is_some() {
            return Waited::Late;
        }
        loop {
            if let Some(ended) = &state.ended {
                return Waited::For(ended.clone());
            }
            match deadline {
                None => self.opened.wait(&mut state),
                Some(deadline) => {
                    let timed_out = self.opened.wait_until(&mut state, deadline).timed_out();
                    if timed_out && state.ended.is_none() {
                        return Waited::InVain;
                    }
                }
            }
        }
    }

    /// The same for tasks, without a deadline.
    pub(super) fn opened(self: &Arc<Gate<V>>) -> Opened<V> {
        Opened {
            gate: Arc::clone(self),
            place: None,
        }
    }
}

/// A task that waits at a gate.
#[derive(Debug)]
pub(super) struct Opened<V> {
    gate: Arc<Gate<V>>,
    /// Where its waker is; nothing before it is polled and after the gate has opened.
    place: Option<usize>,
}

impl<V: Clone> Future for Opened<V> {
    type Output = Waited<V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Waited<V>> {
        let gate = Arc::clone(&self.gate);
        let mut state = gate.state.lock();
        let state = &mut *state;
        let place = match (&state.ended, self.place) {
            (Some(_), None) => return Poll::Ready(Waited::Late),
            (Some(ended), Some(_)) => {
                self.place = None;
                return Poll::Ready(Waited::For(ended.clone()));
            }
            (None, Some(place)) => place,
            (None, None) => state.free.pop().unwrap_or_else(|| {
                state.wakers.push(None);
                state.wakers.len() - 1
            }),
        };
        self.place = Some(place);
        match &mut state.wakers[place] {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl<V> Drop for Opened<V> {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let mut state = self.gate.state.lock();
        // The wakers of a gate that has opened are gone.
        if let Some(waker) = state.wakers.get_mut(place) {
            let waker = waker.take();
            state.free.push(place);
            drop(state);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Count>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn poll(
        task: &mut Pin<Box<Opened<&'static str>>>,
        woken: &Arc<Count>,
    ) -> Poll<Waited<&'static str>> {
        let waker = Waker::from(Arc::clone(woken));
        task.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn ended() -> Ended<&'static str> {
        Ended::Failed(Arc::new("why"))
    }

    #[test]
    fn a_gate_that_was_open_when_a_reader_came_hands_out_nothing() {
        let gate = Arc::new(Gate::<&str>::default());
        gate.open(ended());
        assert!(matches!(gate.wait(None), Waited::Late));
        let mut task = Box::pin(gate.opened());
        let polled = poll(&mut task, &Arc::default());
        assert!(matches!(polled, Poll::Ready(Waited::Late)));
    }

    #[test]
    fn a_reader_whose_time_is_up_waits_no_longer() {
        let gate = Gate::<&str>::default();
        assert!(matches!(gate.wait(Some(Instant::now())), Waited::InVain));
    }

    #[test]
    fn a_task_is_woken_by_the_waker_that_it_was_polled_with_last() {
        let gate = Arc::new(Gate::<&str>::default());
        let (first, second) = (Arc::default(), Arc::default());
        let mut task = Box::pin(gate.opened());
        assert!(poll(&mut task, &first).is_pending());
        assert!(poll(&mut task, &second).is_pending());
        gate.open(ended());
        let woken = |count: &Arc<Count>| count.0.load(Ordering::SeqCst);
        assert_eq!((woken(&first), woken(&second)), (0, 1));
        let polled = poll(&mut task, &second);
        assert!(matches!(polled, Poll::Ready(Waited::For(Ended::Failed(_)))));
    }

    #[test]
    fn tasks_that_go_away_leave_no_waker_behind() {
        let gate = Arc::new(Gate::<&str>::default());
        let woken = Arc::<Count>::default();
        let mut stays = Box::pin(gate.opened());
        assert!(poll(&mut stays, &woken).is_pending());
        for _ in 0..100 {
            let mut goes = Box::pin(gate.opened());
            assert!(poll(&mut goes, &woken).is_pending());
        }
        assert_eq!(gate.state.lock().wakers.len(), 2);
        gate.open(ended());
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    }
}
