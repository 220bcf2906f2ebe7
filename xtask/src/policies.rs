//! The policies as components: built, and compared with their sources.
//!
//! What was built is committed, so that nobody who uses the cache needs a toolchain for WebAssembly.
//! The manifest beside it remembers which sources each component was built from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::component::{component_of, failed, read, write};
use crate::toolchain::{self, Toolchain};

/// Components that are built and committed together.
struct Set {
    /// Where they are.
    folder: &'static str,
    /// By the names of the folders of their sources.
    policies: &'static [&'static str],
}

/// What comes with the cache, and what its tests run: guests that do harm, and one that learns.
const SETS: [Set; 2] = [
    Set {
        folder: "policies/dist",
        policies: &[
            "adaptive",
            "cdc",
            "semantic",
            "tags",
            "ttl",
            "versions",
            "write-through",
        ],
    },
    Set {
        folder: "host/tests/guests",
        policies: &["evil", "learner"],
    },
];

/// A component that is larger is not committed.
const LARGEST: usize = 64 * 1024;

/// The contract once more, in the package of the SDK: nothing outside of it is packed with it.
const PACKED_CONTRACT: &str = "policies/sdk/wit";

/// What a `manifest.json` says: names to components.
type Manifest = BTreeMap<String, Built>;

/// One component, and what it was built from.
#[derive(Debug, Serialize, Deserialize)]
struct Built {
    /// SHA-256 of the component.
    sha256: String,
    /// Size of the component, in bytes.
    size: usize,
    /// SHA-256 over the sources: the policy, the SDK and the contract.
    sources: String,
    /// The compiler that built it.
    compiler: String,
}

/// Builds every policy. The same sources and compiler give the same bytes, wherever the workspace lies.
pub fn build(root: &Path) -> Outcome {
    for (file, text) in contract(root)? {
        write(&root.join(PACKED_CONTRACT).join(file), &text)?;
    }
    let toolchain = toolchain::find(root)?;
    for set in &SETS {
        build_set(root, &toolchain, set)?;
    }
    Ok(())
}

fn build_set(root: &Path, toolchain: &Toolchain, set: &Set) -> Outcome {
    let folder = root.join(set.folder);
    fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, error))?;
    let mut manifest = Manifest::new();
    for name in set.policies {
        let component = component_of(toolchain, &package(name))?;
        if component.len() > LARGEST {
            return Err(format!(
                "{name}: the component has {} bytes, more than {LARGEST}",
                component.len()
            ));
        }
        write(&folder.join(format!("{name}.wasm")), &component)?;
        let built = Built {
            sha256: hex(&Sha256::digest(&component)),
            size: component.len(),
            sources: hash_of_sources(root, name)?,
            compiler: toolchain.compiler.clone(),
        };
        // Beside the manifest, because a constant can be made from a file and not from a field of one.
        write(
            &folder.join(format!("{name}.sha256")),
            built.sha256.as_bytes(),
        )?;
        println!("{name:14} {:6} bytes  {}", built.size, built.sha256);
        manifest.insert((*name).to_owned(), built);
    }
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
    text.push('\n');
    write(&folder.join("manifest.json"), text.as_bytes())
}

/// Fails where a built component is missing, is not the one in its manifest, or was built from other
/// sources than there are now. Compares hashes; builds nothing.
pub fn check(root: &Path) -> Outcome {
    let mut stale = Vec::new();
    for (file, text) in contract(root)? {
        if read(&root.join(PACKED_CONTRACT).join(&file)).as_deref() != Ok(&text[..]) {
            stale.push(format!("{PACKED_CONTRACT}: {file} is not as in wit"));
        }
    }
    for set in &SETS {
        let manifest = manifest(root, set)?;
        for name in set.policies {
            if let Err(why) = check_one(root, set, name, manifest.get(*name)) {
                stale.push(format!("{name}: {why}"));
            }
        }
    }
    if stale.is_empty() {
        println!("the built policies are as their sources are");
        Ok(())
    } else {
        stale.push("run: cargo xtask policies".to_owned());
        Err(stale.join("\n"))
    }
}

