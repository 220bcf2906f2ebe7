//! The contract and the components that were built for it.

mod components;
mod evolution;
mod published;

use std::path::{Path, PathBuf};

use wit_component::DecodedWasm;
use wit_parser::{PackageId, Resolve, SourceMap, WorldId};

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().to_owned()
}

fn decoded(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).expect("the component can be decoded") {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("it is a package, not a component"),
    }
}

/// The files of a contract in a folder, in alphabetical order, and their texts.
fn contract(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .collect();
    files.sort();
    let text = |file: &PathBuf| std::fs::read_to_string(file).unwrap();
    files
        .iter()
        .map(|file| (file.clone(), text(file)))
        .collect()
}

/// Reads a contract as if it had this version, so that two can be looked at together.
fn package(resolve: &mut Resolve, contract: &[(PathBuf, String)], version: &str) -> PackageId {
    let mut sources = SourceMap::default();
    for (file, text) in contract {
        let (_, rest) = text
            .split_once(';')
            .expect("a file begins with its package");
        sources.push(file, format!("package shelflife:policy@{version};{rest}"));
    }
    let group = sources
        .parse()
        .unwrap_or_else(|(sources, error)| panic!("{}", error.render(&sources)));
    resolve.push_group(group).unwrap()
}
