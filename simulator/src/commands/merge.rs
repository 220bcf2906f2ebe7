//! `merge`: the parts of a sweep put together.

use std::path::PathBuf;

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::sweep::{self, Findings};

use super::format::Output;
use super::sweep::{forms, warn};

const EXAMPLES: &str = "\
Shards may have been written to one folder or each to its own. All of them are needed; what is missing
is named. The result is, byte for byte, that of a sweep in one go.

Examples:
  shelflife merge big
  shelflife merge part-0 part-1 part-2 --out reports/big

The parts come from an array job of Slurm or an indexed job of Kubernetes, say:
  sbatch --array=0-99 --wrap 'shelflife sweep s.toml --out big --shard $SLURM_ARRAY_TASK_ID/100'
  sh -c 'shelflife sweep s.toml --out /shared/big --shard $JOB_COMPLETION_INDEX/100'";

/// The parts of a sweep put together.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Merge {
    /// Where the shards were written to
    #[arg(value_name = "DIR", required = true)]
    dirs: Vec<PathBuf>,
    /// Where the result goes [default: the first DIR]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Prints no table
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    output: Output,
}

impl Merge {
    pub fn run(&self) -> Result<(), Error> {
        let (plan, found) = sweep::merge(&self.dirs)?;
        let findings = Findings::new(&plan, &found)?;
        let out = self.out.as_ref().unwrap_or(&self.dirs[0]);
        sweep::write(&findings, out)?;
        warn(&findings);
        forms(&findings, |forms| forms.print(self.output, self.quiet))
    }
}
