//! `policy build`: the component of a policy's folder.

use std::path::PathBuf;

use clap::Args;
use shelflife_author::languages::{self, Language};
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;

use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
The language is told by the manifest: Cargo.toml, policy.toml (C), package.json or pyproject.toml. Each is built
with its own tools; what is missing is named, with how to get it. ComponentizeJS and componentize-py are
installed on first use, into shelflife/tools in your cache. What a component imports is its request for
permission.

Examples:
  shelflife policy build mine
  shelflife policy build . -o /tmp/mine.wasm";

#[derive(Args)]
pub struct Build {
    /// The folder of the policy
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where the component goes [default: NAME.wasm in the folder]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Build {
    pub fn run(&self) -> Result<(), Error> {
        let say = |line: &str| eprintln!("{line}");
        let built = languages::build(&self.folder, &say).map_err(error)?;
        let file = match &self.out {
            Some(file) => file.clone(),
            None => built.file_in(&self.folder),
        };
        {
            let _whole = interrupt::whole();
            built.write(&file).map_err(error)?;
        }
        let mut text = format!(
            "{}: {} bytes, in {}\n",
            file.display(),
            built.component.len(),
            built.language
        );
        // Types are names of values and no permission.
        let asked = built
            .interfaces
            .imports
            .iter()
            .filter(|name| !name.contains("/types@"));
        let asked: Vec<&str> = asked.map(String::as_str).collect();
        if asked.is_empty() {
            text.push_str("imports nothing\n");
        }
        for import in asked {
            text.push_str(&format!("imports {import}\n"));
        }
        if matches!(built.language, Language::JavaScript | Language::Python) {
            text.push_str(
                "It brings an interpreter, which takes tens of seconds to compile: \
                 `shelflife policy compile` does so ahead of time.\n",
            );
        }
        print(&text)
    }
}

/// Why nothing came of it, as this program says it.
pub fn error(error: shelflife_author::Error) -> Error {
    if error.is_wrong() {
        Error::usage(error)
    } else {
        Error::other(error)
    }
}
