//! Where a cache reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::Instant;

/// Where a cache reads the time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since some start. Never goes back.
    fn now(&self) -> Instant;
}

/// The machine's monotonic clock.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock {
            start: std::time::Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        // 584 years fit.
        self.start.elapsed().as_nanos() as u64
    }
}

/// A clock that stands still until it is told otherwise, for tests. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    now: Arc<AtomicU64>,
}

impl ManualClock {
    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(by.as_nanos() as u64, Ordering::AcqRel);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.now.load(Ordering::Acquire)
    }
}
