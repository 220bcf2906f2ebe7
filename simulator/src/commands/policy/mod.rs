//! The commands about one policy component.

use clap::Subcommand;
use shelflife_sim::error::Error;

mod check;
mod inspect;
mod subject;

const EXAMPLES: &str = "\
Examples:
  shelflife policy inspect ttl
  shelflife policy inspect ./mine.wasm
  shelflife policy check ./mine.wasm                   the cases beside it";

/// Look at a policy component.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Policy {
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
            Policy::Inspect(command) => command.run(),
            Policy::Check(command) => command.run(),
        }
    }
}
