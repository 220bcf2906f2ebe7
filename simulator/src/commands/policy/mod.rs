//! The commands about one policy component.

use clap::Subcommand;
use shelflife_sim::error::Error;

mod inspect;

const EXAMPLES: &str = "\
Examples:
  shelflife policy inspect ttl
  shelflife policy inspect ./mine.wasm";

/// Look at a policy component.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Policy {
    /// What a component asks permission for and what it offers
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::Inspect),
}

impl Policy {
    pub fn run(&self) -> Result<(), Error> {
        match self {
            Policy::Inspect(command) => command.run(),
        }
    }
}
