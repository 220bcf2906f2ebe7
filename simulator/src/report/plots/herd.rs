//! What happens at the worst moment? The origin around the busiest tenth of a second of each policy: loads a second
//! above, loads in flight below, on one time axis. (Grant Jenks draws DiskCache's variants against stampedes so,
//! in its case study of a landing page.)

use super::axis::{Axis, Frame, counts};
use super::canvas::{Canvas, Tag};
use super::hover::{Hover, Line, place, rounded};
use super::sketch::{Figure, Sketch, Table};
use super::style::{Look, SOFT};
use super::{compared, label, legend};
use crate::report::digest::Row;
use crate::report::units::{count, duration, exact};
use crate::report::{Moment, Window};

const NAME: &str = "herd";
const TITLE: &str = "What happens at the worst moment?";
const PANEL: f64 = 180.0;
const BETWEEN: f64 = 40.0;

/// A policy's worst moment over its replications.
struct Worst<'r, 'a> {
    row: &'r Row<'a>,
    replication: u32,
    moment: &'r Moment,
}

impl Worst<'_, '_> {
    fn seconds(&self) -> f64 {
        self.moment.window_us as f64 / 1e6
    }

    fn rate(&self, window: &Window) -> f64 {
        window.loads as f64 / self.seconds()
    }

    fn peak(&self) -> f64 {
        let peak = self.moment.windows.get(self.moment.peak);
        peak.map_or(0.0, |window| self.rate(window))
    }

    fn inflight(&self) -> u64 {
        let all = self.moment.windows.iter();
        all.map(|window| window.inflight_max).max().unwrap_or(0)
    }

    /// From the beginning of the busiest window to that of window `i`, in microseconds.
    fn since(&self, i: usize) -> f64 {
        (i as f64 - self.moment.peak as f64) * self.moment.window_us as f64
    }

    fn at_us(&self) -> u64 {
        self.moment.start_us + self.moment.peak as u64 * self.moment.window_us
    }
}

/// Both panels.
pub fn figure(rows: &[Row]) -> Figure {
    let worst = worst(rows);
    if worst.is_empty() {
        return Figure::nothing(NAME, TITLE, "no load was in flight");
    }
    Sketch {
        name: NAME,
        title: TITLE,
        below: format!(
            "The origin around the busiest {} of each policy, which is 0 on the time axis of both panels. One scale for \
             all: what a herd does stands out.",
            duration(worst[0].moment.window_us as f64)
        ),
        caption: caption(rows, &worst),
        table: table(&worst),
        csv: csv(&worst),
        hover: hover(&worst),
        paint: Box::new(|canvas, top| paint(canvas, top, rows)),
    }
    .finish()
}

/// Without a cache there is no herd to see, only a level that would set the scale; unless there is nothing else.
fn worst<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<Worst<'r, 'a>> {
    let with_policies = compared(rows).next().is_some();
    let shown = rows
        .iter()
        .filter(|row| !row.is_no_cache() || !with_policies);
    shown
        .filter_map(|row| {
            let moments = row.runs.iter().map(|run| Worst {
                row,
                replication: run.replication,
                moment: &run.series.moment,
            });
            // Of equals the first.
            let moments: Vec<Worst> = moments.collect();
            let by = |a: &Worst, b: &Worst| {
                let inflight = a.inflight().cmp(&b.inflight());
                a.peak().total_cmp(&b.peak()).then(inflight)
            };
            moments.into_iter().rev().max_by(by)
        })
        .filter(|worst| worst.peak() > 0.0)
        .collect()
}

