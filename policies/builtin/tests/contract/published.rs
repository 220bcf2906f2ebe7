//! What was published, which is to work for as long as the contract is called 0.1.

use std::path::PathBuf;

use wit_parser::Resolve;

use crate::{contract, decoded, package, root};

/// The folders of the published versions, each with the version's texts and components built for it.
fn published() -> Vec<PathBuf> {
    let folder = root().join("policies/published");
    let mut versions: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    versions.sort();
    assert!(!versions.is_empty());
    versions
}

/// Policies that were built for an older version find everything they import, and can be called in every way
/// that they offer.
#[test]
fn every_world_that_was_published_is_still_offered() {
    for published in published() {
        let mut resolve = Resolve::default();
        let then = package(&mut resolve, &contract(&published.join("wit")), "0.1.0");
        let now = package(&mut resolve, &contract(&root().join("wit")), "0.1.999");
        let worlds = resolve.packages[then].worlds.clone();
        assert!(!worlds.is_empty());
        for (name, old) in worlds {
            let new = resolve.packages[now].worlds.get(&name);
            let new = *new.unwrap_or_else(|| panic!("the world `{name}` is gone"));
            wit_component::semver_check(resolve.clone(), old, new)
                .unwrap_or_else(|error| panic!("the world `{name}` has changed: {error:#}"));
        }
    }
}

/// A component imports no more than the contract offers, with the types that it has now. What it exports is looked
/// at in the same way, through the world with everything in it.
#[test]
fn every_component_that_was_published_fits_the_contract() {
    for published in published() {
        for (name, component) in components(&published) {
            let mut resolve = Resolve::default();
            let (contract, _) = resolve.push_dir(root().join("wit")).unwrap();
            let (found, world) = decoded(&component);
            let exports = &found.worlds[world].exports;
            let fits = resolve.packages[contract].worlds.values().any(|world| {
                let offered = &resolve.worlds[*world].exports;
                offered.len() == exports.len()
                    && wit_component::targets(&resolve, *world, &component).is_ok()
            });
            assert!(fits, "{name} of {} fits no world", published.display());
        }
    }
}

/// The package of the SDK has the contract in it, since nothing outside of a package is packed with it.
#[test]
fn the_contract_that_the_sdk_is_packed_with_is_the_contract() {
    let texts = |folder: &str| {
        let files = contract(&root().join(folder)).into_iter();
        let named = files.map(|(file, text)| (file.file_name().unwrap().to_owned(), text));
        named.collect::<Vec<_>>()
    };
    assert_eq!(texts("policies/sdk/wit"), texts("wit"));
}

/// A published file stays as it is: what is to be said anew is a version of its own.
#[test]
fn every_version_that_was_published_has_components_of_each_kind() {
    for published in published() {
        let names: Vec<String> = components(&published)
            .into_iter()
            .map(|one| one.0)
            .collect();
        for built_in in shelflife_policies::all() {
            let name = built_in.name;
            assert!(names.iter().any(|file| file == name), "{name} is not kept");
        }
    }
}

/// The components of a version by the names of their files.
fn components(published: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(published.join("components")).unwrap() {
        let file = entry.unwrap().path();
        if file
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read(&file).unwrap()));
        }
    }
    found
}
