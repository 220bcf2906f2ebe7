//! The first two figures that points are compared by against each other, and which points no other beats.

use std::collections::BTreeMap;

use super::findings::{Findings, Row};
use crate::report::figures::{FigureKind, Unit};
use crate::report::plots::axis::{Axis, Frame, ages, counts, shares};
use crate::report::plots::canvas::{self, Canvas, Drawing, Layout};
use crate::report::plots::legend::{Entry, Legend};
use crate::report::plots::style::{Look, Marker, Rgb};
use crate::report::plots::{EDGE, heading, nothing};
use crate::report::units::clip;
use crate::scenario::BASELINES;
use crate::statistics::Direction;

const TITLE: &str = "Which settings does no other beat?";
const HEIGHT: f64 = 380.0;
/// Characters of a label.
const LABEL: usize = 32;
/// A drawing of more marks than this is black and large.
const MOST_MARKS: usize = 4000;
/// From this ratio of the largest to the smallest value on, an axis is logarithmic.
const WIDE: f64 = 20.0;
const LINE: Rgb = (150, 150, 150);

/// `plots/pareto.svg`.
pub fn draw(findings: &Findings<'_>) -> Drawing {
    let (x, y) = (findings.figures[0], findings.figures[1]);
    let marks = marks(findings, x, y);
    if marks.is_empty() {
        return nothing(TITLE, "No policy has both figures.");
    }
    let looks = looks(findings);
    let Layout { width, left, .. } = Layout::WIDE;
    let entries = looks.iter().map(|(_, (label, look))| Entry {
        look: *look,
        words: clip(label, LABEL),
        place: None,
    });
    let legend = Legend::new(entries.collect(), width - 8.0);
    let top = 74.0 + legend.height + Frame::ABOVE;
    let of = |pick: fn(&Mark<'_, '_>) -> f64| marks.iter().map(pick).collect::<Vec<f64>>();
    let frame = Frame {
        left,
        top,
        width: Layout::WIDE.inner(),
        height: HEIGHT,
        x: axis(&of(|mark| mark.x), x),
        y: axis(&of(|mark| mark.y), y),
    };
    canvas::draw(width, top + HEIGHT + Frame::BELOW + EDGE, TITLE, |canvas| {
        heading(canvas, TITLE, &below(findings, x, y));
        legend.draw(canvas, 4.0, 66.0);
        frame.draw(canvas, true);
        if findings.figures.len() == 2 {
            for world in 0..findings.worlds() {
                staircase(canvas, &frame, &marks, world, x, y);
            }
        }
        // The set last, so that nothing lies over it.
        for in_set in [false, true] {
            for mark in marks.iter().filter(|mark| mark.row.in_set == in_set) {
                let (px, py) = frame.at(mark.x, mark.y);
                let look = looks.values().find(|(label, _)| label == mark.row.label());
                let look = look.map_or(Look::nth(0), |(_, look)| *look);
                match in_set || mark.row.is_baseline() {
                    true => canvas.marker(px, py, 6.5, look),
                    false => canvas.marker(px, py, 3.5, pale(look)),
                }
            }
        }
    })
}

/// A row with its place.
struct Mark<'r, 'a> {
    row: &'r Row<'a>,
    x: f64,
    y: f64,
}

/// The rows that are drawn: policies, and what perfect invalidation comes to. Of too many that are beaten
/// every so manieth.
fn marks<'r, 'a>(findings: &'r Findings<'a>, x: &FigureKind, y: &FigureKind) -> Vec<Mark<'r, 'a>> {
    let [no_cache, _] = BASELINES;
    let rows = findings.rows.iter();
    let shown = rows.filter(|row| !row.repeats && (!row.is_baseline() || row.label() != no_cache));
    let marks = shown.filter_map(|row| {
        let mean = |figure: &FigureKind| figure.of(&row.totals).map(|(mean, _)| mean);
        let (x, y) = (mean(x)?, mean(y)?);
        Some(Mark { row, x, y })
    });
    let mut marks: Vec<Mark<'_, '_>> = marks.collect();
    let every = marks.len().div_ceil(MOST_MARKS).max(1);
    let mut number = 0;
    marks.retain(|mark| {
        number += 1;
        mark.row.in_set || number % every == 0
    });
    marks
}

