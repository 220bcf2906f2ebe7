//! `verify`: the simulator against what theory says.

use std::path::{Path, PathBuf};

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::report;
use shelflife_sim::verify::{self, Options, Verification};

use super::compare::point_to_page;
use super::format::{Forms, Output};
use super::{quoted, wrong};

const EXAMPLES: &str = "\
Runs scenarios for which the result is known in closed form, and prints a row each: what is expected, what
was measured with its 95 % confidence interval, how far off it may be, and the verdict. A row whose
interval is wider than its tolerance is inconclusive: nothing is shown, and that is no pass.

Examples:
  shelflife verify
  shelflife verify --fast
  shelflife verify --only S03 --only S04 --out reports/races
  shelflife verify --seed 12 --quiet
  shelflife verify --fast --format csv > verify.csv

The scenarios are ordinary ones: `shelflife run simulator/scenarios/verify/s01-leases.toml`.
Exit status: 0 every row passes; 1 one fails or is inconclusive; 2 the command is wrong.";

/// The simulator against what theory says.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// Where the table goes
    #[arg(long, value_name = "DIR", default_value = "reports/verify")]
    out: PathBuf,
    /// Only this scenario, such as S07; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Only what is quick
    #[arg(long)]
    fast: bool,
    /// Shows no progress and prints no table
    #[arg(long)]
    quiet: bool,
    /// In place of the seeds that the scenarios have
    #[arg(long, value_name = "N", value_parser = wrong::whole_number, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Runs at the same time, which changes no figure [default: one a core]
    #[arg(long, value_name = "N", value_parser = wrong::at_least_one, allow_negative_numbers = true)]
    jobs: Option<usize>,
    #[command(flatten)]
    output: Output,
}

impl Verify {
    pub fn run(&self) -> Result<(), Error> {
        // Before it runs for minutes.
        report::check_place(&self.out)?;
        let found = verify::run(&Options {
            only: self.only.clone(),
            fast: self.fast,
            seed: self.seed,
            jobs: self.jobs.unwrap_or(0),
            progress: !self.quiet,
        })?;
        verify::write(&found, &self.to_repeat(), &self.out)?;
        let forms = Forms {
            table: &|| verify::table(&found),
            json: &|| verify::json(&found),
            csv: &|| verify::csv(&found),
            md: &|| verify::markdown(&found),
        };
        forms.print(self.output, self.quiet)?;
        point_to_page(self.output, self.quiet, &self.out)?;
        verdict(&found, &self.out)
    }

    /// The part of the command line that decides what is found.
    fn to_repeat(&self) -> String {
        let mut command = "shelflife verify".to_owned();
        for id in &self.only {
            command += &format!(" --only {}", quoted(id));
        }
        if self.fast {
            command += " --fast";
        }
        if let Some(seed) = self.seed {
            command += &format!(" --seed {seed}");
        }
        command
    }
}

/// What the exit status tells: whether every row passes.
fn verdict(found: &Verification, dir: &Path) -> Result<(), Error> {
    let count = |rows: usize, one: &str, more: &str| match rows {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{rows} {more}")),
    };
    let failed = count(found.failed, "fails", "fail");
    let open = count(found.inconclusive, "is inconclusive", "are inconclusive");
    let said: Vec<String> = [failed, open].into_iter().flatten().collect();
    if said.is_empty() {
        return Ok(());
    }
    Err(Error::other(format!(
        "of {} rows {}: see {}",
        found.rows.len(),
        said.join(" and "),
        dir.join("index.html").display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelflife_sim::verify::{Expectation, Setting, run_settings};

    const SCENARIO: (&str, &str) = (
        "tiny.toml",
        "name = \"tiny\"\nreplications = 2\nduration = \"10s\"\n[workload]\nkeys = 5\n\
         reads = { rate = 10.0 }\n[[policy]]\nuse = \"native:ttl\"\n",
    );

    #[test]
    fn the_exit_status_is_0_where_every_row_passes_and_1_where_one_does_not() {
        let expecting = |all: &[Expectation]| {
            let setting = all
                .iter()
                .fold(Setting::new("S01", SCENARIO), |setting, of| {
                    setting.row("reads", "native:ttl", |s, _| s.reads as f64, *of)
                });
            run_settings(&[setting], &Options::default()).unwrap()
        };
        let (fails, open, passes) = (
            Expectation::Exact(|_| -1.0),
            Expectation::Near(0.0, |_| 90.0),
            Expectation::AtMost(|_| 1e9),
        );
        for (rows, says) in [
            (&[passes][..], None),
            (
                &[passes, fails],
                Some("of 2 rows 1 fails: see reports/verify"),
            ),
            (
                &[open],
                Some("of 1 rows 1 is inconclusive: see reports/verify"),
            ),
            (
                &[fails, open, fails],
                Some("of 3 rows 2 fail and 1 is inconclusive: see "),
            ),
        ] {
            let found = verdict(&expecting(rows), Path::new("reports/verify"));
            let Some(says) = says else {
                assert_eq!(found, Ok(()));
                continue;
            };
            let error = found.unwrap_err();
            assert_eq!(error.exit_status(), 1);
            assert!(error.to_string().starts_with(says), "{error}");
        }
    }
}
