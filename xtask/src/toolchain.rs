//! A compiler for WebAssembly: the one that is there, or one that is fetched.

mod debian;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Outcome;

/// What policies are compiled for: a target without an operating system, whose components import
/// nothing but what their contract says.
const TARGET: &str = "wasm32-unknown-unknown";

/// A function of up to this size is put where it is called. For size alone that would be 5, and a component a
/// twentieth smaller; but a call of a policy handles a dozen names by small functions of vectors, and each of
/// those looks at the host's clock and accounts for its fuel. This takes a tenth off a call.
const INLINED: &str = "-Cllvm-args=-inline-threshold=60";

/// A compiler that can build the crates of one workspace.
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

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
    /// Where it came from; nothing, if it lies here.
    source: Option<String>,
}

impl Toolchain {
    /// Finds a compiler for the crates in `folder`, which may be `root` or a crate anywhere: the one
    /// that `cargo` uses if it has the target or `rustup` can add it, else Debian's.
    pub fn find(root: &Path, folder: &Path) -> Outcome<Self> {
        let mut arguments = profile(root)?;
        let mut command = cargo(folder);
        command.args(["metadata", "--format-version", "1"]);
        command.args(["--filter-platform", TARGET]);
        if folder.starts_with(root) {
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
        if let Err(why) = add_target(root) {
            eprintln!("{why}");
            eprintln!("trying Debian's compiler instead");
            let unpacked = target_directory.join("guest-toolchain");
            let debian = debian::install(&unpacked, &sysroot(root, &rustc)?).map_err(|error| {
                format!("{error}\nneither rustup nor Debian has a compiler for {TARGET}")
            })?;
            rustc = debian.rustc;
            toolchain.arguments.extend(debian.arguments);
            toolchain.variables = debian.variables;
            toolchain.target_dir = target_directory.join("guests-debian");
        }
        toolchain.compiler = output(Command::new(&rustc).arg("--version").current_dir(root))?
            .trim()
            .to_owned();
        toolchain.flags = remap(root, folder, &rustc, &toolchain.packages)?;
        toolchain.flags.push(INLINED.to_owned());
        Ok(toolchain)
    }

    /// The name of the crate whose manifest lies in a folder.
    pub fn package_in(&self, folder: &Path) -> Outcome<String> {
        let manifest = folder.join("Cargo.toml");
        self.packages
            .iter()
            .find(|package| package.manifest_path == manifest)
            .map(|package| package.name.clone())
            .ok_or_else(|| format!("{} is not the manifest of a crate", manifest.display()))
    }

    /// The version of a package.
    pub fn version_of(&self, package: &str) -> Option<&str> {
        let mut packages = self.packages.iter();
        // Of all packages with the name, the one that lies here.
        let package = packages.find(|one| one.name == package && one.source.is_none())?;
        Some(&package.version)
    }

    /// Builds a package, and answers where its module is.
    pub fn build(&self, package: &str) -> Outcome<PathBuf> {
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
            Ok(status) => Err(format!(
                "{package} cannot be built: cargo ended with {status}"
            )),
            Err(error) => Err(format!("cargo cannot be run: {error}")),
        }
    }
}

/// The profile `guest` as arguments for cargo, since a crate outside the workspace does not have it.
fn profile(root: &Path) -> Outcome<Vec<String>> {
    let manifest = root.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest)
        .map_err(|error| format!("{} cannot be read: {error}", manifest.display()))?;
    let settings: Vec<String> = text
        .lines()
        .skip_while(|line| line.trim() != "[profile.guest]")
        .skip(1)
        .take_while(|line| line.contains('='))
        .map(|setting| format!("--config=profile.guest.{setting}"))
        .collect();
    if settings.is_empty() {
        Err(format!("{} has no profile `guest`", manifest.display()))
    } else {
        Ok(settings)
    }
}

/// Where everything is built.
pub fn target_directory(root: &Path) -> Outcome<PathBuf> {
    let mut command = cargo(root);
    command.args(["metadata", "--format-version", "1", "--no-deps", "--locked"]);
    metadata(&mut command).map(|metadata| metadata.target_directory)
}

fn metadata(command: &mut Command) -> Outcome<Metadata> {
    serde_json::from_str(&output(command)?)
        .map_err(|error| format!("cargo metadata cannot be read: {error}"))
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
    Toolchain::find(root, root).map(drop)
}

/// Makes sure that the compiler has the target.
fn add_target(root: &Path) -> Outcome {
    let sysroot = sysroot(root, Path::new("rustc"))?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    eprintln!("adding the target {TARGET}");
    output(
        Command::new("rustup")
            .args(["target", "add", TARGET])
            .current_dir(root),
    )
    .map(drop)
}

/// Flags that take this machine's folders out of the modules: the compiler writes the places of panics
/// into them. Without the flags the same sources would give other bytes on another machine, and tell
/// where they were built.
fn remap(root: &Path, folder: &Path, rustc: &Path, packages: &[Package]) -> Outcome<Vec<String>> {
    let registries: BTreeSet<&Path> = packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| package.manifest_path.parent()?.parent())
        .collect();
    let library = sysroot(root, rustc)?.join("lib/rustlib/src/rust");
    let outside = (!folder.starts_with(root)).then_some((folder, "/policy"));
    let folders = registries
        .into_iter()
        .map(|folder| (folder, "/crates"))
        .chain([(library.as_path(), "/rust")])
        .chain(outside)
        // The last that fits is taken, and the workspace may lie in the folder of a policy.
        .chain([(root, "/shelflife")]);
    Ok(folders
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect())
}

fn sysroot(root: &Path, rustc: &Path) -> Outcome<PathBuf> {
    let mut rustc = Command::new(rustc);
    let sysroot = output(rustc.args(["--print", "sysroot"]).current_dir(root))?;
    Ok(PathBuf::from(sysroot.trim()))
}

/// The cargo that runs this program. The variables that it was started with are left out, since a
/// wrapper or flags that are meant for other builds would change the bytes.
pub fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    cargo.env_remove("RUSTFLAGS");
    cargo
}

/// What a program writes; its errors where it fails.
pub fn output(command: &mut Command) -> Outcome<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name} cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "{name} ended with {}: {}",
            output.status,
            errors.trim()
        ))
    }
}
