//! Policies in Rust: a crate with the SDK, for `wasm32-unknown-unknown`.

mod debian;
mod toolchain;

use std::fs;
use std::path::Path;

use super::{Built, Language};
use crate::component::componentize;
use crate::error::{Error, Result};
use crate::metadata::Metadata;

pub use toolchain::{Toolchain, cargo, target_directory};

/// Builds the crate in a folder.
pub(super) fn build(folder: &Path, say: &dyn Fn(&str)) -> Result<Built> {
    let toolchain = Toolchain::find(folder, false, say)?;
    let package = toolchain.package_in(folder)?;
    Built::new(
        Language::Rust,
        &package,
        component_of(&toolchain, &package)?,
    )
}

/// Builds a package as a component that says which version it is.
///
/// # Errors
///
/// A crate that cannot be built or exports nothing that could be wrapped.
pub fn component_of(toolchain: &Toolchain, package: &str) -> Result<Vec<u8>> {
    let module = toolchain.build(package)?;
    let module = fs::read(&module).map_err(|error| Error::file("read", &module, &error))?;
    let mut component =
        componentize(&module).map_err(|error| Error::wrong(format!("{package} {error}")))?;
    let version = Metadata {
        version: toolchain.version_of(package).map(str::to_owned),
        ..Metadata::default()
    };
    version.append_to(&mut component)?;
    Ok(component)
}
