//! The languages that a policy can be written in, and what makes a component of a folder in each.

mod c;
mod javascript;
mod manifest;
mod python;
pub mod rust;
mod tools;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::component::{Interfaces, interfaces};
use crate::error::{Error, Result};
use crate::whole;

pub use manifest::is_name;
pub use tools::tools_folder;

/// A language that a policy can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// C, with bindings that are generated and a small library that is copied.
    C,
    /// JavaScript, with an engine in the component.
    JavaScript,
    /// Python, with an interpreter in the component.
    Python,
}

impl Language {
    /// All of them, from the one that costs least.
    pub const ALL: [Language; 4] = [Self::Rust, Self::C, Self::JavaScript, Self::Python];

    /// What it is called on the command line.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }

    /// The language by what it is called on the command line.
    #[must_use]
    pub fn from_flag(flag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.flag() == flag)
    }

    /// The file that says that a folder holds a policy in it.
    #[must_use]
    pub fn manifest(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::C => "policy.toml",
            Self::JavaScript => "package.json",
            Self::Python => "pyproject.toml",
        }
    }

    /// The language of the policy in a folder.
    ///
    /// # Errors
    ///
    /// A folder with no manifest of a policy, or with several.
    pub fn of_folder(folder: &Path) -> Result<Self> {
        let name = folder.display();
        if !folder.is_dir() {
            return Err(Error::wrong(format!("{name} is not a folder")));
        }
        let is_there = |language: &Language| folder.join(language.manifest()).is_file();
        let found: Vec<Language> = Self::ALL.into_iter().filter(is_there).collect();
        match found[..] {
            [language] => Ok(language),
            [] => {
                let known: Vec<String> = Self::ALL
                    .iter()
                    .map(|language| format!("{} ({language})", language.manifest()))
                    .collect();
                Err(Error::wrong(format!(
                    "{name} is no folder of a policy: it has none of {}",
                    known.join(", ")
                )))
            }
            [one, other, ..] => Err(Error::wrong(format!(
                "{name} has both {} and {}: a folder holds one policy",
                one.manifest(),
                other.manifest()
            ))),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::C => "C",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        })
    }
}

/// A component that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// What the policy is called.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// The component.
    pub component: Vec<u8>,
    /// What it asks and offers.
    pub interfaces: Interfaces,
}

impl Built {
    /// Takes what a tool made.
    fn new(language: Language, name: &str, component: Vec<u8>) -> Result<Self> {
        let interfaces = interfaces(&component)
            .map_err(|error| Error::failed(format!("what was built of {name} {error}")))?;
        if !interfaces
            .exports
            .iter()
            .any(|name| name.contains("/lifecycle@"))
        {
            let how = match language {
                Language::Rust => ": name its type in `shelflife_policy::export!`",
                _ => "",
            };
            return Err(Error::wrong(format!("{name} exports no policy{how}")));
        }
        if let Some(import) = interfaces
            .imports
            .iter()
            .find(|name| !name.starts_with("shelflife:policy/"))
        {
            return Err(Error::wrong(format!(
                "{name} imports {import}, which no host of policies offers: a policy has no files, no network and no \
                 clock of its own"
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            language,
            component,
            interfaces,
        })
    }

    /// Where it lies if nobody says where: beside the manifest.
    #[must_use]
    pub fn file_in(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.wasm", self.name))
    }

    /// Writes the component: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        whole::write(file, &self.component)
    }
}

/// Whether the tools of a language are there already, so that a build installs nothing.
#[must_use]
pub fn is_ready(language: Language) -> bool {
    match language {
        Language::Rust => true,
        Language::C => c::is_ready(),
        Language::JavaScript => javascript::is_ready(),
        Language::Python => python::is_ready(),
    }
}

/// Builds the policy in a folder, with the tools of its language. What takes long, such as tools that are installed
/// on first use, is announced by `say`; what the tools print goes where this program's errors go.
///
/// # Errors
///
/// A folder without a policy, a tool that is not there and cannot be had (and how to get it), or sources that do not
/// compile.
pub fn build(folder: &Path, say: &dyn Fn(&str)) -> Result<Built> {
    let language = Language::of_folder(folder)?;
    let folder = fs::canonicalize(folder).map_err(|error| Error::file("read", folder, &error))?;
    match language {
        Language::Rust => rust::build(&folder, say),
        Language::C => c::build(&folder),
        Language::JavaScript => javascript::build(&folder, say),
        Language::Python => python::build(&folder, say),
    }
}
