//! `index.html`: the report as one page that needs nothing but a browser.

mod extremes;
mod run;
mod shown;
mod swatch;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::columns::{COMPARED, Cell, Head};
use super::csv::COLUMNS;
use super::digest::Row;
use super::plots::svg::inline;
use super::plots::{Figure, Table};
use super::units::exact;
use super::verdict::verdict;
use super::{Companion, Images, Report};
use crate::error::Error;
use extremes::{Extreme, extremes};
use run::Ran;
use shown::{Shown, shown};
use swatch::swatch;

/// Escapes every value but the figures and swatches, whose text is escaped by who makes them.
const PAGE: &str = include_str!("page.html");

/// What pages look like, this one and others.
pub const STYLE: &str = include_str!("style.css");

/// Sorting, showing and hiding, values under the pointer.
const SCRIPT: &str = include_str!("page.js");

/// What the template is filled with. All numbers are text by now.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    title: &'a str,
    lead: String,
    rest: String,
    facts: Vec<(&'static str, String)>,
    heads: Vec<Head>,
    rows: Vec<Line>,
    replications: usize,
    shown: Shown,
    figures: Vec<Plot<'a>>,
    left_out: Vec<(&'static str, &'a str)>,
    exact: Vec<(&'static str, Vec<String>)>,
    ran: Ran<'a>,
    companions: &'a [Companion],
}

#[derive(Serialize)]
struct Line {
    place: usize,
    label: String,
    swatch: String,
    baseline: bool,
    cells: Vec<(Cell, &'static str)>,
}

#[derive(Serialize)]
struct Plot<'a> {
    name: &'a str,
    title: &'a str,
    below: &'a str,
    caption: &'a str,
    wide: String,
    narrow: String,
    hover: String,
    table: &'a Table,
    png: bool,
}

/// The page.
pub fn render(
    report: &Report,
    rows: &[Row],
    figures: &[Figure],
    images: Images,
) -> Result<String, Error> {
    let fail = |e: minijinja::Error| Error::other(format!("the page cannot be made: {e:#}"));
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("page.html", PAGE).map_err(fail)?;
    let page = templates.get_template("page.html").map_err(fail)?;
    page.render(Serde(content(report, rows, figures, images)))
        .map_err(fail)
}

fn content<'a>(
    report: &'a Report,
    rows: &[Row],
    figures: &'a [Figure],
    images: Images,
) -> Page<'a> {
    let verdict = verdict(report);
    let shown_figures = figures.iter().filter_map(|figure| {
        let content = figure.content.as_ref().ok()?;
        Some(Plot {
            name: figure.name,
            title: figure.title,
            below: &figure.below,
            caption: &figure.caption,
            wide: inline(&content.wide, "wide"),
            narrow: inline(&content.narrow, "narrow"),
            hover: content.hover_json(),
            table: &content.table,
            png: images == Images::Png,
        })
    });
    let left_out = figures.iter().filter_map(|figure| {
        let why = figure.content.as_ref().err()?;
        Some((figure.title, why.as_str()))
    });
    Page {
        style: STYLE,
        script: SCRIPT,
        title: run::name(report),
        lead: verdict.lead,
        rest: verdict.rest,
        facts: run::facts(report, rows),
        heads: COMPARED.iter().map(|c| c.head()).collect(),
        rows: lines(report, rows),
        replications: rows.iter().map(|row| row.runs.len()).max().unwrap_or(0),
        shown: shown(report),
        figures: shown_figures.collect(),
        left_out: left_out.collect(),
        exact: exact_figures(rows),
        ran: run::ran(report, rows),
        companions: &report.companions,
    }
}

