use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A folder of one test's own, gone when the test ends.
struct Dir(PathBuf);

impl Dir {
    fn new(test: &str) -> Self {
        let name = format!("shelflife-scaffold-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn policy(folder: PathBuf, language: Language, world: &str) -> NewPolicy {
    NewPolicy {
        folder,
        language,
        world: world.to_owned(),
        sdk: None,
    }
}

#[test]
fn every_template_is_filled_in_for_every_world_that_it_is_for() {
    let dir = Dir::new("templates");
    for language in Language::ALL {
        let worlds = World::all().into_iter().map(|world| world.name);
        let has =
            |world: &String| WORLDS.contains(&world.as_str()) || has_template(language, world);
        let worlds: Vec<String> = worlds.filter(has).collect();
        assert!(worlds.len() == if language == Language::Rust { 7 } else { 4 });
        for world in worlds {
            let folder = dir.0.join(format!("{}-{world}", language.flag()));
            policy(folder.clone(), language, &world).write().unwrap();
            assert_eq!(Language::of_folder(&folder).unwrap(), language);
            for file in [
                language.manifest(),
                "README.md",
                "cases/fresh.toml",
                ".gitignore",
            ] {
                assert!(folder.join(file).is_file(), "{language}, {world}: {file}");
            }
            let schema = folder.join("settings.schema.json").is_file();
            assert_eq!(schema, language != Language::Rust, "{language}, {world}");
            let reacts = !["static-policy", "lease-policy"].contains(&world.as_str());
            assert_eq!(
                folder.join("cases/change.toml").is_file(),
                reacts,
                "{language}, {world}"
            );
        }
    }
}

#[test]
fn names_that_are_none_are_refused_with_one_that_is() {
    for (name, hint) in [
        ("My Policy", "did you mean `my-policy`?"),
        ("9lives", "did you mean `lives`?"),
        ("fn", "try `fn-policy`"),
        ("test", "try `test-policy`"),
        ("Ttl", "did you mean `ttl`?"),
    ] {
        let dir = Dir::new("names");
        let new = policy(dir.0.join(name), Language::Rust, "static-policy");
        let error = new.write().unwrap_err();
        assert!(
            error.is_wrong() && error.to_string().contains(hint),
            "{error}"
        );
        assert!(dir.names().is_empty());
    }
    assert!(
        policy(PathBuf::from("/"), Language::C, "static-policy")
            .write()
            .is_err()
    );
}

#[test]
fn a_folder_that_is_there_stays_as_it_is_unless_it_is_empty() {
    let dir = Dir::new("there");
    let folder = dir.0.join("mine");
    fs::create_dir(&folder).unwrap();
    policy(folder.clone(), Language::C, "static-policy")
        .write()
        .unwrap();
    let before = fs::read(folder.join("policy.c")).unwrap();
    let error = policy(folder.clone(), Language::C, "lease-policy")
        .write()
        .unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(fs::read(folder.join("policy.c")).unwrap(), before);
    let error = policy(dir.0.join("no/mine"), Language::C, "static-policy")
        .write()
        .unwrap_err();
    assert!(
        error.to_string().starts_with("there is no folder"),
        "{error}"
    );
    assert_eq!(dir.names(), ["mine"]);
}

#[test]
fn a_world_without_a_template_names_the_one_to_begin_with() {
    let dir = Dir::new("worlds");
    for (world, first) in [
        ("semantic-policy", "`reactive-policy`"),
        ("learning-policy", "`dependency-policy`"),
        ("dependancy-policy", "did you mean `dependency-policy`?"),
    ] {
        let error = policy(dir.0.join("mine"), Language::C, world)
            .write()
            .unwrap_err();
        assert!(
            error.is_wrong() && error.to_string().contains(first),
            "{error}"
        );
    }
    assert!(dir.names().is_empty());
}

#[test]
fn an_sdk_is_for_rust_and_is_copied_unless_it_is_named() {
    let dir = Dir::new("sdk");
    let with = |folder: &str, language, sdk| {
        let mut new = policy(dir.0.join(folder), language, "static-policy");
        new.sdk = Some(sdk);
        new.write()
    };
    with("copy", Language::Rust, Sdk::Copy).unwrap();
    with("version", Language::Rust, Sdk::Version("0.1.0".to_owned())).unwrap();
    let manifest = |name: &str| fs::read_to_string(dir.0.join(name).join("Cargo.toml")).unwrap();
    assert!(manifest("copy").contains("path = \"vendor/shelflife/policies/sdk\""));
    assert!(
        dir.0
            .join("copy/vendor/shelflife/policies/sdk/wit/types.wit")
            .is_file()
    );
    assert!(manifest("version").contains("version = \"0.1.0\", features"));
    assert!(!Path::new(&dir.0).join("version/vendor").exists());
    let error = with("js", Language::JavaScript, Sdk::Copy).unwrap_err();
    assert!(error.to_string().contains("is for Rust"), "{error}");
}
