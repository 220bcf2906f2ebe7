//! Which loads the calling thread is carrying out, so that none of them waits for itself.
//!
//! A loader may ask for its own key. Were it to wait for the load of that key, it would wait for itself, for
//! ever. So while a loader runs, or the future of one is polled, its gate is noted by the thread. A task that a
//! loader spawns is not noted, and does wait.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::gate::Gate;

thread_local! {
    /// The gates of the loads that this thread carries out, the innermost last.
    static RUNNING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// As long as it lives, the calling thread carries out these loads.
pub(super) struct Running {
    loads: usize,
    /// It stays with its thread.
    not_send: PhantomData<*const ()>,
}

impl Running {
    pub(super) fn enter<'a, V: 'a>(gates: impl IntoIterator<Item = &'a Arc<Gate<V>>>) -> Running {
        let loads = RUNNING.with_borrow_mut(|running| {
            let before = running.len();
            running.extend(gates.into_iter().map(name));
            running.len() - before
        });
        Running {
            loads,
            not_send: PhantomData,
        }
    }

    /// Nothing is noted.
    pub(super) fn none() -> Running {
        Running {
            loads: 0,
            not_send: PhantomData,
        }
    }

    /// Whether the calling thread carries out the load behind a gate, further up its calls.
    pub(super) fn is<V>(gate: &Arc<Gate<V>>) -> bool {
        RUNNING.with_borrow(|running| running.contains(&name(gate)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.truncate(running.len() - self.loads));
    }
}

/// Whoever runs a load holds its gate, so that no other gate has this address meanwhile.
fn name<V>(gate: &Arc<Gate<V>>) -> usize {
    Arc::as_ptr(gate).addr()
}
