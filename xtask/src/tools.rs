//! Programs that tests drive, as Debian packages them.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::toolchain::output;

/// A program, which has the name of its package.
struct Tool {
    name: &'static str,
    /// What is not done without it.
    test: &'static str,
}

/// Loads a service over HTTP.
const WRK: Tool = Tool {
    name: "wrk",
    test: "the test under load",
};

/// Opens the page of a report.
const CHROMIUM: Tool = Tool {
    name: "chromium",
    test: "the test of a report's page in a browser",
};

/// Installs the tool that loads a service.
pub fn load_tool() -> Outcome {
    prepare(&WRK)
}

/// Installs the browser.
pub fn browser() -> Outcome {
    prepare(&CHROMIUM)
}

/// Installs a tool if it is not there. Where that cannot be, says so in one line and does not fail: the test that
/// needs it says that it was skipped.
fn prepare(tool: &Tool) -> Outcome {
    let Tool { name, test } = tool;
    if is_there(tool) {
        return Ok(());
    }
    eprintln!("installing {name}");
    match install(&[name]) {
        Ok(()) if is_there(tool) => {}
        Ok(()) => println!("{name} is not found though it is installed: {test} is skipped"),
        Err(why) => {
            let why = why.lines().next().unwrap_or_default();
            println!("{name} cannot be installed, so that {test} is skipped: {why}");
        }
    }
    Ok(())
}

/// Installs packages of Debian's.
pub fn install(packages: &[&str]) -> Outcome {
    // The lists may be as old as the machine, or not be there.
    install_by_lists(packages).or_else(|_| {
        output(Command::new("apt-get").args(["update", "--quiet"]))?;
        install_by_lists(packages)
    })
}

fn install_by_lists(packages: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command.args(["install", "--yes", "--quiet", "--no-install-recommends"]);
    command.args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    output(&mut command).map(drop)
}

/// Whether it can be run: some end with an error where they are asked for nothing but their version.
fn is_there(tool: &Tool) -> bool {
    let mut command = Command::new(tool.name);
    let command = command.arg("--version").stdin(Stdio::null());
    command.output().is_ok()
}
