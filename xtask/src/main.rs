//! What a contributor runs: `cargo xtask`.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

mod policies;
mod toolchain;

const USAGE: &str = "\
usage: cargo xtask <command>

  policies            build the policies as components into policies/dist
  policies --check    say whether policies/dist is as its sources are; builds nothing";

/// What a task answers. The text is for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["policies"] => policies::build(root()),
        ["policies", "--check"] => policies::check(root()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace, wherever the task is run from.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}