fn frames(worst: &[Worst], left: f64, top: f64, width: f64) -> [Frame; 2] {
    let first = worst.iter().map(|w| w.since(0)).fold(0.0, f64::min);
    let last = worst.iter().map(|w| w.since(w.moment.windows.len()));
    let last = last.fold(0.0, f64::max);
    let rate = worst.iter().map(Worst::peak).fold(0.0, f64::max);
    let inflight = worst.iter().map(Worst::inflight).max().unwrap_or(0) as f64;
    let panels = [(rate, "loads per second"), (inflight, "loads in flight")];
    let mut top = top;
    panels.map(|(most, name)| {
        let frame = Frame {
            left,
            top,
            width,
            height: PANEL,
            x: Axis::time(first, last, "time from the busiest window"),
            y: Axis::from_zero(most, name, counts),
        };
        top += PANEL + BETWEEN;
        frame
    })
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row]) -> f64 {
    let worst = worst(rows);
    let has = |row: &Row| worst.iter().any(|w| w.row.place == row.place);
    let top = legend(canvas, top, rows, |row| (!has(row)).then_some("not shown"));
    let (left, width) = (canvas.layout.left, canvas.layout.inner());
    let frames = frames(&worst, left, top + Frame::ABOVE, width);
    for (i, frame) in frames.iter().enumerate() {
        frame.draw(canvas, i == 1);
        let zero = frame.at(0.0, 0.0).0;
        canvas.line((zero, frame.top), (zero, frame.bottom()), SOFT, 1.0);
        // Last rows first: the policy named first lies above the others.
        for worst in worst.iter().rev() {
            canvas.tagged(Tag::Policy(worst.row.place), |canvas| {
                canvas.curve(&steps(worst, frame, i), Look::of(worst.row), 1.8);
            });
        }
        for (k, one) in worst.iter().enumerate() {
            let count = one.moment.windows.len();
            let apart = count.div_ceil(if canvas.layout.is_narrow() { 3 } else { 5 });
            let first = k * apart / worst.len();
            canvas.tagged(Tag::Policy(one.row.place), |canvas| {
                for j in (first..count).step_by(apart.max(1)) {
                    let middle = one.since(j) + one.moment.window_us as f64 / 2.0;
                    let (x, y) = frame.at(middle, value(one, j, i));
                    canvas.marker(x, y, 3.6, Look::of(one.row));
                }
            });
        }
    }
    frames[1].bottom() + Frame::BELOW
}

/// What the window `j` has in a panel.
fn value(worst: &Worst, j: usize, panel: usize) -> f64 {
    let window = &worst.moment.windows[j];
    match panel {
        0 => worst.rate(window),
        _ => window.inflight_max as f64,
    }
}

/// A line that stays level over each window: what is known is a count a window, not a slope.
fn steps(worst: &Worst, frame: &Frame, panel: usize) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for j in 0..worst.moment.windows.len() {
        let (from, to) = (worst.since(j), worst.since(j + 1));
        let (a, b) = (
            frame.at(from, value(worst, j, panel)),
            frame.at(to, value(worst, j, panel)),
        );
        match points.last_mut() {
            // Level: one line, however many windows.
            Some(last) if last.1 == a.1 => last.0 = b.0,
            _ => points.extend([a, b]),
        }
    }
    points
}

fn hover(worst: &[Worst]) -> Hover {
    let frames = frames(worst, 0.0, 0.0, 1.0);
    // Each has its own peak at 0, with as many windows before it as there were.
    let before = worst.iter().map(|w| w.moment.peak).max().unwrap_or(0);
    let after = worst.iter().map(|w| w.moment.windows.len() - w.moment.peak);
    let length = before + after.max().unwrap_or(0);
    let window_us = worst.first().map_or(0.0, |w| w.moment.window_us as f64);
    let heads = (0..length).map(|i| {
        let from = (i as f64 - before as f64) * window_us;
        let sign = if from < 0.0 { "−" } else { "+" };
        let at = rounded(frames[0].x.place(from + window_us / 2.0));
        (at, format!("{sign}{}", duration(from.abs())))
    });
    let series = worst.iter().map(|one| {
        let skipped = before - one.moment.peak;
        let windows = (0..length).map(|i| {
            let j = i.checked_sub(skipped)?;
            one.moment.windows.get(j)
        });
        let windows: Vec<Option<&Window>> = windows.collect();
        let rates = windows
            .iter()
            .map(|w| w.map(|w| place(&frames[0].y, one.rate(w))));
        let inflight = windows
            .iter()
            .map(|w| w.map(|w| place(&frames[1].y, w.inflight_max as f64)));
        Line {
            p: one.row.place,
            y: vec![rates.collect(), inflight.collect()],
            v: windows
                .iter()
                .map(|window| {
                    window.map_or_else(String::new, |window| {
                        format!(
                            "{}/s, {} in flight",
                            count(one.rate(window)),
                            window.inflight_max
                        )
                    })
                })
                .collect(),
        }
    });
    Hover::Columns {
        heads: heads.collect(),
        series: series.collect(),
    }
}

