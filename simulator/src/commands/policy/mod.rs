//! The commands about one policy component.

use clap::Subcommand;
use shelflife_sim::error::Error;

mod bench;
mod build;
mod check;
mod compile;
mod inspect;
mod new;
mod played;
mod record;
mod replay;
mod run;
mod sizes;
mod subject;

const EXAMPLES: &str = "\
Examples:
  shelflife policy new mine                            a folder that builds, with tests that pass
  shelflife policy build mine                          its component, mine/mine.wasm
  shelflife policy inspect ttl
  shelflife policy inspect ./mine.wasm
  shelflife policy check ./mine.wasm                   the cases beside it
  shelflife policy run ./mine.wasm --trace my.csv --explain
  shelflife policy bench ./mine.wasm";

/// Write, build, check, run, measure and inspect policies.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Policy {
    /// A folder to write a policy in, in one of four languages
    #[command(after_help = new::EXAMPLES)]
    New(new::New),
    /// Builds the component of a policy's folder
    #[command(after_help = build::EXAMPLES)]
    Build(build::Build),
    /// What a component asks permission for and what it offers
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::Inspect),
    /// Holds a policy against its cases
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// One trace through one policy, each decision on a line
    #[command(after_help = run::EXAMPLES)]
    Run(run::Run),
    /// What its calls cost, beside the limits and another policy
    #[command(after_help = bench::EXAMPLES)]
    Bench(bench::Bench),
    /// Writes every exchange of a run with its host
    #[command(after_help = record::EXAMPLES)]
    Record(record::Record),
    /// A recorded session once more: where another build first differs
    #[command(after_help = replay::EXAMPLES)]
    Replay(replay::Replay),
    /// Compiles a component ahead of time
    #[command(after_help = compile::EXAMPLES)]
    Compile(compile::Compile),
}

impl Policy {
    pub fn run(&self) -> Result<(), Error> {
        match self {
            Policy::New(command) => command.run(),
            Policy::Build(command) => command.run(),
            Policy::Inspect(command) => command.run(),
            Policy::Check(command) => command.run(),
            Policy::Run(command) => command.run(),
            Policy::Bench(command) => command.run(),
            Policy::Record(command) => command.run(),
            Policy::Replay(command) => command.run(),
            Policy::Compile(command) => command.run(),
        }
    }
}
