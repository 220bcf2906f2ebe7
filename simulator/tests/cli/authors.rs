//! From an idea to a component that keeps its cases: `policy new`, `policy build`, `policy check`.

use std::path::Path;

use shelflife_author::languages::{Language, is_ready};

use super::Dir;

/// Compiles what crates share once for all tests here, and asks no registry.
fn for_cargo(dir: &Dir) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authors-target");
    std::fs::create_dir_all(dir.path(".cargo")).unwrap();
    let config = format!("[build]\ntarget-dir = {target:?}\n[net]\noffline = true\n");
    dir.write(".cargo/config.toml", config);
}

/// A new policy, its component, and its cases.
fn from_nothing_to_checked(dir: &Dir, language: Language, world: &str, imports: &str) {
    let name = format!("mine-{}", language.flag());
    let new = ["policy", "new", &name, "--lang", language.flag()];
    let written = dir.succeeds(&[&new[..], &["--world", world]].concat());
    assert!(
        written.starts_with(&format!("{name} written: {world}, in {language}")),
        "{written}"
    );
    let built = dir.succeeds(&["policy", "build", &name]);
    let component = format!("{name}/{name}.wasm");
    assert!(built.starts_with(&format!("{component}: ")), "{built}");
    let asked: Vec<&str> = built
        .lines()
        .filter(|line| line.starts_with("imports "))
        .collect();
    assert_eq!(asked, [imports], "{built}");
    let checked = dir.succeeds(&["policy", "check", &component]);
    for case in ["fresh", "refused"] {
        assert!(checked.contains(case), "{checked}");
    }
    let inspected = dir.succeeds(&["policy", "inspect", &component]);
    assert!(inspected.contains("lifecycle"), "{inspected}");
}

#[test]
fn a_policy_in_rust_or_c_keeps_its_cases_from_the_first_minute() {
    let dir = Dir::new("authors-compiled");
    for_cargo(&dir);
    from_nothing_to_checked(&dir, Language::Rust, "static-policy", "imports nothing");
    if is_ready(Language::C) {
        for (name, world) in [
            ("a", "static-policy"),
            ("b", "lease-policy"),
            ("c", "reactive-policy"),
        ] {
            let new = ["policy", "new", name, "--lang", "c", "--world", world];
            dir.succeeds(&new);
            dir.succeeds(&["policy", "build", name]);
            dir.succeeds(&["policy", "check", &format!("{name}/{name}.wasm")]);
        }
        let purge = "imports shelflife:policy/purge@0.1.0";
        from_nothing_to_checked(&dir, Language::C, "dependency-policy", purge);
    } else {
        println!("C is skipped: there is no compiler for WebAssembly here");
    }
}

#[test]
fn a_policy_that_brings_an_interpreter_keeps_the_same_cases() {
    let dir = Dir::new("authors-interpreted");
    for language in [Language::JavaScript, Language::Python] {
        if is_ready(language) {
            let purge = "imports shelflife:policy/purge@0.1.0";
            from_nothing_to_checked(&dir, language, "dependency-policy", purge);
        } else {
            println!(
                "{language} is skipped: its tool is not installed here; `policy build` does it"
            );
        }
    }
}

#[test]
fn what_is_wrong_with_a_new_policy_is_one_line_and_leaves_nothing() {
    let dir = Dir::new("authors-new");
    dir.write("taken", "");
    let new = |more: &[&'static str], says: &str| {
        dir.is_wrong(&[&["policy", "new"][..], more].concat(), says);
    };
    new(&["My Policy"], "did you mean `my-policy`?");
    new(&["fn"], "means something else to cargo: try `fn-policy`");
    new(&["taken"], "taken is there already");
    new(&["no/mine"], "there is no folder no");
    new(
        &["mine", "--lang", "pyton"],
        "no language `pyton`: did you mean `python`?",
    );
    new(
        &["mine", "--lang", "cobol"],
        "there are rust, c, js, python",
    );
    new(&["mine", "--world", "static"], "there is no world `static`");
    new(
        &["mine", "--lang", "c", "--world", "semantic-policy"],
        "begin with `reactive-policy`",
    );
    new(
        &["mine", "--sdk", "no/such"],
        "`no/such` is neither a version of the SDK",
    );
    new(
        &["mine", "--lang", "js", "--sdk", "0.1.0"],
        "an SDK is for Rust",
    );
}

