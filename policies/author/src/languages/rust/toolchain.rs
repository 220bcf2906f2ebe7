//! A compiler for WebAssembly: the one that is there, or one that is fetched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::debian;
use crate::error::{Error, Result};
use crate::run::output;

/// What policies are compiled for: a target without an operating system, whose components import
/// nothing but what their contract says.
const TARGET: &str = "wasm32-unknown-unknown";

/// A function of up to this size is put where it is called. For size alone that would be 5, and a component a
/// twentieth smaller; but a call of a policy handles a dozen names by small functions of vectors, and each of
/// those looks at the host's clock and accounts for its fuel. This takes a tenth off a call.
const INLINED: &str = "-Cllvm-args=-inline-threshold=60";

/// The package of the SDK.
const SDK: &str = "shelflife-policy";

/// A compiler that can build the crates of one workspace.
#[derive(Debug)]
pub struct Toolchain {
    /// What it says of itself.
    pub compiler: String,
    /// The folder of the crate or of the workspace.
    folder: PathBuf,
    /// Everything in the workspace, and what it depends on.
    packages: Vec<Package>,
    /// Where it builds; not where everything else is built, so that one build does not wait for the
    /// other.
    target_dir: PathBuf,
    /// Flags for the compiler.
    flags: Vec<String>,
    /// Further arguments and variables for cargo.
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

/// What is read of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
    /// Where it came from; nothing, if it lies here.
    source: Option<String>,
}

impl Toolchain {
    /// Finds a compiler for the crates in `folder`, a workspace or a crate anywhere: the one that `cargo` uses if it
    /// has the target or `rustup` can add it, else Debian's. With `locked` cargo changes no lock file. What takes
    /// long is announced by `say`.
    ///
    /// # Errors
    ///
    /// No cargo, a manifest that cargo refuses, or no compiler: how to get one.
    pub fn find(folder: &Path, locked: bool, say: &dyn Fn(&str)) -> Result<Self> {
        let mut arguments = profile();
        let mut command = cargo(folder);
        command.args(["metadata", "--format-version", "1"]);
        command.args(["--filter-platform", TARGET]);
        if locked {
            arguments.push("--locked".to_owned());
            command.arg("--locked");
        }
        let Metadata {
            target_directory,
            packages,
        } = metadata(&mut command)?;
        let mut toolchain = Self {
            compiler: String::new(),
            folder: folder.to_owned(),
            packages,
            target_dir: target_directory.join("guests"),
            flags: Vec::new(),
            arguments,
            variables: Vec::new(),
        };
        let mut rustc = PathBuf::from("rustc");
        if let Err(why) = add_target(folder, say) {
            say(&why.to_string());
            say("trying Debian's compiler instead");
            let unpacked = target_directory.join("guest-toolchain");
            let sysroot = sysroot(folder, &rustc)?;
            let debian = debian::install(&unpacked, &sysroot).map_err(|error| {
                Error::failed(format!(
                    "there is no compiler for {TARGET}: run `rustup target add {TARGET}` ({why}; Debian's: {error})"
                ))
            })?;
            rustc = debian.rustc;
            toolchain.arguments.extend(debian.arguments);
            toolchain.variables = debian.variables;
            toolchain.target_dir = target_directory.join("guests-debian");
        }
        toolchain.compiler = output(Command::new(&rustc).arg("--version").current_dir(folder))?
            .trim()
            .to_owned();
        toolchain.flags = remap(folder, &rustc, &toolchain.packages)?;
        toolchain.flags.push(INLINED.to_owned());
        Ok(toolchain)
    }

    /// The name of the crate whose manifest lies in a folder.
    ///
    /// # Errors
    ///
    /// A manifest of no crate, such as a workspace's.
    pub fn package_in(&self, folder: &Path) -> Result<String> {
        let manifest = folder.join("Cargo.toml");
        self.packages
            .iter()
            .find(|package| package.manifest_path == manifest)
            .map(|package| package.name.clone())
            .ok_or_else(|| {
                let manifest = manifest.display();
                Error::wrong(format!("{manifest} is not the manifest of a crate"))
            })
    }

    /// The version of a package.
    #[must_use]
    pub fn version_of(&self, package: &str) -> Option<&str> {
        let mut packages = self.packages.iter();
        // Of all packages with the name, the one that lies here.
        let package = packages.find(|one| one.name == package && one.source.is_none())?;
        Some(&package.version)
    }

