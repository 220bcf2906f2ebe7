//! What does freshness cost? Stale share against hit ratio, and which policies no other beats.

use super::axis::{Axis, Frame, shares};
use super::canvas::{Canvas, Tag, text};
use super::hover::{Hover, Point, place};
use super::sketch::{Figure, Sketch, Table};
use super::spots::{SIZE, Stroke, labels};
use super::style::{Look, SOFT, WHITE};
use super::{NO_READS, NOTHING_TO_COMPARE, compared, label, legend};
use crate::report::digest::Row;
use crate::report::units::{self, exact, share};

const NAME: &str = "frontier";
const TITLE: &str = "What does freshness cost?";
const HEIGHT: f64 = 340.0;

/// The Pareto front.
pub fn figure(rows: &[Row]) -> Figure {
    let shown = shown(rows);
    if shown.is_empty() {
        return Figure::nothing(NAME, TITLE, NO_READS);
    }
    let frame = frame(&shown, 0.0, 0.0, 1.0);
    let points = shown.iter().map(|row| Point {
        p: row.place,
        panel: 0,
        x: place(&frame.x, row.mean("stale_ratio")),
        y: place(&frame.y, row.mean("hit_ratio")),
        v: format!(
            "{} stale, {} hits",
            share(row.mean("stale_ratio")),
            share(row.mean("hit_ratio"))
        ),
    });
    Sketch {
        name: NAME,
        title: TITLE,
        below: "Stale answers against answers from the cache: up and to the left is better. The line joins the \
                policies that no other beats on both counts; the bars are 95 % intervals."
            .to_owned(),
        caption: caption(rows),
        table: table(rows),
        csv: csv(rows),
        hover: Hover::Points {
            points: points.collect(),
        },
        paint: Box::new(|canvas, top| paint(canvas, top, rows)),
    }
    .finish()
}

/// Without a cache nothing hits: it does not set the scale.
fn shown<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<&'r Row<'a>> {
    let shown = rows.iter();
    shown
        .filter(|row| !row.is_no_cache() && row.mean("reads") > 0.0)
        .collect()
}

/// The policies that no other policy beats: none is fresher and hits no less, or hits more and is
/// no staler. From the freshest on.
fn frontier<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<&'r Row<'a>> {
    let place = |row: &Row| (row.mean("stale_ratio"), row.mean("hit_ratio"));
    let policies = || compared(rows);
    let beats = |a: &Row, b: &Row| {
        let (a, b) = (place(a), place(b));
        a.0 <= b.0 && a.1 >= b.1 && a != b
    };
    let mut best: Vec<&Row> = policies()
        .filter(|row| !policies().any(|other| beats(other, row)))
        .collect();
    best.sort_by(|a, b| place(a).0.total_cmp(&place(b).0));
    best
}

fn frame(shown: &[&Row], left: f64, top: f64, width: f64) -> Frame {
    let stale = || {
        shown
            .iter()
            .map(|row| row.mean("stale_ratio"))
            .filter(|s| *s > 0.0)
    };
    let hits = || shown.iter().map(|row| row.mean("hit_ratio"));
    let most = stale().fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 0.01 };
    let name = "stale answers, share of all reads";
    Frame {
        left,
        top,
        width,
        height: HEIGHT,
        x: Axis::log_and_zero(stale().fold(most, f64::min), most, name, shares),
        y: Axis::share(
            hits().fold(1.0, f64::min),
            hits().fold(0.0, f64::max),
            "hit ratio",
        ),
    }
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row]) -> f64 {
    let shown = shown(rows);
    let top = legend(canvas, top, rows, |row| {
        row.is_no_cache().then_some("0 hits, not shown")
    });
    let (left, width) = (canvas.layout.left, canvas.layout.inner());
    let frame = frame(&shown, left, top + Frame::ABOVE, width);
    frame.draw(canvas, true);
    torn(canvas, &frame);
    let line = staircase(&frame, &frontier(rows));
    let mut strokes: Vec<Stroke> = line.windows(2).map(|pair| (pair[0], pair[1])).collect();
    for (from, to) in &strokes {
        canvas.line(*from, *to, (170, 170, 170), 1.5);
    }
    let spots: Vec<(f64, f64)> = shown
        .iter()
        .map(|row| frame.at(row.mean("stale_ratio"), row.mean("hit_ratio")))
        .collect();
    strokes.extend(shown.iter().flat_map(|row| bars(&frame, row)));
    let words: Vec<String> = shown.iter().map(|row| label(row)).collect();
    let places = labels(&frame, &spots, &strokes, &words);
    for (((row, (x, y)), words), name) in shown.iter().zip(&spots).zip(&words).zip(places) {
        canvas.tagged(Tag::Policy(row.place), |canvas| {
            for (from, to) in bars(&frame, row) {
                canvas.line(from, to, Look::of(row).colour, 1.5);
            }
            canvas.marker(*x, *y, 6.0, Look::of(row));
            if let Some((x, y)) = name {
                canvas.text(x, y, words, text(SIZE));
            }
        });
    }
    frame.bottom() + Frame::BELOW
}

