//! Policies in Python: a module that componentize-py puts into an interpreter.

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

/// The tool, as PyPI knows it.
const TOOL: Tool = Tool {
    name: "componentize-py",
    version: "0.25.1",
    megabytes: 72,
};

/// The module of the policy, and its file.
const MODULE: &str = "policy";
const FILE: &str = "policy.py";

/// Calls the tool by its package: the program that is installed has the folder in it that it was installed into.
const RUN: &str = "import sys; from componentize_py import script; sys.exit(script())";

/// Whether its tool is there already.
#[must_use]
pub fn is_ready() -> bool {
    TOOL.installed().is_some()
}

/// Builds the policy in a folder.
pub(super) fn build(folder: &Path, say: &dyn Fn(&str)) -> Result<Built> {
    let sdk = format!("{} {}", TOOL.name, TOOL.version);
    let manifest = Manifest::read(folder, Language::Python, sdk)?;
    if !folder.join(FILE).is_file() {
        let folder = folder.display();
        return Err(Error::wrong(format!("{folder} has no module {FILE}")));
    }
    if !is_there("python3") {
        return Err(Error::failed(
            "python3 cannot be run, and a policy in Python needs it, with its venv: apt-get install python3-venv, \
             brew install python, or https://python.org",
        ));
    }
    let tool = TOOL.prepare(say, |folder| {
        output(Command::new("python3").args(["-m", "venv"]).arg(folder)).map_err(|error| {
            Error::failed(format!(
                "{error} (on Debian and Ubuntu: apt-get install python3-venv)"
            ))
        })?;
        let mut pip = Command::new(python(folder));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        output(pip.arg(format!("{}=={}", TOOL.name, TOOL.version))).map(drop)
    })?;
    let build = folder.join("build");
    let wit = build.join("wit");
    manifest.world.write_to(&wit)?;
    let component = build.join("policy.component.wasm");
    let mut command = Command::new(python(&tool));
    command
        .args(["-c", RUN, "--quiet", "--wit-path"])
        .arg(&wit)
        .args(["--world", BUILT, "componentize", "--stub-wasi"]);
    for path in std::iter::once(".").chain(manifest.sources.iter().map(String::as_str)) {
        command.arg("--python-path").arg(path);
    }
    // Packages of whoever runs this are no part of the policy.
    command.env_remove("VIRTUAL_ENV").env_remove("PYTHONPATH");
    command
        .arg("--output")
        .arg(&component)
        .arg(MODULE)
        .current_dir(folder);
    output(&mut command)
        .map_err(|error| Error::wrong(format!("{} cannot be built: {error}", manifest.name)))?;
    let component =
        fs::read(&component).map_err(|error| Error::file("read", &component, &error))?;
    let mut component = stripped(&component)?;
    manifest.metadata.append_to(&mut component)?;
    Built::new(Language::Python, &manifest.name, component)
}

/// The interpreter of an environment.
fn python(environment: &Path) -> std::path::PathBuf {
    match cfg!(windows) {
        true => environment.join("Scripts/python.exe"),
        false => environment.join("bin/python"),
    }
}