    /// Builds a package, and answers where its module is. What cargo says goes where this program's errors go.
    ///
    /// # Errors
    ///
    /// A crate that cannot be built.
    pub fn build(&self, package: &str) -> Result<PathBuf> {
        let mut cargo = cargo(&self.folder);
        cargo
            .args(["rustc", "--quiet", "--profile", "guest"])
            // A library for Rust as well, which the manifest may ask for, would rule out optimisation
            // across crates, and with it a third of the size.
            .args(["--package", package, "--lib", "--crate-type", "cdylib"])
            .args(["--target", TARGET, "--target-dir"])
            .arg(&self.target_dir)
            .args(&self.arguments)
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags.join("\u{1f}"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        match cargo.status() {
            Ok(status) if status.success() => {
                let module = format!("{}.wasm", package.replace('-', "_"));
                Ok(self.target_dir.join(TARGET).join("guest").join(module))
            }
            Ok(status) => Err(Error::wrong(format!(
                "{package} cannot be built: cargo ended with {status}"
            ))),
            Err(error) => Err(no_cargo(&error)),
        }
    }
}

/// The profile `guest` of the workspace that this program is from, as arguments for cargo, since a crate outside of it
/// does not have it.
fn profile() -> Vec<String> {
    include_str!("../../../../../Cargo.toml")
        .lines()
        .skip_while(|line| line.trim() != "[profile.guest]")
        .skip(1)
        .take_while(|line| line.contains('='))
        .map(|setting| format!("--config=profile.guest.{setting}"))
        .collect()
}

/// Where everything is built that the workspace or crate in `folder` builds.
///
/// # Errors
///
/// No cargo, or a manifest that it refuses.
pub fn target_directory(folder: &Path) -> Result<PathBuf> {
    let mut command = cargo(folder);
    command.args(["metadata", "--format-version", "1", "--no-deps"]);
    metadata(&mut command).map(|metadata| metadata.target_directory)
}

fn metadata(command: &mut Command) -> Result<Metadata> {
    let text = command.output().map_err(|error| no_cargo(&error))?;
    if !text.status.success() {
        let said = String::from_utf8_lossy(&text.stderr).into_owned();
        let said = said.trim().trim_start_matches("error: ");
        return Err(Error::wrong(format!("cargo refuses the manifest: {said}")));
    }
    serde_json::from_slice(&text.stdout)
        .map_err(|error| Error::failed(format!("cargo metadata cannot be read: {error}")))
}

fn no_cargo(error: &std::io::Error) -> Error {
    Error::failed(format!(
        "cargo cannot be run: {error}; a policy in Rust needs it: https://rustup.rs"
    ))
}

/// Makes sure that the compiler has the target.
fn add_target(folder: &Path, say: &dyn Fn(&str)) -> Result<()> {
    let sysroot = sysroot(folder, Path::new("rustc"))?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    say(&format!("adding the target {TARGET}"));
    let mut rustup = Command::new("rustup");
    output(rustup.args(["target", "add", TARGET]).current_dir(folder)).map(drop)
}

/// Flags that take this machine's folders out of the modules: the compiler writes the places of panics
/// into them. Without the flags the same sources would give other bytes on another machine, and tell
/// where they were built.
fn remap(folder: &Path, rustc: &Path, packages: &[Package]) -> Result<Vec<String>> {
    let registries: BTreeSet<&Path> = packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| package.manifest_path.parent()?.parent())
        .collect();
    let library = sysroot(folder, rustc)?.join("lib/rustlib/src/rust");
    // The SDK's own workspace, where it is not from a registry: the folder above `policies/sdk`.
    let root = packages
        .iter()
        .find(|package| package.name == SDK && package.source.is_none())
        .and_then(|package| package.manifest_path.ancestors().nth(3));
    let outside = root.is_none_or(|root| !folder.starts_with(root));
    let folders = registries
        .into_iter()
        .map(|folder| (folder, "/crates"))
        .chain([(library.as_path(), "/rust")])
        .chain(outside.then_some((folder, "/policy")))
        // The last that fits is taken, and the workspace may lie in the folder of a policy.
        .chain(root.map(|root| (root, "/shelflife")));
    Ok(folders
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect())
}

fn sysroot(folder: &Path, rustc: &Path) -> Result<PathBuf> {
    let mut rustc = Command::new(rustc);
    let sysroot = output(rustc.args(["--print", "sysroot"]).current_dir(folder))?;
    Ok(PathBuf::from(sysroot.trim()))
}

/// The cargo that runs this program, or else the one that is found. The variables that it was started with are left
/// out, since a wrapper or flags that are meant for other builds would change the bytes.
#[must_use]
pub fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo.env_remove("RUSTFLAGS");
    cargo
}

#[cfg(test)]
mod tests {
    #[test]
    fn policies_are_built_with_the_profile_of_the_workspace() {
        let profile = super::profile();
        assert!(profile.contains(&"--config=profile.guest.opt-level = \"z\"".to_owned()));
        assert!(profile.len() > 3, "{profile:?}");
    }
}