#[test]
fn what_is_wrong_with_a_folder_is_one_line_and_leaves_nothing() {
    let dir = Dir::new("authors-build");
    let folder = |name: &str, files: &[(&str, &str)]| {
        std::fs::create_dir(dir.path(name)).unwrap();
        for (file, text) in files {
            dir.write(&format!("{name}/{file}"), text);
        }
    };
    let build = |name: &str, says: &str| dir.is_wrong(&["policy", "build", name], says);
    let c = |world: &str| format!("name = \"mine\"\nversion = \"1.0.0\"\n{world}\n");
    let in_world = c("world = \"static-policy\"");
    build("no", "no is not a folder");
    folder("empty", &[]);
    build("empty", "it has none of Cargo.toml (Rust), policy.toml (C)");
    folder("two", &[("package.json", "{}"), ("policy.toml", "")]);
    build(
        "two",
        "has both policy.toml and package.json: a folder holds one policy",
    );
    folder("nameless", &[("policy.toml", "")]);
    build("nameless", "nameless/policy.toml: lacks `name = \"mine\"`");
    folder("broken", &[("policy.toml", "name = \"mine\"\nworld =\n")]);
    build("broken", "policy.toml: line 2: ");
    folder("worldless", &[("policy.toml", &c(""))]);
    build("worldless", "lacks `world = \"static-policy\"`");
    folder(
        "misspelt",
        &[("policy.toml", &c("world = \"static-polcy\""))],
    );
    build("misspelt", "did you mean `static-policy`?");
    let narrowed = c("world = \"static-policy\"\nimports = [\"purge\"]");
    folder("narrowed", &[("policy.toml", &narrowed)]);
    build(
        "narrowed",
        "the world `static-policy` has no import `purge`",
    );
    folder(
        "schema",
        &[("policy.toml", &in_world), ("settings.schema.json", "[]")],
    );
    build(
        "schema",
        "settings.schema.json: the schema of the settings should have \"type\": \"object\"",
    );
    folder("js", &[("package.json", "{ \"name\": \"mine\" }")]);
    build(
        "js",
        "lacks `\"shelflife\": { \"world\": \"static-policy\" }`",
    );
    folder(
        "python",
        &[("pyproject.toml", "[project]\nname = \"mine\"\n")],
    );
    build("python", "under [tool.shelflife]");
    folder(
        "moduleless",
        &[(
            "pyproject.toml",
            "[project]\nname = \"mine\"\n[tool.shelflife]\nworld = \"static-policy\"\n",
        )],
    );
    build("moduleless", "has no module policy.py");
    if is_ready(Language::C) {
        folder("sourceless", &[("policy.toml", &in_world)]);
        build("sourceless", "has no source in C");
    }
}

#[test]
fn a_tool_that_is_missing_is_named_with_how_to_get_it() {
    let dir = Dir::new("authors-tools");
    for (flag, says) in [
        ("c", "apt-get install clang lld"),
        ("js", "apt-get install nodejs npm"),
        ("python", "apt-get install python3-venv"),
        ("rust", "https://rustup.rs"),
    ] {
        let name = format!("mine-{flag}");
        dir.succeeds(&["policy", "new", &name, "--lang", flag]);
        let mut command = dir.command(&["policy", "build", &name]);
        // Nothing is found on an empty path; cargo would be by the variable that it sets for tests.
        let output = command
            .env("PATH", "")
            .env_remove("CARGO")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{flag}: {said}");
        assert!(
            said.contains(says) && said.lines().count() == 1,
            "{flag}: {said}"
        );
        assert!(!dir.path(&format!("{name}/{name}.wasm")).exists());
    }
}

#[test]
fn a_crate_that_exports_nothing_is_told_how() {
    let dir = Dir::new("authors-exportless");
    for_cargo(&dir);
    dir.succeeds(&["policy", "new", "mine"]);
    let source = dir.read("mine/src/lib.rs");
    dir.write(
        "mine/src/lib.rs",
        source
            .replace("export!(Mine);", "")
            .replace("Policy, export}", "Policy}"),
    );
    let output = dir.run(&["policy", "build", "mine"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("mine exports no policy: name its type in `shelflife_policy::export!`"),
        "{said}"
    );
}
