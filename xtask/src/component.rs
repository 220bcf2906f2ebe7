//! A policy's folder as a component.

use std::fs;
use std::path::Path;

use shelflife_author::languages::{self, rust};

use crate::Outcome;
use crate::toolchain::Toolchain;

/// Builds the policy in `folder`, of this workspace or not, writes its component, and prints how large
/// it is and what it imports. Without `file` the component lies beside the manifest.
pub fn build(folder: &Path, file: Option<&Path>) -> Outcome {
    let say = |line: &str| eprintln!("{line}");
    let built = languages::build(folder, &say).map_err(|error| error.to_string())?;
    let file = file.map_or_else(|| built.file_in(folder), Path::to_path_buf);
    built.write(&file).map_err(|error| error.to_string())?;
    println!("{}: {} bytes", file.display(), built.component.len());
    if built.interfaces.imports.is_empty() {
        println!("imports nothing");
    }
    for import in built.interfaces.imports {
        println!("imports {import}");
    }
    Ok(())
}

/// Builds a package as a component that says which version it is.
pub fn component_of(toolchain: &Toolchain, package: &str) -> Outcome<Vec<u8>> {
    rust::component_of(toolchain, package).map_err(|error| error.to_string())
}

/// The bytes of a file.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| failed("read", path, error))
}

/// Replaces a file.
pub fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes).map_err(|error| failed("write", path, error))
}

/// What to say of a file that cannot be used.
pub fn failed(what: &str, path: &Path, error: std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}
