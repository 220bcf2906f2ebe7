//! What a sweep found as CSV: every figure of every row, and the rows that none beats.

use serde_json::Value;

use super::findings::{Findings, Row};
use crate::error::Error;
use crate::report::csv::Rows;
use crate::report::figures::FIGURES;
use crate::report::units::exact;

/// A setting as one writes it after `key=`: text without its quotes; nothing where a point leaves it as the
/// scenario says.
pub fn setting(row: &Row<'_>, key: &str) -> String {
    match row.planned.settings.get(key) {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// As [`setting`], but nothing for a setting of another policy.
pub fn own_setting(row: &Row<'_>, key: &str) -> String {
    match row.is_concerned_by(key) {
        true => setting(row, key),
        false => String::new(),
    }
}

/// Where a row belongs: its point, the world of that, its policy and the settings, each as `cell` has it.
fn place(
    findings: &Findings<'_>,
    row: &Row<'_>,
    cell: fn(&Row<'_>, &str) -> String,
) -> Vec<String> {
    let mut cells = vec![
        row.point.to_string(),
        row.planned.world.to_string(),
        row.label().to_owned(),
    ];
    let settings = findings.plan.settings.iter();
    cells.extend(settings.map(|key| cell(row, key)));
    cells
}

fn place_heads(findings: &Findings<'_>) -> Vec<String> {
    let heads = ["point", "world", "policy"].map(str::to_owned);
    let settings = findings.plan.settings.iter().cloned();
    heads.into_iter().chain(settings).collect()
}

fn number(x: Option<f64>) -> String {
    x.map(exact).unwrap_or_default()
}

/// `sweep.csv`: a line for each point, policy and figure. Figures that a policy does not have (meaning,
/// clients) are left out; `ci95` is empty for one replication.
pub fn long(findings: &Findings<'_>) -> Result<String, Error> {
    let mut rows = Rows::new();
    let heads = ["figure", "mean", "ci95"].map(str::to_owned);
    rows.push(place_heads(findings).into_iter().chain(heads))?;
    for row in &findings.rows {
        let place = place(findings, row, setting);
        for figure in &FIGURES {
            if let Some((mean, ci95)) = figure.of(&row.totals) {
                let cells = [figure.name.to_owned(), exact(mean), number(ci95)];
                rows.push(place.iter().cloned().chain(cells))?;
            }
        }
    }
    rows.finish()
}

/// `pareto.csv`: a line for each point and policy that none of the same world beats, with the figures that
/// they are compared by, and whether it is beaten by none of any world. A policy that the settings do not
/// concern has one line, without them.
pub fn pareto(findings: &Findings<'_>) -> Result<String, Error> {
    let mut rows = Rows::new();
    let names = findings.figures.iter();
    let heads = names.flat_map(|figure| [figure.name.to_owned(), format!("{}.ci95", figure.name)]);
    let overall = ["overall".to_owned()];
    rows.push(
        place_heads(findings)
            .into_iter()
            .chain(overall)
            .chain(heads),
    )?;
    for row in findings.set() {
        let figures = findings.figures.iter().flat_map(|figure| {
            let (mean, ci95) = figure.of(&row.totals).unzip();
            [number(mean), number(ci95.flatten())]
        });
        let overall = [if row.overall { "yes" } else { "no" }.to_owned()];
        let place = place(findings, row, own_setting).into_iter();
        rows.push(place.chain(overall).chain(figures))?;
    }
    rows.finish()
}