/// Builds every policy without writing it, and fails where the same compiler makes another component of
/// it than the one that is committed. That finds what the hashes of the sources do not see: a dependency
/// or a profile that moved. Another compiler makes other bytes of the same sources, so then this says
/// only that they build.
pub fn compare(root: &Path) -> Outcome {
    let toolchain = toolchain::find(root)?;
    let mut other = Vec::new();
    for set in &SETS {
        let manifest = manifest(root, set)?;
        for name in set.policies {
            let component = component_of(&toolchain, &package(name))?;
            let Some(built) = manifest.get(*name) else {
                return Err(format!("{name}: the manifest does not list it"));
            };
            let folder = set.folder;
            if built.compiler != toolchain.compiler {
                println!(
                    "{name}: builds; not compared, for this is {} and {folder} is by {}",
                    toolchain.compiler, built.compiler
                );
            } else if hex(&Sha256::digest(&component)) == built.sha256 {
                println!("{name}: builds, to the bytes in {folder}");
            } else {
                other.push(format!(
                    "{name}: builds to other bytes than those in {folder}"
                ));
            }
        }
    }
    if other.is_empty() {
        Ok(())
    } else {
        other.push("run: cargo xtask policies".to_owned());
        Err(other.join("\n"))
    }
}

/// The files of the contract, by name.
fn contract(root: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    collect(&root.join("wit"), "wit", &mut files)?;
    let named = |file: PathBuf| {
        let name = file.file_name().unwrap_or_default();
        Ok((name.to_string_lossy().into_owned(), read(&file)?))
    };
    files.into_iter().map(named).collect()
}

fn manifest(root: &Path, set: &Set) -> Outcome<Manifest> {
    let file = root.join(set.folder).join("manifest.json");
    read(&file)
        .and_then(|text| {
            serde_json::from_slice(&text)
                .map_err(|error| format!("{}/manifest.json is broken: {error}", set.folder))
        })
        .map_err(|error| format!("{error}\nrun: cargo xtask policies"))
}

/// The crate of a policy.
fn package(name: &str) -> String {
    format!("shelflife-policy-{name}")
}

fn check_one(root: &Path, set: &Set, name: &str, built: Option<&Built>) -> Outcome {
    let Some(built) = built else {
        return Err("the manifest does not list it".into());
    };
    let component = read(&root.join(set.folder).join(format!("{name}.wasm")))?;
    if hex(&Sha256::digest(&component)) != built.sha256 {
        return Err("the component is not the one in the manifest".into());
    }
    if hash_of_sources(root, name)? != built.sources {
        return Err("the component is older than its sources".into());
    }
    Ok(())
}

/// A hash over everything that a policy's own behaviour is written in: its sources, those of the SDK
/// and the contract. The same on every machine: the order is that of the names, and lines end in `\n`.
fn hash_of_sources(root: &Path, policy: &str) -> Outcome<String> {
    let mut files = Vec::new();
    for crate_folder in [
        root.join("policies").join(policy),
        root.join("policies/sdk"),
        root.join("policies/sdk/derive"),
    ] {
        files.push(crate_folder.join("Cargo.toml"));
        collect(&crate_folder.join("src"), "rs", &mut files)?;
    }
    collect(&root.join("wit"), "wit", &mut files)?;
    let mut named = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file);
        let name = name.to_string_lossy().replace('\\', "/");
        named.push((name, read(&file)?));
    }
    named.sort();
    let mut hash = Sha256::new();
    for (name, mut text) in named {
        text.retain(|byte| *byte != b'\r');
        // With lengths, so that no text can pass for a name or the other way round.
        for part in [name.as_bytes(), text.as_slice()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Every file with this extension in a folder and those below it.
fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Outcome {
    let entries = fs::read_dir(folder).map_err(|error| failed("read", folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| failed("read", folder, error))?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
