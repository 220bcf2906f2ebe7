//! How old is what readers get? The share of all reads whose answer was older than an age.

use std::collections::BTreeMap;

use super::super::digest::Row;
use super::super::units;
use super::axis::{Axis, Frame, ages, shares};
use super::style::{Look, SOFT, WHITE};
use super::{Figure, LEFT, RIGHT, WIDTH, canvas, heading, legend, nothing};

const TITLE: &str = "How old is what readers get?";

/// Steps of a curve: more cannot be seen, and a histogram may have ten thousand buckets.
const STEPS: usize = 400;

/// Ages and the share of all reads with a greater one, beginning with the share above 0.
struct Tail {
    start: f64,
    steps: Vec<(f64, f64)>,
}

/// All replications together. None without reads or without stale answers.
fn tail(row: &Row) -> Option<Tail> {
    let reads: u64 = row.runs.iter().map(|run| run.summary.reads).sum();
    // Keyed by the bits of the edge: edges are not below 0, and such bits sort like the numbers.
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for run in &row.runs {
        for histogram in run.histograms.iter().filter(|h| h.metric == "stale_age_us") {
            for (edge, count) in histogram.buckets.iter().filter(|b| b.0 >= 0.0) {
                *counts.entry(edge.to_bits()).or_default() += count;
            }
        }
    }
    let all: u64 = counts.values().sum();
    if reads == 0 || all == 0 {
        return None;
    }
    let mut above = all;
    let steps = counts.into_iter().map(|(edge, count)| {
        above -= count;
        (f64::from_bits(edge), above as f64 / reads as f64)
    });
    Some(Tail {
        start: all as f64 / reads as f64,
        steps: steps.collect(),
    })
}

pub fn figure(rows: &[Row]) -> Figure {
    let tails: Vec<Option<Tail>> = rows.iter().map(tail).collect();
    let svg = if tails.iter().all(Option::is_none) {
        nothing(TITLE, "There were no stale answers in this run.")
    } else {
        draw(rows, &tails)
    };
    Figure {
        name: "staleness",
        svg,
        caption: caption(rows),
    }
}

fn draw(rows: &[Row], tails: &[Option<Tail>]) -> String {
    let known = || tails.iter().flatten();
    let steps = || known().flat_map(|t| t.steps.iter());
    let youngest = steps().map(|s| s.0).fold(f64::INFINITY, f64::min);
    let oldest = steps().map(|s| s.0).fold(0.0, f64::max);
    let most = known().map(|t| t.start).fold(0.0, f64::max);
    let least = steps()
        .map(|s| s.1)
        .filter(|s| *s > 0.0)
        .fold(most, f64::min);

    let legend = legend(rows, |row| (!row.has_stale()).then_some("never stale"));
    let top = 64.0 + legend.height + 22.0;
    // Ages below a millisecond tell nobody anything and would take half the width.
    let x = Axis::log(
        youngest.max(1e3).min(oldest),
        oldest.max(1e5),
        "age of the answer: time since the first write it lacks",
        ages,
    );
    let frame = Frame {
        left: LEFT,
        top,
        width: WIDTH - LEFT - RIGHT,
        height: 320.0,
        x,
        y: Axis::log(
            least.max(most * 1e-7),
            most,
            "share of all reads above that age",
            shares,
        ),
    };
    canvas::draw(WIDTH, top + 320.0 + 56.0, TITLE, |canvas| {
        heading(
            canvas,
            TITLE,
            "Lower and further left is better. A curve begins at the share of reads that were stale at all.",
        );
        legend.draw(canvas, 16.0, 60.0);
        frame.draw(canvas, true);
        for (us, words) in [(1e6, "1 s"), (60e6, "60 s")] {
            if us > frame.x.low() && us < frame.x.high() {
                let x = frame.at(us, 1.0).0;
                canvas.line((x, frame.top), (x, frame.bottom()), SOFT, 1.0);
                canvas.text(
                    x,
                    frame.top - 9.0,
                    words,
                    canvas::text(12.0).colour(SOFT).middle(),
                );
            }
        }
        let drawn = || {
            rows.iter()
                .zip(tails)
                .filter_map(|(r, t)| Some((r, t.as_ref()?)))
        };
        for (row, tail) in drawn() {
            canvas.curve(&path(tail, &frame), Look::of(row), 2.2);
        }
        for (i, (row, tail)) in drawn().enumerate() {
            for (x, y) in marks(tail, &frame, i as f64 / tails.len() as f64) {
                canvas.marker(x, y, 4.2, Look::of(row));
            }
        }
        // What lies below the axis ends on it; the rim hides the line's end there.
        canvas.rectangle(frame.left, frame.bottom() + 1.0, frame.width, 2.0, WHITE);
    })
}

