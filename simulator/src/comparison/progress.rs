//! How far it is, on a terminal: all of it, and what each worker is at.

mod screen;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressDrawTarget};

use screen::{Screen, Snapshot, WorkerSnapshot};

/// Between two pictures, and before the first: what takes less shows nothing.
const EVERY: Duration = Duration::from_millis(100);

/// Counts what is done of something that takes long.
pub struct Progress {
    runs: u64,
    events: Option<u64>,
    started: Instant,
    finished: Mutex<Finished>,
    /// What each worker is at; none where it is at nothing.
    workers: Mutex<Vec<Option<Arc<Work>>>>,
}

/// What is over.
#[derive(Clone, Copy, Default)]
struct Finished {
    runs: u64,
    events: u64,
}

/// A run that is being carried out.
struct Work {
    label: String,
    expected: u64,
    done: AtomicU64,
    started: Instant,
}

impl Work {
    fn share(&self) -> f64 {
        let done = self.done.load(Ordering::Relaxed) as f64;
        (done / self.expected.max(1) as f64).min(1.0)
    }
}

/// One run of a worker: over when it is dropped.
pub struct Task<'a> {
    progress: &'a Progress,
    worker: usize,
    work: Arc<Work>,
}

impl Task<'_> {
    /// Events of this run that are done.
    #[must_use]
    pub fn events(&self) -> &AtomicU64 {
        &self.work.done
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        // Both at once, so that no picture counts the run twice or not at all.
        let mut workers = locked(&self.progress.workers);
        let mut finished = locked(&self.progress.finished);
        finished.runs += 1;
        finished.events += self.work.done.load(Ordering::Relaxed);
        workers[self.worker] = None;
    }
}

impl Progress {
    /// Of so many runs. Where it is known how many events they have together, that tells how far it is; else
    /// each run counts alike.
    #[must_use]
    pub fn of(runs: u64, events: Option<u64>) -> Self {
        Self {
            runs,
            events,
            started: Instant::now(),
            finished: Mutex::default(),
            workers: Mutex::default(),
        }
    }

    /// Begins a run of about so many events, on a worker of its own.
    pub fn task(&self, label: String, expected: u64) -> Task<'_> {
        let work = Arc::new(Work {
            label,
            expected,
            done: AtomicU64::new(0),
            started: Instant::now(),
        });
        let mut workers = locked(&self.workers);
        let free = workers.iter().position(Option::is_none);
        let worker = free.unwrap_or_else(|| {
            workers.push(None);
            workers.len() - 1
        });
        workers[worker] = Some(Arc::clone(&work));
        drop(workers);
        Task {
            progress: self,
            worker,
            work,
        }
    }

    /// Carries out `work` and, where it is wanted, shows on standard error how far it is. Nothing is left on
    /// the screen, and nothing is written where it is no terminal.
    pub fn watch<T>(&self, wanted: bool, work: impl FnOnce() -> T) -> T {
        if !wanted {
            return work();
        }
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        if bars.is_hidden() {
            return work();
        }
        let on_screen = bars.clone();
        crate::interrupt::clear_screen_by(Some(Box::new(move || {
            let _ = on_screen.clear();
            on_screen.set_draw_target(ProgressDrawTarget::hidden());
        })));
        let (finished, waiting) = channel::<()>();
        let result = std::thread::scope(|scope| {
            scope.spawn(|| {
                let waiting = waiting;
                let mut screen = Screen::on(bars);
                while waiting.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    screen.draw(&self.snapshot());
                }
                screen.clear();
            });
            let result = work();
            drop(finished);
            result
        });
        crate::interrupt::clear_screen_by(None);
        result
    }

    fn snapshot(&self) -> Snapshot {
        let workers = locked(&self.workers);
        let Finished { runs, events } = *locked(&self.finished);
        let active = || workers.iter().flatten();
        let under_way = active().map(|work| work.done.load(Ordering::Relaxed));
        let events = events + under_way.sum::<u64>();
        let share = match self.events {
            Some(expected) => events as f64 / expected.max(1) as f64,
            None => {
                let under_way = active().map(|work| work.share()).sum::<f64>();
                (runs as f64 + under_way) / self.runs.max(1) as f64
            }
        };
        Snapshot {
            share: share.min(1.0),
            runs,
            of: self.runs.max(runs),
            events,
            elapsed: self.started.elapsed(),
            workers: workers
                .iter()
                .map(|work| {
                    work.as_ref().map(|work| WorkerSnapshot {
                        label: work.label.clone(),
                        share: work.share(),
                        events: work.done.load(Ordering::Relaxed),
                        elapsed: work.started.elapsed(),
                    })
                })
                .collect(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_once_whether_it_is_under_way_or_over() {
        let progress = Progress::of(4, None);
        assert_eq!(progress.snapshot().share, 0.0);
        let first = progress.task("a".to_owned(), 100);
        let second = progress.task("b".to_owned(), 100);
        first.events().fetch_add(50, Ordering::Relaxed);
        let half = progress.snapshot();
        assert_eq!((half.share, half.runs, half.events), (0.125, 0, 50));
        first.events().fetch_add(50, Ordering::Relaxed);
        drop(first);
        let one = progress.snapshot();
        assert_eq!((one.share, one.runs, one.events), (0.25, 1, 100));
        assert!(one.workers[0].is_none() && one.workers[1].is_some());
        // The next takes the place of the one that is over.
        let third = progress.task("c".to_owned(), 100);
        let label = |at: usize| {
            progress.snapshot().workers[at]
                .as_ref()
                .map(|w| w.label.clone())
        };
        assert_eq!([label(0), label(1)], [Some("c".into()), Some("b".into())]);
        drop((second, third));
        assert_eq!(progress.snapshot().share, 0.75);
    }

    #[test]
    fn where_events_are_known_they_tell_how_far_it_is() {
        let progress = Progress::of(2, Some(1000));
        let task = progress.task("a".to_owned(), 900);
        task.events().fetch_add(900, Ordering::Relaxed);
        drop(task);
        assert_eq!(progress.snapshot().share, 0.9);
        // An estimate may be too low.
        progress
            .task("b".to_owned(), 100)
            .events()
            .fetch_add(500, Ordering::Relaxed);
        assert_eq!(progress.snapshot().share, 1.0);
    }
}
