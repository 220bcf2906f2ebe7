//! What a loader hands to the request that it loads for, beside what it hands to the cache.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task;

/// Takes what the loader of a request brings in the request's own task. What a refresh brings, in a task of
/// its own, is for nobody.
pub(crate) struct Slot<T> {
    task: Option<task::Id>,
    brought: Arc<Mutex<Option<T>>>,
}

impl<T> Slot<T> {
    /// In the task of the request.
    pub(crate) fn new() -> Slot<T> {
        Slot {
            task: task::try_id(),
            brought: Arc::default(),
        }
    }

    /// The same slot, for the loader.
    pub(crate) fn for_loader(&self) -> Slot<T> {
        Slot {
            task: self.task,
            brought: Arc::clone(&self.brought),
        }
    }

    pub(crate) fn put(&self, brought: T) {
        if task::try_id() == self.task {
            *self.brought.lock() = Some(brought);
        }
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.brought.lock().take()
    }
}
