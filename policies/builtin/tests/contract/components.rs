//! The built components, held against the contract.

use std::collections::BTreeMap;

use shelflife_policies::{BuiltIn, all, find};
use wit_parser::{Resolve, WorldItem, WorldKey};

use crate::{decoded, root};

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

#[test]
fn policies_are_found_by_their_names() {
    for policy in all() {
        assert_eq!(find(policy.name), Some(policy));
        assert!(!policy.summary.is_empty());
    }
    assert_eq!(find("tll"), None);
}

fn hash(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
