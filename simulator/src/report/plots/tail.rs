//! Curves of how much lies above a value, on logarithmic axes: ages, latencies and fan-outs.

use std::collections::BTreeMap;

use super::axis::{Axis, Frame, shares};
use super::canvas::{Canvas, Layout, Tag, text, width_of};
use super::hover::{Hover, Line, place};
use super::sketch::{Figure, Sketch, Table};
use super::style::{Look, SOFT, WHITE};
use super::{label, legend};
use crate::report::Run;
use crate::report::digest::Row;
use crate::report::units::{exact, share};

/// Steps of a curve: more cannot be seen, and a histogram may have ten thousand buckets.
const STEPS: usize = 400;
/// Places along the axis that a pointer can ask for.
const HEADS: usize = 80;
const HEIGHT: f64 = 340.0;
/// From this many times the others' greatest value on, the baseline without a cache is left out.
const FAR: f64 = 10.0;

/// Values and the share of the whole above them, beginning with the share above nothing.
pub struct Tail {
    start: f64,
    steps: Vec<(f64, f64)>,
}

/// What is to be seen of those who have a tail.
pub type Caption = dyn Fn(&[(&Row, Tail)]) -> String;

/// What of a run is drawn.
pub struct Spec<'r> {
    pub name: &'static str,
    pub title: &'static str,
    pub below: &'static str,
    /// Of the histogram.
    pub metric: &'static str,
    /// What shares are of: all of a run.
    pub whole: fn(&Run) -> u64,
    /// Names of the axes.
    pub x: &'static str,
    pub y: &'static str,
    /// Values below say nothing and would take width.
    pub least: f64,
    /// The axis ends no lower.
    pub most: f64,
    /// Who has nothing above this has nothing to show.
    pub floor: f64,
    /// As a tick has it, and as a text does.
    pub tick: fn(f64) -> String,
    pub write: fn(f64) -> String,
    /// Values with a line through the figure, and columns of the table.
    pub lines: &'static [f64],
    pub columns: &'static [f64],
    /// Said in the legend of who has no curve.
    pub none: &'static str,
    /// Why there is nothing to show where nobody has a curve.
    pub why: &'static str,
    pub caption: &'r Caption,
}

impl Tail {
    /// All replications of a row together. None where nothing lies above 0.
    pub fn of(row: &Row, metric: &str, whole: fn(&Run) -> u64) -> Option<Tail> {
        let whole: u64 = row.runs.iter().map(|run| whole(run)).sum();
        // Keyed by the bits of the edge: edges are not below 0, and such bits sort like the numbers.
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for run in &row.runs {
            let buckets = run.histogram(metric).map_or(&[][..], |h| &h.buckets);
            for (edge, count) in buckets.iter().filter(|b| b.0 >= 0.0) {
                *counts.entry(edge.to_bits()).or_default() += count;
            }
        }
        let all: u64 = counts.values().sum();
        let some = counts.iter().any(|(edge, count)| *edge > 0 && *count > 0);
        if whole == 0 || !some {
            return None;
        }
        let mut above = all;
        let steps = counts.into_iter().map(|(edge, count)| {
            above -= count;
            (f64::from_bits(edge), above as f64 / whole as f64)
        });
        Some(Tail {
            start: all as f64 / whole as f64,
            steps: steps.collect(),
        })
    }

    /// The share above a value.
    pub fn above(&self, value: f64) -> f64 {
        let after = self.steps.partition_point(|step| step.0 <= value);
        after.checked_sub(1).map_or(self.start, |i| self.steps[i].1)
    }

    /// The least value above which no more than a share lies; 0 where no more lies above anything.
    pub fn at_share(&self, most: f64) -> f64 {
        if self.start <= most {
            return 0.0;
        }
        let first = self.steps.partition_point(|step| step.1 > most);
        self.steps.get(first).map_or(0.0, |step| step.0)
    }

    /// The greatest value.
    pub fn most(&self) -> f64 {
        self.steps.last().map_or(0.0, |step| step.0)
    }
}