/// A label and how it is drawn, in the order in which the labels are first met.
fn looks(findings: &Findings<'_>) -> BTreeMap<usize, (String, Look)> {
    let [no_cache, _] = BASELINES;
    let mut looks: BTreeMap<usize, (String, Look)> = BTreeMap::new();
    let mut policies = 0;
    for row in &findings.rows {
        let known = looks.values().any(|(label, _)| label == row.label());
        if known || (row.is_baseline() && row.label() == no_cache) {
            continue;
        }
        let (place, look) = if row.is_baseline() {
            let look = Look {
                marker: Marker::Cross,
                colour: (34, 34, 34),
                dash: Some((6, 4)),
            };
            (usize::MAX, look)
        } else {
            policies += 1;
            (policies, Look::nth(policies - 1))
        };
        looks.insert(place, (row.label().to_owned(), look));
    }
    looks
}

/// Half-way to white.
fn pale(look: Look) -> Look {
    let lighter = |c: u8| c / 2 + 127;
    let (r, g, b) = look.colour;
    Look {
        colour: (lighter(r), lighter(g), lighter(b)),
        ..look
    }
}

fn axis(values: &[f64], figure: &FigureKind) -> Axis {
    let write: fn(f64) -> String = match figure.unit {
        Unit::Share => shares,
        Unit::Time => ages,
        Unit::Count | Unit::Rate => counts,
    };
    let plain = |x: f64| figure.write(x);
    let name = figure.name;
    let above = values.iter().copied().filter(|x| *x > 0.0);
    let (least, most) = above.fold((f64::INFINITY, 0.0_f64), |(least, most), x| {
        (least.min(x), most.max(x))
    });
    let has_zero = values.iter().any(|x| *x <= 0.0);
    if most / least < WIDE || most == 0.0 {
        return match figure.unit {
            Unit::Share if !has_zero => Axis::share(least, most, name),
            _ => Axis::from_zero(most, name, plain),
        };
    }
    match has_zero {
        true => Axis::log_and_zero(least, most, name, write),
        false => Axis::log_near(least, most, name, plain),
    }
}

/// The line that joins the set of one world: what lies beyond a step is beaten by it.
fn staircase(
    canvas: &mut Canvas,
    frame: &Frame,
    marks: &[Mark<'_, '_>],
    world: usize,
    x: &FigureKind,
    y: &FigureKind,
) {
    let of_world = marks
        .iter()
        .filter(|mark| mark.row.in_set && mark.row.planned.world == world);
    let mut set: Vec<&Mark<'_, '_>> = of_world.collect();
    set.sort_by(|a, b| {
        let by_y = a.y.total_cmp(&b.y);
        a.x.total_cmp(&b.x).then(match y.better {
            Some(Direction::Higher) => by_y.reverse(),
            _ => by_y,
        })
    });
    for pair in set.windows(2) {
        let [from, to] = pair else { continue };
        let (a, b) = (frame.at(from.x, from.y), frame.at(to.x, to.y));
        // What lies beyond the corner is worse than either mark in one figure.
        let corner = match x.better {
            Some(Direction::Higher) => (a.0, b.1),
            _ => (b.0, a.1),
        };
        canvas.line(a, corner, LINE, 1.2);
        canvas.line(corner, b, LINE, 1.2);
    }
}

fn below(findings: &Findings<'_>, x: &FigureKind, y: &FigureKind) -> String {
    let across = match x.better {
        Some(Direction::Higher) => "right",
        _ => "left",
    };
    let up = match y.better {
        Some(Direction::Higher) => "up",
        _ => "down",
    };
    let mut words = format!("Better: {across} and {up}. Large marks are beaten by no other");
    if findings.figures.len() > 2 {
        let others: Vec<&str> = findings.figures[2..].iter().map(|f| f.name).collect();
        words += &format!(" (compared by {} too)", others.join(", "));
    }
    if findings.worlds() > 1 {
        words += " in the same world";
    }
    words + "."
}

/// What to see, in words.
pub fn caption(findings: &Findings<'_>) -> String {
    let policies = findings
        .rows
        .iter()
        .filter(|row| !row.is_baseline() && !row.repeats);
    let (all, set) = (policies.count(), findings.set().len());
    let names: Vec<&str> = findings.figures.iter().map(|figure| figure.name).collect();
    let mut words = format!(
        "{set} of {all} are beaten by no other in {}: none is at least as good in each and better in one.",
        names.join(", ")
    );
    let worlds = findings.worlds();
    if worlds > 1 {
        words += &format!(
            " The sweep also goes through what is given (traffic, origin, ways of hearing): points are \
             compared within each of the {worlds} worlds that this makes."
        );
    }
    words
}
