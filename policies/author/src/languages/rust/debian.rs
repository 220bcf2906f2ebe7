//! Debian's compiler for WebAssembly, for machines where rustup cannot fetch the target.
//!
//! Nothing is installed: the packages are unpacked into a folder. They hold a compiler with the sources
//! of its standard library, which cargo then builds; the linker and cargo itself are those of the
//! toolchain that is there.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::output;

/// The compiler, and what cargo needs to use it.
pub struct Debian {
    /// The program.
    pub rustc: PathBuf,
    /// Arguments for cargo.
    pub arguments: Vec<String>,
    /// Variables for cargo.
    pub variables: Vec<(&'static str, String)>,
}

/// Runs the compiler with the libraries that were unpacked beside it.
const WRAPPER: &str = "\
#!/bin/sh
here=$(dirname \"$(readlink -f \"$0\")\")/usr
export LD_LIBRARY_PATH=$here/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exec \"$here/bin/rustc\" --sysroot \"$here\" \"$@\"
";

/// Unpacks the packages into `folder`, unless it has them already. `sysroot` is the toolchain that is
/// there.
pub fn install(folder: &Path, sysroot: &Path) -> Result<Debian> {
    let rustc = folder.join("rustc");
    if !rustc.is_file() {
        unpack(folder)?;
        let said = |error: std::io::Error| Error::file("write", &rustc, &error);
        fs::write(&rustc, WRAPPER).map_err(said)?;
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).map_err(said)?;
    }
    let linker = sysroot.join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    Ok(Debian {
        arguments: vec!["-Zbuild-std=std,panic_abort".to_owned()],
        variables: vec![
            ("RUSTC", rustc.display().to_string()),
            // Building the standard library is an unstable feature; the compiler itself is a stable one.
            ("RUSTC_BOOTSTRAP", "1".to_owned()),
            (
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                linker.display().to_string(),
            ),
        ],
        rustc,
    })
}

fn unpack(folder: &Path) -> Result<()> {
    let said = |error: std::io::Error| Error::file("use", folder, &error);
    let packages = folder.join("packages");
    fs::create_dir_all(&packages).map_err(said)?;
    let lists = lists(folder)?;
    output(apt("apt-get", &lists).arg("update"))?;
    output(
        apt("apt-get", &lists)
            .arg("download")
            .args(packages_of_the_compiler(&lists)?)
            .current_dir(&packages),
    )?;
    for package in fs::read_dir(&packages).map_err(said)? {
        let package = package.map_err(said)?.path();
        output(Command::new("dpkg").arg("-x").arg(&package).arg(folder))?;
    }
    Ok(())
}

/// Options that make apt keep what it knows of packages in `folder`: a machine that was just set up
/// may have no lists yet, and to write the machine's own takes rights that nobody needs here.
fn lists(folder: &Path) -> Result<[String; 2]> {
    let lists = folder.join("lists");
    fs::create_dir_all(lists.join("partial"))
        .map_err(|error| Error::file("use", &lists, &error))?;
    Ok([
        format!("--option=Dir::State::Lists={}", lists.display()),
        format!("--option=Dir::Cache={}", lists.display()),
    ])
}

fn apt(program: &str, lists: &[String; 2]) -> Command {
    let mut apt = Command::new(program);
    apt.args(lists);
    apt
}

/// The compiler, its libraries, whose names have a version in them, and the sources of the standard
/// library. Everything else that the packages depend on every Debian has.
fn packages_of_the_compiler(lists: &[String; 2]) -> Result<BTreeSet<String>> {
    let mut packages = BTreeSet::from(["rust-web-src".to_owned()]);
    let mut found = vec!["rustc-web".to_owned()];
    while let Some(package) = found.pop() {
        if !packages.insert(package.clone()) {
            continue;
        }
        let depends = output(apt("apt-cache", lists).args(["depends", &package]))?;
        let own = depends
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Depends: "))
            .filter(|name| name.starts_with("libstd-rust-web-") || name.starts_with("libllvm"));
        found.extend(own.map(str::to_owned));
    }
    Ok(packages)
}