/// The figure, or why there is none.
pub fn figure(rows: &[Row], spec: &Spec<'_>) -> Figure {
    let tails = rows
        .iter()
        .filter_map(|row| Some((row, Tail::of(row, spec.metric, spec.whole)?)));
    let mut tails: Vec<(&Row, Tail)> = tails.collect();
    let most = |of: &mut dyn Iterator<Item = &(&Row, Tail)>| {
        of.map(|(_, tail)| tail.most()).fold(0.0, f64::max)
    };
    // What never ends without a cache would press all others to the edge.
    let others = most(&mut tails.iter().filter(|(row, _)| !row.is_no_cache()));
    tails.retain(|(row, tail)| !row.is_no_cache() || others == 0.0 || tail.most() < FAR * others);
    if most(&mut tails.iter()) <= spec.floor {
        return Figure::nothing(spec.name, spec.title, spec.why);
    }
    let (x, y) = axes(&tails, spec);
    Sketch {
        name: spec.name,
        title: spec.title,
        below: spec.below.to_owned(),
        caption: (spec.caption)(&tails),
        table: table(&tails, spec),
        csv: csv(&tails, spec),
        hover: hover(&tails, spec, &x, &y),
        paint: Box::new(|canvas, top| paint(canvas, top, rows, &tails, spec)),
    }
    .finish()
}

fn axes(tails: &[(&Row, Tail)], spec: &Spec<'_>) -> (Axis, Axis) {
    let steps = || tails.iter().flat_map(|(_, tail)| &tail.steps);
    let values = || steps().map(|step| step.0).filter(|value| *value > 0.0);
    let (first, last) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(0.0, f64::max),
    );
    let x = Axis::log(
        first.max(spec.least).min(last),
        last.max(spec.most),
        spec.x,
        spec.tick,
    );
    let low = x.low();
    let most = tails.iter().map(|(_, tail)| tail.above(low));
    let most = most.fold(0.0, f64::max).max(1e-9);
    let least = steps()
        .map(|step| step.1)
        .filter(|share| *share > 0.0)
        .fold(most, f64::min);
    let y = Axis::log(least.max(most * 1e-7), most, spec.y, shares);
    (x, y)
}

fn paint(
    canvas: &mut Canvas,
    top: f64,
    rows: &[Row],
    tails: &[(&Row, Tail)],
    spec: &Spec<'_>,
) -> f64 {
    let has = |row: &Row| tails.iter().any(|(other, _)| other.place == row.place);
    let top = legend(canvas, top, rows, |row| match row {
        row if has(row) => None,
        row if Tail::of(row, spec.metric, spec.whole).is_some() => Some("far off"),
        _ => Some(spec.none),
    });
    let (x, y) = axes(tails, spec);
    let Layout { left, .. } = canvas.layout;
    let frame = Frame {
        left,
        top: top + Frame::ABOVE + 14.0,
        width: canvas.layout.inner(),
        height: HEIGHT,
        x,
        y,
    };
    frame.draw(canvas, true);
    for value in spec.lines {
        if *value > frame.x.low() * 1.01 && *value < frame.x.high() * 0.99 {
            let x = frame.at(*value, 1.0).0;
            canvas.line((x, frame.top), (x, frame.bottom()), SOFT, 1.0);
            let kind = text(12.0).colour(SOFT).middle();
            // Beside the name of the axis, where there is room for both.
            if x > 30.0 + width_of(spec.y, 12.5) {
                canvas.text(x, frame.top - 8.0, &(spec.write)(*value), kind);
            }
        }
    }
    for (row, tail) in tails {
        canvas.tagged(Tag::Policy(row.place), |canvas| {
            canvas.curve(&path(tail, &frame), Look::of(row), 2.2);
        });
    }
    for (i, (row, tail)) in tails.iter().enumerate() {
        canvas.tagged(Tag::Policy(row.place), |canvas| {
            for (x, y) in marks(tail, &frame, i as f64 / tails.len() as f64) {
                canvas.marker(x, y, 4.2, Look::of(row));
            }
        });
    }
    // What lies below the axis ends on it; the rim hides the line's end there.
    canvas.rectangle(frame.left, frame.bottom() + 1.0, frame.width, 2.0, WHITE);
    frame.bottom() + Frame::BELOW
}

