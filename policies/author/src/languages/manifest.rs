//! What the manifest of a policy says, in languages whose own tools know nothing of policies.
//!
//! | language | file | where in it |
//! |---|---|---|
//! | C | `policy.toml` | at the top |
//! | JavaScript | `package.json` | `name` and `version` at the top, the rest under `"shelflife"` |
//! | Python | `pyproject.toml` | `name` and `version` under `[project]`, the rest under `[tool.shelflife]` |

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Language;
use crate::contract::World;
use crate::error::{Error, Result};
use crate::metadata::Metadata;

/// The file with the schema of the settings, beside the manifest.
const SCHEMA: &str = "settings.schema.json";

/// What a manifest says.
#[derive(Debug)]
pub struct Manifest {
    /// What the policy is called.
    pub name: String,
    /// What it asks and offers.
    pub world: World,
    /// What its sources are, or where more of them lie; relative to the folder.
    pub sources: Vec<String>,
    /// What the component says of itself.
    pub metadata: Metadata,
}

/// What is ours in a manifest.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ours {
    /// The smallest world that holds what the policy does.
    world: Option<String>,
    /// The imports that it calls; without it all that the world offers.
    imports: Option<Vec<String>>,
    /// The sources in C, which are otherwise all of the folder; elsewhere folders with modules beside its own.
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(Deserialize)]
struct PolicyToml {
    name: Option<String>,
    version: Option<String>,
    world: Option<String>,
    imports: Option<Vec<String>>,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(Deserialize)]
struct PackageJson {
    name: Option<String>,
    version: Option<String>,
    shelflife: Option<Ours>,
}

#[derive(Deserialize)]
struct PyprojectToml {
    project: Option<Project>,
    #[serde(default)]
    tool: Tool,
}

#[derive(Deserialize)]
struct Project {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Default, Deserialize)]
struct Tool {
    shelflife: Option<Ours>,
}

impl Manifest {
    /// Reads the manifest of a folder, and the schema of the settings beside it. `sdk` is what the component says it
    /// was written with.
    ///
    /// # Errors
    ///
    /// A manifest that cannot be read or lacks something: the file, and what would be right.
    pub fn read(folder: &Path, language: Language, sdk: String) -> Result<Self> {
        let file = folder.join(language.manifest());
        let text = read(&file)?;
        let wrong = |why: String| Error::wrong(format!("{}: {why}", file.display()));
        let (name, version, ours) = match language {
            Language::Rust | Language::C => {
                let read: PolicyToml = toml(&text).map_err(wrong)?;
                let ours = Ours {
                    world: read.world,
                    imports: read.imports,
                    sources: read.sources,
                };
                (read.name, read.version, ours)
            }
            Language::JavaScript => {
                let read: PackageJson =
                    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
                (read.name, read.version, read.shelflife.unwrap_or_default())
            }
            Language::Python => {
                let read: PyprojectToml = toml(&text).map_err(wrong)?;
                let project = read.project.unwrap_or(Project {
                    name: None,
                    version: None,
                });
                let ours = read.tool.shelflife.unwrap_or_default();
                (project.name, project.version, ours)
            }
        };
        let where_name = match language {
            Language::Python => "`name = \"mine\"` under [project]",
            Language::JavaScript => "`\"name\": \"mine\"`",
            _ => "`name = \"mine\"`",
        };
        let name = name.ok_or_else(|| wrong(format!("lacks {where_name}")))?;
        if !is_name(&name) {
            return Err(wrong(format!(
                "`{name}` is no name for a policy: letters, digits, `-` and `_`, and a letter first"
            )));
        }
        let where_world = match language {
            Language::Python => "`world = \"static-policy\"` under [tool.shelflife]",
            Language::JavaScript => "`\"shelflife\": { \"world\": \"static-policy\" }`",
            _ => "`world = \"static-policy\"`",
        };
        let world = ours
            .world
            .ok_or_else(|| wrong(format!("lacks {where_world}")))?;
        let in_file = |error: Error| wrong(error.to_string());
        let mut world = World::find(&world).map_err(in_file)?;
        if let Some(imports) = ours.imports {
            world = world.importing(&imports).map_err(in_file)?;
        }
        let schema = folder.join(SCHEMA);
        let settings = schema.is_file().then(|| read_text(&schema)).transpose()?;
        let metadata = Metadata {
            version,
            settings,
            language: Some(language.to_string()),
            sdk: Some(sdk),
            processed_by: Vec::new(),
        };
        // Better before the minute that some tools take.
        metadata
            .append_to(&mut Vec::new())
            .map_err(|error| Error::wrong(format!("{}: {error}", schema.display())))?;
        Ok(Self {
            name,
            world,
            sources: ours.sources,
            metadata,
        })
    }
}

/// Whether something can be called so, as a folder, a file and a package of every language.
#[must_use]
pub fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let place = error.span().map_or(String::new(), |span| {
            let line = text[..span.start].matches('\n').count() + 1;
            format!("line {line}: ")
        });
        format!("{place}{}", error.message())
    })
}

fn read(file: &Path) -> Result<String> {
    read_text(file)
}

fn read_text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| Error::file("read", file, &error))
}
