//! What must not be in a tracked file: anything that holds on one machine alone.
//!
//! A step of `cargo xtask test` and not a test of a crate, since it concerns files of all kinds and
//! needs git, which a copy of the sources may be without.

use std::path::Path;
use std::process::Command;

use crate::Outcome;
use crate::component::read;

/// A path into somebody's folder, and settings that send cargo to another registry. A folder alone is
/// fine: tests look for some by name.
const MACHINE: &str = r"(/root|/work|/home/[[:alnum:]]+|/Users/[[:alnum:]]+)/[[:alnum:]._]|sparse\+http|replace-with *=";

/// Every lock file.
const LOCKS: [&str; 2] = ["Cargo.lock", "host/proofs/Cargo.lock"];

/// Fails where a tracked file has a machine's path in it, or a lock file a second registry.
pub fn check(root: &Path) -> Outcome {
    for file in LOCKS {
        let lock = String::from_utf8_lossy(&read(&root.join(file))?).into_owned();
        let mut sources: Vec<&str> = lock
            .lines()
            .filter(|line| line.starts_with("source = "))
            .collect();
        sources.sort_unstable();
        sources.dedup();
        if sources.len() > 1 {
            let sources = sources.join(", ");
            return Err(format!("{file} names more than one registry: {sources}"));
        }
    }
    let git = Command::new("git")
        .args(["grep", "--line-number", "--extended-regexp", "-e", MACHINE])
        .current_dir(root)
        .output();
    match git {
        Ok(git) if git.status.code() == Some(1) => Ok(()),
        Ok(git) if git.status.success() => Err(format!(
            "tracked files tell of a machine:\n{}",
            String::from_utf8_lossy(&git.stdout).trim_end()
        )),
        _ => {
            println!("not looked for: this is not a checkout, or git is not there");
            Ok(())
        }
    }
}
