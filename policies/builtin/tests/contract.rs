//! The built components, held against the contract; and the contract, held against what it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shelflife_policies::{BuiltIn, all, find};
use wit_component::DecodedWasm;
use wit_parser::{PackageId, Resolve, SourceMap, WorldId, WorldItem, WorldKey};

/// What each component imports besides `types`, which is the permission it asks for, and what it
/// exports besides `lifecycle`.
fn expected(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "ttl" => (&[], &[]),
        "write-through" => (&["purge"], &["reactions"]),
        "cdc" => (&["purge", "rows"], &["reactions"]),
        "tags" => (&["purge", "rows"], &["leases", "reactions"]),
        "versions" => (&["purge"], &["reactions"]),
        "semantic" => (&["purge", "vectors"], &["reactions"]),
        "adaptive" => (&["observe", "purge"], &["reactions", "snapshots"]),
        other => panic!("no expectation for `{other}`"),
    }
}

fn decoded(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).expect("the component can be decoded") {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("it is a package, not a component"),
    }
}

/// The names of a component's interfaces, without package and version, in alphabetical order.
fn interfaces<'a>(
    resolve: &Resolve,
    items: impl Iterator<Item = (&'a WorldKey, &'a WorldItem)>,
) -> Vec<String> {
    let mut names: Vec<String> = items
        .map(|(key, _)| resolve.name_world_key(key))
        .map(|name| {
            name.strip_prefix("shelflife:policy/")
                .and_then(|name| name.strip_suffix("@0.1.0"))
                .unwrap_or_else(|| panic!("`{name}` is not of the contract"))
                .to_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_component_asks_for_what_it_uses_and_nothing_else() {
    for policy in all() {
        let (resolve, world) = decoded(policy.component);
        let world = &resolve.worlds[world];
        let (imports, exports) = expected(policy.name);
        let with = |first: &[&str], more: &str| {
            let mut names: Vec<String> = first.iter().map(|name| (*name).to_owned()).collect();
            names.push(more.to_owned());
            names.sort();
            names
        };
        let name = policy.name;
        assert_eq!(
            interfaces(&resolve, world.imports.iter()),
            with(imports, "types"),
            "{name}"
        );
        assert_eq!(
            interfaces(&resolve, world.exports.iter()),
            with(exports, "lifecycle"),
            "{name}"
        );
    }
}

#[test]
fn every_component_is_small_and_the_one_in_the_manifest() {
    let manifest = std::fs::read(root().join("policies/dist/manifest.json")).unwrap();
    let manifest: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let names: Vec<&str> = manifest.keys().map(String::as_str).collect();
    let mut known: Vec<&str> = all().iter().map(|policy| policy.name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
    for BuiltIn {
        name,
        component,
        sha256,
        ..
    } in all()
    {
        assert!(
            component.len() <= 65_536,
            "{name} has {} bytes",
            component.len()
        );
        assert_eq!(manifest[*name]["sha256"], *sha256, "{name}");
        assert_eq!(*sha256, hash(component), "{name}");
    }
}

#[test]
fn no_component_tells_where_it_was_built() {
    let built_at = root();
    let mut folders = vec![built_at.to_str().unwrap(), "/home/", "/root/", "registry"];
    let home = std::env::var("HOME").unwrap_or_default();
    if home.len() > 1 {
        folders.push(&home);
    }
    for policy in all() {
        for folder in &folders {
            let found = policy
                .component
                .windows(folder.len())
                .any(|bytes| bytes == folder.as_bytes());
            assert!(!found, "{} has `{folder}` in it", policy.name);
        }
    }
}

/// Components that were built for version 0.1.0 must find everything they import, and be callable in
/// every way they offer, for as long as the contract is called 0.1.
#[test]
fn the_contract_still_takes_the_policies_of_0_1_0() {
    let mut resolve = Resolve::default();
    let then = package(&mut resolve, &frozen(), "0.1.0");
    // A later version of the same package, so that both can be looked at together.
    let now = package(&mut resolve, &root().join("wit"), "0.1.999");
    let worlds = resolve.packages[then].worlds.clone();
    assert_eq!(worlds.len(), 6);
    for (name, old) in worlds {
        let new = *resolve.packages[now]
            .worlds
            .get(&name)
            .unwrap_or_else(|| panic!("the world `{name}` is gone"));
        wit_component::semver_check(resolve.clone(), old, new)
            .unwrap_or_else(|error| panic!("the world `{name}` has changed: {error:#}"));
    }
}

/// The check above, made to fail: a new case in an enum that policies return would break them.
#[test]
fn a_change_that_would_break_policies_is_noticed() {
    let mut resolve = Resolve::default();
    let then = package(&mut resolve, &frozen(), "0.1.0");
    let now = changed_package(&mut resolve, &frozen(), "0.1.999", |text| {
        text.replace("    drop,\n", "    drop,\n    forget,\n")
    });
    let world = |package: PackageId| resolve.packages[package].worlds["reactive-policy"];
    assert!(wit_component::semver_check(resolve.clone(), world(then), world(now)).is_err());
}

#[test]
fn a_component_of_0_1_0_fits_the_contract() {
    let component = std::fs::read(frozen().join("tags.wasm")).unwrap();
    let mut resolve = Resolve::default();
    let (contract, _) = resolve.push_dir(root().join("wit")).unwrap();
    let world = resolve.packages[contract].worlds["dependency-policy"];
    wit_component::targets(&resolve, world, &component, true).unwrap();
}

/// The package of the SDK has the contract in it, since nothing outside of a package is packed with it.
#[test]
fn the_contract_that_the_sdk_is_packed_with_is_the_contract() {
    let texts = |folder: PathBuf| -> BTreeMap<_, _> {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|file| {
                (
                    file.file_name().unwrap().to_owned(),
                    std::fs::read_to_string(&file).unwrap(),
                )
            })
            .collect()
    };
    assert_eq!(
        texts(root().join("policies/sdk/wit")),
        texts(root().join("wit"))
    );
}

#[test]
fn policies_are_found_by_their_names() {
    for policy in all() {
        assert_eq!(find(policy.name), Some(policy));
        assert!(!policy.summary.is_empty());
    }
    assert_eq!(find("tll"), None);
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().to_owned()
}

/// The contract as it was published.
fn frozen() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/0.1.0")
}

fn package(resolve: &mut Resolve, folder: &Path, version: &str) -> PackageId {
    changed_package(resolve, folder, version, |text| text)
}

/// Reads the contract from a folder, as if it had this version.
fn changed_package(
    resolve: &mut Resolve,
    folder: &Path,
    version: &str,
    change: impl Fn(String) -> String,
) -> PackageId {
    let mut sources = SourceMap::default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (_, rest) = text
            .split_once(';')
            .expect("a file begins with its package");
        let text = format!("package shelflife:policy@{version};{rest}");
        sources.push(&file, change(text));
    }
    let group = sources
        .parse()
        .unwrap_or_else(|(sources, error)| panic!("{}", error.render(&sources)));
    resolve.push_group(group).unwrap()
}

fn hash(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
