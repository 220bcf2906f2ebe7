//! `policy compile`: ahead of time, for guests that take long to compile.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use shelflife::policy::Limits;
use shelflife_sim::error::Error;
use shelflife_sim::report::units;
use shelflife_workbench::compiled;

use super::subject;
use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
Most policies compile in some 20 ms; one that brings the interpreter of its language takes half a minute. What
is compiled here the other commands load in milliseconds, and so does a cache whose builder has
`compiled_code_in` with the same folder.

The folder is that of SHELFLIFE_COMPILED, or shelflife/compiled among your caches. What lies in it is run as
native code: it must be yours, and nobody else may write to it. Once it is there, every command uses it and keeps
in it what it compiles; remove it, or set SHELFLIFE_COMPILED to nothing, and none does.

Examples:
  shelflife policy compile ./mine.wasm
  shelflife policy compile ./mine.wasm --into compiled";

#[derive(Args)]
pub struct Compile {
    /// A component, or the name of a built-in policy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder for compiled code [default: SHELFLIFE_COMPILED, or among your caches]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Compile {
    pub fn run(&self) -> Result<(), Error> {
        let folder = self.into.clone().or_else(compiled::folder).ok_or_else(|| {
            let variable = compiled::VARIABLE;
            Error::usage(format!(
                "nobody says where compiled code is kept: name a folder with --into or {variable}"
            ))
        })?;
        let name = self.file.display().to_string();
        let bytes = subject::bytes(&self.file)?;
        let began = Instant::now();
        let done = compiled::compile(&name, &bytes, &folder, Limits::deterministic())
            .map_err(Error::usage)?;
        let took = units::duration(began.elapsed().as_secs_f64() * 1e6);
        let what = match done.was_there {
            true => "was compiled before, and loaded",
            false => "compiled",
        };
        print(&format!(
            "{name}: {what} in {took}: {} of code from {}, in {}\n",
            units::bytes(done.bytes as f64),
            units::bytes(bytes.len() as f64),
            folder.display()
        ))
    }
}
