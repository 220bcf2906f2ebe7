//! The SDK where its users have it: outside of this workspace, by path and by version.
//!
//! Builds the policy of the README in an empty folder, natively and as a module. Nothing is fetched: all that
//! it needs is what this workspace needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const README: &str = include_str!("../README.md");
const TARGET: &str = "wasm32-unknown-unknown";

/// So many crates does a policy with its SDK consist of, itself and what runs at compile time included:
/// natively, and as a module, where the runtime of the contract's bindings comes to it.
const NATIVE_CRATES: usize = 8;
const MODULE_CRATES: usize = 9;

/// An empty folder that is gone with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("shelflife-outside-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of a temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap()
}

/// Where all of this is built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside")
}

/// Runs cargo, which builds into a folder of its own under this workspace's target; answers what it prints.
fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(folder)
        .args(arguments)
        .arg("--offline")
        .env("CARGO_TARGET_DIR", target())
        // Nobody debugs or changes what is built here.
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let output = cargo.output().expect("cargo can be run");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "cargo {arguments:?} in {}:\n{printed}\n{}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}

/// The block of the README in this language.
fn block(language: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0
}

/// Writes the policy of the README, which has its SDK from there.
fn write_policy(folder: &Path, sdk: &str) {
    let (policy, test) = block("rust").split_once("// And its test").unwrap();
    let (_, test) = test.split_once('\n').unwrap();
    let source = format!(
        "{policy}\n#[cfg(test)]\nmod tests {{\n    use super::*;\n\n    #[test]\n    \
         fn it_does_what_it_says() {{\n{test}\n    }}\n}}\n"
    );
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    let manifest = block("toml").replace("[package]\n", "[package]\nversion = \"0.1.0\"\n");
    let manifest = manifest.replace("shelflife-policy = \"0.1\"\n", sdk) + "\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The versions that are here; what is not of this policy, cargo takes out.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// Tests the policy natively; builds its module where the compiler can, and looks into it.
fn prove(folder: &Path) {
    let printed = cargo(folder, &["test", "--quiet"]);
    assert!(printed.contains("1 passed"), "{printed}");
    assert_eq!(crates(folder, &[]), NATIVE_CRATES);
    assert_eq!(crates(folder, &["--target", TARGET]), MODULE_CRATES);
    if !has_target() {
        eprintln!("no module: the compiler has no {TARGET}");
        return;
    }
    let build = ["build", "--quiet", "--target", TARGET];
    cargo(folder, &build);
    let module = module();
    assert_eq!(imports(&module), ["shelflife:policy/purge@0.1.0"]);
    for part in [
        &br#""jitter":{"description":"The share of `ttl` that is taken off at random.","type":"number""#[..],
        b"language=Rust\nsdk=shelflife-policy 0.1.0\n",
    ] {
        assert!(module.windows(part.len()).any(|bytes| bytes == part));
    }
}

/// How many crates there are in a policy.
fn crates(folder: &Path, further: &[&str]) -> usize {
    let tree = [&["tree", "--edges", "normal", "--prefix", "none"], further].concat();
    let printed = cargo(folder, &tree);
    let crates: BTreeSet<&str> = printed
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    crates.len()
}

fn has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn module() -> Vec<u8> {
    fs::read(target().join(TARGET).join("debug/mine.wasm")).unwrap()
}

/// The interfaces that a module imports functions of.
fn imports(module: &[u8]) -> Vec<String> {
    const HEADER: usize = 8;
    const IMPORTS: u8 = 2;
    let mut rest = &module[HEADER..];
    let mut interfaces = BTreeSet::new();
    while let [id, after @ ..] = rest {
        let (size, body) = number(after);
        let (mut section, next) = body.split_at(size);
        if *id == IMPORTS {
            let (count, entries) = number(section);
            section = entries;
            for _ in 0..count {
                let (interface, after) = text(section);
                let (_, after) = text(after);
                // A function and its type.
                assert_eq!(after[0], 0, "{interface} is no function");
                section = number(&after[1..]).1;
                interfaces.insert(interface.to_owned());
            }
        }
        rest = next;
    }
    interfaces.into_iter().collect()
}

fn text(bytes: &[u8]) -> (&str, &[u8]) {
    let (length, rest) = number(bytes);
    let (text, rest) = rest.split_at(length);
    (std::str::from_utf8(text).unwrap(), rest)
}

/// A number of variable length, and what follows it.
fn number(bytes: &[u8]) -> (usize, &[u8]) {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let (number, rest) = bytes.split_at(length);
    let add = |number: usize, byte: &u8| number << 7 | usize::from(byte & 0x7f);
    (number.iter().rev().fold(0, add), rest)
}

#[test]
fn a_policy_outside_of_the_workspace_has_the_sdk_by_path_and_by_version() {
    let folder = Folder::new();
    let sdk = env!("CARGO_MANIFEST_DIR");
    write_policy(
        &folder.0,
        &format!("shelflife-policy = {{ path = {sdk:?} }}\n"),
    );
    prove(&folder.0);

    // What would be published: packed, unpacked and built by itself.
    let packages = ["-p", "shelflife-policy", "-p", "shelflife-policy-derive"];
    cargo(
        workspace(),
        &[&["package", "--quiet", "--allow-dirty"], &packages[..]].concat(),
    );
    let unpacked = |name: &str| {
        let name = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        target().join("package").join(name)
    };
    let (sdk, derive) = (
        unpacked("shelflife-policy"),
        unpacked("shelflife-policy-derive"),
    );
    let sdk = format!(
        "shelflife-policy = \"0.1\"\n\n[patch.crates-io]\nshelflife-policy = {{ path = {sdk:?} }}\n\
         shelflife-policy-derive = {{ path = {derive:?} }}\n"
    );
    write_policy(&folder.0, &sdk);
    prove(&folder.0);
}
