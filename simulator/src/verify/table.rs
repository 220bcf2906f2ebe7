//! The table in the terminal.

use super::judge::Verdict;
use super::output::{Found, Verification};

/// Columns: id, what, expected, measured, tolerance, verdict; 100 characters with the spaces between.
const WIDTHS: [usize; 6] = [3, 40, 11, 20, 9, 12];

impl Verdict {
    /// As tables have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "inconclusive",
        }
    }
}

/// A row a line, then what they come to. At most 100 columns, without colours.
#[must_use]
pub fn table(verification: &Verification) -> String {
    let heads = ["id", "what", "expected", "measured", "± at most", "verdict"];
    let mut out = line(heads.map(str::to_owned));
    out += &rule();
    let mut before = "";
    for row in &verification.rows {
        let id = if row.id == before { "" } else { row.id };
        before = row.id;
        out += &line([
            id.to_owned(),
            row.what.clone().into_owned(),
            expected(row),
            measured(row),
            tolerance(row),
            row.verdict.word().to_owned(),
        ]);
    }
    out += &rule();
    out + &summary(verification)
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
        line += &match index {
            0 | 1 | 5 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
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
    let mut out = format!(
        "{} rows of {scenarios} scenarios: {passed} pass, {failed} fail, {inconclusive} inconclusive.\n",
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
    fn a_line_is_at_most_a_hundred_characters() {
        assert_eq!(WIDTHS.iter().sum::<usize>() + WIDTHS.len() - 1, 100);
    }
}
