//! How far a comparison is, on a terminal.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Shows a count while something runs.
pub struct Progress;

impl Progress {
    /// Runs `work` and, where it is wanted, shows on standard error how many of the `expected` events
    /// are `done`. Nothing is left on the screen, and nothing is written where it is no terminal.
    pub fn watch<T>(wanted: bool, done: &AtomicU64, expected: u64, work: impl FnOnce() -> T) -> T {
        let style =
            "{bar:30} {percent:>3} %  {human_pos} of {human_len} events  {speed}  {eta} left";
        Self::show(wanted, style, done, expected, work)
    }

    /// As [`Progress::watch`], of whole runs.
    pub fn watch_runs<T>(
        wanted: bool,
        done: &AtomicU64,
        expected: u64,
        work: impl FnOnce() -> T,
    ) -> T {
        let style = "{bar:30} {percent:>3} %  {human_pos} of {human_len} runs  {eta} left";
        Self::show(wanted, style, done, expected, work)
    }

    fn show<T>(
        wanted: bool,
        style: &str,
        done: &AtomicU64,
        expected: u64,
        work: impl FnOnce() -> T,
    ) -> T {
        if !wanted {
            return work();
        }
        let bar = ProgressBar::with_draw_target(Some(expected), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(
                style.with_key("speed", |state: &ProgressState, out: &mut dyn Write| {
                    // A failure here would be one of the terminal, which the next line meets as well.
                    let _ = write!(out, "{:.0} k/s", state.per_sec() / 1e3);
                }),
            );
        }
        let (finished, waiting) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let waiting = waiting;
                while waiting.recv_timeout(Duration::from_millis(100))
                    == Err(RecvTimeoutError::Timeout)
                {
                    bar.set_position(done.load(Ordering::Relaxed));
                }
                bar.finish_and_clear();
            });
            let result = work();
            drop(finished);
            result
        })
    }
}
