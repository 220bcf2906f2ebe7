//! `policy replay`: a recorded session once more, with another build.

use std::path::PathBuf;

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_workbench::replay;

use super::subject;
use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
Each call is made again with the same arguments, and what the policy asks of its host is answered as it was
then. The first line that differs is shown.

Examples:
  shelflife policy replay ./mine.wasm session.jsonl
  shelflife policy replay native:tags session.jsonl    the same policy as native code
  shelflife policy replay ./mine.wasm session.jsonl --fuel

Exit status: 0 nothing differs; 1 something does; 2 the component or the session is wrong.";

#[derive(Args)]
pub struct Replay {
    /// A component, the name of a built-in policy, or native:NAME
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What `policy record` wrote
    #[arg(value_name = "SESSION")]
    session: PathBuf,
    /// Compares what each call took in fuel, too
    #[arg(long)]
    fuel: bool,
}

impl Replay {
    pub fn run(&self) -> Result<(), Error> {
        let shown = self.session.display();
        let subject = subject::subject(&self.file)?;
        let text = std::fs::read_to_string(&self.session)
            .map_err(|error| Error::usage(format!("cannot read {shown}: {error}")))?;
        let wrong = |error: String| Error::usage(format!("{shown}: {error}"));
        let lines = replay::read(&text).map_err(wrong)?;
        let found = replay::replay(&subject.maker(), &lines, self.fuel).map_err(wrong)?;
        match found {
            None => print(&format!("all {} lines are as they were\n", lines.len())),
            Some(difference) => {
                let (line, call) = &difference.call;
                print(&format!(
                    "{shown}:{}\n  expected  {}\n  got       {}\nin the call of line {line}\n  {call}\n",
                    difference.line, difference.expected, difference.got
                ))?;
                Err(Error::other(format!(
                    "{} does something else at line {} of {shown}",
                    subject.name(),
                    difference.line
                )))
            }
        }
    }
}