/// The steps of a curve in pixels, at most [`STEPS`] of them, down to the axis at the last.
fn path(tail: &Tail, frame: &Frame) -> Vec<(f64, f64)> {
    let low = frame.x.low();
    let mut points = vec![frame.at(low, tail.above(low))];
    let mut height = points[0].1;
    let mut last_x = f64::NEG_INFINITY;
    let least = frame.width / STEPS as f64;
    for (value, share) in tail.steps.iter().filter(|step| step.0 > low) {
        let (x, y) = frame.at(*value, *share);
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
    let count = if frame.width < 500.0 { 4 } else { 7 };
    let end = frame.x.place(tail.most());
    let mut places = Vec::new();
    for i in 0..count {
        let along = (0.02 + (f64::from(i) + phase) / f64::from(count)).min(1.0);
        if along >= end {
            break;
        }
        let value = along_axis(&frame.x, along);
        let share = tail.above(value);
        if share > 0.0 {
            places.push(frame.at(value, share));
        }
    }
    places
}

/// The value at a share of a logarithmic axis.
fn along_axis(axis: &Axis, along: f64) -> f64 {
    let (low, high) = (axis.low().log10(), axis.high().log10());
    10f64.powf(low + along * (high - low))
}

fn hover(tails: &[(&Row, Tail)], spec: &Spec<'_>, x: &Axis, y: &Axis) -> Hover {
    let along = |i: usize| i as f64 / (HEADS - 1) as f64;
    let values: Vec<f64> = (0..HEADS).map(|i| along_axis(x, along(i))).collect();
    let series = tails.iter().map(|(row, tail)| {
        let above = || values.iter().map(|value| tail.above(*value));
        Line {
            p: row.place,
            y: vec![above().map(|s| (s > 0.0).then(|| place(y, s))).collect()],
            v: above().map(share).collect(),
        }
    });
    let heads = values.iter().enumerate();
    Hover::Columns {
        heads: heads
            .map(|(i, value)| {
                let at = super::hover::rounded(along(i));
                (at, format!("above {}", (spec.write)(*value)))
            })
            .collect(),
        series: series.collect(),
    }
}

fn table(tails: &[(&Row, Tail)], spec: &Spec<'_>) -> Table {
    let most = tails
        .iter()
        .map(|(_, tail)| tail.most())
        .fold(0.0, f64::max);
    let columns: Vec<f64> = spec.columns.iter().copied().filter(|v| *v < most).collect();
    let heads = columns.iter().map(|v| match v {
        0.0 => "above 0".to_owned(),
        v => format!("> {}", (spec.write)(*v)),
    });
    Table {
        heads: std::iter::once("policy".to_owned())
            .chain(heads)
            .chain(["most".to_owned()])
            .collect(),
        rows: tails
            .iter()
            .map(|(row, tail)| {
                let cells = columns.iter().map(|value| share(tail.above(*value)));
                let cells = std::iter::once(label(row))
                    .chain(cells)
                    .chain([(spec.write)(tail.most())]);
                (Some(row.place), cells.collect())
            })
            .collect(),
    }
}

/// The corners of the curves: no more of them than can be drawn.
fn csv(tails: &[(&Row, Tail)], spec: &Spec<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![
        ["policy", spec.metric, "share_above"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (row, tail) in tails {
        let mut push = |value: f64, share: f64| {
            rows.push(vec![row.info.label.clone(), exact(value), exact(share)]);
        };
        push(0.0, tail.above(0.0));
        let mut last = 0.0;
        for (i, (value, share)) in tail.steps.iter().enumerate() {
            // A four-hundredth of eight decades apart, and the end.
            if *value > 0.0 && (*value > last * 1.045 || i + 1 == tail.steps.len()) {
                push(*value, *share);
                last = *value;
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::axis::ages;
    use super::*;
    use crate::report::{digest, sample};

    #[test]
    fn a_curve_begins_at_the_stale_share_and_never_rises() {
        let report = sample::report(2);
        let rows = digest::rows(&report);
        let row = &rows[0];
        let tail = Tail::of(row, "stale_age_us", |run| run.summary.reads).unwrap();
        let stale: u64 = row.runs.iter().map(|r| r.summary.stale_answers).sum();
        let reads: u64 = row.runs.iter().map(|r| r.summary.reads).sum();
        assert_eq!(tail.above(0.0), stale as f64 / reads as f64);
        assert!(
            tail.steps
                .windows(2)
                .all(|w| w[1].1 <= w[0].1 && w[1].0 > w[0].0)
        );
        assert_eq!(tail.steps.last().unwrap().1, 0.0);
    }

    #[test]
    fn the_value_at_a_share_is_the_least_that_no_more_lies_above() {
        let tail = Tail {
            start: 0.5,
            steps: vec![(1.0, 0.2), (2.0, 0.01), (9.0, 0.0)],
        };
        assert_eq!(
            [0.6, 0.5, 0.2, 0.05, 0.01, 0.0].map(|s| tail.at_share(s)),
            [0.0, 0.0, 1.0, 2.0, 2.0, 9.0]
        );
        assert_eq!(
            [0.5, 1.0, 1.5, 9.0].map(|v| tail.above(v)),
            [0.5, 0.2, 0.2, 0.0]
        );
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
