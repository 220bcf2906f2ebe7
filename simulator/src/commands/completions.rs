//! `completions`: what a shell completes the program by.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use shelflife_sim::error::Error;

use super::{Program, print};

const EXAMPLES: &str = "\
Examples:
  shelflife completions bash > ~/.local/share/bash-completion/completions/shelflife
  shelflife completions zsh > ~/.zfunc/_shelflife          with fpath+=~/.zfunc before compinit
  shelflife completions fish > ~/.config/fish/completions/shelflife.fish
  shelflife completions powershell >> $PROFILE";

/// What a shell completes the program by.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<(), Error> {
        let mut script = Vec::new();
        generate(
            self.shell,
            &mut Program::command(),
            "shelflife",
            &mut script,
        );
        let script = String::from_utf8(script).map_err(Error::other)?;
        print(&script)
    }
}
