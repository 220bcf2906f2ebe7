//! `index.html`: a sweep as one page that needs nothing but a browser.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::Value;

use super::findings::{Findings, Row};
use super::tables::own_setting;
use super::{plot, table};
use crate::error::Error;
use crate::report::html::STYLE;
use crate::report::plots::Figure;
use crate::report::plots::svg::inline;
use crate::report::units::exact;

const PAGE: &str = include_str!("page.html");

/// Rows that the page shows; the others are in the CSV files.
const ROWS: usize = 500;

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    style: &'static str,
    verdict: String,
    facts: Vec<(&'static str, String)>,
    svg: &'a str,
    caption: String,
    radius: Option<Radius<'a>>,
    worlds: bool,
    settings: &'a [String],
    figures: Vec<&'static str>,
    tables: [Table<'a>; 2],
    scenario: String,
    command: &'a str,
}

/// The second figure, of a sweep through radii of meaning.
#[derive(Serialize)]
struct Radius<'a> {
    title: &'a str,
    below: &'a str,
    caption: &'a str,
    wide: String,
    narrow: String,
}

#[derive(Serialize)]
struct Table<'a> {
    id: &'static str,
    heading: &'static str,
    lines: Vec<Line<'a>>,
    note: String,
}

#[derive(Serialize)]
struct Line<'a> {
    point: usize,
    world: usize,
    policy: &'a str,
    baseline: bool,
    in_set: bool,
    settings: Vec<String>,
    /// What is shown, and what is sorted by.
    cells: Vec<(String, String)>,
}

/// The page, with the figures that were drawn.
pub fn render(
    findings: &Findings<'_>,
    svg: &str,
    radius: Option<&Figure>,
) -> Result<String, Error> {
    let fail =
        |error: minijinja::Error| Error::other(format_args!("the page cannot be made: {error:#}"));
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("page.html", PAGE).map_err(fail)?;
    let page = templates.get_template("page.html").map_err(fail)?;
    page.render(Serde(content(findings, svg, radius)))
        .map_err(fail)
}

fn content<'a>(findings: &'a Findings<'_>, svg: &'a str, radius: Option<&'a Figure>) -> Page<'a> {
    let plan = findings.plan;
    let name = plan.scenario.get("name").and_then(Value::as_str);
    let set = findings.set();
    let line = |row: &'a Row<'_>| line(findings, row);
    let rows = findings.rows.iter().filter(|row| !row.repeats);
    let count = rows.clone().count();
    Page {
        title: name.unwrap_or("sweep"),
        style: STYLE,
        verdict: verdict(findings),
        facts: facts(findings),
        svg,
        caption: plot::caption(findings),
        radius: radius.and_then(|figure| {
            let content = figure.content.as_ref().ok()?;
            Some(Radius {
                title: figure.title,
                below: &figure.below,
                caption: &figure.caption,
                wide: inline(&content.wide, "wide"),
                narrow: inline(&content.narrow, "narrow"),
            })
        }),
        worlds: findings.worlds() > 1,
        settings: &plan.settings,
        figures: findings.figures.iter().map(|figure| figure.name).collect(),
        tables: [
            Table {
                id: "set",
                heading: "Beaten by no other",
                lines: set.iter().take(ROWS).map(|row| line(row)).collect(),
                note: "A click on a heading sorts. ± is the 95 % confidence interval over replications."
                    .to_owned()
                    + &left_out(set.len(), "pareto.csv"),
            },
            Table {
                id: "all",
                heading: "All points",
                lines: rows.take(ROWS).map(line).collect(),
                note: "A policy that a setting does not concern is run once and shown once.".to_owned()
                    + &left_out(count, "sweep.csv"),
            },
        ],
        scenario: serde_json::to_string_pretty(&plan.scenario).unwrap_or_default(),
        command: &plan.command,
    }
}

fn left_out(rows: usize, file: &str) -> String {
    match rows.saturating_sub(ROWS) {
        0 => String::new(),
        more => format!(" {more} more rows are in {file}."),
    }
}

fn line<'a>(findings: &Findings<'_>, row: &'a Row<'_>) -> Line<'a> {
    let settings = findings.plan.settings.iter();
    let settings = settings.map(|key| own_setting(row, key));
    let cells = findings.figures.iter().map(|figure| {
        let value = figure.of(&row.totals).map_or(f64::NAN, |(mean, _)| mean);
        (table::cell(figure, row), exact(value))
    });
    Line {
        point: row.point,
        world: row.planned.world,
        policy: row.label(),
        baseline: row.is_baseline(),
        in_set: row.in_set,
        settings: settings.collect(),
        cells: cells.collect(),
    }
}

/// What the first of the set is best at, and what that costs.
fn verdict(findings: &Findings<'_>) -> String {
    if findings.worlds() > 1 {
        return plot::caption(findings);
    }
    let set = findings.set();
    let words = |row: &Row<'_>| {
        let settings = findings.plan.settings.iter();
        let settings: Vec<String> = settings
            .map(|key| (key, own_setting(row, key)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let figures: Vec<String> = findings
            .figures
            .iter()
            .map(|figure| format!("{} {}", figure.name, table::cell(figure, row)))
            .collect();
        let at = match settings.is_empty() {
            true => String::new(),
            false => format!(" at {}", settings.join(", ")),
        };
        format!("“{}”{at}: {}", row.label(), figures.join(", "))
    };
    match (set.first(), set.last()) {
        (Some(first), Some(last)) if set.len() > 1 => format!(
            "From {} to {}: {} points between which no figure improves without another getting worse.",
            words(first),
            words(last),
            set.len()
        ),
        (Some(only), _) => format!("One is best in every figure, {}.", words(only)),
        _ => "No policy can be compared.".to_owned(),
    }
}

fn facts(findings: &Findings<'_>) -> Vec<(&'static str, String)> {
    let plan = findings.plan;
    let replications = findings.rows.iter().map(|row| row.policy.runs.len()).max();
    let mut facts = vec![
        ("Points", plan.points.len().to_string()),
        ("Settings", plan.settings.join(", ")),
        ("Replications", replications.unwrap_or(0).to_string()),
        ("Different runs", plan.runs.len().to_string()),
    ];
    if findings.worlds() > 1 {
        facts.push(("Worlds", findings.worlds().to_string()));
    }
    facts.push(("Seed", plan.scenario["seed"].to_string()));
    facts
}
