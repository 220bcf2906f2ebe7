//! `policy new`: a folder to write a policy in.

use std::path::PathBuf;

use clap::Args;
use shelflife_author::languages::Language;
use shelflife_author::scaffold::{NewPolicy, Sdk};
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_sim::scenario::did_you_mean;

use super::build::error;
use crate::commands::{print, quoted};

/// What follows the help.
pub const EXAMPLES: &str = "\
The folder builds and its tests pass as it is: a policy with two settings, a README, cases, and unit tests where
the language has a usual way to write them. A policy in Rust gets a copy of the SDK, which is a part of this
program, unless --sdk says where it is.

Worlds: static-policy (leases in a plan, no call after), lease-policy (a lease for each entry), reactive-policy
(changes purge keys), dependency-policy (entries carry tags, changes purge by them); in Rust also semantic-policy
(by meaning), learning-policy (with a state that its successor gets) and adaptive-policy (by how keys are read).

Examples:
  shelflife policy new mine
  shelflife policy new mine --lang python --world dependency-policy
  shelflife policy new policies/mine --sdk ../shelflife";

#[derive(Args)]
pub struct New {
    /// The folder, whose last part is what the policy is called
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// The language: rust, c, js or python
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    lang: String,
    /// What the policy asks and offers
    #[arg(long, default_value = "static-policy")]
    world: String,
    /// A version of the Rust SDK, or the folder of it or of a checkout of shelflife
    #[arg(long, value_name = "SDK")]
    sdk: Option<String>,
}

impl New {
    pub fn run(&self) -> Result<(), Error> {
        let new = NewPolicy {
            folder: self.folder.clone(),
            language: self.language()?,
            world: self.world.clone(),
            sdk: self
                .sdk
                .as_deref()
                .map(Sdk::from_argument)
                .transpose()
                .map_err(error)?,
        };
        let name = {
            let _whole = interrupt::whole();
            new.write().map_err(error)?
        };
        let folder = quoted(&self.folder.display().to_string());
        let component = quoted(
            &self
                .folder
                .join(format!("{name}.wasm"))
                .display()
                .to_string(),
        );
        let test = match new.language {
            Language::Rust => format!("(cd {folder} && cargo test)"),
            Language::JavaScript => format!("(cd {folder} && npm test)"),
            Language::Python => format!("(cd {folder} && python3 -m unittest)"),
            Language::C => format!("shelflife policy check {component}"),
        };
        let build = format!("shelflife policy build {folder}");
        let [first, second] = match new.language {
            // Its tests are those of the component.
            Language::C => [build, test],
            _ => [test, build],
        };
        print(&format!(
            "{} written: {}, in {}; try:\n  {first}\n  {second}\n",
            self.folder.display(),
            new.world,
            new.language,
        ))
    }

    fn language(&self) -> Result<Language, Error> {
        let meant = match self.lang.as_str() {
            "javascript" => "js",
            "py" => "python",
            "rs" => "rust",
            flag => flag,
        };
        Language::from_flag(meant).ok_or_else(|| {
            let known = Language::ALL.map(Language::flag);
            // Whatever is misspelt is near to a single letter.
            let words = known.into_iter().filter(|flag| flag.len() > 1);
            let hint = did_you_mean(meant, words);
            Error::usage(format!(
                "no language `{}`{hint} (there are {})",
                self.lang,
                known.join(", ")
            ))
        })
    }
}
