//! Every folder that `new` writes builds, and its own tests pass, as it is. What takes an interpreter along is built
//! by a test of the program, which also runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use shelflife_author::languages::{self, Built, Language};
use shelflife_author::metadata::Metadata;
use shelflife_author::run;
use shelflife_author::scaffold::NewPolicy;

const WORLDS: [&str; 4] = [
    "static-policy",
    "lease-policy",
    "reactive-policy",
    "dependency-policy",
];

/// What a component imports that names no values.
fn asked(built: &Built) -> Vec<&str> {
    let imports = built.interfaces.imports.iter().map(String::as_str);
    let mut asked: Vec<&str> = imports.filter(|name| !name.contains("/types@")).collect();
    asked.sort_unstable();
    asked
}

/// Worlds that there is a template for in Rust alone.
const MORE_WORLDS: [&str; 3] = ["semantic-policy", "learning-policy", "adaptive-policy"];

fn imports_of(world: &str) -> &'static [&'static str] {
    match world {
        "reactive-policy" | "dependency-policy" | "learning-policy" => {
            &["shelflife:policy/purge@0.1.0"]
        }
        "semantic-policy" => &[
            "shelflife:policy/purge@0.1.0",
            "shelflife:policy/vectors@0.1.0",
        ],
        "adaptive-policy" => &[
            "shelflife:policy/observe@0.1.0",
            "shelflife:policy/purge@0.1.0",
        ],
        _ => &[],
    }
}

/// A new policy in a folder of one test's own.
fn new(language: Language, world: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    // The SDK is compiled once for all of them.
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    let target = format!("[build]\ntarget-dir = {:?}\n", folder.join("target"));
    fs::write(folder.join(".cargo/config.toml"), target).unwrap();
    let folder = folder.join(format!("{}-{world}", language.flag()));
    let _ = fs::remove_dir_all(&folder);
    let new = NewPolicy {
        folder: folder.clone(),
        language,
        world: world.to_owned(),
        sdk: None,
    };
    new.write().unwrap();
    folder
}

fn build(folder: &Path) -> Built {
    let say = |line: &str| println!("{line}");
    languages::build(folder, &say).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// The built component asks for what the world's template calls, and says what it is.
fn is_as_it_should_be(language: Language, world: &str, folder: &Path) {
    let built = build(folder);
    assert_eq!(asked(&built), imports_of(world), "{language}, {world}");
    let said = Metadata::read(&built.component);
    assert_eq!(
        said.version.as_deref(),
        Some("0.1.0"),
        "{language}, {world}"
    );
    assert_eq!(said.language, Some(language.to_string()), "{world}");
    assert!(said.sdk.is_some(), "{language}, {world}");
    let settings = said.settings.expect("it says what can be set");
    assert!(
        settings.contains("\"jitter\""),
        "{language}, {world}: {settings}"
    );
    let file = built.file_in(folder);
    built.write(&file).unwrap();
    assert_eq!(fs::read(file).unwrap(), built.component);
}

#[test]
fn a_policy_in_rust_builds_and_its_tests_pass_without_a_network() {
    for world in WORLDS.into_iter().chain(MORE_WORLDS) {
        let folder = new(Language::Rust, world);
        let mut cargo = languages::rust::cargo(&folder);
        cargo.args(["test", "--quiet", "--offline"]);
        run::output(&mut cargo).unwrap_or_else(|error| panic!("{world}: {error}"));
        is_as_it_should_be(Language::Rust, world, &folder);
        fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn a_policy_in_c_builds() {
    if !languages::is_ready(Language::C) {
        println!("skipped: there is no C compiler for WebAssembly here");
        return;
    }
    for world in WORLDS {
        let folder = new(Language::C, world);
        is_as_it_should_be(Language::C, world, &folder);
    }
}

#[test]
fn the_unit_tests_of_a_policy_in_javascript_pass() {
    if !run::is_there("node") {
        println!("skipped: there is no node here");
        return;
    }
    for world in WORLDS {
        let folder = new(Language::JavaScript, world);
        let mut node = Command::new("node");
        node.args(["--import", "./sdk/testing.js", "--test"]);
        run::output(node.current_dir(&folder)).unwrap_or_else(|error| panic!("{world}: {error}"));
    }
}

#[test]
fn the_unit_tests_of_a_policy_in_python_pass() {
    if !run::is_there("python3") {
        println!("skipped: there is no python3 here");
        return;
    }
    for world in WORLDS {
        let folder = new(Language::Python, world);
        let mut python = Command::new("python3");
        python.args(["-B", "-m", "unittest"]).current_dir(&folder);
        run::output(&mut python).unwrap_or_else(|error| panic!("{world}: {error}"));
    }
}
