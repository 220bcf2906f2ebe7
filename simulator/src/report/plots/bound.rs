//! What does a bound on freshness cost? The oldest answer that all but a few reads got against the loads that it
//! took.
//!
//! HotNets '24 ("Revisiting Cache Freshness") draws cost over the bound within which entries must be fresh, and a
//! policy at many settings as a line. A comparison has each policy at one setting: so each is a mark, at the
//! bound that it keeps.

use super::axis::{Axis, Frame, ages, counts};
use super::canvas::{Canvas, Tag, text};
use super::frontier::torn;
use super::hover::{Hover, Point, place};
use super::sketch::{Figure, Sketch, Table};
use super::spots::{SIZE, Stroke, labels};
use super::style::Look;
use super::tail::Tail;
use super::{NO_READS, NOTHING_TO_COMPARE, label, legend};
use crate::report::digest::Row;
use crate::report::units::{count, duration, exact};

const NAME: &str = "bound";
const TITLE: &str = "What does a bound on age cost?";
const HEIGHT: f64 = 320.0;
/// The share of reads that may be older than the bound that a policy is said to keep.
const MAY_BE_OLDER: f64 = 1e-3;
/// From this ratio of greatest to least on, the cost is on a logarithmic axis.
const FAR: f64 = 12.0;
/// A policy with older answers is worth naming if it takes fewer loads than this share of a fresher one's.
const TELLING: f64 = 0.98;

/// A policy at the bound that it keeps.
struct Kept<'r, 'a> {
    row: &'r Row<'a>,
    /// The age that all but 1 % and all but 0.1 % of reads kept, and the oldest, in microseconds; 0 where
    /// nothing was stale.
    ages: [f64; 3],
    /// Origin loads a thousand reads.
    loads: f64,
}

/// The cost of bounds.
pub fn figure(rows: &[Row]) -> Figure {
    let kept = kept(rows);
    if kept.is_empty() {
        return Figure::nothing(NAME, TITLE, NO_READS);
    }
    let frame = frame(&kept, 0.0, 0.0, 1.0);
    let points = kept.iter().map(|kept| Point {
        p: kept.row.place,
        panel: 0,
        x: place(&frame.x, kept.ages[1]),
        y: place(&frame.y, kept.loads),
        v: format!(
            "999 of 1000 reads within {}, all within {}; {} loads a thousand reads",
            duration(kept.ages[1]),
            duration(kept.ages[2]),
            count(kept.loads)
        ),
    });
    Sketch {
        name: NAME,
        title: TITLE,
        below: "A mark stands at the age that 999 of 1000 reads were within; its line runs from what 99 of 100 were \
                within to the oldest answer. Down and to the left is better. The stairs are the cheapest policy \
                that keeps a bound, where it saves 2 % or more."
            .to_owned(),
        caption: caption(&kept),
        table: table(&kept),
        csv: csv(&kept),
        hover: Hover::Points {
            points: points.collect(),
        },
        paint: Box::new(|canvas, top| paint(canvas, top, rows)),
    }
    .finish()
}

fn kept<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<Kept<'r, 'a>> {
    let read = rows.iter();
    // Without a cache there is nothing to bound, and its loads would set the scale.
    let read = read.filter(|row| row.mean("reads") > 0.0 && !row.is_no_cache());
    read.map(|row| {
        let tail = Tail::of(row, "stale_age_us", |run| run.summary.reads);
        let ages = tail.map_or([0.0; 3], |tail| {
            [
                tail.at_share(1e-2),
                tail.at_share(MAY_BE_OLDER),
                tail.most(),
            ]
        });
        Kept {
            row,
            ages,
            loads: 1000.0 * row.mean("origin_loads") / row.mean("reads"),
        }
    })
    .collect()
}

fn frame(kept: &[Kept], left: f64, top: f64, width: f64) -> Frame {
    let ages_above_0 = || {
        kept.iter()
            .flat_map(|kept| kept.ages)
            .filter(|age| *age > 0.0)
    };
    let most_age = ages_above_0().fold(0.0, f64::max);
    let most_age = if most_age > 0.0 { most_age } else { 1e6 };
    let least_age = ages_above_0()
        .fold(most_age, f64::min)
        .max(1e3)
        .min(most_age);
    let loads = || kept.iter().map(|kept| kept.loads);
    let most = loads().fold(0.0, f64::max);
    let least = loads().filter(|loads| *loads > 0.0).fold(most, f64::min);
    let name = "origin loads a thousand reads";
    Frame {
        left,
        top,
        width,
        height: HEIGHT,
        x: Axis::log_and_zero(least_age, most_age, "bound on the age of answers", ages),
        y: if most > FAR * least {
            Axis::log_near(least, most, name, counts)
        } else {
            Axis::from_zero(most, name, counts)
        },
    }
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row]) -> f64 {
    let kept = kept(rows);
    let top = legend(canvas, top, rows, |row| {
        row.is_no_cache().then_some("not shown")
    });
    let (left, width) = (canvas.layout.left, canvas.layout.inner());
    let frame = frame(&kept, left, top + Frame::ABOVE, width);
    frame.draw(canvas, true);
    torn(canvas, &frame);
    let stairs = stairs(&kept, &frame);
    let mut strokes: Vec<Stroke> = stairs.windows(2).map(|pair| (pair[0], pair[1])).collect();
    canvas.path(stairs, (170, 170, 170), 1.5, None);
    let line = |kept: &Kept| {
        let at = |age| frame.at(age, kept.loads);
        (at(kept.ages[0]), at(kept.ages[2]))
    };
    strokes.extend(kept.iter().map(line));
    let spots = kept.iter().map(|kept| frame.at(kept.ages[1], kept.loads));
    let spots: Vec<(f64, f64)> = spots.collect();
    let words: Vec<String> = kept.iter().map(|kept| label(kept.row)).collect();
    let places = labels(&frame, &spots, &strokes, &words);
    for (((kept, (x, y)), words), name) in kept.iter().zip(&spots).zip(&words).zip(places) {
        let look = Look::of(kept.row);
        canvas.tagged(Tag::Policy(kept.row.place), |canvas| {
            let (from, to) = line(kept);
            if to.0 > from.0 + 1.0 {
                canvas.line(from, to, look.colour, 1.8);
                for (end, half) in [(from, 3.0), (to, 5.0)] {
                    let (above, under) = ((end.0, end.1 - half), (end.0, end.1 + half));
                    canvas.line(above, under, look.colour, 1.8);
                }
            }
            canvas.marker(*x, *y, 6.0, look);
            if let Some((x, y)) = name {
                canvas.text(x, y, words, text(SIZE));
            }
        });
    }
    frame.bottom() + Frame::BELOW
}