fn table(worst: &[Worst]) -> Table {
    let heads = [
        "policy",
        "at",
        "replication",
        "loads/s then",
        "in flight then",
        "in flight, most",
        "largest herd",
        "peak / mean",
    ];
    let rows = worst.iter().map(|one| {
        let cells = vec![
            label(one.row),
            duration(one.at_us() as f64),
            (one.replication + 1).to_string(),
            count(one.peak()),
            one.inflight().to_string(),
            count(one.row.mean("inflight_max")),
            count(one.row.mean("herd.max")),
            format!("{:.1}", one.row.mean("peak_to_mean")),
        ];
        (Some(one.row.place), cells)
    });
    Table {
        heads: heads.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn csv(worst: &[Worst]) -> Vec<Vec<String>> {
    let heads = [
        "policy",
        "replication",
        "t_us",
        "since_peak_us",
        "loads",
        "inflight_max",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for one in worst {
        for (j, window) in one.moment.windows.iter().enumerate() {
            let t = one.moment.start_us + j as u64 * one.moment.window_us;
            rows.push(vec![
                one.row.info.label.clone(),
                one.replication.to_string(),
                t.to_string(),
                exact(one.since(j)),
                window.loads.to_string(),
                window.inflight_max.to_string(),
            ]);
        }
    }
    rows
}

fn caption(rows: &[Row], worst: &[Worst]) -> String {
    let policies = || worst.iter().filter(|one| !one.row.is_baseline());
    let by = |a: &&Worst, b: &&Worst| a.peak().total_cmp(&b.peak());
    let Some(most) = policies().collect::<Vec<_>>().into_iter().rev().max_by(by) else {
        return "Only a baseline had loads in flight.".to_owned();
    };
    let mut words = format!(
        "The origin's busiest moment: {}/s under {}, {} into the run, {} loads in flight around it.",
        count(most.peak()),
        most.row.info.label,
        duration(most.at_us() as f64),
        most.inflight(),
    );
    let herd = |row: &Row| row.mean("herd.max");
    let by = |a: &&Row, b: &&Row| herd(a).total_cmp(&herd(b));
    if let (Some(large), Some(small)) = (compared(rows).max_by(by), compared(rows).min_by(by))
        && herd(large) > 0.0
    {
        words += &match herd(large) == herd(small) {
            true => format!(
                " The largest herd waiting for one key is {} under every policy.",
                count(herd(large))
            ),
            false => format!(
                " The largest herd waiting for one key: {} reads under {}, {} under {}.",
                count(herd(large)),
                large.info.label,
                count(herd(small)),
                small.info.label
            ),
        };
    }
    let by = |a: &&Row, b: &&Row| a.mean("peak_to_mean").total_cmp(&b.mean("peak_to_mean"));
    if let Some(calm) = compared(rows).min_by(by)
        && compared(rows).count() > 1
    {
        words += &format!(
            " Evenest load: {}, its busiest 100 ms {:.1} times the mean.",
            calm.info.label,
            calm.mean("peak_to_mean")
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{digest, sample};

    #[test]
    fn each_policy_is_shown_around_its_own_highest_peak() {
        let report = sample::report(2);
        let rows = digest::rows(&report);
        let worst = worst(&rows);
        assert_eq!(
            worst.len(),
            rows.len() - 1,
            "all but the one without a cache"
        );
        for one in &worst {
            let peaks = one
                .row
                .runs
                .iter()
                .map(|run| run.series.moment.windows[run.series.moment.peak].loads);
            assert_eq!(
                one.moment.windows[one.moment.peak].loads,
                peaks.max().unwrap()
            );
            assert_eq!(one.since(one.moment.peak), 0.0);
        }
        assert!(caption(&rows, &worst).contains("busiest moment"));
    }

    #[test]
    fn a_line_without_change_is_drawn_as_one_step() {
        let report = sample::report(1);
        let rows = digest::rows(&report);
        let mut moment = rows[0].runs[0].series.moment.clone();
        moment.windows = vec![Window::default(); 30];
        let worst = Worst {
            row: &rows[0],
            replication: 0,
            moment: &moment,
        };
        let frame = &frames(std::slice::from_ref(&worst), 0.0, 0.0, 100.0)[0];
        assert_eq!(steps(&worst, frame, 0).len(), 2);
    }
}
