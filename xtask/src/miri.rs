//! `cargo xtask miri`: the engine's own tests and its races between threads, interpreted by Miri.
//!
//! Miri ends a test at the first data race, undefined behaviour or leak, in the engine or in what it is built
//! on. Its seed decides when threads are interrupted and how old a value an atomic may show; so the tests with
//! threads run with many seeds, as many at a time as there are cores.
//!
//! Miri comes with rustup's nightly toolchain. Everything else here builds without one, and so whoever has
//! none is told what to install. A nightly that is there gets Miri added.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::Outcome;
use crate::test::{Count, proofs, succeed};
use crate::toolchain::{output, target_directory};

/// Seeds of a run by hand.
const MANY_SEEDS: Range<u64> = 0..64;

/// Seeds beside the other tests, which are to take minutes in all.
const FEW_SEEDS: Range<u64> = 0..8;

/// For every test.
///
/// The provenance of pointers is not held strictly: the locks in quick_cache keep a queue of threads in the
/// bits of an integer. Threads are interrupted ten times as often as is usual, which finds a planted race
/// with twice as many seeds.
const FLAGS: &str = "-Zmiri-permissive-provenance -Zmiri-preemption-rate=0.1";

/// The other model of what references may alias; stricter here and laxer there than the usual one.
const TREE_BORROWS: &str = "-Zmiri-tree-borrows";

/// The engine's unit tests, in a package that compiles its sources as applications get them.
const UNIT_TESTS: &[&str] = &["--package=shelflife-shuttle", "--lib"];

/// The races of reads with invalidations, one by one, and histories of everything at once.
const THREADS: &[&str] = &[
    "--package=shelflife-shuttle",
    "--package=shelflife-history",
    "--test=scenarios",
    "--test=promises",
];

/// What whoever has no nightly toolchain is told.
const HOW_TO_INSTALL: &str = "rustup toolchain install nightly --component miri,rust-src";

/// One invocation of `cargo miri test`.
struct Job {
    name: String,
    /// For Miri.
    flags: String,
    /// For cargo.
    tests: &'static [&'static str],
}

impl Job {
    fn unit_tests(name: &str, flags: &str) -> Job {
        Job {
            name: format!("unit tests{name}"),
            flags: flags.to_owned(),
            tests: UNIT_TESTS,
        }
    }

    fn with_seed(seed: u64) -> Job {
        Job {
            name: format!("seed {seed}"),
            flags: format!("-Zmiri-seed={seed}"),
            tests: THREADS,
        }
    }
}

/// Runs the tests with threads with some seeds; or else with many, and the unit tests under both models of
/// aliasing.
pub fn run(root: &Path, seeds: Option<&str>) -> Outcome {
    let jobs: Vec<Job> = match seeds {
        Some(seeds) => range(seeds)?.map(Job::with_seed).collect(),
        None => [
            Job::unit_tests("", ""),
            Job::unit_tests(", tree borrows", TREE_BORROWS),
        ]
        .into_iter()
        .chain(MANY_SEEDS.map(Job::with_seed))
        .collect(),
    };
    let mut count = Count::default();
    let outcome = Miri::find(root)?.test(&jobs, &mut count);
    println!("{count}");
    outcome
}

/// The part of it that `cargo xtask test` has time for; nothing where there is no Miri.
pub fn check(root: &Path, count: &mut Count) -> Outcome {
    let miri = match Miri::find(root) {
        Ok(miri) => miri,
        Err(why) => {
            println!("skipped: {why}");
            return Ok(());
        }
    };
    let jobs: Vec<Job> = [Job::unit_tests("", "")]
        .into_iter()
        .chain(FEW_SEEDS.map(Job::with_seed))
        .collect();
    miri.test(&jobs, count)
}

/// Seeds as they are given on the command line.
fn range(text: &str) -> Outcome<Range<u64>> {
    text.split_once("..")
        .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?))
        .filter(|seeds| !seeds.is_empty())
        .ok_or_else(|| format!("--seeds takes a range such as 0..64, not {text:?}"))
}

/// A nightly toolchain with Miri.
struct Miri {
    toolchain: String,
    /// The workspace of the tests, and where it is built for Miri.
    proofs: PathBuf,
    target_dir: PathBuf,
}

impl Miri {
    /// Finds one, and adds Miri to a nightly toolchain that lacks it.
    fn find(root: &Path) -> Outcome<Miri> {
        let listed = output(rustup().args(["toolchain", "list"]))
            .map_err(|why| format!("{why}; Miri comes with rustup's nightly toolchain"))?;
        let toolchain = nightly(&listed)
            .ok_or_else(|| format!("Miri needs a nightly toolchain: {HOW_TO_INSTALL}"))?;
        let compiler = output(rustup().args(["run", toolchain, "rustc", "--version"]))?;
        let needed = env!("CARGO_PKG_RUST_VERSION");
        if version(&compiler) < version(needed) {
            return Err(format!(
                "{toolchain} is older than Rust {needed}: rustup update {toolchain}"
            ));
        }
        let list = ["component", "list", "--installed", "--toolchain", toolchain];
        let installed = output(rustup().args(list))?;
        let has = |component| installed.lines().any(|line| line.starts_with(component));
        if !has("miri") || !has("rust-src") {
            eprintln!("adding Miri to {toolchain}");
            let add = ["component", "add", "--toolchain", toolchain];
            output(rustup().args(add).args(["miri", "rust-src"]))?;
        }
        Ok(Miri {
            toolchain: toolchain.to_owned(),
            proofs: proofs(root),
            target_dir: target_directory(root)?.join("proofs-miri"),
        })
    }

