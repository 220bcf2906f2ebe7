//! `policy run`: a trace through one policy, each decision on a line.

use std::fmt::Write as _;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use shelflife::policy::Limits;
use shelflife_sim::error::Error;
use shelflife_sim::report::units;
use shelflife_workbench::meter::Usage;
use shelflife_workbench::run::{Run as Running, Totals};

use super::played::{Happening, Played, play};
use super::subject;

/// What follows the help.
pub const EXAMPLES: &str = "\
One cache and one policy, in virtual time: loads take none, and every change is told at once by the first
feed that the policy listens to. What a policy costs an application, and how stale its answers get, says
`shelflife compare`.

Examples:
  shelflife policy run tags --trace my.csv | less
  shelflife policy run ./mine.wasm --trace my.csv --config ttl=60s --explain
  shelflife policy run ./mine.wasm --trace my.csv | tail -12       what it came to, beside the limits";

#[derive(Args)]
pub struct Run {
    /// A component, the name of a built-in policy, or native:NAME
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    played: Played,
    /// Says of each decision why: which rule, which tag, which part of a lease
    #[arg(long)]
    explain: bool,
}

impl Run {
    pub fn run(&self) -> Result<(), Error> {
        let subject = subject::subject(&self.file)?;
        let config = self.played.config()?;
        let workload = self.played.workload()?;
        let maker = subject.maker();
        let mut run = Running::new(&maker, &config, self.played.capacity, self.explain)
            .map_err(Error::usage)?;
        let mut lines = Lines::new();
        for line in run.plan() {
            lines.print(&format!("{line}\n"))?;
        }
        let feed = run.feed().to_owned();
        play(&workload, &feed, |happening, now| match happening {
            _ if lines.nobody_reads => Ok(()),
            Happening::Read(reading) => lines.print(&run.read(&reading, now)),
            Happening::Changes(changes) => lines.print(&run.tell(&changes, now)),
        })?;
        lines.print(&summary(run.totals(), &run.usage()))?;
        lines.finish()
    }
}

/// Standard output, line by line. A reader that has gone away is no error.
struct Lines {
    to: BufWriter<std::io::StdoutLock<'static>>,
    nobody_reads: bool,
}

impl Lines {
    fn new() -> Lines {
        Lines {
            to: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()),
            nobody_reads: false,
        }
    }

    fn print(&mut self, text: &str) -> Result<(), Error> {
        let written = self.to.write_all(text.as_bytes());
        self.judge(written)
    }

    fn finish(mut self) -> Result<(), Error> {
        let written = self.to.flush();
        self.judge(written)
    }

    fn judge(&mut self, written: std::io::Result<()>) -> Result<(), Error> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.nobody_reads = true;
                Ok(())
            }
            Err(error) => Err(Error::other(format!(
                "cannot write to standard output: {error}"
            ))),
            Ok(()) => Ok(()),
        }
    }
}

/// What a run came to, each cost beside its limit.
pub fn summary(totals: Totals, usage: &Usage) -> String {
    let limits = Limits::deterministic();
    let reads = totals.hits + totals.stale + totals.misses;
    let of = |part: u64| units::share(part as f64 / reads.max(1) as f64);
    let mut text = format!(
        "\n{reads} reads: {} hits, {} within their grace, {} loaded; {} outdated\n{} changes heard, {} not; {} purges; {} calls failed\n\n",
        of(totals.hits),
        of(totals.stale),
        of(totals.misses),
        of(totals.outdated),
        totals.changes,
        totals.unheard,
        totals.purges,
        totals.failed,
    );
    let _ = writeln!(
        text,
        "{:<12} {:>9} {:>12} {:>12} {:>12} {:>10}",
        "function", "calls", "fuel a call", "most fuel", "limit", "of it"
    );
    for (name, cost) in &usage.functions {
        let limit = match *name {
            "configure" => limits.configure_fuel,
            _ => limits.fuel,
        };
        let _ = writeln!(
            text,
            "{name:<12} {:>9} {:>12} {:>12} {:>12} {:>10}",
            cost.calls,
            units::count(cost.a_call(cost.fuel)),
            units::count(cost.most_fuel as f64),
            units::count(limit as f64),
            units::share(cost.most_fuel as f64 / limit as f64),
        );
    }
    text.push('\n');
    for (what, most, limit) in [
        ("memory (bytes)", usage.memory, limits.memory),
        ("tags in a lease", usage.tags, limits.tags),
        ("rules", usage.rules, limits.rules),
        ("names in a purge", usage.purges, limits.purges),
        ("saved (bytes)", usage.saved, limits.snapshot),
    ] {
        let _ = writeln!(text, "{what:<22} {most:>12} of {limit}");
    }
    text
}
