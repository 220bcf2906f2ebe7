//! What happens at the worst moment? The origin around the highest peak of loads in flight.

use super::super::digest::Row;
use super::super::{Bin, Series, units};
use super::axis::{Axis, Frame, counts};
use super::series::{Columns, window};
use super::style::Look;
use super::{Figure, LEFT, RIGHT, WIDTH, canvas, compared, heading, legend, nothing};

const TITLE: &str = "What happens at the worst moment?";
/// Bins before and after the peak.
const BEFORE: usize = 12;
const AFTER: usize = 36;
const PANEL: f64 = 170.0;

/// The bin with the most loads in flight at once among the policies (baselines aside, unless there
/// is nothing else), and whose it is. Every policy is then drawn over the same time, in the
/// replication of that peak: all see the same arrivals.
struct Peak {
    replication: u32,
    bin: usize,
    inflight: u64,
    at_us: u64,
    policy: String,
}

fn peak(rows: &[Row]) -> Option<Peak> {
    let with_policies = rows.iter().any(|row| !row.is_baseline());
    let mut best: Option<Peak> = None;
    for row in rows.iter().filter(|row| row.is_baseline() != with_policies) {
        for run in &row.runs {
            for (bin, b) in run.series.bins.iter().enumerate() {
                if b.inflight_max > best.as_ref().map_or(0, |p| p.inflight) {
                    best = Some(Peak {
                        replication: run.replication,
                        bin,
                        inflight: b.inflight_max,
                        at_us: run.series.start_us + bin as u64 * run.series.bin_us,
                        policy: row.info.label.clone(),
                    });
                }
            }
        }
    }
    best
}

pub fn figure(rows: &[Row]) -> Figure {
    let peak = peak(rows);
    let svg = match &peak {
        Some(peak) => draw(rows, peak),
        None => nothing(TITLE, "No loads in flight were recorded in this run."),
    };
    Figure {
        name: "herd",
        svg,
        caption: caption(rows, peak.as_ref()),
    }
}

fn draw(rows: &[Row], peak: &Peak) -> String {
    // Without a cache there is no peak to see, only a level that would set the scale.
    let shown: Vec<(&Row, &Series)> = rows
        .iter()
        .filter(|row| !row.is_no_cache() || row.info.label == peak.policy)
        .filter_map(|row| {
            let of_peak = |r: &&&super::super::Run| r.replication == peak.replication;
            Some((row, &row.runs.iter().find(of_peak)?.series))
        })
        .filter(|(_, series)| series.bin_us > 0 && !series.bins.is_empty())
        .collect();
    let (from, to) = (peak.bin.saturating_sub(BEFORE), peak.bin + AFTER);
    let rate = |series: &Series| {
        let seconds = series.bin_us as f64 / 1e6;
        window(series, from, to, |b: &Bin| b.origin_loads as f64 / seconds)
    };
    let inflight = |series: &Series| window(series, from, to, |b| b.inflight_max as f64);
    let upper: Vec<Columns> = shown.iter().map(|(_, s)| rate(s)).collect();
    let lower: Vec<Columns> = shown.iter().map(|(_, s)| inflight(s)).collect();

    let legend = legend(rows, |row| {
        let left_out = !shown.iter().any(|(r, _)| r.info.label == row.info.label);
        left_out.then_some("not shown")
    });
    let top = 64.0 + legend.height + 14.0;
    let bin_us = upper.first().map_or(0.0, |c| c.column_us);
    let panels = [
        (top, "loads per second", &upper),
        (top + PANEL + 26.0, "loads in flight", &lower),
    ];
    let below = format!(
        "Origin loads per second and most loads in flight at once, by {}, around the highest peak.",
        units::duration(bin_us)
    );
    canvas::draw(WIDTH, top + 2.0 * PANEL + 26.0 + 56.0, TITLE, |canvas| {
        heading(canvas, TITLE, &below);
        legend.draw(canvas, 16.0, 60.0);
        for (i, (top, name, columns)) in panels.into_iter().enumerate() {
            let frame = frame(top, name, columns);
            frame.draw(canvas, i == 1);
            // Last rows first: the policy named first lies above the others.
            for ((row, _), line) in shown.iter().zip(columns).rev() {
                canvas.curve(&steps(line, &frame), Look::of(row), 1.8);
            }
            for (k, ((row, _), line)) in shown.iter().zip(columns).enumerate() {
                let apart = line.values.len().div_ceil(4).max(1);
                for j in (k * apart / shown.len().max(1)..line.values.len()).step_by(apart) {
                    let (x, y) = frame.at(line.middle(j), line.values[j]);
                    canvas.marker(x, y, 3.6, Look::of(row));
                }
            }
        }
    })
}

fn frame(top: f64, name: &str, columns: &[Columns]) -> Frame {
    let most = columns
        .iter()
        .flat_map(|c| &c.values)
        .fold(0.0, |a: f64, b| a.max(*b));
    let from = columns
        .iter()
        .map(|c| c.start_us)
        .fold(f64::INFINITY, f64::min);
    let to = columns.iter().map(Columns::end_us).fold(0.0, f64::max);
    Frame {
        left: LEFT,
        top,
        width: WIDTH - LEFT - RIGHT,
        height: PANEL,
        x: Axis::time(from, to, "virtual time"),
        y: Axis::from_zero(most, name, counts),
    }
}

/// A line that stays level over each bin: what is known is a count a bin, not a slope.
fn steps(line: &Columns, frame: &Frame) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(2 * line.values.len());
    for (i, value) in line.values.iter().enumerate() {
        let from = line.start_us + i as f64 * line.column_us;
        points.push(frame.at(from, *value));
        points.push(frame.at(from + line.column_us, *value));
    }
    points
}

fn caption(rows: &[Row], peak: Option<&Peak>) -> String {
    let Some(peak) = peak else {
        return "There was no load in flight to show.".to_owned();
    };
    let policies = || compared(rows);
    let mut words = format!(
        "The peak: {} loads in flight at once under {}, {} into the run.",
        units::count(peak.inflight as f64),
        peak.policy,
        units::duration(peak.at_us as f64),
    );
    let by = |a: &&Row, b: &&Row| a.mean("herd.max").total_cmp(&b.mean("herd.max"));
    if let Some(worst) = policies().max_by(by)
        && worst.mean("herd.max") > 0.0
    {
        words += &format!(
            " The largest herd waiting for one key: {} reads under {}.",
            units::count(worst.mean("herd.max")),
            worst.info.label
        );
    }
    let by = |a: &&Row, b: &&Row| a.mean("peak_to_mean").total_cmp(&b.mean("peak_to_mean"));
    if let Some(calm) = policies().min_by(by)
        && policies().count() > 1
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
    use super::super::super::{digest, sample};
    use super::*;

    #[test]
    fn the_window_is_around_the_highest_peak_of_a_policy_and_not_of_a_baseline() {
        let report = sample::report(2);
        let rows = digest::rows(&report);
        let peak = peak(&rows).unwrap();
        assert!(
            rows.iter()
                .any(|r| !r.is_baseline() && r.info.label == peak.policy)
        );
        let most = rows
            .iter()
            .filter(|r| !r.is_baseline())
            .flat_map(|r| &r.runs)
            .flat_map(|run| &run.series.bins)
            .map(|b| b.inflight_max)
            .max();
        assert_eq!(Some(peak.inflight), most);
        assert!(caption(&rows, Some(&peak)).contains(&peak.policy));
    }
}
