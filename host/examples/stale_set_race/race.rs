//! One load, one call in the middle of it, and perhaps one more reader.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The value that is being loaded when the source of truth is written.
pub const OLD: &str = "OLD";
/// The value that it is written with.
pub const NEW: &str = "NEW";

/// How long nothing must happen before somebody is taken to wait for the loader. It decides nothing
/// about a cache that makes nobody wait: there the answer comes first.
const PATIENCE: Duration = Duration::from_millis(200);

/// A cache with one key. Clones share the entry.
pub trait Contender: Clone + Send + 'static {
    /// The value under the key, loaded if need be.
    fn load(&self, loader: impl FnOnce() -> &'static str + Send + 'static) -> &'static str;

    /// The value under the key, if there is one.
    fn peek(&self) -> Option<&'static str>;
}

/// A way to take the value away, with its name.
pub type Call<C> = (&'static str, fn(&C));

/// What became of a call.
pub struct Outcome {
    pub left_behind: Option<&'static str>,
    pub late_reader: &'static str,
    pub call_waits: bool,
}

impl Outcome {
    pub fn is_stale(&self) -> bool {
        self.left_behind == Some(OLD) || self.late_reader == OLD
    }
}

/// Makes one call during one load, once to see what it leaves behind and once with a late reader, who
/// would otherwise leave something behind as well.
pub fn run<C: Contender>(build: fn() -> C, call: fn(&C)) -> Outcome {
    let cache = build();
    let mut flight = Flight::begin(&cache);
    let call_waits = flight.call(&cache, call);
    flight.land();
    let left_behind = cache.peek();

    let cache = build();
    let mut flight = Flight::begin(&cache);
    flight.call(&cache, call);
    let late_reader = flight.late_reader(&cache);
    flight.land();
    Outcome {
        left_behind,
        late_reader,
        call_waits,
    }
}

/// A load of OLD that has begun and ends when it is told to.
struct Flight {
    go: Sender<()>,
    reader: JoinHandle<&'static str>,
}

impl Flight {
    fn begin<C: Contender>(cache: &C) -> Flight {
        let (started, has_started) = channel();
        let (go, may_go) = channel();
        let cache = cache.clone();
        let reader = thread::spawn(move || {
            cache.load(move || {
                started.send(()).expect("the race waits for it");
                may_go.recv().expect("the race lets every loader go");
                OLD
            })
        });
        has_started.recv().expect("a first reader loads");
        Flight { go, reader }
    }

    /// Lets the loader go, if that was not done yet.
    fn release(&mut self) {
        // A loader that has ended already listens no more.
        let _ = self.go.send(());
    }

    /// Makes the call, and tells whether it waited for the loader, which is then let go.
    fn call<C: Contender>(&mut self, cache: &C, call: fn(&C)) -> bool {
        let cache = cache.clone();
        self.may_wait(move || call(&cache)).1
    }

    /// Reads the key once more.
    fn late_reader<C: Contender>(&mut self, cache: &C) -> &'static str {
        let cache = cache.clone();
        self.may_wait(move || cache.load(|| NEW)).0
    }

    /// Does something in another thread. If it takes until the loader is let go, that is said.
    fn may_wait<T: Send + 'static>(
        &mut self,
        what: impl FnOnce() -> T + Send + 'static,
    ) -> (T, bool) {
        let (done, is_done): (Sender<T>, Receiver<T>) = channel();
        thread::spawn(move || {
            // The race is over without it only if it has panicked.
            let _ = done.send(what());
        });
        match is_done.recv_timeout(PATIENCE) {
            Ok(result) => (result, false),
            Err(RecvTimeoutError::Timeout) => {
                self.release();
                (is_done.recv().expect("what waited goes on"), true)
            }
            Err(RecvTimeoutError::Disconnected) => panic!("a call of a cache has panicked"),
        }
    }

    /// Lets the loader go and waits for its reader. What that one gets is no matter: its read began
    /// before the call.
    fn land(mut self) {
        self.release();
        self.reader.join().expect("no cache panics");
    }
}