fn lines(report: &Report, rows: &[Row]) -> Vec<Line> {
    let marks: Vec<Vec<Option<Extreme>>> = COMPARED
        .iter()
        .map(|column| extremes(report, rows, column))
        .collect();
    let line = |row: &Row| Line {
        place: row.place,
        label: row.info.label.clone(),
        swatch: swatch(row),
        baseline: row.is_baseline(),
        cells: COMPARED
            .iter()
            .zip(&marks)
            .map(|(column, marks)| {
                let mark = match marks[row.place] {
                    Some(Extreme::Best) => "best",
                    Some(Extreme::Worst) => "worst",
                    None => "",
                };
                (column.cell(row), mark)
            })
            .collect(),
    };
    rows.iter().map(line).collect()
}

/// Every figure of every policy, by the names of the report; those that no policy has are left out.
fn exact_figures(rows: &[Row]) -> Vec<(&'static str, Vec<String>)> {
    let cell = |row: &Row, name| match row.figure(name) {
        None => "–".to_owned(),
        Some(figure) => match figure.ci95 {
            Some(ci) if ci > 0.0 => format!("{} ± {}", six(figure.mean), six(ci)),
            _ => six(figure.mean),
        },
    };
    COLUMNS
        .into_iter()
        .filter(|name| rows.iter().any(|row| row.figure(name).is_some()))
        .map(|name| (name, rows.iter().map(|row| cell(row, name)).collect()))
        .collect()
}

/// Whole numbers whole, others with six significant digits: all of them are in the CSV.
fn six(x: f64) -> String {
    if x.fract() == 0.0 || !x.is_finite() {
        return exact(x);
    }
    let digits = (5 - x.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{x:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{digest, plots, sample};
    use super::*;

    fn page(report: &Report) -> String {
        let rows = digest::rows(report);
        render(report, &rows, &plots::figures(&rows), Images::Png).unwrap()
    }

    #[test]
    fn the_page_asks_the_network_for_nothing() {
        let text = page(&sample::report(2));
        for word in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn a_hostile_name_label_or_link_cannot_break_out_of_the_page() {
        let mut report = sample::report(1);
        let bad = "\"><script>alert(1)</script>";
        report.scenario["name"] = Value::from(bad);
        report.command = bad.to_owned();
        report.policies[0].config = serde_json::json!({ "ttl": bad });
        let label = std::mem::replace(&mut report.policies[0].label, bad.to_owned());
        for run in report.runs.iter_mut().filter(|run| run.policy == label) {
            run.policy = bad.to_owned();
        }
        super::super::sample::conclude(&mut report);
        report.companions.push(Companion {
            title: bad.to_owned(),
            href: bad.to_owned(),
            summary: bad.to_owned(),
        });
        assert!(!page(&report).contains("<script>alert"));
    }

    #[test]
    fn the_page_is_the_same_however_fast_it_was() {
        let mut report = sample::report(2);
        let before = page(&report);
        report.timing = super::super::Timing::default();
        assert!(page(&report) == before);
    }

    #[test]
    fn companions_are_linked_and_absent_when_there_are_none() {
        let mut report = sample::report(1);
        assert!(!page(&report).contains("id=\"companions\""));
        report.companions.push(Companion {
            title: "The herd".to_owned(),
            href: "../herd/index.html".to_owned(),
            summary: "What happens at an expiry.".to_owned(),
        });
        let text = page(&report);
        assert!(text.contains("id=\"companions\"") && text.contains("What happens at an expiry."));
        assert!(text.contains("index.html\">The herd</a>"), "{text}");
    }

    #[test]
    fn a_figure_has_its_numbers_and_one_without_says_why_it_is_not_there() {
        let text = page(&sample::nothing_stale());
        assert!(text.contains("id=\"frontier\"") && text.contains("href=\"plots/frontier.csv\""));
        assert!(!text.contains("id=\"staleness\""));
        assert!(text.contains("How old is what readers get?</b>: there were no stale answers"));
    }

    #[test]
    fn exact_numbers_have_six_digits_and_no_trailing_zeros() {
        assert_eq!(six(1_234_567.0), "1234567");
        assert_eq!(six(0.012_345_678), "0.0123457");
        assert_eq!(six(1_234_567.5), "1234568");
        assert_eq!(six(0.5), "0.5");
        assert_eq!(six(100.000_000_1), "100");
    }
}
