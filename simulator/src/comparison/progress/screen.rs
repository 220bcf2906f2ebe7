//! The bars as they are drawn: at most 80 columns, and no colour.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::report::units::{clip, count};

/// Steps of a bar: more than its characters have.
const STEPS: u64 = 1000;

/// A machine of many cores has more workers than a terminal has lines.
const MOST_WORKERS: usize = 16;

/// Characters of a label.
const LABEL: usize = 24;

/// How far it is at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Of all of it, between 0 and 1.
    pub share: f64,
    /// Runs that are over, of how many.
    pub runs: u64,
    pub of: u64,
    pub events: u64,
    pub elapsed: Duration,
    /// By worker; none where it is at nothing.
    pub workers: Vec<Option<WorkerSnapshot>>,
}

/// How far one run is.
#[derive(Clone, Debug)]
pub struct WorkerSnapshot {
    pub label: String,
    pub share: f64,
    pub events: u64,
    pub elapsed: Duration,
}

/// A line for all of it, and below it one for each worker that is at something.
pub struct Screen {
    bars: MultiProgress,
    all: ProgressBar,
    workers: Vec<ProgressBar>,
}

impl Screen {
    pub fn on(bars: MultiProgress) -> Self {
        let all = bars.add(bar("{bar:16} {percent:>3} %  {msg}"));
        Self {
            bars,
            all,
            workers: Vec::new(),
        }
    }

    pub fn draw(&mut self, now: &Snapshot) {
        let runs = match now.of {
            1 => "1 run".to_owned(),
            of => format!("{} of {of} runs", now.runs),
        };
        let pace = pace(now.share, now.events, now.elapsed);
        self.all.set_message(format!("{runs}  {pace}"));
        self.all.set_position(steps(now.share));
        let active = now.workers.iter().flatten().take(MOST_WORKERS);
        let active: Vec<&WorkerSnapshot> = active.collect();
        while self.workers.len() > active.len() {
            if let Some(idle) = self.workers.pop() {
                self.bars.remove(&idle);
            }
        }
        while self.workers.len() < active.len() {
            let template = format!("  {{prefix:{LABEL}}} {{bar:12}} {{percent:>3}} %  {{msg}}");
            self.workers.push(self.bars.add(bar(&template)));
        }
        for (bar, worker) in self.workers.iter().zip(active) {
            bar.set_prefix(clip(&worker.label, LABEL));
            bar.set_message(self::pace(worker.share, worker.events, worker.elapsed));
            bar.set_position(steps(worker.share));
        }
    }

    /// Leaves nothing on the screen.
    pub fn clear(self) {
        for bar in self.workers.iter().chain([&self.all]) {
            bar.finish_and_clear();
        }
    }
}

fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    // The templates are ours: one that is wrong leaves the usual bar.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("█▌░")),
        Err(_) => bar,
    }
}

fn steps(share: f64) -> u64 {
    (share * STEPS as f64) as u64
}

/// How fast it has been since its beginning, and how long the rest takes at that pace.
fn pace(share: f64, events: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let speed = count(events as f64 / seconds.max(1e-9));
    match share > 0.0 {
        true => format!(
            "{speed} events/s  {} left",
            left(seconds * (1.0 - share) / share)
        ),
        false => format!("{speed} events/s"),
    }
}

/// A time in whole seconds, of two units at most.
fn left(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    fn screen(columns: u16) -> (InMemoryTerm, Screen) {
        let terminal = InMemoryTerm::new(24, columns);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        (
            terminal,
            Screen::on(MultiProgress::with_draw_target(target)),
        )
    }

    fn worker(label: &str, share: f64) -> Option<WorkerSnapshot> {
        Some(WorkerSnapshot {
            label: label.to_owned(),
            share,
            events: (share * 1e6) as u64,
            elapsed: Duration::from_secs(2),
        })
    }

    fn snapshot(workers: Vec<Option<WorkerSnapshot>>) -> Snapshot {
        Snapshot {
            share: 0.25,
            runs: 7,
            of: 32,
            events: 12_000_000,
            elapsed: Duration::from_secs(30),
            workers,
        }
    }

    #[test]
    fn there_is_a_line_for_all_and_one_for_each_worker_with_rate_and_time_left() {
        let (terminal, mut screen) = screen(80);
        let workers = vec![
            worker("cdc, 2 of 4", 0.5),
            None,
            worker("tags, 1 of 4", 0.1),
        ];
        screen.draw(&snapshot(workers));
        assert_eq!(
            terminal.contents(),
            "████▌░░░░░░░░░░░  25 %  7 of 32 runs  400 k events/s  1 min 30 s left\n  \
             cdc, 2 of 4              ██████▌░░░░░  50 %  250 k events/s  2 s left\n  \
             tags, 1 of 4             █▌░░░░░░░░░░  10 %  50 k events/s  18 s left"
        );
        // One of them ends: its line goes.
        screen.draw(&snapshot(vec![None, worker("tags, 1 of 4", 0.1)]));
        assert_eq!(terminal.contents().lines().count(), 2);
        screen.clear();
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn no_line_is_wider_than_eighty_columns_whatever_the_label_and_the_figures() {
        let (terminal, mut screen) = screen(200);
        let mut far = snapshot(
            (0..40)
                .map(|_| worker("a policy whose label is much too long to be shown", 0.000_1))
                .collect(),
        );
        (far.runs, far.of, far.share) = (12_345, 100_000, 0.001);
        screen.draw(&far);
        let shown = terminal.contents();
        assert_eq!(shown.lines().count(), 1 + MOST_WORKERS);
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn before_the_first_event_nothing_is_said_of_the_time_left() {
        assert_eq!(pace(0.0, 0, Duration::from_secs(1)), "0 events/s");
        assert_eq!(left(59.6), "1 min 00 s");
        assert_eq!(left(7261.0), "2 h 01 min");
    }
}