/// The steps of a curve in pixels, at most [`STEPS`] of them, down to the axis at the last.
fn path(tail: &Tail, frame: &Frame) -> Vec<(f64, f64)> {
    let mut points = vec![frame.at(frame.x.low(), tail.start)];
    let mut height = points[0].1;
    let mut last_x = f64::NEG_INFINITY;
    let least = frame.width / STEPS as f64;
    for (age, share) in &tail.steps {
        let (x, y) = frame.at(*age, *share);
        let ends = *share <= 0.0;
        if x - last_x < least && !ends {
            // Within one step of the drawing: fall where the last corner stands.
            if let Some(last) = points.last_mut() {
                last.1 = y;
            }
        } else {
            points.push((x, height));
            points.push((x, if ends { frame.bottom() } else { y }));
            last_x = x;
        }
        height = points.last().map_or(y, |p| p.1);
    }
    points
}

/// Places for markers along a curve, shifted by `phase` so that those of equal curves differ.
fn marks(tail: &Tail, frame: &Frame, phase: f64) -> Vec<(f64, f64)> {
    let oldest = tail.steps.last().map_or(0.0, |s| s.0);
    let end = frame.x.place(oldest);
    let mut places = Vec::new();
    for i in 0..7 {
        let along = (0.02 + (f64::from(i) + phase) / 7.0).min(1.0);
        if along >= end {
            break;
        }
        let (low, high) = (frame.x.low().log10(), frame.x.high().log10());
        let age = 10f64.powf(low + along * (high - low));
        let after = tail.steps.partition_point(|s| s.0 <= age);
        let share = after.checked_sub(1).map_or(tail.start, |i| tail.steps[i].1);
        if share > 0.0 {
            places.push(frame.at(age, share));
        }
    }
    places
}

fn caption(rows: &[Row]) -> String {
    let stale: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.is_baseline() && row.has_stale())
        .collect();
    if stale.is_empty() {
        return "No policy gave a stale answer in this run.".to_owned();
    }
    let oldest = stale
        .iter()
        .max_by(|a, b| {
            a.mean("stale_age_us.max")
                .total_cmp(&b.mean("stale_age_us.max"))
        })
        .expect("not empty");
    let minute: Vec<String> = stale
        .iter()
        .filter(|row| row.mean("bound_violations.60s") > 0.0)
        .map(|row| {
            let share = row.mean("bound_violations.60s") / row.mean("reads").max(1.0);
            format!("{} ({} of reads)", row.info.label, units::share(share))
        })
        .collect();
    let beyond = if minute.is_empty() {
        "No policy answered with anything older than a minute.".to_owned()
    } else {
        format!("Older than a minute: {}.", minute.join(", "))
    };
    format!(
        "The oldest answers came from {}: up to {}, a hundredth of its stale ones at least {} old. {beyond}",
        oldest.info.label,
        units::duration(oldest.mean("stale_age_us.max")),
        units::duration(oldest.mean("stale_age_us.p99")),
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::{digest, sample};
    use super::*;

    #[test]
    fn a_curve_begins_at_the_stale_share_and_never_rises() {
        let report = sample::report(2);
        let rows = digest::rows(&report);
        let row = &rows[0];
        let tail = tail(row).unwrap();
        let stale: u64 = row.runs.iter().map(|r| r.summary.stale_answers).sum();
        let reads: u64 = row.runs.iter().map(|r| r.summary.reads).sum();
        assert_eq!(tail.start, stale as f64 / reads as f64);
        assert!(
            tail.steps
                .windows(2)
                .all(|w| w[1].1 <= w[0].1 && w[1].0 > w[0].0)
        );
        assert_eq!(tail.steps.last().unwrap().1, 0.0);
    }

    #[test]
    fn a_histogram_of_many_buckets_is_drawn_in_few_steps() {
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            width: 400.0,
            height: 100.0,
            x: Axis::log(1e3, 1e9, "", ages),
            y: Axis::log(1e-6, 1.0, "", shares),
        };
        let tail = Tail {
            start: 0.5,
            steps: (0..20_000)
                .map(|i| {
                    (
                        1e3 * 1.0006f64.powi(i),
                        0.5 * (1.0 - f64::from(i) / 19_999.0),
                    )
                })
                .collect(),
        };
        let points = path(&tail, &frame);
        assert!(points.len() < 2 * STEPS + 4, "{}", points.len());
        assert_eq!(points.last().unwrap().1, 100.0);
        assert!(points.windows(2).all(|w| w[1].1 >= w[0].1));
    }
}
