//! What a comparison found, for people and for programs.
//!
//! [`table`] is what the terminal shows. [`write()`] makes a directory of it: `report.json` with
//! everything, the same as CSV for those who plot themselves (`summary.csv`, `timeseries.csv` and
//! `histograms.csv` run by run; `totals.csv` and `differences.csv` over all of them), the figures
//! (`plots/*.svg`) and `index.html`, one page that needs no network. [`totals()`] puts the replications of
//! a policy together.
//!
//! The same inputs give the same bytes in every file, but for what `report.json` has under `timing`.

mod columns;
pub(crate) mod csv;
mod digest;
mod doubted;
pub mod figures;
pub(crate) mod grid;
pub(crate) mod html;
mod json;
mod leaders;
mod model;
mod place;
pub(crate) mod plots;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod table;
mod totals;
pub mod units;
mod verdict;

use std::path::Path;

pub use model::*;
pub use place::check_place;
#[cfg(test)]
pub(crate) use place::tests::scratch;
pub use table::{markdown, table};
pub use totals::totals;

pub(crate) use html::STYLE;
pub(crate) use place::place;
pub(crate) use units::exact;

use crate::error::Error;

/// Writes files, their names with their contents, into `dir`, which is made if it is missing: all of them or
/// none.
///
/// # Errors
///
/// `dir` cannot be written to. Nothing half-written remains.
pub fn write_files(files: &[(String, String)], dir: &Path) -> Result<(), Error> {
    place::place(files, dir)
}

/// Whether figures are written as images too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Images {
    /// As SVG alone.
    #[default]
    None,
    /// As `plots/NAME.png` beside each SVG.
    Png,
}

/// What `report.json` has.
///
/// # Errors
///
/// Never for a report that was measured.
pub fn json(report: &Report) -> Result<String, Error> {
    json::render(report)
}

/// What `totals.csv` has, of several reports together: the name of its scenario stands before each row.
///
/// # Errors
///
/// Never for reports that were measured.
pub fn totals_csv(reports: &[&Report]) -> Result<String, Error> {
    csv::totals_of_all(reports)
}

/// Writes the report into `dir`, which is made if it is missing.
///
/// A report that stands there is replaced once the new one is complete; other files in `dir` are
/// left alone. On failure nothing half-written remains.
pub fn write(report: &Report, dir: &Path, images: Images) -> Result<(), Error> {
    // All of it is made before the disk is touched: what can fail here leaves no trace.
    let rows = digest::rows(report);
    let figures = plots::figures(&rows);
    let texts = vec![
        ("summary.csv".to_owned(), csv::summary(report)?),
        ("timeseries.csv".to_owned(), csv::timeseries(report)?),
        ("histograms.csv".to_owned(), csv::histograms(report)?),
        ("totals.csv".to_owned(), csv::totals(report)?),
        ("differences.csv".to_owned(), csv::differences(report)?),
        (
            "index.html".to_owned(),
            html::render(report, &rows, &figures, images)?,
        ),
    ];
    let mut files: Vec<(String, Vec<u8>)> = texts
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    for figure in &figures {
        let drawing = figure.file();
        let mut push = |kind, bytes| files.push((format!("plots/{}.{kind}", figure.name), bytes));
        push("svg", drawing.svg().into_bytes());
        push("csv", csv::plot(figure)?.into_bytes());
        if images == Images::Png {
            push("png", plots::bitmap::png(&drawing)?);
        }
    }
    // Last, so that a program that sees the new report.json finds the other files new as well.
    let json = json::render(report)?.into_bytes();
    files.push(("report.json".to_owned(), json));
    place::place(&files, dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_report_can_be_written_however_little_it_holds() {
        let base = place::tests::scratch("any-report");
        let reports = [
            sample::report(1),
            sample::report(3),
            sample::empty(),
            sample::nothing_read(),
            sample::nothing_stale(),
        ];
        for report in reports {
            write(&report, &base.join("report"), Images::Png).unwrap();
            for name in ["report.json", "summary.csv", "index.html", "plots/herd.svg"] {
                let text = std::fs::read_to_string(base.join("report").join(name)).unwrap();
                assert!(!text.contains("NaN"), "{name}");
            }
        }
        std::fs::remove_dir_all(base).unwrap();
    }
}