/// The policies of which each is the cheapest at the bound that it keeps, from the tightest on.
fn cheapest<'k, 'r, 'a>(kept: &'k [Kept<'r, 'a>]) -> Vec<&'k Kept<'r, 'a>> {
    let mut by_age: Vec<&Kept> = kept.iter().filter(|kept| !kept.row.is_baseline()).collect();
    by_age.sort_by(|a, b| {
        a.ages[1]
            .total_cmp(&b.ages[1])
            .then(a.loads.total_cmp(&b.loads))
    });
    let mut best: Vec<&Kept> = Vec::new();
    for kept in by_age {
        if best
            .last()
            .is_none_or(|last| kept.loads < TELLING * last.loads)
        {
            best.push(kept);
        }
    }
    best
}

fn stairs(kept: &[Kept], frame: &Frame) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for kept in cheapest(kept) {
        let spot = frame.at(kept.ages[1], kept.loads);
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

fn table(kept: &[Kept]) -> Table {
    let heads = [
        "policy",
        "99 %",
        "99.9 %",
        "all",
        "loads / 1000 reads",
        "invalidations",
        "updates",
    ];
    let rows = kept.iter().map(|kept| {
        let mut cells = vec![label(kept.row)];
        cells.extend(kept.ages.map(duration));
        cells.push(count(kept.loads));
        cells.push(count(kept.row.mean("invalidations.sent")));
        cells.push(count(kept.row.mean("updates")));
        (Some(kept.row.place), cells)
    });
    Table {
        heads: heads.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn csv(kept: &[Kept]) -> Vec<Vec<String>> {
    let heads = [
        "policy",
        "age_99_us",
        "age_999_us",
        "age_max_us",
        "origin_loads_per_1000_reads",
        "invalidations.sent",
        "updates",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for kept in kept {
        let mut cells = vec![kept.row.info.label.clone()];
        cells.extend(kept.ages.map(exact));
        cells.push(exact(kept.loads));
        cells.push(exact(kept.row.mean("invalidations.sent")));
        cells.push(exact(kept.row.mean("updates")));
        rows.push(cells);
    }
    rows
}

fn caption(kept: &[Kept]) -> String {
    let best = cheapest(kept);
    let told: Vec<String> = best
        .iter()
        .map(|kept| {
            let loads = count(kept.loads);
            let name = &kept.row.info.label;
            match kept.ages[1] {
                0.0 => format!(
                    "for answers that are never outdated {name}, at {loads} loads a thousand reads"
                ),
                age => format!("for a bound of {} {name}, at {loads}", duration(age)),
            }
        })
        .collect();
    let (Some(first), Some(tightest)) = (told.first(), best.first()) else {
        return NOTHING_TO_COMPARE.to_owned();
    };
    let mut words = "Cheapest ".to_owned();
    words += first;
    for more in &told[1..] {
        words += "; ";
        words += more;
    }
    words += " (999 of 1000 reads are within it).";
    if tightest.ages[1] == 0.0 && best.len() == 1 {
        words += " No other policy is cheaper, however old its answers may be.";
    }
    let perfect = kept.iter().find(|kept| kept.row.is_perfect());
    if let Some(perfect) = perfect {
        words += &format!(" Perfect invalidation takes {}.", count(perfect.loads));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{digest, sample};

    #[test]
    fn the_stairs_fall_as_the_bound_grows_and_no_policy_lies_below_them() {
        let report = sample::report(2);
        let rows = digest::rows(&report);
        let kept = kept(&rows);
        let best = cheapest(&kept);
        assert!(best.len() > 1);
        for pair in best.windows(2) {
            assert!(pair[0].ages[1] < pair[1].ages[1] && pair[0].loads > pair[1].loads);
        }
        for other in kept.iter().filter(|kept| !kept.row.is_baseline()) {
            assert!(
                best.iter()
                    .any(|b| b.ages[1] <= other.ages[1] && TELLING * b.loads <= other.loads)
            );
        }
    }

    #[test]
    fn what_more_reads_are_within_is_no_tighter() {
        let report = sample::report(2);
        for kept in kept(&digest::rows(&report)) {
            assert!(kept.ages.is_sorted(), "{:?}", kept.ages);
            assert_eq!(kept.ages[2] > 0.0, kept.row.has_stale());
        }
    }
}
