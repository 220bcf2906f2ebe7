//! What a contributor runs: `cargo xtask`.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

mod component;
mod guide;
mod languages;
mod links;
mod miri;
mod policies;
mod repository;
mod test;
mod toolchain;
mod tools;

const USAGE: &str = "\
usage: cargo xtask <command>

  test                        everything that has to hold before a change is proposed
  miri                        the engine's tests and threads under Miri, which needs a nightly toolchain
  miri --seeds 3..5           its threads alone, with these seeds
  load-tool                   install wrk, by which a test loads a service, if it is not there
  browser                     install chromium, in which a test opens the page of a report, likewise
  guide                       build the guide in docs/, and follow its links
  component DIR [-o FILE]     build the policy in DIR as a component
  languages                   build the policies in C, JavaScript and Python, check them and measure them
  policies                    build the policies, and the guests of the tests, as components
  policies --check            say whether the built ones are as their sources are; builds nothing";

/// What a task answers. The text is for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["test"] => return test::run(root()),
        ["component", folder] => component::build(folder.as_ref(), None),
        ["component", folder, "-o", file] => component::build(folder.as_ref(), Some(file.as_ref())),
        ["load-tool"] => tools::load_tool(),
        ["browser"] => tools::browser(),
        ["guide"] => guide::build(root()),
        ["miri"] => miri::run(root(), None),
        ["miri", "--seeds", seeds] => miri::run(root(), Some(seeds)),
        ["languages"] => languages::run(root()),
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
