//! Where a cache reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::Instant;

/// Where a cache reads the time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since some start. Never goes back.
    fn now(&self) -> Instant;

    /// The same, read more cheaply and a few milliseconds behind at most: what a hit compares the end of
    /// a lease with.
    fn coarse(&self) -> Instant {
        self.now()
    }
}

/// The machine's monotonic clock. On Linux a hit reads the kernel's coarse copy of it, which costs a
/// quarter and is at most one tick of the kernel (1 to 10 ms) behind: an entry may be served so much
/// longer than its lease says.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock(());

#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        read(rustix::time::ClockId::Monotonic)
    }

    #[inline]
    fn coarse(&self) -> Instant {
        read(rustix::time::ClockId::MonotonicCoarse)
    }
}

/// Both clocks count from the start of the machine; 584 years fit.
#[cfg(target_os = "linux")]
#[inline]
fn read(clock: rustix::time::ClockId) -> Instant {
    let time = rustix::time::clock_gettime(clock);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

#[cfg(not(target_os = "linux"))]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START
            .get_or_init(std::time::Instant::now)
            .elapsed()
            .as_nanos() as u64
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

/// The clock of a cache: nearly always the machine's, which is then called without a detour.
pub(super) enum Time {
    System(SystemClock),
    Other(Arc<dyn Clock>),
}

impl Time {
    pub(super) fn now(&self) -> Instant {
        match self {
            Time::System(clock) => clock.now(),
            Time::Other(clock) => clock.now(),
        }
    }

    #[inline]
    pub(super) fn coarse(&self) -> Instant {
        match self {
            Time::System(clock) => clock.coarse(),
            Time::Other(clock) => clock.coarse(),
        }
    }
}
