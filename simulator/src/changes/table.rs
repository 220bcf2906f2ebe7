//! What has changed, for people.

use super::judge::{Changes, Compared, Verdict};
use crate::error::Error;
use crate::report::csv::Rows;
use crate::report::exact;
use crate::report::grid::{self, Column, grid};
use crate::report::table::wrap;
use crate::report::units::{clip, share};
use crate::statistics::Test;

/// Characters of a label.
const LABEL: usize = 24;

/// A row for each figure that has changed, and what they come to; at most 80 columns.
#[must_use]
pub fn table(changes: &Changes) -> String {
    let changed = changed(changes);
    let mut out = String::new();
    if !changed.is_empty() {
        out += &grid(&columns(&changed));
        out.push('\n');
    }
    let notes = notes(changes);
    out += &notes.iter().map(|note| wrap(note)).collect::<String>();
    out
}

/// The same as Markdown.
#[must_use]
pub fn markdown(changes: &Changes) -> String {
    let changed = changed(changes);
    let mut out = String::new();
    if !changed.is_empty() {
        out += &grid::markdown(&columns(&changed));
        out.push('\n');
    }
    let notes = notes(changes);
    out + &notes.join("\n\n") + "\n"
}

/// Every comparison, the figures that have not changed too.
///
/// # Errors
///
/// Never for what was compared.
pub fn csv(changes: &Changes) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push([
        "policy", "figure", "before", "after", "ci95", "p", "verdict",
    ])?;
    let number = |x: Option<f64>| x.map(exact).unwrap_or_default();
    for compared in &changes.compared {
        rows.push([
            compared.policy.as_str(),
            compared.figure.name,
            &exact(compared.change.before),
            &exact(compared.change.after),
            &number(compared.change.ci95),
            &number(compared.p),
            compared.verdict.word(),
        ])?;
    }
    rows.finish()
}

fn changed(changes: &Changes) -> Vec<&Compared> {
    let all = changes.compared.iter();
    all.filter(|compared| compared.verdict != Verdict::NotShown)
        .collect()
}

fn columns(rows: &[&Compared]) -> [Column; 6] {
    let cells = |cell: &dyn Fn(&Compared) -> String| -> Vec<String> {
        rows.iter().map(|row| cell(row)).collect()
    };
    let column = |head: &str, is_text, cell: &dyn Fn(&Compared) -> String| {
        Column::new(head, is_text, cells(cell).into_iter())
    };
    [
        column("policy", true, &|row| clip(&row.policy, LABEL)),
        column("figure", true, &|row| row.figure.name.to_owned()),
        column("before", false, &|row| row.figure.write(row.change.before)),
        column("after", false, &|row| row.figure.write(row.change.after)),
        column("change", false, &relative),
        column("", true, &|row| row.verdict.word().to_owned()),
    ]
}

/// The change as a share of what was, with its interval.
fn relative(row: &Compared) -> String {
    let before = row.change.before;
    if before == 0.0 {
        return "from 0".to_owned();
    }
    let change = (row.change.after - before) / before;
    let sign = if change > 0.0 { "+" } else { "−" };
    let size = share(change.abs());
    match row.change.ci95.filter(|ci95| *ci95 > 0.0) {
        Some(ci95) => format!(
            "{sign}{} ±{}",
            size.trim_end_matches(" %"),
            share(ci95 / before.abs())
        ),
        None => format!("{sign}{size}"),
    }
}

/// What the rows come to, what was compared, and what to bear in mind: a paragraph each.
fn notes(changes: &Changes) -> Vec<String> {
    let count = |verdict| changes.count(verdict);
    let (worse, better) = (count(Verdict::Worse), count(Verdict::Better));
    let untested = count(Verdict::Untested);
    let all = changes.compared.len();
    let mut policies: Vec<&str> = changes.compared.iter().map(|c| c.policy.as_str()).collect();
    policies.dedup();
    let mut summary = match worse + better + untested {
        0 => "No change is shown".to_owned(),
        _ => format!("{worse} worse, {better} better"),
    };
    if untested > 0 {
        summary += &format!(", {untested} other than before");
    }
    let plural = |n: usize, word: &str| match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    };
    let policies = match policies.len() {
        1 => "1 policy".to_owned(),
        n => format!("{n} policies"),
    };
    summary += &format!(", of {} in {policies}.", plural(all, "figure"));
    let (before, after) = (changes.before.replications, changes.after.replications);
    let test = match (changes.test, before.min(after)) {
        (_, 0 | 1) => {
            "One replication tells no change from chance: a figure fails by its --threshold \
                       alone."
                .to_owned()
        }
        (Test::Paired, n) => format!(
            "Both had the same reads and writes: the differences of {n} replications by the paired t-test, \
             corrected for {all} comparisons; ± 95 % confidence."
        ),
        (Test::Welch, _) => format!(
            "Reads and writes were drawn anew: means of {before} and of {after} replications by Welch's \
             t-test, corrected for {all} comparisons; ± 95 % confidence."
        ),
    };
    let mut notes = vec![summary, test];
    let list = |items: &[String]| items.join("; ");
    if !changes.worlds.is_empty() {
        notes.push(format!("The scenarios differ: {}.", list(&changes.worlds)));
    }
    if !changes.policies.is_empty() {
        notes.push(format!("The policies differ: {}.", list(&changes.policies)));
    }
    for (side, only) in [
        (&changes.before, &changes.only_before),
        (&changes.after, &changes.only_after),
    ] {
        if !only.is_empty() {
            notes.push(format!("Only in {}: {}.", side.path, only.join(", ")));
        }
    }
    notes
}
