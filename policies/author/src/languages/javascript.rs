//! Policies in JavaScript: a module that ComponentizeJS puts into an engine.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::manifest::Manifest;
use super::tools::Tool;
use super::{Built, Language};
use crate::component::stripped;
use crate::contract::BUILT;
use crate::error::{Error, Result};
use crate::run::{is_there, output};

/// The tool, and the package that npm knows it by.
const TOOL: Tool = Tool {
    name: "componentize-js",
    version: "0.23.0",
    megabytes: 385,
};
const PACKAGE: &str = "@bytecodealliance/componentize-js";

/// The module of the policy.
const MODULE: &str = "policy.js";

/// Calls the tool, which has no option on its command line for what is disabled here: all of it would be imported from
/// WASI.
const SCRIPT: &str = include_str!("javascript/componentize.mjs");

/// Whether its tool is there already.
#[must_use]
pub fn is_ready() -> bool {
    TOOL.installed().is_some() && is_there("node")
}

/// Builds the policy in a folder.
pub(super) fn build(folder: &Path, say: &dyn Fn(&str)) -> Result<Built> {
    let sdk = format!("{} {}", TOOL.name, TOOL.version);
    let manifest = Manifest::read(folder, Language::JavaScript, sdk)?;
    if !folder.join(MODULE).is_file() {
        let folder = folder.display();
        return Err(Error::wrong(format!("{folder} has no module {MODULE}")));
    }
    for program in ["node", "npm"] {
        if !is_there(program) {
            return Err(Error::failed(format!(
                "{program} cannot be run, and a policy in JavaScript needs it: apt-get install nodejs npm, brew \
                 install node, or https://nodejs.org"
            )));
        }
    }
    let tool = TOOL.prepare(say, |folder| {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
        ]);
        npm.arg("--prefix").arg(folder);
        npm.arg(format!("{PACKAGE}@{}", TOOL.version));
        output(npm.current_dir(folder)).map(drop)
    })?;
    let build = folder.join("build");
    manifest.world.write_to(&build.join("wit"))?;
    let script = tool.join("componentize.mjs");
    crate::whole::write(&script, SCRIPT.as_bytes())?;
    let component = build.join("policy.component.wasm");
    let mut node = Command::new("node");
    // Modules beside the policy's own are found from the folder above all of them.
    node.arg(&script)
        .arg(folder.join(MODULE))
        .arg(build.join("wit"))
        .arg(BUILT)
        .arg(&component)
        .current_dir(common(folder, &manifest.sources));
    output(&mut node)
        .map_err(|error| Error::wrong(format!("{} cannot be built: {error}", manifest.name)))?;
    let component =
        fs::read(&component).map_err(|error| Error::file("read", &component, &error))?;
    let mut component = stripped(&component)?;
    manifest.metadata.append_to(&mut component)?;
    Built::new(Language::JavaScript, &manifest.name, component)
}

/// The folder that holds this one and others that are named relative to it.
fn common<'a>(folder: &'a Path, others: &[String]) -> &'a Path {
    let up = |other: &String| {
        Path::new(other)
            .components()
            .filter(|part| part.as_os_str() == "..")
            .count()
    };
    let highest = others.iter().map(up).max().unwrap_or(0);
    folder.ancestors().nth(highest).unwrap_or(folder)
}
