//! Where a policy in Rust gets the SDK from.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folder in a new policy that the SDK is copied to.
const VENDOR: &str = "vendor/shelflife";

/// Where the SDK is from the folder that holds all of ours.
const FOLDER: &str = "policies/sdk";

/// Where a policy in Rust gets the SDK from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sdk {
    /// From this program, which has its sources: a copy in the policy's folder.
    Copy,
    /// From a folder, such as a checkout.
    Path(PathBuf),
    /// From a registry.
    Version(String),
}

impl Sdk {
    /// What a command line says: a version, or a folder with the SDK or with a checkout.
    ///
    /// # Errors
    ///
    /// Neither.
    pub fn from_argument(text: &str) -> Result<Self> {
        let is_version = text.starts_with(|first: char| first.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c));
        if is_version && !Path::new(text).exists() {
            return Ok(Self::Version(text.to_owned()));
        }
        for folder in [PathBuf::from(text), Path::new(text).join(FOLDER)] {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            if manifest
                .lines()
                .any(|line| line.trim() == "name = \"shelflife-policy\"")
            {
                let folder = fs::canonicalize(&folder)
                    .map_err(|error| Error::file("read", &folder, &error))?;
                return Ok(Self::Path(folder));
            }
        }
        Err(Error::wrong(format!(
            "`{text}` is neither a version of the SDK, such as 0.1.0, nor a folder with it or with a checkout of shelflife"
        )))
    }

    /// How a manifest depends on it: what stands between the braces.
    pub(super) fn dependency(&self) -> Result<String> {
        Ok(match self {
            Self::Copy => format!("path = \"{VENDOR}/{FOLDER}\""),
            Self::Version(version) => format!("version = \"{version}\""),
            Self::Path(folder) => {
                let folder = folder.to_str();
                let folder = folder.filter(|folder| !folder.contains(['"', '\\', '\n']));
                let folder = folder.ok_or_else(|| {
                    Error::wrong("the folder of the SDK has a name that a manifest cannot hold")
                })?;
                format!("path = \"{folder}\"")
            }
        })
    }
}

/// The SDK's files as a new policy has them, with the part of the workspace's manifest that they need.
pub(super) fn copied(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let manifests: Vec<&str> = files
        .iter()
        .filter(|(name, _)| name.ends_with("Cargo.toml"))
        .map(|(_, text)| *text)
        .collect();
    let workspace = workspace(include_str!("../../../../Cargo.toml"), &manifests);
    let workspace = ("Cargo.toml", workspace.as_str());
    let with_folder = |(name, text): (&str, &str)| (format!("{VENDOR}/{name}"), text.to_owned());
    files
        .iter()
        .copied()
        .chain([workspace])
        .map(with_folder)
        .collect()
}

/// What members inherit, out of the manifest of the workspace.
fn workspace(manifest: &str, members: &[&str]) -> String {
    let inherited = |name: &str| {
        let named = |text: &&&str| {
            text.lines().any(|line| {
                line.starts_with(&format!("{name}.workspace"))
                    || line.starts_with(&format!("{name} = {{ workspace"))
            })
        };
        members.iter().find(named).is_some()
    };
    let mut text = format!(
        "# The SDK of shelflife, copied from the program that made this folder.\n[workspace]\nresolver = \"3\"\nmembers = \
         [\"{FOLDER}\", \"{FOLDER}/derive\"]\n"
    );
    let mut section = "";
    let mut comment = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
            comment.clear();
            if is_inherited(section) {
                text.push_str(&format!("\n{section}\n"));
            }
        } else if !is_inherited(section) || line.trim().is_empty() {
            comment.clear();
        } else if line.starts_with('#') {
            comment.push_str(&format!("{line}\n"));
        } else {
            let name = line.split([' ', '=', '.']).next().unwrap_or_default();
            if section != "[workspace.dependencies]" || inherited(name) {
                text.push_str(&comment);
                text.push_str(&format!("{line}\n"));
            }
            comment.clear();
        }
    }
    text
}

fn is_inherited(section: &str) -> bool {
    section == "[workspace.package]"
        || section == "[workspace.dependencies]"
        || section.starts_with("[workspace.lints")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_inherits_what_its_manifests_name_and_nothing_else() {
        let manifest = "[workspace]\nmembers = []\n[workspace.package]\nversion = \"1\"\n\n[workspace.dependencies]\n\
                        # For a.\na = \"1\"\n# For b.\nb = { path = \"b\" }\n[profile.dev]\nopt-level = 1\n";
        let text = workspace(manifest, &["[dependencies]\na.workspace = true\n"]);
        assert!(text.ends_with(
            "\n[workspace.package]\nversion = \"1\"\n\n[workspace.dependencies]\n# For a.\na = \"1\"\n"
        ), "{text}");
    }

    #[test]
    fn an_sdk_is_a_version_or_a_folder() {
        let here = env!("CARGO_MANIFEST_DIR");
        let sdk = fs::canonicalize(Path::new(here).join("../sdk")).unwrap();
        assert_eq!(
            Sdk::from_argument("0.1.0"),
            Ok(Sdk::Version("0.1.0".to_owned()))
        );
        for text in ["../sdk", "../.."] {
            let text = Path::new(here).join(text);
            assert_eq!(
                Sdk::from_argument(text.to_str().unwrap()),
                Ok(Sdk::Path(sdk.clone()))
            );
        }
        let error = Sdk::from_argument("no/such").unwrap_err().to_string();
        assert!(error.starts_with("`no/such` is neither"), "{error}");
    }
}
