//! Programs of others.

use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// What a program writes; its errors where it fails.
///
/// # Errors
///
/// A program that cannot be run, or that fails: what it says.
pub fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Error::failed(format!("{name} cannot be run: {error}")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
        // Some say on the other stream what is wrong.
        if said.trim().is_empty() {
            said = String::from_utf8_lossy(&output.stdout).into_owned();
        }
        Err(Error::failed(format!(
            "{name} ended with {}: {}",
            output.status,
            said.trim()
        )))
    }
}

/// Whether a program can be run, whatever it then says.
#[must_use]
pub fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null());
    command.output().is_ok()
}

/// The name of a program without its folder.
fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}
