//! The commands about one policy component.

use clap::Subcommand;
use shelflife_sim::error::Error;

mod build;
mod check;
mod inspect;
mod new;
mod subject;

const EXAMPLES: &str = "\
Examples:
  shelflife policy new mine                            a folder that builds, with tests that pass
  shelflife policy build mine                          its component, mine/mine.wasm
  shelflife policy inspect ttl
  shelflife policy inspect ./mine.wasm
  shelflife policy check ./mine.wasm                   the cases beside it";

/// Look at a policy component.
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
}

impl Policy {
    pub fn run(&self) -> Result<(), Error> {
        match self {
            Policy::New(command) => command.run(),
            Policy::Build(command) => command.run(),
            Policy::Inspect(command) => command.run(),
            Policy::Check(command) => command.run(),
        }
    }
}
