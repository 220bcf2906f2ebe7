//! `explain`: a pattern on one screen.

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::explain;

use super::colour::print_painted;

const EXAMPLES: &str = "\
Examples:
  shelflife explain
  shelflife explain tags
  shelflife explain surrogate-keys                         by another name, too";

/// How a pattern works, when to use it, what it costs, and what was measured of it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// ttl, write-through, cdc, tags, versions, semantic, adaptive, or another name of one; without it
    /// all are listed
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
}

impl Explain {
    pub fn run(&self) -> Result<(), Error> {
        match &self.pattern {
            None => print_painted(&explain::list()),
            Some(name) => {
                let pattern = explain::find(name).map_err(Error::usage)?;
                print_painted(&explain::screen(pattern))
            }
        }
    }
}
