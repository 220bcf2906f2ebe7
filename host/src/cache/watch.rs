//! A policy is swapped when its file changes.
//!
//! A file is rarely written in one go: an editor writes it, renames it, sets its times; a compiler writes it
//! bit by bit. So the watcher waits until the file has been left alone for a while before it looks. A file
//! that cannot be used changes nothing: the error is reported, and the next change is another chance.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::sync::Cache;
use crate::policy::{Error, Source, SwapReport};
use crate::trace::Step;

/// How long a file must have been left alone.
const QUIET: Duration = Duration::from_millis(100);
/// A file that is written all the time is looked at all the same after so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Swaps a policy whenever its file changes, until it is dropped. Made by
/// [`Cache::watch_policy`](Cache::watch_policy).
#[must_use = "the file is watched for as long as this is kept"]
pub struct PolicyWatch {
    /// Dropped first, so that nobody sends any more.
    watcher: Option<RecommendedWatcher>,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

enum Order {
    /// Something happened to the file.
    Changed,
    Stop,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// Swaps a policy whenever its file changes, as [`swap_policy`](Cache::swap_policy) does, until what is
    /// returned is dropped. `source` is a file, with whatever settings it is to be swapped in with.
    ///
    /// It is swapped when the file has been left alone for a tenth of a second. `report` is called with
    /// what came of it, in a thread of the watcher's; a file that cannot be used leaves the policy in place
    /// that is there, and the next change is tried again. A file with the contents of the policy in place
    /// is no change.
    ///
    /// # Errors
    ///
    /// If `source` is no file, or the folder that it is in cannot be watched.
    pub fn watch_policy(
        &self,
        source: impl Into<Source>,
        mut report: impl FnMut(Result<SwapReport, Error>) + Send + 'static,
    ) -> Result<PolicyWatch, Error> {
        let source = source.into();
        let refused = |reason: String| Error::refused(source.name(), "watch", reason);
        let Some(path) = source.path() else {
            return Err(refused("only a policy in a file can be watched".to_owned()));
        };
        let (folder, path) = place(path)
            .map_err(|error| refused(format!("cannot watch {}: {error}", path.display())))?;
        let (orders, received) = channel();
        let changed = orders.clone();
        let name = path.file_name().map(ToOwned::to_owned);
        // The folder and not the file: most who write a file put another one in its place.
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let concerns = event.is_ok_and(|event| {
                !matches!(event.kind, EventKind::Access(_))
                    && event
                        .paths
                        .iter()
                        .any(|path| path.file_name() == name.as_deref())
            });
            if concerns {
                // Nobody receives when the watch is being dropped.
                let _ = changed.send(Order::Changed);
            }
        });
        let watcher = watcher.and_then(|mut watcher| {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        let watcher = watcher
            .map_err(|error| refused(format!("cannot watch {}: {error}", folder.display())))?;
        let cache = self.clone();
        let swapped = source.clone();
        let swap = move || {
            if let Some(outcome) = cache.swap_if_changed(&swapped) {
                report(outcome);
            }
        };
        let thread = thread::Builder::new()
            .name("shelflife-watch".to_owned())
            .spawn(move || run(&received, Instant::now, swap))
            .map_err(|error| refused(format!("no thread to watch with: {error}")))?;
        Ok(PolicyWatch {
            watcher: Some(watcher),
            orders,
            thread: Some(thread),
        })
    }

    /// Swaps a policy in unless it is in place already. Nothing where the file is not there: whoever
    /// replaces a file may take it away first.
    fn swap_if_changed(&self, source: &Source) -> Option<Result<SwapReport, Error>> {
        let path = source.path()?;
        if !path.exists() {
            return None;
        }
        let policies = self.shared.policies.as_ref()?;
        let outcome = policies
            .swap_if_changed(source, &*self.shared)
            .transpose()?;
        self.shared.tracer.exchanged(Step::Swap, outcome.as_ref());
        Some(outcome)
    }
}

impl<V: Clone + Send + Sync + 'static> super::future::Cache<V> {
    /// Swaps a policy whenever its file changes; see
    /// [`sync::Cache::watch_policy`](crate::sync::Cache::watch_policy).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn watch_policy(
        &self,
        source: impl Into<Source>,
        report: impl FnMut(Result<SwapReport, Error>) + Send + 'static,
    ) -> Result<PolicyWatch, Error> {
        Cache::from(self.clone()).watch_policy(source, report)
    }
}

