//! What was found, for programs: `verify.json` and `verify.csv`.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::case::{Row, Setting};
use super::html;
use super::judge::{Expected, Judgement, Verdict};
use super::run::Options;
use super::suite::{LEFT_OUT, LeftOut, TITLES, Title};
use crate::error::Error;
use crate::report::{exact, place};
use crate::statistics::t975;

/// Raised when a field changes its meaning or goes.
const SCHEMA_VERSION: u32 = 1;

/// Every row that was run, and what they come to.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub schema_version: u32,
    pub passed: usize,
    pub failed: usize,
    pub inconclusive: usize,
    pub z: Zs,
    /// Whether only the quick half was run.
    pub fast: bool,
    /// In place of those of the scenarios, where one was given; settings of one scenario count on from it.
    pub seed: Option<u64>,
    /// The scenarios that were run.
    pub scenarios: Vec<Title>,
    pub rows: Vec<Found>,
    /// Claims that no row holds the simulator against, and why.
    pub left_out: &'static [LeftOut],
}

/// How the deviations of the exact rows from their forms are spread. If every form is right they are
/// those of Student's t with the degrees of freedom of each row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Zs {
    /// Exact rows with an error to measure by.
    pub rows: usize,
    /// Further off than two standard errors, and how many chance alone would give.
    pub above_2: usize,
    pub above_2_by_chance: f64,
    pub above_3: usize,
    pub above_3_by_chance: f64,
}

/// A row that was run.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub id: &'static str,
    pub what: Cow<'static, str>,
    /// The file under `scenarios/verify`, what was set in it, its seed and the policy: all it takes to repeat
    /// the row with `shelflife run`.
    pub scenario: &'static str,
    pub set: Vec<String>,
    pub seed: u64,
    pub policy: &'static str,
    /// The policy whose figure is taken off.
    pub less: Option<&'static str>,
    /// `exact`, `limit`, `approximation`, `oracle`, `read off a plot`, `bound` or `range`.
    pub kind: &'static str,
    /// What is expected; of a range its lower end.
    pub expected: f64,
    /// The upper end of a range.
    pub expected_to: Option<f64>,
    pub measured: f64,
    pub ci95: Option<f64>,
    pub replications: usize,
    /// How far off a row may be, in its own unit; none for bounds and ranges.
    pub tolerance: Option<f64>,
    pub z: Option<f64>,
    pub verdict: Verdict,
    pub note: Option<&'static str>,
    /// The figure of each replication.
    pub sample: Vec<f64>,
}

impl Found {
    pub(super) fn new(
        setting: &Setting,
        row: &Row,
        seed: u64,
        expected: Expected,
        judgement: &Judgement,
        sample: Vec<f64>,
    ) -> Found {
        let (from, to, tolerance) = match expected {
            Expected::Value {
                value, tolerance, ..
            } => (value, None, Some(tolerance)),
            Expected::AtMost(bound) => (bound, None, None),
            Expected::Between(low, high) => (low, Some(high), None),
        };
        Found {
            id: setting.id,
            what: row.what.clone(),
            scenario: setting.scenario.0,
            set: setting.set.clone(),
            seed,
            policy: row.policy,
            less: row.less,
            kind: row.expected.kind(),
            expected: from,
            expected_to: to,
            measured: judgement.mean,
            ci95: judgement.ci95,
            replications: sample.len(),
            tolerance,
            z: judgement.z,
            verdict: judgement.verdict,
            note: row.note,
            sample,
        }
    }
}

impl Verification {
    pub(super) fn new(rows: Vec<Found>, options: &Options) -> Verification {
        let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        Verification {
            schema_version: SCHEMA_VERSION,
            passed: count(Verdict::Pass),
            failed: count(Verdict::Fail),
            inconclusive: count(Verdict::Inconclusive),
            z: zs(&rows),
            fast: options.fast,
            seed: options.seed,
            scenarios: TITLES
                .iter()
                .filter(|title| rows.iter().any(|row| row.id == title.id))
                .copied()
                .collect(),
            rows,
            left_out: LEFT_OUT,
        }
    }
}

