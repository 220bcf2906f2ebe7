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
use crate::toolchain::Toolchain;

/// Every policy, by the name of its folder.
const POLICIES: [&str; 6] = [
    "cdc",
    "semantic",
    "tags",
    "ttl",
    "versions",
    "write-through",
];

/// A component that is larger does not get into `dist`.
const LARGEST: usize = 64 * 1024;

/// What `dist/manifest.json` says: names to components.
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

/// Builds every policy into `policies/dist`. The same sources and compiler give the same bytes,
/// wherever the workspace lies.
pub fn build(root: &Path) -> Outcome {
    let toolchain = Toolchain::find(root)?;
    let dist = dist(root);
    fs::create_dir_all(&dist).map_err(|error| failed("create", &dist, error))?;
    let mut manifest = Manifest::new();
    for name in POLICIES {
        let modules = toolchain.build(&format!("shelflife-policy-{name}"))?;
        let module = modules.join(format!("shelflife_policy_{}.wasm", name.replace('-', "_")));
        let component = componentize(&read(&module)?)
            .map_err(|error| format!("{name}: cannot be made a component: {error}"))?;
        if component.len() > LARGEST {
            return Err(format!(
                "{name}: the component has {} bytes, more than {LARGEST}",
                component.len()
            ));
        }
        write(&dist.join(format!("{name}.wasm")), &component)?;
        let built = Built {
            sha256: hex(&Sha256::digest(&component)),
            size: component.len(),
            sources: hash_of_sources(root, name)?,
            compiler: toolchain.compiler.clone(),
        };
        // Beside the manifest, because a constant can be made from a file and not from a field of one.
        write(
            &dist.join(format!("{name}.sha256")),
            built.sha256.as_bytes(),
        )?;
        println!("{name:14} {:6} bytes  {}", built.size, built.sha256);
        manifest.insert(name.to_owned(), built);
    }
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
    text.push('\n');
    write(&dist.join("manifest.json"), text.as_bytes())
}

/// Fails where a component in `policies/dist` is missing, is not the one in the manifest, or was built
/// from other sources than there are now. Compares hashes; builds nothing.
pub fn check(root: &Path) -> Outcome {
    let dist = dist(root);
    let manifest = read(&dist.join("manifest.json"))
        .and_then(|text| {
            serde_json::from_slice::<Manifest>(&text)
                .map_err(|error| format!("policies/dist/manifest.json is broken: {error}"))
        })
        .map_err(|error| format!("{error}\nrun: cargo xtask policies"))?;
    let mut stale = Vec::new();
    for name in POLICIES {
        if let Err(why) = check_one(root, name, manifest.get(name)) {
            stale.push(format!("{name}: {why}"));
        }
    }
    if stale.is_empty() {
        println!("policies/dist is as its sources are");
        Ok(())
    } else {
        stale.push("run: cargo xtask policies".to_owned());
        Err(stale.join("\n"))
    }
}

fn check_one(root: &Path, name: &str, built: Option<&Built>) -> Outcome {
    let Some(built) = built else {
        return Err("the manifest does not list it".into());
    };
    let component = read(&dist(root).join(format!("{name}.wasm")))?;
    if hex(&Sha256::digest(&component)) != built.sha256 {
        return Err("the component is not the one in the manifest".into());
    }
    if hash_of_sources(root, name)? != built.sources {
        return Err("the component is older than its sources".into());
    }
    Ok(())
}

/// Turns a core module with the contract's metadata into a component.
fn componentize(module: &[u8]) -> Outcome<Vec<u8>> {
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| format!("{error:#}"))?;
    without_names(&component).ok_or_else(|| "it is cut short".to_owned())
}

/// A component without its section of names, 2 KiB that only a debugger of components would read.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    const NAMES: &[u8] = b"\x0ecomponent-name";
    let (header, mut rest) = component.split_at_checked(HEADER)?;
    let mut kept = header.to_vec();
    while let [id, after @ ..] = rest {
        let (size, body) = leb128(after)?;
        let (body, next) = body.split_at_checked(size)?;
        if !(*id == CUSTOM && body.starts_with(NAMES)) {
            kept.extend_from_slice(rest.strip_suffix(next)?);
        }
        rest = next;
    }
    Some(kept)
}

/// A number in WebAssembly's variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    let number = number
        .iter()
        .rev()
        .fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    Some((number, rest))
}

/// A hash over everything that a policy's own behaviour is written in: its sources, those of the SDK
/// and the contract. The same on every machine: the order is that of the names, and lines end in `\n`.
fn hash_of_sources(root: &Path, policy: &str) -> Outcome<String> {
    let mut files = Vec::new();
    for crate_folder in [
        root.join("policies").join(policy),
        root.join("policies/sdk"),
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

fn dist(root: &Path) -> PathBuf {
    root.join("policies/dist")
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| failed("read", path, error))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes).map_err(|error| failed("write", path, error))
}

fn failed(what: &str, path: &Path, error: std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