impl Drop for PolicyWatch {
    fn drop(&mut self) {
        self.watcher = None;
        let _ = self.orders.send(Order::Stop);
        // The thread itself may drop the watch, in what it reports to.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// The folder of a file, and the file in it.
fn place(path: &Path) -> std::io::Result<(PathBuf, PathBuf)> {
    let path = std::path::absolute(path)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    Ok((folder.canonicalize()?, path))
}

/// Waits for changes and calls `swap` when they have settled.
fn run(received: &Receiver<Order>, now: impl Fn() -> Instant, mut swap: impl FnMut()) {
    let mut debounce = Debounce::new(QUIET, PATIENCE);
    loop {
        let order = match debounce.due() {
            None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => received.recv_timeout(due.saturating_duration_since(now())),
        };
        match order {
            Ok(Order::Changed) => debounce.note(now()),
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                if debounce.take(now()) {
                    swap();
                }
            }
        }
    }
}

/// When changes have settled.
struct Debounce {
    quiet: Duration,
    patience: Duration,
    /// Of the changes that were not taken yet: the first and the last.
    changes: Option<(Instant, Instant)>,
}

impl Debounce {
    fn new(quiet: Duration, patience: Duration) -> Debounce {
        Debounce {
            quiet,
            patience,
            changes: None,
        }
    }

    /// Something changed.
    fn note(&mut self, now: Instant) {
        let first = self.changes.map_or(now, |(first, _)| first);
        self.changes = Some((first, now));
    }

    /// When they have settled if nothing more comes.
    fn due(&self) -> Option<Instant> {
        let (first, last) = self.changes?;
        Some((last + self.quiet).min(first + self.patience))
    }

    /// Whether they have settled, and are to be acted on now.
    fn take(&mut self, now: Instant) -> bool {
        let is_due = self.due().is_some_and(|due| now >= due);
        if is_due {
            self.changes = None;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn many_changes_in_a_row_are_one_and_it_comes_when_they_are_over() {
        let start = Instant::now();
        let mut debounce = Debounce::new(100 * MS, 1_000 * MS);
        assert_eq!(debounce.due(), None);
        for n in 0..5 {
            debounce.note(start + n * 50 * MS);
        }
        assert!(!debounce.take(start + 299 * MS));
        assert_eq!(debounce.due(), Some(start + 300 * MS));
        assert!(debounce.take(start + 300 * MS));
        assert!(!debounce.take(start + 900 * MS), "once");
    }

    #[test]
    fn changes_that_never_end_are_acted_on_all_the_same() {
        let start = Instant::now();
        let mut debounce = Debounce::new(100 * MS, 1_000 * MS);
        let mut taken = Vec::new();
        for n in 0..50 {
            let now = start + n * 50 * MS;
            if debounce.take(now) {
                taken.push(n * 50);
            }
            debounce.note(now);
        }
        assert_eq!(taken, [1_000, 2_000]);
    }

    /// The clock stands where the test puts it; the channel is full before the watcher looks.
    #[test]
    fn the_watcher_stops_when_it_is_told_to_and_swaps_what_was_due() {
        let start = Instant::now();
        let clock = Cell::new(start);
        let (orders, received) = channel();
        orders.send(Order::Changed).unwrap();
        let swaps = Cell::new(0);
        let tick = || {
            // Each look at the clock is later than the one before, so that a wait is over at once.
            clock.set(clock.get() + QUIET);
            clock.get()
        };
        run(&received, tick, || {
            swaps.set(swaps.get() + 1);
            orders.send(Order::Stop).unwrap();
        });
        assert_eq!(swaps.get(), 1);
    }
}
