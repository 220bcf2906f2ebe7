//! `new`: a file to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_sim::scenario::TEMPLATE;

use super::{print, quoted};

const EXAMPLES: &str = "\
Examples:
  shelflife new scenario
  shelflife new scenario mine.toml";

const SCENARIO_EXAMPLES: &str = "\
It runs as it is. What is commented out is shown with its default, or with an example where it has none.

Examples:
  shelflife new scenario
  shelflife new scenario mine.toml && shelflife run mine.toml
  shelflife new scenario -                                 to standard output";

/// Write a file to begin with.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum New {
    /// A scenario with every key that there is, commented
    #[command(after_help = SCENARIO_EXAMPLES)]
    Scenario {
        /// Where to; a file that is there is not touched
        #[arg(default_value = "scenario.toml")]
        file: PathBuf,
    },
}

impl New {
    pub fn run(&self) -> Result<(), Error> {
        let New::Scenario { file } = self;
        if file == Path::new("-") {
            return print(TEMPLATE);
        }
        write_new(file, TEMPLATE)?;
        let name = file.display().to_string();
        print(&format!(
            "{name} written; try: shelflife run {}\n",
            quoted(&name)
        ))
    }
}

/// Writes a file that must not be there yet: all of it or none.
fn write_new(file: &Path, text: &str) -> Result<(), Error> {
    let name = file.display();
    let _whole = interrupt::whole();
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).open(file);
    let mut made = made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Error::usage(format_args!("{name} is there already: name another file"))
        }
        ErrorKind::NotFound => Error::usage(format_args!("{name}: there is no such folder")),
        _ => Error::other(format_args!("{name}: {error}")),
    })?;
    made.write_all(text.as_bytes()).map_err(|error| {
        // What is left of it is of no use.
        let _ = std::fs::remove_file(file);
        Error::other(format_args!("{name}: {error}"))
    })
}
