//! The policy that a command is about: a built-in one by its name, or a file.

use std::path::Path;

use shelflife::policy::{Limits, Runtime};
use shelflife_sim::error::Error;
use shelflife_sim::scenario::{BUILT_IN_POLICIES, did_you_mean, is_component_path};
use shelflife_workbench::{Subject, compiled};

/// The bytes of a component.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Error> {
    let name = file.display().to_string();
    if name.starts_with("native:") {
        return Err(Error::usage(format!(
            "{name} is no component: native policies ask for nothing"
        )));
    }
    match shelflife_policies::find(&name) {
        Some(built_in) => Ok(built_in.component.to_vec()),
        None => std::fs::read(file).map_err(|error| unreadable(&name, &error)),
    }
}

/// A runtime with the limits that every policy has in the simulator, and with what was compiled before.
pub fn runtime() -> Result<Runtime, Error> {
    compiled::runtime(Limits::deterministic()).map_err(Error::other)
}

/// A policy that is ready to run: a component, or by `native:NAME` the native code of a built-in one.
pub fn subject(file: &Path) -> Result<Subject, Error> {
    with(file, Limits::deterministic())
}

/// The same to be measured: a call that is past its fuel goes on, so that one sees by how much it is.
pub fn measured(file: &Path) -> Result<Subject, Error> {
    let limits = Limits::deterministic();
    let (fuel, configure_fuel) = (100 * limits.fuel, 100 * limits.configure_fuel);
    with(file, limits.fuel(fuel).configure_fuel(configure_fuel))
}

fn with(file: &Path, limits: Limits) -> Result<Subject, Error> {
    let name = file.display().to_string();
    if let Some(native) = name.strip_prefix("native:") {
        return Subject::native(native).ok_or_else(|| unknown(native));
    }
    let bytes = bytes(file)?;
    let runtime = compiled::runtime(limits).map_err(Error::other)?;
    Subject::component(&name, &bytes, &runtime).map_err(Error::usage)
}

/// What cannot be read may be meant as the name of a built-in policy.
fn unreadable(name: &str, error: &std::io::Error) -> Error {
    if is_component_path(name) || error.kind() != std::io::ErrorKind::NotFound {
        return Error::usage(format!("cannot read {name}: {error}"));
    }
    unknown(name)
}

fn unknown(name: &str) -> Error {
    let hint = did_you_mean(name, BUILT_IN_POLICIES);
    Error::usage(format!(
        "no built-in policy and no file `{name}`{hint} (built in are {})",
        BUILT_IN_POLICIES.join(", ")
    ))
}
