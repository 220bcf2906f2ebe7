//! The tool that loads a service over HTTP in a test: wrk, as Debian packages it.

use std::process::Command;

use crate::Outcome;
use crate::toolchain::output;

/// Installs wrk if it is not there. Where that cannot be, says so in one line and does not fail: the test that
/// needs it says that it was skipped.
pub fn prepare() -> Outcome {
    if is_there() {
        return Ok(());
    }
    eprintln!("installing wrk");
    // The lists may be as old as the machine, or not be there.
    let installed = install().or_else(|_| {
        output(Command::new("apt-get").args(["update", "--quiet"]))?;
        install()
    });
    match installed {
        Ok(()) if is_there() => {}
        Ok(()) => {
            println!("wrk is not found though it is installed: the test under load is skipped")
        }
        Err(why) => {
            let why = why.lines().next().unwrap_or_default();
            println!("wrk cannot be installed, so that the test under load is skipped: {why}");
        }
    }
    Ok(())
}

fn install() -> Outcome {
    let mut command = Command::new("apt-get");
    command.args([
        "install",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        "wrk",
    ]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    output(&mut command).map(drop)
}

/// It ends with an error where it is asked for nothing but its version.
fn is_there() -> bool {
    Command::new("wrk").arg("--version").output().is_ok()
}
