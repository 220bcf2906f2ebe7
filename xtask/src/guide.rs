//! The guide in `docs/`: built by mdBook, its links followed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::toolchain::{cargo, output, target_directory};
use crate::{Outcome, links};

/// The version that builds it. Another one may write other pages, so it is asked for by its number.
const MDBOOK: &str = "0.5.4";

/// Builds the guide beside everything else that is built, follows the links of its pages and of every Markdown file
/// of the repository, and says where it is.
pub fn build(root: &Path) -> Outcome {
    let target = target_directory(root)?;
    let mdbook = mdbook(root, &target)?;
    let built = target.join("guide");
    let mut command = Command::new(mdbook);
    command.arg("build").arg(root.join("docs"));
    command.arg("--dest-dir").arg(&built);
    let run = command
        .output()
        .map_err(|error| format!("mdbook cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&run.stderr);
    // A page that lacks what it includes is a warning, and a page with a hole.
    let complaints = |line: &&str| line.contains("ERROR") || line.contains("WARN");
    let complaints: Vec<&str> = said.lines().filter(complaints).collect();
    if !run.status.success() || !complaints.is_empty() {
        return Err(format!("mdbook: {}", said.trim()));
    }
    let pages = links::check_pages(&built)?;
    let texts = links::check_texts(root)?;
    println!(
        "{}: {pages} links in its pages and {texts} in the Markdown files lead somewhere",
        built.join("index.html").display()
    );
    Ok(())
}

/// The program: the one that is there if it is this version, else one that is installed beside what is built.
fn mdbook(root: &Path, target: &Path) -> Outcome<PathBuf> {
    let tools = target.join("tools");
    let own = tools.join("bin").join("mdbook");
    for program in [Path::new("mdbook"), &own] {
        if output(Command::new(program).arg("--version"))
            .is_ok_and(|version| version.trim().ends_with(MDBOOK))
        {
            return Ok(program.to_owned());
        }
    }
    eprintln!("installing mdbook {MDBOOK}");
    let mut install = cargo(root);
    // Without what serves, watches and searches: the guide is files.
    install.args(["install", "mdbook", "--version", MDBOOK, "--locked"]);
    install.args(["--no-default-features", "--features", "search", "--quiet"]);
    install.arg("--root").arg(&tools);
    install.arg("--target-dir").arg(target.join("tools-build"));
    output(&mut install)
        .map_err(|error| format!("{error}\nthe guide cannot be built without it"))?;
    // What it was built from is no use any more, and a few hundred megabytes.
    let _ = std::fs::remove_dir_all(target.join("tools-build"));
    Ok(own)
}