/// Two strokes across the axis where it leaves zero for the logarithmic part.
pub fn torn(canvas: &mut Canvas, frame: &Frame) {
    let (x, y) = (frame.at(frame.x.low(), 0.0).0 - 10.0, frame.bottom());
    canvas.rectangle(x - 3.0, y - 2.0, 6.0, 4.0, WHITE);
    for dx in [-3.0, 3.0] {
        canvas.line((x + dx - 2.0, y + 5.0), (x + dx + 2.0, y - 5.0), SOFT, 1.0);
    }
}

/// The frontier as a staircase: what lies right below a step is beaten by it.
fn staircase(frame: &Frame, best: &[&Row]) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for row in best {
        let spot = frame.at(row.mean("stale_ratio"), row.mean("hit_ratio"));
        if let Some(last) = points.last().copied() {
            points.push((spot.0, last.1));
        }
        points.push(spot);
    }
    if let Some(last) = points.last().copied() {
        points.push((frame.right(), last.1));
    }
    points
}

/// 95 % confidence intervals. One that is narrower than the marker lies under it.
fn bars(frame: &Frame, row: &Row) -> Vec<Stroke> {
    let (Some(stale), Some(hits)) = (row.figure("stale_ratio"), row.figure("hit_ratio")) else {
        return Vec::new();
    };
    let across = stale.ci95.filter(|ci| *ci < stale.mean).map(|ci| {
        let at = |x| frame.at(x, hits.mean);
        (at(stale.mean - ci), at(stale.mean + ci))
    });
    let up = hits.ci95.map(|ci| {
        let at = |y| frame.at(stale.mean, y);
        (at(hits.mean - ci), at(hits.mean + ci))
    });
    across.into_iter().chain(up).collect()
}

fn verdict(row: &Row, best: &[&Row]) -> &'static str {
    match () {
        () if row.is_baseline() => "baseline",
        () if best.iter().any(|b| b.place == row.place) => "no",
        () => "yes",
    }
}

fn table(rows: &[Row]) -> Table {
    let best = frontier(rows);
    let heads = ["policy", "stale", "hit ratio", "beaten"].map(str::to_owned);
    let cells = |row: &Row, name| match row.figure(name).and_then(|figure| figure.ci95) {
        Some(ci) if ci > 0.0 => {
            format!("{} ± {}", share(row.mean(name)), units::percent(ci))
        }
        _ => share(row.mean(name)),
    };
    let line = |row: &Row| {
        let cells = vec![
            label(row),
            cells(row, "stale_ratio"),
            cells(row, "hit_ratio"),
            verdict(row, &best).to_owned(),
        ];
        (Some(row.place), cells)
    };
    Table {
        heads: heads.to_vec(),
        rows: rows.iter().map(line).collect(),
    }
}

fn csv(rows: &[Row]) -> Vec<Vec<String>> {
    let best = frontier(rows);
    let heads = [
        "policy",
        "stale_ratio",
        "stale_ratio_ci95",
        "hit_ratio",
        "hit_ratio_ci95",
        "beaten",
    ];
    let mut lines = vec![heads.map(str::to_owned).to_vec()];
    for row in rows {
        let ci = |name| {
            row.figure(name)
                .and_then(|f| f.ci95)
                .map_or_else(String::new, exact)
        };
        lines.push(vec![
            row.info.label.clone(),
            exact(row.mean("stale_ratio")),
            ci("stale_ratio"),
            exact(row.mean("hit_ratio")),
            ci("hit_ratio"),
            verdict(row, &best).to_owned(),
        ]);
    }
    lines
}

fn caption(rows: &[Row]) -> String {
    let best = frontier(rows);
    if best.is_empty() {
        return NOTHING_TO_COMPARE.to_owned();
    }
    let names: Vec<String> = best
        .iter()
        .map(|row| {
            format!(
                "{} ({} stale, {} hits)",
                row.info.label,
                share(row.mean("stale_ratio")),
                share(row.mean("hit_ratio"))
            )
        })
        .collect();
    let mut words = format!("Not beaten on both counts: {}.", names.join(", "));
    let beaten: Vec<&str> = compared(rows)
        .filter(|row| best.iter().all(|b| b.info.label != row.info.label))
        .map(|row| row.info.label.as_str())
        .collect();
    if !beaten.is_empty() {
        words += &format!(" Beaten: {}.", beaten.join(", "));
    }
    if let Some(perfect) = rows.iter().find(|row| row.is_perfect()) {
        words += &format!(
            " The cross is {}: {} hits, {} stale.",
            perfect.info.label,
            share(perfect.mean("hit_ratio")),
            share(perfect.mean("stale_ratio"))
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{digest, sample};

    #[test]
    fn the_frontier_rises_and_leaves_out_who_is_beaten() {
        let report = sample::report(1);
        let rows = digest::rows(&report);
        let best = frontier(&rows);
        assert!(!best.is_empty());
        for pair in best.windows(2) {
            assert!(pair[0].mean("stale_ratio") < pair[1].mean("stale_ratio"));
            assert!(pair[0].mean("hit_ratio") < pair[1].mean("hit_ratio"));
        }
        for row in rows.iter().filter(|row| !row.is_baseline()) {
            assert!(best.iter().any(|b| {
                b.mean("stale_ratio") <= row.mean("stale_ratio")
                    && b.mean("hit_ratio") >= row.mean("hit_ratio")
            }));
        }
    }
}
