//! The figures: one question each, one colour and marker a policy throughout.
//!
//! Each figure comes with a caption that says what it shows in this run. Data that is missing is
//! said in the figure's place; no figure is left out, so that links to them hold.

pub(crate) mod axis;
pub(crate) mod canvas;
mod frontier;
mod herd;
mod hits;
pub(crate) mod legend;
mod origin;
mod series;
mod staleness;
pub(crate) mod style;

use super::digest::Row;
use super::units::clip;
use canvas::{Canvas, text};
use legend::Legend;
use style::{INK, SOFT};

pub use style::{Look, Shape};

/// Width of every figure in CSS pixels.
pub(crate) const WIDTH: f64 = 860.0;
/// Left of the data: ticks and the name of the vertical axis.
pub(crate) const LEFT: f64 = 98.0;
pub(crate) const RIGHT: f64 = 34.0;
/// Characters of a label in a figure.
const LABEL: usize = 32;

/// A figure as a file.
pub struct Figure {
    /// `plots/NAME.svg`.
    pub name: &'static str,
    pub svg: String,
    /// What to see in it, in this run.
    pub caption: String,
}

/// All figures, in the order of the page.
pub fn figures(rows: &[Row]) -> Vec<Figure> {
    vec![
        frontier::figure(rows),
        staleness::figure(rows),
        hits::figure(rows),
        origin::figure(rows),
        herd::figure(rows),
    ]
}

fn label(row: &Row) -> String {
    clip(&row.info.label, LABEL)
}

/// The policies that answered reads, without the baselines: what captions compare.
fn compared<'r, 'a>(rows: &'r [Row<'a>]) -> impl Iterator<Item = &'r Row<'a>> {
    rows.iter()
        .filter(|row| !row.is_baseline() && row.mean("reads") > 0.0)
}

const NOTHING_TO_COMPARE: &str = "No policy answered any read.";

/// Title and second line; returns where the figure goes on.
pub(crate) fn heading(canvas: &mut Canvas, title: &str, below: &str) -> f64 {
    canvas.text(16.0, 22.0, title, text(16.5).bold());
    canvas.text(16.0, 44.0, below, text(13.0).colour(SOFT));
    64.0
}

/// A legend of `rows`, each with a remark behind its label.
fn legend(rows: &[Row], remark: impl Fn(&Row) -> Option<&'static str>) -> Legend {
    let entries = rows.iter().map(|row| {
        let words = match remark(row) {
            Some(words) => format!("{} ({words})", label(row)),
            None => label(row),
        };
        (Look::of(row), words)
    });
    Legend::new(entries.collect(), WIDTH - 32.0)
}

/// A figure without data: its question and why there is no answer.
pub(crate) fn nothing(title: &str, why: &str) -> String {
    canvas::draw(WIDTH, 150.0, title, |canvas| {
        canvas.text(16.0, 22.0, title, text(16.5).bold());
        let kind = text(15.0).colour(INK).middle();
        canvas.text(WIDTH / 2.0, 90.0, why, kind);
    })
}

#[cfg(test)]
mod tests {
    use super::super::{digest, sample};
    use super::*;

    #[test]
    fn the_same_report_draws_the_same_bytes() {
        let draw = || {
            let report = sample::report(2);
            let figures = figures(&digest::rows(&report));
            figures.into_iter().map(|f| f.svg).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn empty_data_is_said_in_words_and_draws_no_impossible_number() {
        for report in [
            sample::empty(),
            sample::nothing_read(),
            sample::nothing_stale(),
        ] {
            for figure in figures(&digest::rows(&report)) {
                let all = format!("{}{}", figure.svg, figure.caption);
                assert!(!all.contains("NaN") && !all.contains("inf"), "{all}");
                assert!(figure.svg.ends_with("</svg>\n"));
                assert!(!figure.caption.is_empty());
            }
        }
        let report = sample::nothing_stale();
        let figures = figures(&digest::rows(&report));
        let staleness = figures.iter().find(|f| f.name == "staleness").unwrap();
        assert!(staleness.svg.contains("no stale answers"));
    }

    #[test]
    fn a_hostile_label_is_escaped_in_every_figure() {
        let mut report = sample::report(1);
        let label = report.policies[0].label.clone();
        report.policies[0].label = "<b>&\"".to_owned();
        for run in report.runs.iter_mut().filter(|run| run.policy == label) {
            run.policy = "<b>&\"".to_owned();
        }
        report.totals.clear();
        for figure in figures(&digest::rows(&report)) {
            assert!(!figure.svg.contains("<b>"), "{}", figure.name);
            assert!(figure.svg.contains("&lt;b&gt;"), "{}", figure.name);
        }
    }
}
