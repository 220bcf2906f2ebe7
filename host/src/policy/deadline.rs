//! The limit of wall-clock time: a thread that counts milliseconds while policies are called.
//!
//! Fuel decides what a policy may do, since it is the same everywhere. It does not see what the host does
//! on a policy's behalf; this does. wasmtime's *epoch* is a counter that compiled code compares with a
//! deadline at each loop and each function; somebody has to move it. One thread a process does, for all
//! engines. It is parked while nobody calls a policy, so that a program at rest is not woken a thousand
//! times a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use parking_lot::Mutex;
use wasmtime::{Engine, EngineWeak, Store, StoreContextMut, UpdateDeadline};

use super::state::State;

/// How often the epoch moves.
const TICK: Duration = Duration::from_millis(1);
/// Ticks without a call after which the thread is parked: longer than any deadline that is set.
const REST: u64 = 1_000;
/// The processor time that a call must have used since its deadline before it ends: less, and it was
/// kept waiting by others.
const USED: Duration = Duration::from_millis(1);

static TICKER: LazyLock<Ticker> = LazyLock::new(Ticker::default);

#[derive(Default)]
struct Ticker {
    /// None where the system gives no thread: then fuel is all there is.
    thread: OnceLock<Option<Thread>>,
    engines: Mutex<Vec<EngineWeak>>,
    /// Set by each call, taken back by each tick.
    called: AtomicBool,
    parked: AtomicBool,
    /// The longest deadline that was ever set, in ticks.
    longest: AtomicU64,
}

/// Counts for this engine from now on.
pub(super) fn watch(engine: &Engine) {
    TICKER.engines.lock().push(engine.weak());
}

/// Gives a call so much time from now on; without a time as much as it wants.
pub(super) fn begin(store: &mut Store<State>, deadline: Option<Duration>) {
    let Some(deadline) = deadline else {
        // Sums with the epoch must not overflow.
        store.set_epoch_deadline(u64::MAX / 2);
        return;
    };
    TICKER.wake();
    let ticks = ticks(deadline);
    if TICKER.longest.load(Ordering::Relaxed) < ticks {
        TICKER.longest.fetch_max(ticks, Ordering::Relaxed);
    }
    // The current tick has begun already.
    store.set_epoch_deadline(ticks + 1);
    store.data_mut().overtime.clear();
}

/// Makes calls of this store end at their deadline.
pub(super) fn enforce(store: &mut Store<State>) {
    store.epoch_deadline_callback(|store| Ok(at_deadline(store)));
}

/// What a call did with the time past its deadline.
#[derive(Debug, Default)]
pub(super) struct Overtime {
    /// Time that the host has searched for the policy, and that was not added to its deadline yet.
    pub(super) searched: Duration,
    /// Processor time of the thread when the deadline was first passed.
    processor: Option<Duration>,
}

impl Overtime {
    fn clear(&mut self) {
        if self.processor.is_some() || !self.searched.is_zero() {
            *self = Overtime::default();
        }
    }
}

fn at_deadline(mut store: StoreContextMut<'_, State>) -> UpdateDeadline {
    let overtime = &mut store.data_mut().overtime;
    let searched = std::mem::take(&mut overtime.searched);
    if searched >= TICK {
        TICKER.wake();
        return UpdateDeadline::Continue(ticks(searched));
    }
    let now = processor_time();
    match overtime.processor {
        Some(before) if now.saturating_sub(before) >= USED => UpdateDeadline::Interrupt,
        before => {
            overtime.processor = before.or(Some(now));
            TICKER.wake();
            UpdateDeadline::Continue(ticks(USED))
        }
    }
}

/// How long this thread has run.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Elsewhere a thread that was kept waiting passes for one that ran.
#[cfg(not(target_os = "linux"))]
fn processor_time() -> Duration {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX / 4)
}

impl Ticker {
    /// Sees to it that the thread runs.
    fn wake(&self) {
        // Most calls find the mark of another, and share the line that it is in.
        if self.called.load(Ordering::Relaxed) {
            return;
        }
        self.called.store(true, Ordering::SeqCst);
        let thread = self.thread.get_or_init(start);
        if self.parked.load(Ordering::SeqCst)
            && let Some(thread) = thread
        {
            thread.unpark();
        }
    }

    fn run(&self) -> ! {
        let mut idle = 0;
        loop {
            thread::sleep(TICK);
            self.tick();
            idle = match self.called.swap(false, Ordering::SeqCst) {
                true => 0,
                false => idle + 1,
            };
            // A call that began before may still run, until twice its deadline.
            if idle > REST.max(self.longest.load(Ordering::Relaxed).saturating_mul(2)) {
                self.rest();
                idle = 0;
            }
        }
    }

    /// Parks until somebody calls. Whoever calls sets its mark and then looks whether the thread is
    /// parked; the thread does it the other way round, so that one of them sees the other.
    fn rest(&self) {
        self.parked.store(true, Ordering::SeqCst);
        while !self.called.load(Ordering::SeqCst) {
            thread::park();
        }
        self.parked.store(false, Ordering::SeqCst);
    }

    fn tick(&self) {
        self.engines.lock().retain(|engine| {
            let engine = engine.upgrade();
            if let Some(engine) = &engine {
                engine.increment_epoch();
            }
            engine.is_some()
        });
    }
}

fn start() -> Option<Thread> {
    let name = "shelflife-deadlines".to_owned();
    let ticker = thread::Builder::new().name(name);
    let running = ticker.spawn(|| TICKER.run()).ok()?;
    Some(running.thread().clone())
}
