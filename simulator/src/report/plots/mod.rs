//! The figures: one question each, one colour and marker a policy throughout.
//!
//! Each figure comes with a caption that says what it shows in this run, with the numbers that it draws, and
//! with what to show where a pointer is. One that has nothing to show says why in its place.

pub(crate) mod axis;
mod bars;
pub(crate) mod bitmap;
mod bound;
mod brush;
pub(crate) mod canvas;
mod fanout;
mod frontier;
mod herd;
mod hits;
mod hover;
mod latency;
pub(crate) mod legend;
mod memory;
mod origin;
pub(crate) mod radius;
mod series;
mod sketch;
mod spots;
mod staleness;
pub(crate) mod style;
pub(crate) mod svg;
mod tail;

use super::digest::Row;
use super::units::clip;
use canvas::{Canvas, Drawing, Layout, lines, text};
use legend::{Entry, Legend};
use style::{INK, SOFT};

pub use hover::Hover;
pub use sketch::{Figure, Table};
pub use style::{Look, Shape};

/// Characters of a label in a figure.
const LABEL: usize = 32;
/// Above and below what is drawn.
pub(crate) const EDGE: f64 = 10.0;

/// All figures, in the order of the page.
pub fn figures(rows: &[Row]) -> Vec<Figure> {
    vec![
        frontier::figure(rows),
        staleness::figure(rows),
        bound::figure(rows),
        hits::figure(rows),
        origin::figure(rows),
        herd::figure(rows),
        latency::figure(rows),
        fanout::figure(rows),
        memory::figure(rows),
        radius::figure(rows),
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
const NO_READS: &str = "there were no reads in this run";

/// Title and how to read it; returns where the figure goes on.
pub(crate) fn heading(canvas: &mut Canvas, title: &str, below: &str) -> f64 {
    canvas.text(4.0, 20.0, title, text(17.0).bold());
    let mut y = 44.0;
    for line in lines(below, 13.0, canvas.layout.width - 8.0) {
        canvas.text(4.0, y, &line, text(13.0).colour(SOFT));
        y += 18.0;
    }
    y + 2.0
}

/// Draws a legend of `rows`, each with a remark behind its label; returns where the figure goes on.
fn legend(
    canvas: &mut Canvas,
    top: f64,
    rows: &[Row],
    remark: impl Fn(&Row) -> Option<&'static str>,
) -> f64 {
    let entries = rows.iter().map(|row| Entry {
        look: Look::of(row),
        words: match remark(row) {
            Some(words) => format!("{} ({words})", label(row)),
            None => label(row),
        },
        place: Some(row.place),
    });
    let legend = Legend::new(entries.collect(), canvas.layout.width - 8.0);
    legend.draw(canvas, 4.0, top);
    top + legend.height + 8.0
}

/// A figure without data: its question and why there is no answer.
pub(crate) fn nothing(title: &str, why: &str) -> Drawing {
    canvas::draw(Layout::WIDE.width, 110.0, title, |canvas| {
        canvas.text(4.0, 20.0, title, text(17.0).bold());
        let mut y = 58.0;
        for line in lines(why, 15.0, Layout::WIDE.width - 8.0) {
            canvas.text(4.0, y, &line, text(15.0).colour(INK));
            y += 22.0;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{digest, sample};
    use super::*;

    /// Everything of a figure that is text.
    fn all(figure: &Figure) -> String {
        let mut all = format!("{}{}{}", figure.file().svg(), figure.caption, figure.below);
        if let Ok(content) = &figure.content {
            all += &svg::inline(&content.wide, "wide");
            all += &svg::inline(&content.narrow, "narrow");
            all += &content.hover_json();
            all += &format!("{:?}{:?}", content.table, content.csv);
        }
        all
    }

    #[test]
    fn the_same_report_draws_the_same_bytes() {
        let draw = || {
            let report = sample::report(2);
            let figures = figures(&digest::rows(&report));
            figures.iter().map(all).collect::<Vec<_>>()
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
                let all = all(&figure);
                let mut words = all.split(|c: char| !c.is_alphanumeric());
                assert!(!words.any(|word| word == "NaN" || word == "inf"), "{all}");
                assert!(figure.file().svg().ends_with("</svg>\n"));
                match &figure.content {
                    Ok(content) => {
                        assert!(!figure.caption.is_empty());
                        assert!(!content.csv.is_empty() && !content.table.rows.is_empty());
                    }
                    Err(why) => {
                        let svg = figure.file().svg();
                        assert!(why.split(' ').all(|word| svg.contains(word)), "{why}");
                    }
                }
            }
        }
        let report = sample::nothing_stale();
        let figures = figures(&digest::rows(&report));
        let staleness = figures.iter().find(|f| f.name == "staleness").unwrap();
        assert!(
            staleness
                .content
                .as_ref()
                .is_err_and(|why| why.contains("stale"))
        );
    }

    #[test]
    fn each_figure_has_something_to_show_in_a_run_that_has_everything() {
        let report = sample::report(3);
        let figures = figures(&digest::rows(&report));
        // That of the radii takes policies that differ in nothing else.
        for figure in figures.iter().filter(|figure| figure.name != radius::NAME) {
            let content = figure.content.as_ref();
            let content = content.unwrap_or_else(|why| panic!("{}: {why}", figure.name));
            assert!(content.wide.width > content.narrow.width);
            let columns = content.table.heads.len();
            assert!(
                content.table.rows.iter().all(|row| row.1.len() == columns),
                "{}",
                figure.name
            );
            let columns = content.csv[0].len();
            assert!(
                content.csv.iter().all(|row| row.len() == columns),
                "{}",
                figure.name
            );
        }
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
            let svg = figure.file().svg();
            assert!(!svg.contains("<b>"), "{}", figure.name);
            if let Ok(content) = &figure.content {
                assert!(!svg::inline(&content.narrow, "narrow").contains("<b>"));
                assert!(!content.hover_json().contains('<'));
            }
        }
    }

    #[test]
    fn no_drawing_writes_beyond_its_edges() {
        let report = sample::report(3);
        for figure in figures(&digest::rows(&report)) {
            let Ok(content) = &figure.content else {
                continue;
            };
            for drawing in [&content.file, &content.wide, &content.narrow] {
                for (_, shown) in &drawing.drawn {
                    let canvas::Shown::Text { at, words, kind } = shown else {
                        continue;
                    };
                    let width = canvas::width_of(words, kind.size);
                    let left = match kind.anchor {
                        canvas::Anchor::Start => at.0,
                        canvas::Anchor::Middle => at.0 - width / 2.0,
                        canvas::Anchor::End => at.0 - width,
                    };
                    // The width is estimated, from above.
                    let fits = left > -4.0 && left + width < drawing.width + 8.0;
                    assert!(
                        fits && at.1 < drawing.height,
                        "{}: “{words}” at {at:?}",
                        figure.name
                    );
                }
            }
        }
    }
}