    /// Carries jobs out, says of each how it ended, and counts their tests.
    fn test(&self, jobs: &[Job], count: &mut Count) -> Outcome {
        // Beforehand, so that no job waits for another one's build.
        let mut build = self.cargo("");
        succeed(build.args([UNIT_TESTS, THREADS].concat()).arg("--no-run"))?;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let mut failed = Vec::new();
        thread::scope(|scope| {
            let (sender, ended) = mpsc::channel();
            for _ in 0..cores.min(jobs.len()) {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let _ = sender.send((job, self.carry_out(job)));
                    }
                });
            }
            drop(sender);
            for (job, outcome) in ended {
                let of_job = match outcome {
                    Ok(of_job) => of_job,
                    Err((of_job, text)) => {
                        eprintln!("{text}");
                        failed.push(job.name.as_str());
                        of_job
                    }
                };
                println!("{}: {of_job}", job.name);
                count.add_all(&of_job);
            }
        });
        if failed.is_empty() {
            return Ok(());
        }
        Err(format!(
            "failed under Miri: {}; seed 7 alone is run by: cargo xtask miri --seeds 7..8",
            failed.join(", ")
        ))
    }

    /// The tests of a job, and what it wrote if it failed.
    fn carry_out(&self, job: &Job) -> Result<Count, (Count, String)> {
        let mut count = Count::default();
        let mut cargo = self.cargo(&job.flags);
        let output = match cargo.args(job.tests).arg("--no-fail-fast").output() {
            Ok(output) => output,
            Err(error) => return Err((count, format!("rustup cannot be run: {error}"))),
        };
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().for_each(|line| count.add(line));
        if output.status.success() && count.passed > 0 {
            return Ok(count);
        }
        // What Miri ended did not come to its last line.
        count.failed = count.failed.max(1);
        let errors = String::from_utf8_lossy(&output.stderr);
        Err((count, format!("{text}{errors}")))
    }

    /// `cargo miri test`, with more flags for Miri.
    fn cargo(&self, flags: &str) -> Command {
        let mut cargo = rustup();
        cargo
            .args(["run", &self.toolchain, "cargo", "miri", "test", "--locked"])
            .arg("--target-dir")
            .arg(&self.target_dir)
            .current_dir(&self.proofs)
            .env("MIRIFLAGS", format!("{FLAGS} {flags}"));
        cargo
    }
}

/// The nightly toolchain among those that rustup lists: the one that is updated, or else the last of those
/// that are kept as of a day.
fn nightly(listed: &str) -> Option<&str> {
    // A digit comes before the name of a machine.
    listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| name.starts_with("nightly"))
        .max()
}

/// The first two numbers of a version of Rust, by itself or after the compiler's name.
fn version(text: &str) -> Option<(u32, u32)> {
    let number = text.trim_start_matches("rustc ");
    let mut parts = number.split(['.', '-', ' ']).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// Whatever is set for the cargo and the compiler that run this program is not meant for another toolchain's.
fn rustup() -> Command {
    let mut rustup = Command::new("rustup");
    for name in [
        "CARGO",
        "CARGO_BUILD_TARGET",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
    ] {
        rustup.env_remove(name);
    }
    rustup
}

#[cfg(test)]
mod tests {
    use super::{nightly, range, version};

    #[test]
    fn the_nightly_that_is_updated_is_taken_and_else_the_last() {
        let listed = "stable-x86_64-unknown-linux-gnu (active, default)\n\
                      nightly-2026-01-02-x86_64-unknown-linux-gnu\n\
                      nightly-2026-03-01-x86_64-unknown-linux-gnu\n";
        let last = "nightly-2026-03-01-x86_64-unknown-linux-gnu";
        assert_eq!(nightly(listed), Some(last));
        let updated = "nightly-aarch64-apple-darwin";
        assert_eq!(nightly(&format!("{updated}\n{listed}")), Some(updated));
        assert_eq!(nightly("1.95.0-x86_64-unknown-linux-gnu\n"), None);
    }

    #[test]
    fn an_old_nightly_is_told_from_one_that_will_do() {
        let nightly = "rustc 1.97.0-nightly (e50aa6fba 2026-05-19)\n";
        assert_eq!(version(nightly), Some((1, 97)));
        assert!(version("rustc 1.9.0-nightly") < version("1.95"));
        assert!(version(nightly) >= version(env!("CARGO_PKG_RUST_VERSION")));
    }

    #[test]
    fn seeds_are_a_range_with_something_in_it() {
        assert_eq!(range("3..5"), Ok(3..5));
        for wrong in ["3", "5..5", "5..3", "a..b", ".."] {
            assert!(range(wrong).is_err_and(|error| error.contains(wrong)));
        }
    }
}
