//! The table in the terminal.

use super::judge::Verdict;
use super::output::{Found, Verification};
use crate::report::grid::{self, Column};
use crate::report::table::{wrap, wrap_at};

/// Columns: id, what, expected, measured, tolerance, verdict; 80 characters with the spaces between.
const WIDTHS: [usize; 6] = [3, 29, 11, 20, 8, 4];

const HEADS: [&str; 6] = ["id", "what", "expected", "measured", "± most", ""];

impl Verdict {
    /// In one short word, for the terminal.
    fn short(self) -> &'static str {
        match self {
            Verdict::Inconclusive => "open",
            other => other.word(),
        }
    }

    /// As files have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "inconclusive",
        }
    }
}

/// A line a row, or more where what it is about takes more, then what they come to. At most 80 columns,
/// without colours.
#[must_use]
pub fn table(verification: &Verification) -> String {
    let mut out = line(HEADS.map(str::to_owned));
    out += &rule();
    let mut before = "";
    for row in &verification.rows {
        let id = if row.id == before { "" } else { row.id };
        before = row.id;
        let what = wrap_at(&row.what, WIDTHS[1]);
        let mut what = what.lines();
        out += &line([
            id.to_owned(),
            what.next().unwrap_or_default().to_owned(),
            expected(row),
            measured(row),
            tolerance(row),
            row.verdict.short().to_owned(),
        ]);
        for more in what {
            let mut cells = [const { String::new() }; 6];
            more.clone_into(&mut cells[1]);
            out += &line(cells);
        }
    }
    out += &rule();
    out + &wrap(&summary(verification))
}

/// The same as Markdown.
#[must_use]
pub fn markdown(verification: &Verification) -> String {
    let cells = |cell: &dyn Fn(&Found) -> String| -> Vec<String> {
        verification.rows.iter().map(cell).collect()
    };
    let cells = [
        cells(&|row| row.id.to_owned()),
        cells(&|row| row.what.clone().into_owned()),
        cells(&expected),
        cells(&measured),
        cells(&tolerance),
        cells(&|row| row.verdict.word().to_owned()),
    ];
    let columns: Vec<Column> = (0..)
        .zip(HEADS)
        .zip(cells)
        .map(|((index, head), cells)| Column::new(head, is_text(index), cells.into_iter()))
        .collect();
    format!("{}\n{}", grid::markdown(&columns), summary(verification))
}

fn is_text(column: usize) -> bool {
    matches!(column, 0 | 1 | 5)
}

fn rule() -> String {
    "─".repeat(WIDTHS.iter().sum::<usize>() + WIDTHS.len() - 1) + "\n"
}

fn line(cells: [String; 6]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(WIDTHS).enumerate() {
        if index > 0 {
            line.push(' ');
        }
        // Text from the left, numbers from the right.
        line += &match is_text(index) {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        };
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}

/// What was expected: a number, a bound or a range.
pub(super) fn expected(row: &Found) -> String {
    match (row.kind, row.expected_to) {
        ("bound", _) => format!("≤ {}", digits(row.expected)),
        (_, Some(to)) => format!("{:.3}–{:.3}", row.expected, to),
        _ => digits(row.expected),
    }
}

/// The mean and its interval.
pub(super) fn measured(row: &Found) -> String {
    match row.ci95 {
        Some(ci) if ci > 0.0 => format!("{} ± {}", digits(row.measured), short(ci)),
        _ => digits(row.measured),
    }
}

/// How far off it may be.
pub(super) fn tolerance(row: &Found) -> String {
    match row.tolerance {
        Some(tolerance) => short(tolerance),
        None => "–".to_owned(),
    }
}

/// The counts, and what the deviations look like.
pub(super) fn summary(verification: &Verification) -> String {
    let Verification {
        rows,
        passed,
        failed,
        inconclusive,
        z,
        ..
    } = verification;
    let scenarios = {
        let mut ids: Vec<&str> = rows.iter().map(|row| row.id).collect();
        ids.dedup();
        ids.len()
    };
    let open = if *inconclusive > 0 { " (open)" } else { "" };
    let mut out = format!(
        "{} rows of {scenarios} scenarios: {passed} pass, {failed} fail, {inconclusive} inconclusive{open}.\n",
        rows.len()
    );
    if z.rows > 0 {
        out += &format!(
            "Of {} exact rows {} are more than 2 standard errors off (by chance {:.1}), {} more than 3 \
             ({:.1}).\n",
            z.rows, z.above_2, z.above_2_by_chance, z.above_3, z.above_3_by_chance
        );
    }
    out
}

/// Five significant digits, as far as they say something.
pub(super) fn digits(x: f64) -> String {
    significant(x, 5)
}

/// Two.
fn short(x: f64) -> String {
    significant(x, 2)
}

fn significant(x: f64, digits: i32) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if !x.is_finite() {
        return "–".to_owned();
    }
    let magnitude = x.abs().log10().floor() as i32;
    let places = (digits - 1 - magnitude).max(0) as usize;
    if places > 8 {
        return format!("{x:.*e}", (digits - 1) as usize);
    }
    format!("{x:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::WIDTH;

    #[test]
    fn numbers_show_as_many_digits_as_say_something() {
        assert_eq!(digits(0.024_600_1), "0.024600");
        assert_eq!(digits(65_878.2), "65878");
        assert_eq!(digits(0.0), "0");
        assert_eq!(short(0.000_492), "0.00049");
        assert_eq!(short(1317.0), "1317");
        assert_eq!(short(2.6e-9), "2.6e-9");
    }

    #[test]
    fn a_line_is_at_most_eighty_characters() {
        assert_eq!(WIDTHS.iter().sum::<usize>() + WIDTHS.len() - 1, WIDTH);
    }
}
