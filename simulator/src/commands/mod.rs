//! What the program does, one file a subcommand.

mod colour;
mod compare;
mod completions;
mod diff;
mod explain;
mod format;
mod man;
mod merge;
mod new;
mod policy;
mod recommend;
mod schema;
mod sweep;
mod trace;
mod verify;
mod wrong;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use shelflife_sim::comparison::Effort;
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_sim::scenario::Overrides;

const EXAMPLES: &str = "\
Examples:
  shelflife compare                                    six patterns on a shop's trace and on questions
  shelflife compare --trace my.csv                     the same on a trace of your own
  shelflife compare --policy ttl:ttl=60s --policy './mine.wasm:{\"ttl\":\"60s\"}'
  shelflife run scenario.toml --out reports/mine
  shelflife sweep scenario.toml                        every setting that its [sweep] names
  shelflife recommend --trace my.csv --max-stale-age 5s --max-stale-ratio 0.001
  shelflife diff before/report.json after/report.json --fail-on worse
  shelflife trace stat my.csv.zst
  shelflife explain tags                               how it works, when to use it, what it costs
  shelflife new scenario                               one to begin with, every key in it
  shelflife policy inspect ./mine.wasm
  shelflife verify                                     the simulator against what theory says

Each command has examples of its own: shelflife compare --help.
Exit status: 0 done; 2 the command, the scenario or the trace is wrong; 1 anything else. Ctrl-C leaves
nothing half-written behind, and says how to go on where that is possible.";

/// Measures cache invalidation patterns before they ship.
#[derive(Parser)]
#[command(name = "shelflife", bin_name = "shelflife", version, after_help = EXAMPLES)]
struct Program {
    /// Colours: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto",
        alias = "colour",
        hide_possible_values = true,
        hide_default_value = true
    )]
    color: colour::When,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The six invalidation patterns side by side, with two baselines.
    Compare(compare::Compare),
    /// What a scenario names, with two baselines.
    Run(compare::Run),
    /// Settings gone through: a grid or a list, on all cores or on many machines.
    Sweep(sweep::Sweep),
    /// The parts of a sweep put together.
    Merge(merge::Merge),
    /// The cheapest pattern, with its settings, that keeps what is asked for.
    Recommend(recommend::Recommend),
    /// What has changed between two reports, beyond chance.
    Diff(diff::Diff),
    /// Look at traces, convert them, or write one from a scenario.
    #[command(subcommand)]
    Trace(trace::Trace),
    /// Check, run, measure or inspect one policy.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// How a pattern works, when to use it, what it costs.
    Explain(explain::Explain),
    /// Write a scenario to begin with.
    #[command(subcommand)]
    New(new::New),
    /// What a scenario or a report may hold, as JSON Schema.
    Schema(schema::Schema),
    /// The simulator against what theory says.
    Verify(verify::Verify),
    /// What a shell completes the program by.
    Completions(completions::Completions),
    /// The manual, as pages for `man`.
    Man(man::Manual),
}

/// What every run takes.
#[derive(Args, Clone, Debug)]
struct Common {
    /// Where the report goes [default: reports/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Shows no progress and prints no table
    #[arg(long)]
    quiet: bool,
    /// Every random number comes from here
    #[arg(long, value_name = "N", value_parser = wrong::whole_number, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Runs at the same time, which changes no figure [default: one a core]
    #[arg(long, value_name = "N", value_parser = wrong::at_least_one, allow_negative_numbers = true)]
    jobs: Option<usize>,
    /// Sets a key of the scenario, such as `cache.capacity=1000` or `policy.0.config.ttl=5s`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    output: format::Output,
}

impl Common {
    fn overrides(&self) -> Overrides {
        Overrides {
            seed: self.seed,
            set: self.set.clone(),
            ..Overrides::default()
        }
    }

    fn effort(&self) -> Effort {
        Effort {
            jobs: self.jobs.unwrap_or(0),
            progress: !self.quiet,
        }
    }

    /// The part of the command line that decides what is found, to repeat it by.
    fn to_repeat(&self, command: &str, policies: &[String]) -> String {
        let seed = self.seed.map(|seed| format!("--seed {seed}"));
        let set = self.set.iter().map(|set| format!("--set {}", quoted(set)));
        let policies = policies
            .iter()
            .map(|spec| format!("--policy {}", quoted(spec)));
        let words: Vec<String> = [format!("shelflife {command}")]
            .into_iter()
            .chain(policies)
            .chain(seed)
            .chain(set)
            .collect();
        words.join(" ")
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

pub use colour::error_line;

/// Does what the command line says.
pub fn run() -> Result<(), Error> {
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) if !error.use_stderr() => return print(&error.to_string()),
        Err(error) => return Err(wrong::command_line(&error)),
    };
    colour::choose(program.color);
    interrupt::listen();
    match program.command {
        Command::Compare(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Sweep(command) => command.run(),
        Command::Merge(command) => command.run(),
        Command::Recommend(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Trace(command) => command.run(),
        Command::Policy(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::New(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}

/// Prints to standard output. A reader that has gone away is no error: `shelflife … | head` is fine.
fn print(text: &str) -> Result<(), Error> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::other(format!(
            "cannot write to standard output: {error}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(quoted("ttl:ttl=60s"), "ttl:ttl=60s");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Program::command().debug_assert();
    }
}
