//! `index.html`: the report as one page that needs nothing but a browser.

mod shown;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::Value;

use super::columns::{COMPARED, Cell, Head};
use super::csv::COLUMNS;
use super::digest::Row;
use super::plots::{Figure, Look, Shape};
use super::table::config;
use super::units::{count, exact};
use super::verdict::verdict;
use super::{Companion, PolicyKind, Report};
use crate::error::Error;
use shown::{Shown, shown};

/// Escapes every value but the figures, whose text [`super::plots`] has escaped.
const PAGE: &str = include_str!("page.html");

/// What pages look like, this one and others.
pub const STYLE: &str = include_str!("style.css");

/// What the template is filled with. All numbers are text by now.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    title: String,
    verdict: String,
    facts: Vec<(&'static str, String)>,
    heads: Vec<Head>,
    rows: Vec<Line>,
    replications: usize,
    shown: Shown,
    figures: Vec<Plot<'a>>,
    policies: Vec<Component>,
    exact: Vec<(&'static str, Vec<String>)>,
    scenario: String,
    trace: Option<String>,
    command: &'a str,
    companions: &'a [Companion],
}

#[derive(Serialize)]
struct Line {
    label: String,
    swatch: String,
    baseline: bool,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Plot<'a> {
    name: &'a str,
    svg: &'a str,
    caption: &'a str,
}

#[derive(Serialize)]
struct Component {
    label: String,
    swatch: String,
    kind: &'static str,
    sha256: Option<String>,
    config: String,
}

/// The page.
pub fn render(report: &Report, rows: &[Row], figures: &[Figure]) -> Result<String, Error> {
    let fail = |e: minijinja::Error| Error::other(format!("the page cannot be made: {e:#}"));
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("page.html", PAGE).map_err(fail)?;
    let page = templates.get_template("page.html").map_err(fail)?;
    page.render(Serde(content(report, rows, figures)))
        .map_err(fail)
}

fn content<'a>(report: &'a Report, rows: &[Row], figures: &'a [Figure]) -> Page<'a> {
    let name = report.scenario.get("name").and_then(Value::as_str);
    Page {
        style: STYLE,
        title: name.unwrap_or("comparison").to_owned(),
        verdict: verdict(report),
        facts: facts(report, rows),
        heads: COMPARED.iter().map(|c| c.head()).collect(),
        rows: rows.iter().map(line).collect(),
        replications: rows.iter().map(|row| row.runs.len()).max().unwrap_or(0),
        shown: shown(report),
        figures: figures
            .iter()
            .map(|f| Plot {
                name: f.name,
                svg: &f.svg,
                caption: &f.caption,
            })
            .collect(),
        policies: rows.iter().map(component).collect(),
        exact: exact_figures(rows),
        scenario: pretty(&report.scenario),
        trace: report.trace.as_ref().map(|trace| pretty(&trace.statistics)),
        command: &report.command,
        companions: &report.companions,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn facts(report: &Report, rows: &[Row]) -> Vec<(&'static str, String)> {
    let text = |key| report.scenario.get(key).and_then(Value::as_str);
    let mut facts = Vec::new();
    let policies = rows.iter().filter(|row| !row.is_baseline()).count();
    let baselines = rows.len() - policies;
    facts.push(("Policies", format!("{policies}, and {baselines} baselines")));
    if let Some(row) = rows.first() {
        facts.push(("Reads", format!("{} a run", count(row.mean("reads")))));
        facts.push(("Replications", row.runs.len().to_string()));
    }
    match &report.trace {
        Some(trace) => facts.push(("Trace", trace.path.clone())),
        None => {
            if let Some(duration) = text("duration") {
                facts.push(("Virtual time", duration.to_owned()));
            }
        }
    }
    facts.push(("Seed", report.seed.to_string()));
    if let Some(trace) = &report.trace {
        facts.push(("SHA-256 of the trace", trace.sha256.clone()));
    }
    facts
}

fn line(row: &Row) -> Line {
    Line {
        label: row.info.label.clone(),
        swatch: swatch(row),
        baseline: row.is_baseline(),
        cells: COMPARED.iter().map(|column| column.cell(row)).collect(),
    }
}

fn component(row: &Row) -> Component {
    Component {
        label: row.info.label.clone(),
        swatch: swatch(row),
        kind: match row.info.kind {
            PolicyKind::Component => "component",
            PolicyKind::Native => "native",
            PolicyKind::Baseline => "baseline",
        },
        sha256: row.info.component_sha256.clone(),
        config: config(&row.info.config).unwrap_or_else(|| "–".to_owned()),
    }
}

/// The policy's marker as the figures have it. Baselines take the colour of the text, since their
/// black would vanish on a dark page.
fn swatch(row: &Row) -> String {
    let look = Look::of(row);
    let (r, g, b) = look.colour;
    let colour = if row.is_baseline() {
        "currentColor".to_owned()
    } else {
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    let shape = match look.marker.shape() {
        Shape::Disc => format!("<circle r=\"5\" fill=\"{colour}\"/>"),
        Shape::Polygon(corners) => {
            let points: Vec<String> = corners
                .iter()
                .map(|(x, y)| format!("{:.1},{:.1}", x * 5.0, y * 5.0))
                .collect();
            format!(
                "<polygon points=\"{}\" fill=\"{colour}\"/>",
                points.join(" ")
            )
        }
        Shape::Strokes(strokes) => {
            let path: Vec<String> = strokes
                .iter()
                .map(|s| {
                    let [a, b, c, d] = [s.0, s.1, s.2, s.3].map(|v| v * 5.0);
                    format!("M{a:.1} {b:.1}L{c:.1} {d:.1}")
                })
                .collect();
            let path = path.concat();
            format!("<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"2.2\"/>")
        }
    };
    format!("<svg class=\"swatch\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">{shape}</svg>")
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
    use super::super::{digest, plots, sample};
    use super::*;

    fn page(report: &Report) -> String {
        let rows = digest::rows(report);
        render(report, &rows, &plots::figures(&rows)).unwrap()
    }

    #[test]
    fn the_page_asks_the_network_for_nothing() {
        let text = page(&sample::report(2));
        let text = text.replace("http://www.w3.org/2000/svg", "");
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
    fn exact_numbers_have_six_digits_and_no_trailing_zeros() {
        assert_eq!(six(1_234_567.0), "1234567");
        assert_eq!(six(0.012_345_678), "0.0123457");
        assert_eq!(six(1_234_567.5), "1234568");
        assert_eq!(six(0.5), "0.5");
        assert_eq!(six(100.000_000_1), "100");
    }
}
