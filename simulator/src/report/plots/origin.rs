//! What does it cost the origin? Loads a second over virtual time.

use super::axis::{Axis, Frame, counts};
use super::canvas::{Canvas, Tag};
use super::hover::{Hover, Line, place, rounded};
use super::series::{Columns, mean_rate};
use super::sketch::{Figure, Sketch, Table};
use super::style::Look;
use super::{NOTHING_TO_COMPARE, compared, label, legend};
use crate::report::digest::Row;
use crate::report::units::{count, duration, exact};

const NAME: &str = "origin";
const TITLE: &str = "What does the origin have to carry?";
const HEIGHT: f64 = 320.0;
/// Columns over the whole run: finer ones show the noise of single loads and not the course.
const COLUMNS: usize = 72;
/// From this ratio of greatest to least on, the axis is logarithmic: the baseline without a cache
/// would else press all others onto the ground.
const FAR: f64 = 12.0;

/// The course of the load.
pub fn figure(rows: &[Row]) -> Figure {
    let lines = rows.iter().filter_map(|row| {
        let series: Vec<_> = row.runs.iter().map(|run| &run.series).collect();
        Some((row, mean_rate(&series, COLUMNS)?))
    });
    let lines: Vec<(&Row, Columns)> = lines.collect();
    if !lines
        .iter()
        .any(|(_, line)| line.values.iter().any(|v| *v > 0.0))
    {
        return Figure::nothing(NAME, TITLE, "no loads were recorded");
    }
    let column = lines.iter().map(|(_, line)| line.column_us);
    let below = format!(
        "Loads that reached the origin, a point for each {}{}.",
        duration(column.fold(0.0, f64::max)),
        if rows.iter().any(|row| row.runs.len() > 1) {
            ", mean of the replications"
        } else {
            ""
        }
    );
    Sketch {
        name: NAME,
        title: TITLE,
        below,
        caption: caption(rows, &lines),
        table: table(&lines),
        csv: csv(&lines),
        hover: hover(&lines),
        paint: Box::new(|canvas, top| paint(canvas, top, rows, &lines)),
    }
    .finish()
}

fn frame(lines: &[(&Row, Columns)], left: f64, top: f64, width: f64) -> Frame {
    let known = || lines.iter().map(|(_, line)| line);
    let values = || known().flat_map(|c| c.values.iter().copied());
    let most = values().fold(0.0, f64::max);
    let least = values().filter(|v| *v > 0.0).fold(most, f64::min);
    let from = known().map(|c| c.start_us).fold(f64::INFINITY, f64::min);
    let to = known().map(Columns::end_us).fold(0.0, f64::max);
    let name = "origin loads per second";
    Frame {
        left,
        top,
        width,
        height: HEIGHT,
        x: Axis::time(from, to, "virtual time"),
        y: if most > FAR * least {
            Axis::log_near(least.max(most * 1e-5), most, name, counts)
        } else {
            Axis::from_zero(most, name, counts)
        },
    }
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row], lines: &[(&Row, Columns)]) -> f64 {
    let top = legend(canvas, top, rows, |_| None);
    let (left, width) = (canvas.layout.left, canvas.layout.inner());
    let frame = frame(lines, left, top + Frame::ABOVE, width);
    frame.draw(canvas, true);
    // Baselines first: the policies lie above them.
    for baseline in [true, false] {
        for (row, line) in lines
            .iter()
            .filter(|(row, _)| row.is_baseline() == baseline)
        {
            let points: Vec<_> = (0..line.values.len())
                .map(|i| frame.at(line.middle(i), line.values[i]))
                .collect();
            canvas.tagged(Tag::Policy(row.place), |canvas| {
                canvas.curve(&points, Look::of(row), 2.0);
            });
        }
    }
    let markers = if canvas.layout.is_narrow() { 3 } else { 6 };
    for (i, (row, line)) in lines.iter().enumerate() {
        let apart = line.values.len().div_ceil(markers).max(1);
        let first = i * apart / lines.len();
        canvas.tagged(Tag::Policy(row.place), |canvas| {
            for k in (first..line.values.len()).step_by(apart) {
                let (x, y) = frame.at(line.middle(k), line.values[k]);
                canvas.marker(x, y, 4.0, Look::of(row));
            }
        });
    }
    frame.bottom() + Frame::BELOW
}

