//! `index.html`: the table with its notes, as one page that needs nothing but a browser.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

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
    rows: Vec<Line<'a>>,
    left_out: &'a [LeftOut],
    command: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    /// Of its scenario.
    first: bool,
    what: &'a str,
    note: Option<&'a str>,
    expected: String,
    measured: String,
    replications: usize,
    tolerance: String,
    z: String,
    verdict: &'static str,
    kind: &'a str,
    scenario: &'a str,
    policy: String,
    set: String,
}

/// The page.
pub fn render(verification: &Verification, command: &str) -> Result<String, Error> {
    let fail =
        |error: minijinja::Error| Error::other(format!("the page cannot be made: {error:#}"));
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("page.html", PAGE).map_err(fail)?;
    let page = templates.get_template("page.html").map_err(fail)?;
    let mut before = "";
    let rows = verification.rows.iter().map(|row| {
        let first = row.id != before;
        before = row.id;
        line(row, first)
    });
    page.render(Serde(Page {
        style: STYLE,
        verdict: summary(verification).replace('\n', " "),
        rows: rows.collect(),
        left_out: verification.left_out,
        command,
    }))
    .map_err(fail)
}

fn line(row: &Found, first: bool) -> Line<'_> {
    Line {
        id: row.id,
        first,
        what: &row.what,
        note: row.note,
        expected: expected(row),
        measured: measured(row),
        replications: row.replications,
        tolerance: tolerance(row),
        z: row.z.map_or("–".to_owned(), |z| format!("{z:.1}")),
        verdict: row.verdict.word(),
        kind: row.kind,
        scenario: row.scenario,
        policy: match row.less {
            Some(other) => format!("{} less {other}", row.policy),
            None => row.policy.to_owned(),
        },
        set: format!(
            "seed {}{}",
            row.seed,
            row.set
                .iter()
                .map(|set| format!("; {set}"))
                .collect::<String>()
        ),
    }
}
