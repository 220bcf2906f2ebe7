//! The compilers that a contributor needs: for the workspace, and for policies as components.

use std::path::{Path, PathBuf};
use std::process::Command;

use shelflife_author::{languages::rust, run};

use crate::Outcome;

pub use rust::{Toolchain, cargo};

/// A compiler for the crates of the workspace that are components.
pub fn find(root: &Path) -> Outcome<Toolchain> {
    let say = |line: &str| eprintln!("{line}");
    Toolchain::find(root, true, &say).map_err(|error| error.to_string())
}

/// Where everything is built.
pub fn target_directory(root: &Path) -> Outcome<PathBuf> {
    rust::target_directory(root).map_err(|error| error.to_string())
}

/// Makes sure that there is what a contributor's checks need beside cargo: the formatter, the linter
/// and a compiler for policies.
pub fn prepare(root: &Path) -> Outcome {
    for tool in ["fmt", "clippy"] {
        if output(cargo(root).args([tool, "--version"])).is_err() {
            let component = if tool == "fmt" { "rustfmt" } else { tool };
            eprintln!("adding {component}");
            output(
                Command::new("rustup")
                    .args(["component", "add", component])
                    .current_dir(root),
            )?;
        }
    }
    find(root).map(drop)
}

/// What a program writes; its errors where it fails.
pub fn output(command: &mut Command) -> Outcome<String> {
    run::output(command).map_err(|error| error.to_string())
}
