//! `cargo xtask test`: everything that has to hold before a change is proposed.
//!
//! Every step runs, whatever became of those before it, so that one run tells all there is to mend. The
//! steps of cargo are for the whole workspace with all features: other selections would compile the
//! dependencies, of which the WebAssembly runtime takes minutes, once for each. The proofs are a small
//! workspace of their own, without that runtime.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::toolchain::{self, cargo};
use crate::{Outcome, guide, miri, policies, repository, tools};

/// Runs all steps, and ends with the number of tests on a line of its own.
pub fn run(root: &Path) -> ExitCode {
    let mut count = Count::default();
    let mut proven = Count::default();
    let mut scheduled = Count::default();
    let mut interpreted = Count::default();
    let steps: [(&str, &mut dyn FnMut() -> Outcome); 15] = [
        // First, because what follows needs what they fetch.
        ("toolchain", &mut || toolchain::prepare(root)),
        ("load tool", &mut || tools::load_tool()),
        ("browser", &mut || tools::browser()),
        ("tracked files", &mut || repository::check(root)),
        ("format", &mut || {
            let all = ["fmt", "--all", "--check"];
            let proofs = proofs(root);
            succeed(cargo(root).args(all)).and(succeed(cargo(&proofs).args(all)))
        }),
        ("policies: sources", &mut || policies::check(root)),
        ("policies: bytes", &mut || policies::compare(root)),
        ("clippy", &mut || {
            succeed(
                cargo(root)
                    .args(["clippy", "--workspace", "--all-targets", "--all-features"])
                    .args(["--locked", "--", "-D", "warnings"]),
            )
        }),
        ("tests", &mut || {
            let mut cargo = cargo(root);
            cargo.args(["test", "--workspace", "--all-features", "--locked"]);
            tests(cargo.arg("--no-fail-fast"), &mut count)
        }),
        ("proofs: clippy", &mut || {
            for packages in [&[][..], &["--package", "shelflife-shuttle"]] {
                succeed(
                    in_proofs(root, "clippy")?
                        .args(packages)
                        .args(["--all-targets", "--release", "--locked"])
                        .args(["--", "-D", "warnings"]),
                )?;
            }
            Ok(())
        }),
        // Optimised, for each model runs thousands of times.
        ("proofs: tests", &mut || {
            let mut cargo = in_proofs(root, "test")?;
            cargo.args(["--release", "--locked"]);
            tests(cargo.arg("--no-fail-fast"), &mut proven)
        }),
        // By itself: what shuttle switches on in a shared dependency works under a schedule alone.
        ("proofs: schedules", &mut || {
            let mut cargo = in_proofs(root, "test")?;
            cargo.args(["--release", "--locked", "--package", "shelflife-shuttle"]);
            tests(cargo.arg("--no-fail-fast"), &mut scheduled)
        }),
        // With a compiler of its own, which is not everywhere.
        ("proofs: Miri", &mut || miri::check(root, &mut interpreted)),
        ("guide", &mut || guide::build(root)),
        ("documentation", &mut || {
            succeed(
                cargo(root)
                    .args(["doc", "--workspace", "--all-features", "--no-deps"])
                    .arg("--locked")
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )
        }),
    ];
    let mut failed = Vec::new();
    for (name, step) in steps {
        println!("== {name}");
        if let Err(text) = step() {
            eprintln!("{text}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        eprintln!("failed: {}", failed.join(", "));
    }
    for more in [proven, scheduled, interpreted] {
        count.add_all(&more);
    }
    println!("{count}");
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The workspace in which the engine is compiled against model checkers.
pub fn proofs(root: &Path) -> PathBuf {
    root.join("host/proofs")
}

/// Cargo in that workspace, building beside everything else.
fn in_proofs(root: &Path, command: &str) -> Outcome<Command> {
    let mut cargo = cargo(&proofs(root));
    cargo.args([command, "--target-dir"]);
    cargo.arg(toolchain::target_directory(root)?.join("proofs"));
    Ok(cargo)
}

/// Unit, integration, component and documentation tests, with cargo's own runner: it is wherever cargo
/// is, and runs the examples in the documentation too.
fn tests(cargo: &mut Command, count: &mut Count) -> Outcome {
    let mut runner = cargo
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let mut terminal = std::io::stdout();
    let mut lines = BufReader::new(runner.stdout.take().expect("it is piped"));
    let mut line = Vec::new();
    while lines
        .read_until(b'\n', &mut line)
        .is_ok_and(|size| size > 0)
    {
        // Nobody may be reading; the tests count all the same.
        let _ = terminal.write_all(&line);
        count.add(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = runner
        .wait()
        .map_err(|error| format!("cargo cannot be waited for: {error}"))?;
    match (status.success(), count.passed + count.failed) {
        (true, 0) => Err("no test ran".to_owned()),
        (true, _) => Ok(()),
        (false, _) => Err(format!("cargo test ended with {status}")),
    }
}

/// How many tests there were.
#[derive(Debug, Default, PartialEq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl Count {
    /// Adds what a line says, if it is the last of a test program.
    pub fn add(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += before(result, " passed;");
            self.failed += before(result, " failed;");
        }
    }

    pub fn add_all(&mut self, more: &Count) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number that stands before a word.
fn before(text: &str, word: &str) -> u64 {
    text.split_once(word)
        .and_then(|(text, _)| text.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}

pub fn succeed(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cargo ended with {status}")),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn counts_the_last_lines_of_test_programs() {
        let mut count = Count::default();
        for line in [
            "test a_test ... ok\n",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out\n",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
            "all doctests ran in 0.53s; merged doctests compilation took 0.52s\n",
        ] {
            count.add(line);
        }
        let expected = Count {
            passed: 15,
            failed: 2,
        };
        assert_eq!(count, expected);
    }
}
