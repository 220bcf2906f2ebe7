//! `trace stat`, `trace convert` and `trace generate`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use shelflife_sim::error::Error;
use shelflife_sim::scenario::{self, Overrides};
use shelflife_sim::workload::{self, Workload, trace};

use super::print;

/// Look at traces, convert them, or write one from a scenario.
#[derive(Subcommand)]
pub enum Trace {
    /// What is in a trace: reads, writes, keys, rates, popularity
    Stat {
        /// The trace; the format is recognized
        file: PathBuf,
    },
    /// Reads a trace of any known format and writes it as our own
    Convert {
        /// The trace; the format is recognized
        input: PathBuf,
        /// `.csv` or `.jsonl`, packed where `.gz` or `.zst` follows
        output: PathBuf,
    },
    /// Writes the workload of a scenario as a trace
    Generate {
        /// What to write
        scenario: PathBuf,
        /// `.csv` or `.jsonl`, packed where `.gz` or `.zst` follows
        output: PathBuf,
    },
}

impl Trace {
    pub fn run(&self) -> Result<(), Error> {
        match self {
            Trace::Stat { file } => {
                let (workload, _) = read(file)?;
                let info = workload.trace.as_ref();
                let statistics = info.map(|info| info.statistics.to_string()).unwrap_or_default();
                print(&statistics)
            }
            Trace::Convert { input, output } => {
                let (workload, seed) = read(input)?;
                written(trace::write(&workload, seed, output)?, output)
            }
            Trace::Generate { scenario, output } => {
                let loaded = scenario::load(scenario, &Overrides::default())?;
                let workload = workload::build(&loaded)?;
                written(trace::write(&workload, loaded.scenario.seed, output)?, output)
            }
        }
    }
}

fn read(file: &Path) -> Result<(Workload, u64), Error> {
    let loaded = scenario::load_trace(file, &Overrides::default())?;
    Ok((workload::build(&loaded)?, loaded.scenario.seed))
}

fn written(rows: u64, output: &Path) -> Result<(), Error> {
    print(&format!("{rows} rows written to {}\n", output.display()))
}
