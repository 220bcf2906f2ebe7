//! `man`: the manual.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use shelflife_sim::error::Error;
use shelflife_sim::report::write_files;

use super::{Program, print};

const EXAMPLES: &str = "\
Examples:
  shelflife man | man -l -
  shelflife man --out ~/.local/share/man/man1
  man shelflife-trace-stat                                 after that";

/// The manual: the page of the program, or with --out one for each command too.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Manual {
    /// Writes shelflife.1 and a page for each command, such as shelflife-trace-stat.1
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Manual {
    pub fn run(&self) -> Result<(), Error> {
        // The version of the program is on the pages of its commands too.
        let program = Program::command().disable_help_subcommand(true);
        let mut pages = Vec::new();
        pages_of(program, "shelflife", &mut pages)?;
        match &self.out {
            Some(dir) => write_files(&pages, dir),
            None => print(&pages[0].1),
        }
    }
}

/// The page of a command, then those of what is below it, by the names of their files.
fn pages_of(command: Command, name: &str, pages: &mut Vec<(String, String)>) -> Result<(), Error> {
    let mut command = command
        .version(env!("CARGO_PKG_VERSION"))
        .display_name(name.to_owned())
        .bin_name(name.replace('-', " "));
    command.build();
    let below: Vec<Command> = command.get_subcommands().cloned().collect();
    let mut page = Vec::new();
    Man::new(command)
        .title(name)
        .render(&mut page)
        .map_err(Error::other)?;
    let page = String::from_utf8(page).map_err(Error::other)?;
    pages.push((format!("{name}.1"), page));
    for command in below {
        let name = format!("{name}-{}", command.get_name());
        pages_of(command, &name, pages)?;
    }
    Ok(())
}
