//! `index.html`: the table with its notes, as one page that needs nothing but a browser.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::judge::Verdict;
use super::output::{Found, Verification};
use super::suite::LeftOut;
use super::table::{expected, measured, summary, tolerance};
use crate::error::Error;
use crate::report::STYLE;

/// Escapes every value but the style.
const PAGE: &str = include_str!("page.html");

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    verdict: String,
    scenarios: Vec<Scenario<'a>>,
    left_out: &'a [LeftOut],
    command: &'a str,
}

#[derive(Serialize)]
struct Scenario<'a> {
    id: &'a str,
    title: &'a str,
    asks: &'a str,
    /// How many rows pass, and of how many.
    passed: usize,
    rows: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    what: &'a str,
    note: Option<&'a str>,
    expected: String,
    measured: String,
    replications: usize,
    tolerance: String,
    /// None for bounds, ranges and what must be 0.
    off: Option<Off>,
    z: Option<String>,
    verdict: &'static str,
    kind: &'a str,
    scenario: &'a str,
    policy: String,
    seed: u64,
    set: &'a [String],
}

/// Where the measured mean and its interval lie between what is expected less and plus the tolerance: 0 and 100.
#[derive(Serialize)]
struct Off {
    at: f64,
    from: f64,
    wide: f64,
}

/// The page.
pub fn render(verification: &Verification, command: &str) -> Result<String, Error> {
    let fail =
        |error: minijinja::Error| Error::other(format!("the page cannot be made: {error:#}"));
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("page.html", PAGE).map_err(fail)?;
    let page = templates.get_template("page.html").map_err(fail)?;
    let scenarios = verification.scenarios.iter().map(|title| {
        let rows = verification.rows.iter();
        let rows: Vec<&Found> = rows.filter(|row| row.id == title.id).collect();
        let passing = rows.iter().filter(|row| row.verdict == Verdict::Pass);
        Scenario {
            id: title.id,
            title: title.title,
            asks: title.asks,
            passed: passing.count(),
            rows: rows.into_iter().map(line).collect(),
        }
    });
    page.render(Serde(Page {
        style: STYLE,
        verdict: summary(verification).replace('\n', " "),
        scenarios: scenarios.collect(),
        left_out: verification.left_out,
        command,
    }))
    .map_err(fail)
}

fn line(row: &Found) -> Line<'_> {
    Line {
        what: &row.what,
        note: row.note,
        expected: expected(row),
        measured: measured(row),
        replications: row.replications,
        tolerance: tolerance(row),
        off: off(row),
        z: row.z.map(|z| format!("{z:+.1}").replace('-', "−")),
        verdict: row.verdict.word(),
        kind: row.kind,
        scenario: row.scenario,
        policy: match row.less {
            Some(other) => format!("{} less {other}", row.policy),
            None => row.policy.to_owned(),
        },
        seed: row.seed,
        set: &row.set,
    }
}

fn off(row: &Found) -> Option<Off> {
    let tolerance = row.tolerance.filter(|tolerance| *tolerance > 0.0)?;
    // What lies outside is drawn at the edge.
    let place = |x: f64| {
        let place = 50.0 + 50.0 * (x - row.expected) / tolerance;
        (place.clamp(0.0, 100.0) * 10.0).round() / 10.0
    };
    let ci = row.ci95.unwrap_or(f64::INFINITY);
    let (from, to) = (place(row.measured - ci), place(row.measured + ci));
    row.measured.is_finite().then(|| Off {
        at: place(row.measured),
        from,
        wide: ((to - from) * 10.0).round() / 10.0,
    })
}