fn zs(rows: &[Found]) -> Zs {
    let exact = rows.iter().filter_map(|row| Some((row.z?, row)));
    exact.fold(Zs::default(), |zs, (z, row)| {
        let freedom = row.replications.saturating_sub(1).max(1);
        Zs {
            rows: zs.rows + 1,
            above_2: zs.above_2 + usize::from(z.abs() > 2.0),
            above_2_by_chance: zs.above_2_by_chance + beyond(2.0, freedom),
            above_3: zs.above_3 + usize::from(z.abs() > 3.0),
            above_3_by_chance: zs.above_3_by_chance + beyond(3.0, freedom),
        }
    })
}

/// P(|T| > t) for Student's t: by Simpson's rule over its density, whose constant is fixed by the known
/// 97.5 % quantile, so that no gamma function is needed.
fn beyond(t: f64, freedom: usize) -> f64 {
    let power = -(freedom as f64 + 1.0) / 2.0;
    let density = |x: f64| (1.0 + x * x / freedom as f64).powf(power);
    let area = |to: f64| super::theory::math::integral(0.0, to, density);
    1.0 - 0.95 * area(t) / area(t975(freedom))
}

/// What `verify.json` has.
///
/// # Errors
///
/// Never for what was measured.
pub fn json(verification: &Verification) -> Result<String, Error> {
    let fail = |error| Error::other(format!("the table cannot be written as JSON: {error}"));
    Ok(serde_json::to_string_pretty(verification).map_err(fail)? + "\n")
}

/// Writes `verify.json`, `verify.csv` and `index.html` into a directory, all of them or none.
///
/// # Errors
///
/// The directory cannot be written to.
pub fn write(verification: &Verification, command: &str, dir: &Path) -> Result<(), Error> {
    let json = json(verification)?;
    place(
        &[
            ("verify.csv".to_owned(), csv(verification)?),
            (
                "index.html".to_owned(),
                html::render(verification, command)?,
            ),
            ("verify.json".to_owned(), json),
        ],
        dir,
    )
}

/// What `verify.csv` has: a row a figure.
///
/// # Errors
///
/// Never for what was measured.
pub fn csv(verification: &Verification) -> Result<String, Error> {
    let fail = |error: csv::Error| Error::other(format!("a row of CSV cannot be written: {error}"));
    let mut rows = csv::Writer::from_writer(Vec::new());
    let heads = [
        "id",
        "what",
        "scenario",
        "set",
        "seed",
        "policy",
        "less",
        "kind",
        "expected",
        "expected_to",
        "measured",
        "ci95",
        "replications",
        "tolerance",
        "z",
        "verdict",
        "note",
    ];
    rows.write_record(heads).map_err(fail)?;
    let number = |value: Option<f64>| value.map(exact).unwrap_or_default();
    for row in &verification.rows {
        let cells = [
            row.id.to_owned(),
            row.what.clone().into_owned(),
            row.scenario.to_owned(),
            row.set.join(" "),
            row.seed.to_string(),
            row.policy.to_owned(),
            row.less.unwrap_or_default().to_owned(),
            row.kind.to_owned(),
            exact(row.expected),
            number(row.expected_to),
            exact(row.measured),
            number(row.ci95),
            row.replications.to_string(),
            number(row.tolerance),
            number(row.z),
            row.verdict.word().to_owned(),
            row.note.unwrap_or_default().to_owned(),
        ];
        rows.write_record(cells).map_err(fail)?;
    }
    let bytes = rows
        .into_inner()
        .map_err(|error| Error::other(format!("CSV cannot be written: {error}")))?;
    String::from_utf8(bytes).map_err(|error| Error::other(format!("CSV is not text: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_gives_what_the_tables_of_student_say() {
        // Two-sided: t = 2.131 leaves 5 % at 15 degrees of freedom, 2.947 leaves 1 %.
        assert!((beyond(2.131_450, 15) - 0.05).abs() < 1e-6);
        assert!((beyond(2.946_713, 15) - 0.01).abs() < 1e-6);
        assert!((beyond(2.0, 15) - 0.0640).abs() < 1e-4);
    }
}
