//! `trace stat`, `trace convert` and `trace generate`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use shelflife_sim::error::Error;
use shelflife_sim::scenario::{self, Overrides, Popularity};
use shelflife_sim::workload::{self, Workload, trace};

use super::format::{Forms, Output};
use super::{print, wrong};

const EXAMPLES: &str = "\
Examples:
  shelflife trace stat my.csv.zst
  shelflife trace convert cluster52.csv.gz mine.csv.zst
  shelflife trace generate scenario.toml synthetic.csv
  shelflife trace presets";

const STAT_EXAMPLES: &str = "\
Known are our own CSV and JSON lines, and the traces of Twitter, Meta (key-value), libCacheSim
(oracleGeneral), ARC, CloudPhysics (vSCSI as CSV) and cache2k; plain, gzip or zstd.

Examples:
  shelflife trace stat my.csv
  shelflife trace stat my.csv --format json | jq .zipf_slope
  shelflife trace stat cluster52.csv.gz --set trace.sets=auto
  shelflife trace stat log.csv --set trace.format=csv --set trace.columns.time=when \\
      --set trace.columns.unit=ms --set trace.columns.key=url --set trace.columns.op=method";

const CONVERT_EXAMPLES: &str = "\
Our own format is CSV with the header ts_us,op,key,size,tags,txn,client, or JSON lines with these names.

Examples:
  shelflife trace convert OLTP.lis oltp.csv.zst
  shelflife trace convert log.csv mine.jsonl.gz --set trace.format=csv --set trace.columns.time=when";

const PRESETS_EXAMPLES: &str = "\
Examples:
  shelflife trace presets
  shelflife compare scenario.toml --set workload.preset=twitter-cluster52
  shelflife trace generate scenario.toml b.csv.zst --set workload.preset=ycsb-b

A scenario takes one with `preset = \"ycsb-b\"` in [workload], and as much of it as has at most 1,000
requests a second and a million keys, or the share that `scale` says. What else it says of its workload
wins over the preset.";

const GENERATE_EXAMPLES: &str = "\
Examples:
  shelflife trace generate scenario.toml synthetic.csv.zst
  shelflife trace generate scenario.toml synthetic.jsonl --seed 8 --set duration=1m";

/// Look at traces, convert them, or write one from a scenario.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Trace {
    /// What is in a trace: reads, writes, keys, rates, popularity
    #[command(after_help = STAT_EXAMPLES)]
    Stat {
        /// The trace; the format is recognized
        file: PathBuf,
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        output: Output,
    },
    /// Reads a trace of any known format and writes it as our own
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert {
        /// The trace; the format is recognized
        input: PathBuf,
        /// `.csv` or `.jsonl`, packed where `.gz` or `.zst` follows
        output: PathBuf,
        #[command(flatten)]
        settings: Settings,
    },
    /// Writes the workload of a scenario as a trace
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate {
        /// What to write: the reads and writes of its first replication
        #[arg(value_name = "SCENARIO.toml")]
        scenario: PathBuf,
        /// `.csv` or `.jsonl`, packed where `.gz` or `.zst` follows
        output: PathBuf,
        /// Every random number comes from here
        #[arg(long, value_name = "N", value_parser = wrong::whole_number, allow_negative_numbers = true)]
        seed: Option<u64>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Lists the published workloads that a scenario can take by name
    #[command(after_help = PRESETS_EXAMPLES)]
    Presets,
}

/// What tells how a trace is read.
#[derive(Args)]
pub struct Settings {
    /// Sets a key of the scenario, such as `trace.sets=auto`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Settings {
    fn overrides(&self, seed: Option<u64>) -> Overrides {
        Overrides {
            seed,
            set: self.set.clone(),
            ..Overrides::default()
        }
    }

    fn read(&self, file: &Path) -> Result<(Workload, u64), Error> {
        let loaded = scenario::load_trace(file, &self.overrides(None))?;
        Ok((workload::build(&loaded)?, loaded.scenario.seed))
    }
}

impl Trace {
    pub fn run(&self) -> Result<(), Error> {
        match self {
            Trace::Stat {
                file,
                settings,
                output,
            } => {
                let (workload, _) = settings.read(file)?;
                let info = workload.trace.as_ref();
                let statistics = info.map(|info| info.statistics.clone());
                let statistics = statistics.unwrap_or_default();
                let forms = Forms {
                    table: &|| statistics.to_string(),
                    json: &|| statistics.json(),
                    csv: &|| statistics.csv(),
                    md: &|| statistics.markdown(),
                };
                forms.print(*output, false)
            }
            Trace::Convert {
                input,
                output,
                settings,
            } => {
                trace::check_name(output)?;
                let (workload, seed) = settings.read(input)?;
                written(trace::write(&workload, seed, output)?, output)
            }
            Trace::Generate {
                scenario,
                output,
                seed,
                settings,
            } => {
                trace::check_name(output)?;
                let loaded = scenario::load(scenario, &settings.overrides(*seed))?;
                let workload = workload::build(&loaded)?;
                written(
                    trace::write(&workload, loaded.scenario.seed, output)?,
                    output,
                )
            }
            Trace::Presets => print(&presets()),
        }
    }
}

/// A line for each published workload, whole.
fn presets() -> String {
    let mut text = String::from(
        "preset                    keys  bytes   reads/s  writes/s  popularity       ttl\n",
    );
    for preset in scenario::presets() {
        let popularity = match preset.popularity {
            Popularity::Zipf(exponent) => format!("zipf {exponent}"),
            Popularity::Latest => "latest".to_owned(),
            Popularity::Uniform | Popularity::SameAsReads => "uniform".to_owned(),
        };
        let ttl = preset.ttl.map_or("–".to_owned(), |ttl| ttl.to_string());
        text += &format!(
            "{:<18} {:>11.0} {:>6} {:>9.0} {:>9.0}  {popularity:<11} {ttl:>8}\n",
            preset.name, preset.keys, preset.value_bytes, preset.reads, preset.writes,
        );
    }
    text
}

fn written(rows: u64, output: &Path) -> Result<(), Error> {
    print(&format!("{rows} rows written to {}\n", output.display()))
}
