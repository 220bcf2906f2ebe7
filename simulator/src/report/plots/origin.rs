//! What does it cost the origin? Loads a second over virtual time.

use super::super::digest::Row;
use super::super::units;
use super::axis::{Axis, Frame, counts};
use super::series::{Columns, mean_rate};
use super::style::Look;
use super::{
    Figure, LEFT, NOTHING_TO_COMPARE, RIGHT, WIDTH, canvas, compared, heading, legend, nothing,
};

const TITLE: &str = "What does the origin have to carry?";
/// Columns over the whole run: finer ones show the noise of single loads and not the course.
const COLUMNS: usize = 72;
/// From this ratio of greatest to least on, the axis is logarithmic: the baseline without a cache
/// would else press all others onto the ground.
const FAR: f64 = 12.0;

pub fn figure(rows: &[Row]) -> Figure {
    let lines: Vec<Option<Columns>> = rows
        .iter()
        .map(|row| {
            let series: Vec<_> = row.runs.iter().map(|run| &run.series).collect();
            mean_rate(&series, COLUMNS)
        })
        .collect();
    let loaded = lines
        .iter()
        .flatten()
        .any(|c| c.values.iter().any(|v| *v > 0.0));
    Figure {
        name: "origin",
        svg: if loaded {
            draw(rows, &lines)
        } else {
            nothing(TITLE, "No loads over time were recorded in this run.")
        },
        caption: caption(rows),
    }
}

fn draw(rows: &[Row], lines: &[Option<Columns>]) -> String {
    let known = || lines.iter().flatten();
    let values = || known().flat_map(|c| c.values.iter().copied());
    let most = values().fold(0.0, f64::max);
    let least = values().filter(|v| *v > 0.0).fold(most, f64::min);
    let from = known().map(|c| c.start_us).fold(f64::INFINITY, f64::min);
    let to = known().map(Columns::end_us).fold(0.0, f64::max);
    let column = known().map(|c| c.column_us).fold(0.0, f64::max);

    let legend = legend(rows, |_| None);
    let top = 64.0 + legend.height + 14.0;
    let name = "origin loads per second";
    let frame = Frame {
        left: LEFT,
        top,
        width: WIDTH - LEFT - RIGHT,
        height: 300.0,
        x: Axis::time(from, to, "virtual time"),
        y: if most > FAR * least {
            Axis::log_near(least.max(most * 1e-5), most, name, counts)
        } else {
            Axis::from_zero(most, name, counts)
        },
    };
    let below = format!(
        "Loads that reached the origin, a point for each {}{}.",
        units::duration(column),
        if rows.iter().any(|row| row.runs.len() > 1) {
            ", mean of the replications"
        } else {
            ""
        }
    );
    canvas::draw(WIDTH, top + 300.0 + 56.0, TITLE, |canvas| {
        heading(canvas, TITLE, &below);
        legend.draw(canvas, 16.0, 60.0);
        frame.draw(canvas, true);
        let drawn = || {
            rows.iter()
                .zip(lines)
                .filter_map(|(r, c)| Some((r, c.as_ref()?)))
        };
        // Baselines first: the policies lie above them.
        for baseline in [true, false] {
            for (row, line) in drawn().filter(|(row, _)| row.is_baseline() == baseline) {
                let points: Vec<_> = (0..line.values.len())
                    .map(|i| frame.at(line.middle(i), line.values[i]))
                    .collect();
                canvas.curve(&points, Look::of(row), 2.0);
            }
        }
        for (i, (row, line)) in drawn().enumerate() {
            let apart = line.values.len().div_ceil(6).max(1);
            let first = i * apart / lines.len();
            for k in (first..line.values.len()).step_by(apart) {
                let (x, y) = frame.at(line.middle(k), line.values[k]);
                canvas.marker(x, y, 4.0, Look::of(row));
            }
        }
    })
}

fn caption(rows: &[Row]) -> String {
    let by = |a: &&Row, b: &&Row| a.mean("origin_loads").total_cmp(&b.mean("origin_loads"));
    let policies = || compared(rows);
    let (Some(least), Some(most)) = (policies().min_by(by), policies().max_by(by)) else {
        return NOTHING_TO_COMPARE.to_owned();
    };
    let mut words = format!(
        "{} loads least: {} loads",
        least.info.label,
        units::count(least.mean("origin_loads"))
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
    words + "."
}
