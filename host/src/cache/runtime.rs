//! What a cache for tasks needs of whoever runs them.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A task: a refresh that nobody waits for.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What runs tasks and knows the time, for a [`future::Cache`](crate::future::Cache).
///
/// A cache needs one for two things only, and works without: to refresh behind the answer
/// ([`get_with_spawn`](crate::future::Cache::get_with_spawn)), and to wait no longer than
/// [`soft_timeout`](crate::Builder::soft_timeout) and [`load_timeout`](crate::Builder::load_timeout) say. Loads
/// are polled by their readers.
///
/// With the feature `tokio`, `future::Tokio` is one. This is another:
///
/// ```
/// use std::pin::Pin;
/// use std::time::Duration;
///
/// use shelflife::future::{Runtime, Task};
///
/// /// A thread a task, and no timers.
/// struct Threads;
///
/// impl Runtime for Threads {
///     fn spawn(&self, task: Task) {
///         # fn block_on(_: Task) {}
///         std::thread::spawn(move || block_on(task));
///     }
///
///     fn sleep(&self, _: Duration) -> Task {
///         Box::pin(std::future::pending())
///     }
/// }
/// ```
pub trait Runtime: Send + Sync {
    /// Carries out a task beside the caller. One that is dropped before it has ended, or is never polled,
    /// loses nothing: its load is given up, and the next reader loads.
    fn spawn(&self, task: Task);

    /// Ends after so long.
    fn sleep(&self, time: Duration) -> Task;
}

/// [`Runtime`] by tokio.
#[cfg(feature = "tokio")]
#[derive(Clone, Debug)]
pub struct Tokio {
    handle: tokio::runtime::Handle,
}

#[cfg(feature = "tokio")]
impl Tokio {
    /// The runtime that this is called from.
    ///
    /// # Panics
    ///
    /// If it is called from outside of one; there, use [`Tokio::with`].
    #[must_use]
    pub fn current() -> Tokio {
        Tokio::with(tokio::runtime::Handle::current())
    }

    /// A runtime by its handle. It must have its timers enabled if the cache has a timeout.
    #[must_use]
    pub fn with(handle: tokio::runtime::Handle) -> Tokio {
        Tokio { handle }
    }
}

#[cfg(feature = "tokio")]
impl Runtime for Tokio {
    fn spawn(&self, task: Task) {
        self.handle.spawn(task);
    }

    fn sleep(&self, time: Duration) -> Task {
        // A sleep belongs to the runtime in which it is made, and readers may be polled by another.
        let _entered = self.handle.enter();
        Box::pin(tokio::time::sleep(time))
    }
}
