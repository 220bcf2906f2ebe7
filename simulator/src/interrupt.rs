//! Ctrl-C: nothing half-written stays behind, and the last line says what does stay.
//!
//! ```text
//! SIGINT, SIGTERM ──► waits for whoever is putting files in place ──► removes what is unfinished
//!                 ──► clears the bars ──► one line ──► the signal does what it does by default
//! ```
//!
//! A second signal does so at once, for a disk that does not answer.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a signal finds.
struct State {
    /// Pieces of writing that are to be whole.
    writing: usize,
    unfinished: Vec<PathBuf>,
    kept: Option<String>,
    resume: Option<String>,
    screen: Option<Box<dyn Fn() + Send>>,
}

static STATE: Mutex<State> = Mutex::new(State {
    writing: 0,
    unfinished: Vec::new(),
    kept: None,
    resume: None,
    screen: None,
});

static WRITTEN: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it lives no signal ends the program: what is written meanwhile is written as a whole.
#[must_use]
pub struct Whole(());

/// Begins a piece of writing that is to be whole. It may hold others.
pub fn whole() -> Whole {
    state().writing += 1;
    Whole(())
}

impl Drop for Whole {
    fn drop(&mut self) {
        state().writing -= 1;
        WRITTEN.notify_all();
    }
}

/// A file that is of no use before it is complete. A signal removes it while this lives.
#[must_use]
pub struct Unfinished(PathBuf);

/// Names a file that is of no use before it is complete.
pub fn unfinished(path: &Path) -> Unfinished {
    state().unfinished.push(path.to_owned());
    Unfinished(path.to_owned())
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let unfinished = &mut state().unfinished;
        if let Some(at) = unfinished.iter().position(|path| *path == self.0) {
            unfinished.swap_remove(at);
        }
    }
}

/// Says what stays from now on if the program is stopped: `3 of 8 results are kept in reports/x`.
pub fn kept(what: String) {
    state().kept = Some(what);
}

/// Says that all of it is written: there is nothing to go on from.
pub fn complete(what: String) {
    let mut state = state();
    state.kept = Some(what);
    state.resume = None;
}

/// Says by which command a stopped program goes on from what is [`kept`].
pub fn resume_with(command: String) {
    state().resume = Some(command);
}

/// Says how the screen is cleared before the last line; none where nothing is on it.
pub(crate) fn clear_screen_by(clear: Option<Box<dyn Fn() + Send>>) {
    state().screen = clear;
}

/// The last line.
fn last_words(kept: Option<&str>, resume: Option<&str>) -> String {
    match (kept, resume) {
        (None, _) => "interrupted: nothing was written".to_owned(),
        (Some(kept), None) => format!("interrupted: {kept}"),
        (Some(kept), Some(resume)) => format!("interrupted: {kept}; to go on: {resume}"),
    }
}

/// Waits until nothing is in the middle of being written, tidies up and says what stays. The lock is kept:
/// nobody begins to write any more.
fn wind_up() -> MutexGuard<'static, State> {
    let waited = WRITTEN.wait_while(state(), |state| state.writing > 0);
    let state = waited.unwrap_or_else(PoisonError::into_inner);
    for path in &state.unfinished {
        // It may not have been made yet.
        let _ = std::fs::remove_file(path);
    }
    if let Some(clear) = &state.screen {
        clear();
    }
    let words = last_words(state.kept.as_deref(), state.resume.as_deref());
    // Where nobody reads it, the signal tells.
    let _ = writeln!(std::io::stderr(), "{words}");
    state
}

/// From now on SIGINT and SIGTERM end the program as this module says. The program ends by the signal, as
/// shells expect: they report 130 and 143.
///
/// Elsewhere than on Unix, and where the system gives no thread, signals do what they do by default.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::low_level::emulate_default_handler;

    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let wait = move || {
        for (before, signal) in signals.forever().enumerate() {
            let end = move || {
                let _ = emulate_default_handler(signal);
            };
            match before {
                0 => {
                    std::thread::spawn(move || {
                        let _nobody_writes = wind_up();
                        end();
                    });
                }
                _ => end(),
            }
        }
    };
    let _ = std::thread::Builder::new().spawn(wait);
}

/// From now on SIGINT and SIGTERM would end the program as this module says; there are none here.
#[cfg(not(unix))]
pub fn listen() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_says_what_stays_and_how_to_go_on_from_it() {
        assert_eq!(
            last_words(None, Some("shelflife sweep x")),
            "interrupted: nothing was written"
        );
        assert_eq!(
            last_words(
                Some("3 of 8 results are kept in x"),
                Some("shelflife sweep x")
            ),
            "interrupted: 3 of 8 results are kept in x; to go on: shelflife sweep x"
        );
        assert_eq!(
            last_words(Some("the report is in x"), None),
            "interrupted: the report is in x"
        );
    }
}
