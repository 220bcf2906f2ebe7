//! Policies in C: bindings that are generated in this process, and a compiler with a back end for WebAssembly.
//!
//! No C library is linked: what there is of one (`memcpy`, `malloc` and the like) is written into the build folder
//! with the bindings, and so nothing of WASI can get into a component.

mod compiler;

use std::fs;
use std::path::{Path, PathBuf};

use wit_bindgen_core::Files;

use super::manifest::Manifest;
use super::{Built, Language};
use crate::component::componentize;
use crate::error::{Error, Result};

/// What components say they were written with.
const SDK: &str = "wit-bindgen-c 0.61.1";

/// The names of the generated files, and what types in them begin with.
const BINDINGS: &str = "shelflife";

/// What there is of a C library.
const RUNTIME: [(&str, &str); 3] = [
    ("runtime.c", include_str!("runtime.c")),
    ("stdlib.h", include_str!("stdlib.h")),
    ("string.h", include_str!("string.h")),
];

/// Whether there is a compiler.
#[must_use]
pub fn is_ready() -> bool {
    compiler::find().is_ok()
}

/// Builds the policy in a folder. Bindings, and the module, are in its folder `build`, where an editor finds the
/// headers.
pub(super) fn build(folder: &Path) -> Result<Built> {
    let manifest = Manifest::read(folder, Language::C, SDK.to_owned())?;
    let compiler = compiler::find()?;
    let build = folder.join("build");
    fs::create_dir_all(&build).map_err(|error| Error::file("create", &build, &error))?;
    let generated = write_bindings(&manifest, &build)?;
    let sources = sources(folder, &manifest)?;
    let module = build.join("policy.core.wasm");
    compiler
        .compile(folder, &build, sources.iter().chain(&generated), &module)
        .map_err(|error| Error::wrong(format!("{}: {error}", manifest.name)))?;
    let module = fs::read(&module).map_err(|error| Error::file("read", &module, &error))?;
    let mut component = componentize(&module)
        .map_err(|error| Error::wrong(format!("{} {error}", manifest.name)))?;
    manifest.metadata.append_to(&mut component)?;
    Built::new(Language::C, &manifest.name, component)
}

/// Writes what is generated; answers what of it is to be compiled and linked.
fn write_bindings(manifest: &Manifest, build: &Path) -> Result<Vec<PathBuf>> {
    let (mut resolve, world) = manifest.world.resolve();
    let mut files = Files::default();
    let options = wit_bindgen_c::Opts {
        rename_world: Some(BINDINGS.to_owned()),
        ..Default::default()
    };
    options
        .build()
        .generate(&mut resolve, world, &mut files)
        .map_err(|error| Error::failed(format!("the bindings cannot be generated: {error:#}")))?;
    let mut linked = Vec::new();
    let runtime = RUNTIME.iter().map(|(name, text)| (*name, text.as_bytes()));
    for (name, contents) in files.iter().chain(runtime) {
        let file = build.join(name);
        // What has not changed keeps its date.
        if fs::read(&file).ok().as_deref() != Some(contents) {
            fs::write(&file, contents).map_err(|error| Error::file("write", &file, &error))?;
        }
        if !name.ends_with(".h") {
            linked.push(file);
        }
    }
    Ok(linked)
}

/// The author's sources: those that the manifest names, or else all in the folder.
fn sources(folder: &Path, manifest: &Manifest) -> Result<Vec<PathBuf>> {
    if !manifest.sources.is_empty() {
        for source in &manifest.sources {
            if !folder.join(source).is_file() {
                return Err(Error::wrong(format!(
                    "{}: there is no source `{source}`",
                    folder.join(Language::C.manifest()).display()
                )));
            }
        }
        // As they are written, so that the compiler names them so.
        return Ok(manifest.sources.iter().map(PathBuf::from).collect());
    }
    let entries = fs::read_dir(folder).map_err(|error| Error::file("read", folder, &error))?;
    let mut sources: Vec<PathBuf> = entries
        .filter_map(|entry| Some(PathBuf::from(entry.ok()?.file_name())))
        .filter(|file| file.extension().is_some_and(|extension| extension == "c"))
        .collect();
    sources.sort();
    if sources.is_empty() {
        return Err(Error::wrong(format!(
            "{} has no source in C",
            folder.display()
        )));
    }
    Ok(sources)
}
