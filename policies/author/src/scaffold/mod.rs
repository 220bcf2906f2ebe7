//! Folders for new policies: they build, and their tests pass, as they are.

mod fill;
mod sdk;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::contract::World;
use crate::error::{Error, Result};
use crate::languages::{Language, is_name};
use crate::whole::Unfinished;

pub use sdk::Sdk;

mod files {
    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// Worlds that there are templates for in every language; the others extend one of them, and are for Rust.
const WORLDS: [&str; 4] = [
    "static-policy",
    "lease-policy",
    "reactive-policy",
    "dependency-policy",
];

/// Names that cargo takes for no package, or that would be taken for something else.
const RESERVED: [&str; 57] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "shelflife-policy",
    "shelflife_policy",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "yield",
];

/// A policy that is to be written.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// Where it is to be; its last part is what the policy is called.
    pub folder: PathBuf,
    /// What it is written in.
    pub language: Language,
    /// What it asks and offers.
    pub world: String,
    /// Where the SDK comes from, for Rust.
    pub sdk: Option<Sdk>,
}

impl NewPolicy {
    /// Writes the folder: all of it or nothing. Answers what the policy is called.
    ///
    /// # Errors
    ///
    /// A name that is none, a world without a template, a folder that is there and not empty, or a place that cannot
    /// be written to.
    pub fn write(&self) -> Result<String> {
        let name = self.name()?;
        let world = self.world()?;
        if self.sdk.is_some() && self.language != Language::Rust {
            return Err(Error::wrong(format!(
                "an SDK is for Rust: a policy in {} has its small library in the folder",
                self.language
            )));
        }
        let folder = &self.folder;
        let shown = folder.display();
        let parent = match folder.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if !parent.is_dir() {
            return Err(Error::wrong(format!(
                "there is no folder {}",
                parent.display()
            )));
        }
        let is_free = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(_) => !folder.exists(),
        };
        if !is_free {
            return Err(Error::wrong(format!(
                "{shown} is there already: name another folder, or empty it"
            )));
        }
        let files = self.files(&name, &world)?;
        let unfinished = Unfinished::beside(folder)?;
        for (name, text) in files {
            let file = unfinished.path().join(name);
            let parent = file.parent().expect("it is in the folder");
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&file, text))
                .map_err(|error| Error::file("write", folder, &error))?;
        }
        unfinished.finish(folder)?;
        Ok(name)
    }

    fn name(&self) -> Result<String> {
        let name = self
            .folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let wrong = |why: &str| {
            let plain: String = name
                .to_lowercase()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            let plain = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            let hint = match plain {
                "" => String::new(),
                plain if plain == name => format!(": try `{plain}-policy`"),
                plain => format!(": did you mean `{plain}`?"),
            };
            Error::wrong(format!("`{name}` {why}{hint}"))
        };
        if !is_name(name) || name.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(wrong(
                "is no name for a policy, which has small letters, digits, `-` and `_`, and a letter first",
            ));
        }
        if self.language == Language::Rust && RESERVED.contains(&name) {
            return Err(wrong("means something else to cargo"));
        }
        Ok(name.to_owned())
    }

    fn world(&self) -> Result<World> {
        let world = World::find(&self.world)?;
        if WORLDS.contains(&self.world.as_str()) || has_template(self.language, &self.world) {
            return Ok(world);
        }
        // The largest that it extends.
        let holds = |part: &String| world.exports.contains(part);
        let extended = WORLDS
            .into_iter()
            .rev()
            .find(|name| World::find(name).is_ok_and(|smaller| smaller.exports.iter().all(holds)));
        Err(Error::wrong(format!(
            "there is no template in {} for the world `{}`: begin with `{}`, which it extends (there are templates for {})",
            self.language,
            self.world,
            extended.unwrap_or(WORLDS[0]),
            WORLDS.join(", ")
        )))
    }

    /// Every file with its text.
    fn files(&self, name: &str, world: &World) -> Result<BTreeMap<String, String>> {
        let values = self.values(name, world)?;
        let of_world = folder_of(self.language, &world.name);
        let mut files = BTreeMap::new();
        // What is for this world alone takes the place of what is for all.
        for folder in ["all", self.language.flag(), &of_world] {
            for (file, text) in files::TEMPLATES {
                let Some(file) = file
                    .strip_prefix(folder)
                    .and_then(|file| file.strip_prefix('/'))
                else {
                    continue;
                };
                // Names that tools would act on in the templates themselves are written without their dot.
                let file = file.replace("dot-", ".");
                files.insert(
                    file,
                    fill::fill(text, &values, &|part| self.holds(part, world)),
                );
            }
        }
        // A file of which nothing is left has no business in this world.
        files.retain(|_, text| !text.trim().is_empty());
        match self.language {
            Language::Rust => {
                if let None | Some(Sdk::Copy) = self.sdk {
                    files.extend(sdk::copied(files::SDK));
                }
            }
            other => {
                let folder = match other {
                    Language::C => "c/",
                    Language::JavaScript => "javascript/",
                    _ => "python/",
                };
                let library = files::LANGUAGES.iter();
                files.extend(library.filter_map(|(file, text)| {
                    Some((file.strip_prefix(folder)?.to_owned(), (*text).to_owned()))
                }));
            }
        }
        Ok(files)
    }

    /// Whether a part of a template is for this policy.
    fn holds(&self, part: &str, world: &World) -> bool {
        let exports = |name: &str| world.exports.iter().any(|export| export == name);
        let (leases, reactions) = (exports("leases"), exports("reactions"));
        match part {
            // What entries are purged by, and by what else the four worlds differ.
            "static" => !leases && !reactions,
            "fills" => leases && !reactions,
            "keys" => reactions && !leases,
            "tags" => reactions && leases,
            "rust" => self.language == Language::Rust,
            "copied" => matches!(self.sdk, None | Some(Sdk::Copy)),
            export => exports(export),
        }
    }

    /// What stands for each placeholder.
    fn values(&self, name: &str, world: &World) -> Result<Vec<(&'static str, String)>> {
        let exports: Vec<&str> = world.exports.iter().map(String::as_str).collect();
        let others: Vec<&str> = exports
            .iter()
            .copied()
            .filter(|name| *name != "lifecycle")
            .collect();
        let list = match others[..] {
            [] => String::new(),
            _ => format!(": {}", others.join(", ")),
        };
        // What the template calls, so that it asks for no more.
        let imports = if exports.contains(&"reactions") {
            "\"purge\""
        } else {
            ""
        };
        Ok(vec![
            ("name", name.to_owned()),
            ("type", camel_case(name)),
            ("world", world.name.clone()),
            ("exports", list),
            ("imports", imports.to_owned()),
            ("sdk", self.sdk.as_ref().unwrap_or(&Sdk::Copy).dependency()?),
        ])
    }
}

/// The folder of the templates that are for one world alone.
fn folder_of(language: Language, world: &str) -> String {
    format!("{}.{world}", language.flag())
}

/// Whether there is a template for this world alone.
fn has_template(language: Language, world: &str) -> bool {
    let folder = folder_of(language, world);
    files::TEMPLATES
        .iter()
        .any(|(file, _)| file.starts_with(&folder))
}

/// A name as Rust writes types.
fn camel_case(name: &str) -> String {
    name.split(['-', '_'])
        .flat_map(|part| {
            let mut letters = part.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests;
