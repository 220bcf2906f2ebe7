//! What a sweep found, for the terminal: the points that no other beats.

use super::findings::{Findings, Row};
use super::tables::own_setting;
use crate::report::figures::FigureKind;
use crate::report::grid::{self, Column, grid};
use crate::report::table::wrap;
use crate::report::units::clip;

/// Rows that are shown; the others are in `pareto.csv`.
const ROWS: usize = 24;
/// Characters of a cell of text.
const CELL: usize = 28;

/// The set of points that no other beats, a row each, with a line on what that means.
pub fn table(findings: &Findings<'_>) -> String {
    let set = findings.set();
    let shown = &set[..set.len().min(ROWS)];
    let mut out = grid(&columns(findings, shown));
    if set.len() > shown.len() {
        out += &format!("… and {} more in pareto.csv\n", set.len() - shown.len());
    }
    out.push('\n');
    out += &wrap(&super::plot::caption(findings));
    let replications = shown.iter().map(|row| row.policy.runs.len()).max();
    if replications.is_some_and(|replications| replications > 1) {
        out += "Means over replications, ± 95 % confidence.\n";
    }
    out
}

/// All points that no other beats, as a table of Markdown.
pub fn markdown(findings: &Findings<'_>) -> String {
    let columns = columns(findings, &findings.set());
    format!(
        "{}\n{}\n",
        grid::markdown(&columns),
        super::plot::caption(findings)
    )
}

fn columns(findings: &Findings<'_>, shown: &[&Row<'_>]) -> Vec<Column> {
    let mut columns = vec![Column {
        head: "policy".to_owned(),
        cells: shown.iter().map(|row| clip(row.label(), CELL)).collect(),
        is_text: true,
    }];
    if findings.worlds() > 1 {
        columns.push(Column {
            head: "world".to_owned(),
            cells: shown
                .iter()
                .map(|row| row.planned.world.to_string())
                .collect(),
            is_text: false,
        });
    }
    columns.extend(settings(findings, shown));
    columns.extend(findings.figures.iter().map(|figure| Column {
        head: figure.name.to_owned(),
        cells: shown.iter().map(|row| cell(figure, row)).collect(),
        is_text: false,
    }));
    columns
}

/// A column for each setting that differs among the rows. The last parts of their keys suffice where they
/// tell them apart.
fn settings(findings: &Findings<'_>, shown: &[&Row<'_>]) -> Vec<Column> {
    let keys = &findings.plan.settings;
    let short = |key: &str| {
        let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let same = keys.iter().filter(|other| last(other) == last(key)).count();
        if same > 1 { key.to_owned() } else { last(key) }
    };
    let columns = keys.iter().map(|key| {
        let cells = shown.iter().map(|row| clip(&own_setting(row, key), CELL));
        Column {
            head: short(key),
            cells: cells.collect(),
            is_text: false,
        }
    });
    columns
        .filter(|column| column.cells.iter().any(|cell| !cell.is_empty()))
        .collect()
}

/// A mean with its interval.
pub fn cell(figure: &FigureKind, row: &Row<'_>) -> String {
    match figure.of(&row.totals) {
        None => "–".to_owned(),
        Some((mean, Some(ci95))) if ci95 > 0.0 => {
            format!("{} ± {}", figure.write(mean), figure.write(ci95))
        }
        Some((mean, _)) => figure.write(mean),
    }
}
