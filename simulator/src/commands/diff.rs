//! `diff`: what has changed between two reports.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use shelflife_sim::changes::{self, Threshold};
use shelflife_sim::error::Error;
use shelflife_sim::report::figures::{FigureKind, to_compare_by};

use super::format::{Forms, Output};

const EXAMPLES: &str = "\
A change counts where chance alone gives one like it, anywhere in the comparison, in less than 5 of 100
cases. Reports of one scenario and seed had the same reads and writes and are compared replication by
replication, others by their means. Reports of different scenarios are refused, unless --anyway.

A threshold is a share of what the figure was, or an amount in its unit. `changed` fails by better ones too.
With one replication nothing can be told from chance: only a figure with a --threshold fails then, by its
size alone.

Examples:
  shelflife diff before/report.json after/report.json
  shelflife diff before after --fail-on worse
  shelflife diff before after --fail-on worse --threshold stale_ratio=5% --threshold origin_loads=100
  shelflife diff before after --fail-on worse --threshold stale_age_us.max=500ms
  shelflife diff before after --figure bytes_max --format md >> comment.md

In CI, with the report of the main branch in the repository:
  shelflife compare scenario.toml --out new --quiet
  shelflife diff reports/mine new --fail-on worse --threshold read_latency_us.p99=2ms

Exit status: 0 nothing fails; 1 something does, by --fail-on; 2 a report cannot be read or compared.";

/// Which changes fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Never,
    Worse,
    Changed,
}

impl From<FailOn> for changes::FailOn {
    fn from(on: FailOn) -> Self {
        match on {
            FailOn::Never => Self::Never,
            FailOn::Worse => Self::Worse,
            FailOn::Changed => Self::Changed,
        }
    }
}

/// What has changed between two reports, beyond chance.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Diff {
    /// A report.json, or the folder of one
    before: PathBuf,
    /// The other
    after: PathBuf,
    /// Which changes end with status 1: never, worse or changed
    #[arg(
        long,
        value_name = "WHICH",
        value_enum,
        default_value = "never",
        hide_possible_values = true
    )]
    fail_on: FailOn,
    /// Up to this a change counts for nothing: stale_ratio=5%; may be given several times
    #[arg(long = "threshold", value_name = "FIGURE=SIZE")]
    thresholds: Vec<Threshold>,
    /// Compares by this figure of report.json too; may be given several times
    #[arg(long = "figure", value_name = "FIGURE", value_parser = figure)]
    figures: Vec<&'static FigureKind>,
    /// Compares reports of different scenarios
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    output: Output,
}

fn figure(name: &str) -> Result<&'static FigureKind, String> {
    to_compare_by(name)
}

impl Diff {
    pub fn run(&self) -> Result<(), Error> {
        let before = changes::read(&self.before)?;
        let after = changes::read(&self.after)?;
        let found = changes::between(
            &before,
            &after,
            &self.figures,
            &self.thresholds,
            self.anyway,
        )?;
        let on = self.fail_on.into();
        let forms = Forms {
            table: &|| changes::table(&found),
            json: &|| changes::document(&found, on),
            csv: &|| changes::csv(&found),
            md: &|| changes::markdown(&found),
        };
        forms.print(self.output, false)?;
        let failures = found.failures(on);
        let [first, rest @ ..] = &failures[..] else {
            return Ok(());
        };
        let more = match rest.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(Error::other(format_args!(
            "{} of {} has changed from {} to {}{more}",
            first.figure.name,
            first.policy,
            first.figure.write(first.change.before),
            first.figure.write(first.change.after),
        )))
    }
}