fn hover(lines: &[(&Row, Columns)]) -> Hover {
    let frame = frame(lines, 0.0, 0.0, 1.0);
    let longest = lines
        .iter()
        .map(|(_, line)| line)
        .max_by_key(|line| line.values.len());
    let heads = longest.map_or_else(Vec::new, |line| {
        let head = |i| {
            let at = rounded(frame.x.place(line.middle(i)));
            (at, duration(line.middle(i)))
        };
        (0..line.values.len()).map(head).collect()
    });
    let series = lines.iter().map(|(row, line)| Line {
        p: row.place,
        y: vec![
            line.values
                .iter()
                .map(|v| Some(place(&frame.y, *v)))
                .collect(),
        ],
        v: line
            .values
            .iter()
            .map(|v| format!("{}/s", count(*v)))
            .collect(),
    });
    Hover::Columns {
        heads,
        series: series.collect(),
    }
}

/// The column with the greatest rate.
fn busiest(line: &Columns) -> Option<usize> {
    let by = |a: &usize, b: &usize| line.values[*a].total_cmp(&line.values[*b]);
    // Of equals the first.
    (0..line.values.len()).rev().max_by(by)
}

fn table(lines: &[(&Row, Columns)]) -> Table {
    let heads = [
        "policy",
        "loads",
        "mean",
        "busiest point",
        "at",
        "busiest 100 ms",
        "peak / mean",
    ];
    let rows = lines.iter().map(|(row, line)| {
        let busiest = busiest(line);
        let rate = |x: f64| format!("{}/s", count(x));
        let cells = vec![
            label(row),
            count(row.mean("origin_loads")),
            rate(row.mean("origin_rate.mean")),
            busiest.map_or_else(String::new, |i| rate(line.values[i])),
            busiest.map_or_else(String::new, |i| duration(line.middle(i))),
            rate(row.mean("origin_rate.max")),
            format!("{:.1}", row.mean("peak_to_mean")),
        ];
        (Some(row.place), cells)
    });
    Table {
        heads: heads.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn csv(lines: &[(&Row, Columns)]) -> Vec<Vec<String>> {
    let mut rows = vec![
        ["policy", "t_us", "loads_per_second"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (row, line) in lines {
        for (i, value) in line.values.iter().enumerate() {
            rows.push(vec![
                row.info.label.clone(),
                exact(line.middle(i)),
                exact(*value),
            ]);
        }
    }
    rows
}

fn caption(rows: &[Row], lines: &[(&Row, Columns)]) -> String {
    let by = |a: &&Row, b: &&Row| a.mean("origin_loads").total_cmp(&b.mean("origin_loads"));
    let policies = || compared(rows);
    let (Some(least), Some(most)) = (policies().min_by(by), policies().max_by(by)) else {
        return NOTHING_TO_COMPARE.to_owned();
    };
    let mut words = format!(
        "{} loads least: {} loads",
        least.info.label,
        count(least.mean("origin_loads"))
    );
    if let Some(perfect) = rows.iter().find(|row| row.is_perfect())
        && perfect.mean("origin_loads") > 0.0
    {
        words += &format!(
            ", {:.2} times what perfect invalidation needs",
            least.mean("origin_loads") / perfect.mean("origin_loads")
        );
    }
    if least.info.label != most.info.label && least.mean("origin_loads") > 0.0 {
        words += &format!(
            "; {} loads most, {:.1} times as often",
            most.info.label,
            most.mean("origin_loads") / least.mean("origin_loads")
        );
    }
    let peaks = lines.iter().filter(|(row, _)| !row.is_baseline());
    let peaks = peaks.filter_map(|(row, line)| {
        let i = busiest(line)?;
        Some((row, line.values[i], line.middle(i)))
    });
    if let Some((row, rate, at)) = peaks.max_by(|a, b| a.1.total_cmp(&b.1)) {
        words += &format!(
            ". The highest point: {}/s under {}, {} into the run",
            count(rate),
            row.info.label,
            duration(at)
        );
    }
    words + "."
}
