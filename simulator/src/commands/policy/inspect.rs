//! `policy inspect`: what a component asks and offers.

use std::path::PathBuf;

use clap::Args;
use shelflife::policy::{CONTRACT, Limits, Runtime};
use shelflife_sim::error::Error;

use super::subject;
use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
Built in are ttl, write-through, cdc, tags, versions and semantic. A component that could not run is
an error that says what it lacks or what it asks for in vain.

Examples:
  shelflife policy inspect tags
  shelflife policy inspect ./mine.wasm";

#[derive(Args)]
pub struct Inspect {
    /// A component, or the name of a built-in policy
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    pub fn run(&self) -> Result<(), Error> {
        let file = &self.file;
        let name = file.display().to_string();
        let bytes = subject::bytes(file)?;
        let runtime = Runtime::new(Limits::deterministic()).map_err(Error::other)?;
        let compiled = runtime.compile(&name, &bytes).map_err(Error::usage)?;
        let interfaces = compiled.interfaces();
        let list = |names: &[String], meaning: fn(&str) -> &'static str| match names {
            [] => "  nothing\n".to_owned(),
            names => names
                .iter()
                .map(|name| format!("  {name:<36} {}\n", meaning(name)))
                .collect(),
        };
        print(&format!(
            "{name}: a policy for {CONTRACT}, {} bytes\n\nIt asks for\n{}\nIt offers\n{}",
            bytes.len(),
            list(&interfaces.imports, import),
            list(&interfaces.exports, export),
        ))
    }
}

/// The interface in a name such as `shelflife:policy/purge@0.1.0`.
fn interface(name: &str) -> &str {
    let path = name.split('@').next().unwrap_or(name);
    path.rsplit('/').next().unwrap_or(path)
}

fn import(name: &str) -> &'static str {
    match interface(name) {
        "types" => "no permission: names of values",
        "clock" => "the time",
        "random" => "random numbers",
        "log" => "lines for the operator",
        "purge" => "to invalidate entries",
        "rows" => "to see the contents of changed rows",
        "vectors" => "to see and invalidate entries by meaning",
        "observe" => "to see which entries are there and whether they have been read",
        _ => "",
    }
}

fn export(name: &str) -> &'static str {
    match interface(name) {
        "lifecycle" => "its rules, once",
        "leases" => "called for each fill whose rule has no lease",
        "reactions" => "called with changes",
        "snapshots" => "called to hand on what it has learned",
        _ => "not called by this host",
    }
}
