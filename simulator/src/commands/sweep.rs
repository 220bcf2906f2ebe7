//! `sweep`: settings gone through, as a whole or in parts.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_sim::scenario::{self, Overrides};
use shelflife_sim::sweep::{self, Findings, Found, Plan, Planned, Shard};

use super::compare::name_of;
use super::format::Forms;
use super::{Common, print, quoted};

const EXAMPLES: &str = "\
A scenario says under [sweep] what is gone through. Keys are paths as --set takes them:
  [sweep]
  grid = { \"policy.0.config.ttl\" = [\"1s\", \"10s\", \"60s\"], \"workload.writes.rate\" = [1.0, 10.0] }
  list = [{ \"cache.capacity\" = 1000, \"origin.latency\" = \"5ms\" }]
  pareto = [\"stale_ratio\", \"origin_loads\"]
The grid is every combination, its last key changing fastest; then come the points of the list. A range
stands for its values: { from = 1, to = 1000, steps = 10, scale = \"log\" }, of durations too. Points are
compared by the figures of `pareto`: those that no other beats are shown and marked.

Each result is kept as it comes, in runs.jsonl: after Ctrl-C or a kill the same command goes on with what is
missing. The other files are the same, byte for byte, however they were come by.

Examples:
  shelflife sweep scenario.toml
  shelflife sweep scenario.toml --out reports/mine --jobs 8
  shelflife sweep scenario.toml --shard 0/100 --out big      one part of 100, counted from 0
  shelflife sweep scenario.toml --format csv > unbeaten.csv

A hundred parts by Slurm, with one folder on a shared disk (of an array from 1, take one off:
$((SLURM_ARRAY_TASK_ID - 1))/100):
  sbatch --array=0-99 --wrap 'shelflife sweep s.toml --out big --shard $SLURM_ARRAY_TASK_ID/100'
By Kubernetes, in a Job with `completionMode: Indexed` and `completions: 100`:
  sh -c 'shelflife sweep s.toml --out /shared/big --shard $JOB_COMPLETION_INDEX/100'
And when all of them are done:
  shelflife merge big";

/// Settings gone through: a grid or a list, on all cores or on many machines.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Sweep {
    /// What to run, with a [sweep]; without any [[policy]] it is the six
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    /// Carries out part I of N, from 0/N to (N-1)/N; `shelflife merge` puts them together
    #[arg(
        long,
        value_name = "I/N",
        allow_hyphen_values = true,
        conflicts_with = "format"
    )]
    shard: Option<Shard>,
    #[command(flatten)]
    common: Common,
}

impl Sweep {
    pub fn run(&self) -> Result<(), Error> {
        let overrides = Overrides {
            or_all_built_in: true,
            ..self.common.overrides()
        };
        let swept = scenario::load_sweep(&self.scenario, &overrides)?;
        let what = format!("sweep {}", quoted(&name_of(&self.scenario)));
        let planned = Planned::new(&swept, &self.common.to_repeat(&what, &[]))?;
        let dir = self.common.dir(&swept.base);
        if let Some(command) = as_typed() {
            interrupt::resume_with(command);
        }
        let carried = sweep::carry_out(&planned, self.shard, &dir, self.common.effort())?;
        if let Some(shard) = self.shard {
            if self.common.quiet {
                return Ok(());
            }
            let (of, new) = (carried.of, carried.new);
            let dir = quoted(&dir.to_string_lossy());
            return print(&format!(
                "shard {shard}: {of} runs, {new} of them new, in {dir}\n\
                 when all {} are done: shelflife merge {dir}\n",
                shard.of
            ));
        }
        let found = sweep::complete(&planned.plan, carried.results, &[])?;
        self.common.finish(&planned.plan, &found, &dir)
    }
}

/// The command line, to give it once more; none where it is not UTF-8, which nobody could type from a line.
fn as_typed() -> Option<String> {
    let mut line = "shelflife".to_owned();
    for word in std::env::args_os().skip(1) {
        line += " ";
        line += &quoted(word.to_str()?);
    }
    Some(line)
}

impl Common {
    /// Writes and shows what a complete sweep found.
    fn finish(&self, plan: &Plan, found: &[Found], dir: &Path) -> Result<(), Error> {
        let findings = Findings::new(plan, found)?;
        sweep::write(&findings, dir)?;
        warn(&findings);
        forms(&findings, |forms| self.show(forms, dir))
    }
}

/// What a sweep found, in every form.
pub fn forms(
    findings: &Findings<'_>,
    show: impl FnOnce(&Forms<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    show(&Forms {
        table: &|| sweep::table(findings),
        json: &|| sweep::json(findings),
        csv: &|| sweep::pareto_csv(findings),
        md: &|| sweep::markdown(findings),
    })
}

/// Says which policies failed, once each, whatever they say in one line.
pub fn warn(findings: &Findings<'_>) {
    let mut warned = None;
    for (label, error) in &findings.policy_errors {
        if warned != Some(label) {
            warned = Some(label);
            // A reader that has gone away stops nothing.
            let _ = writeln!(std::io::stderr(), "warning: {}", Error::other(error));
        }
    }
}
