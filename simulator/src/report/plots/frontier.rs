//! What does freshness cost? Stale share against hit ratio, and which policies no other beats.

use super::super::digest::Row;
use super::super::units;
use super::axis::{Axis, Frame, shares};
use super::canvas::{self, Canvas, text, width_of};
use super::style::{Look, SOFT, WHITE};
use super::{Figure, LEFT, NOTHING_TO_COMPARE, RIGHT, WIDTH, compared, heading, label, nothing};

const TITLE: &str = "What does freshness cost?";
const HEIGHT: f64 = 330.0;

pub fn figure(rows: &[Row]) -> Figure {
    let read = rows.iter().any(|row| row.mean("reads") > 0.0);
    Figure {
        name: "frontier",
        svg: if read {
            draw(rows)
        } else {
            nothing(TITLE, "There were no reads in this run.")
        },
        caption: caption(rows),
    }
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

fn draw(rows: &[Row]) -> String {
    // Without a cache nothing hits: it is said below the figure and does not set the scale.
    let shown: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.is_no_cache() && row.mean("reads") > 0.0)
        .collect();
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
    let frame = Frame {
        left: LEFT,
        top: 78.0,
        width: WIDTH - LEFT - RIGHT,
        height: HEIGHT,
        x: Axis::log_and_zero(stale().fold(most, f64::min), most, name, shares),
        y: Axis::share(
            hits().fold(1.0, f64::min),
            hits().fold(0.0, f64::max),
            "hit ratio",
        ),
    };
    canvas::draw(WIDTH, 78.0 + HEIGHT + 56.0, TITLE, |canvas| {
        heading(
            canvas,
            TITLE,
            "Up and to the left is better. The line joins the policies that no other beats on both counts.",
        );
        frame.draw(canvas, true);
        torn(canvas, &frame);
        let line = staircase(&frame, &frontier(rows));
        let mut strokes: Vec<Stroke> = line.windows(2).map(|pair| (pair[0], pair[1])).collect();
        for (from, to) in &strokes {
            canvas.line(*from, *to, (190, 190, 190), 1.5);
        }
        let spots: Vec<(f64, f64)> = shown
            .iter()
            .map(|row| frame.at(row.mean("stale_ratio"), row.mean("hit_ratio")))
            .collect();
        for (row, (x, y)) in shown.iter().zip(&spots) {
            for (from, to) in bars(&frame, row) {
                canvas.line(from, to, Look::of(row).colour, 1.5);
                strokes.push((from, to));
            }
            canvas.marker(*x, *y, 6.0, Look::of(row));
        }
        let words: Vec<String> = shown.iter().map(|row| label(row)).collect();
        for (place, words) in labels(&frame, &spots, &strokes, &words).iter().zip(&words) {
            canvas.text(place.0, place.1, words, text(13.0));
        }
    })
}

/// Two strokes across the axis where it leaves zero for the logarithmic part.
fn torn(canvas: &mut Canvas, frame: &Frame) {
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

/// A straight line from one point to another.
type Stroke = ((f64, f64), (f64, f64));

/// Where the label of each spot begins: the first of the places around it that covers no spot, none
/// of the `strokes` and no label before it and lies within the frame, or else the one that
/// covers least.
fn labels(
    frame: &Frame,
    spots: &[(f64, f64)],
    strokes: &[Stroke],
    words: &[String],
) -> Vec<(f64, f64)> {
    let mut taken: Vec<[f64; 4]> = spots
        .iter()
        .map(|(x, y)| [x - 8.0, y - 8.0, x + 8.0, y + 8.0])
        .collect();
    taken.extend(strokes.iter().map(|((x, y), (to_x, to_y))| {
        [
            x.min(*to_x) - 1.0,
            y.min(*to_y) - 1.0,
            x.max(*to_x) + 1.0,
            y.max(*to_y) + 1.0,
        ]
    }));
    let mut places = Vec::new();
    for ((x, y), words) in spots.iter().zip(words) {
        let w = width_of(words, 13.0);
        let candidates = [
            (x + 12.0, *y),
            (x - 12.0 - w, *y),
            (x + 9.0, y - 15.0),
            (x + 9.0, y + 15.0),
            (x - 9.0 - w, y - 15.0),
            (x - 9.0 - w, y + 15.0),
            (x - w / 2.0, y - 19.0),
            (x - w / 2.0, y + 19.0),
            (x + 9.0, y - 32.0),
            (x + 9.0, y + 32.0),
            (x + 9.0, y + 48.0),
            (x + 9.0, y - 48.0),
        ];
        let cover = |(cx, cy): &(f64, f64)| -> f64 {
            let own = [*cx, cy - 8.0, cx + w, cy + 8.0];
            let outside = (frame.left + 2.0 - own[0]).max(0.0)
                + (own[2] - frame.right()).max(0.0)
                + (own[3] - frame.bottom()).max(0.0);
            outside * 100.0 + taken.iter().map(|other| overlap(&own, other)).sum::<f64>()
        };
        let best = candidates
            .iter()
            .copied()
            .min_by(|a, b| cover(a).total_cmp(&cover(b)))
            .unwrap_or((x + 12.0, *y));
        taken.push([best.0, best.1 - 8.0, best.0 + w, best.1 + 8.0]);
        places.push(best);
    }
    places
}

fn overlap(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0)
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
                units::share(row.mean("stale_ratio")),
                units::share(row.mean("hit_ratio"))
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
            " The mark at 0 is {}: {} hits.",
            perfect.info.label,
            units::share(perfect.mean("hit_ratio"))
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::super::{digest, sample};
    use super::*;

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

    #[test]
    fn a_label_is_not_struck_out_by_an_interval() {
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            width: 600.0,
            height: 300.0,
            x: Axis::share(0.0, 1.0, ""),
            y: Axis::share(0.0, 1.0, ""),
        };
        let place = |strokes: &[Stroke]| {
            labels(&frame, &[(300.0, 150.0)], strokes, &["ttl".to_owned()])[0].1
        };
        assert_eq!(place(&[]), 150.0);
        let interval = ((250.0, 150.0), (350.0, 150.0));
        assert!((place(&[interval]) - 150.0).abs() > 9.0);
    }

    #[test]
    fn labels_of_spots_at_one_place_do_not_cover_each_other() {
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            width: 600.0,
            height: 300.0,
            x: Axis::share(0.0, 1.0, ""),
            y: Axis::share(0.0, 1.0, ""),
        };
        let words = vec!["a policy".to_owned(); 4];
        let places = labels(&frame, &[(20.0, 150.0); 4], &[], &words);
        for (i, a) in places.iter().enumerate() {
            for b in &places[..i] {
                assert!((a.0 - b.0).abs() > 55.0 || (a.1 - b.1).abs() >= 13.0);
            }
        }
    }
}
