//! Compiled code that is kept, so that a guest which takes long to compile is loaded at once.

use std::path::{Path, PathBuf};

use shelflife::policy::{Error, Limits, Runtime};

/// The variable of the environment that names the folder.
pub const VARIABLE: &str = "SHELFLIFE_COMPILED";

/// Where compiled code is kept: the folder that the environment names (`SHELFLIFE_COMPILED`), else
/// `shelflife/compiled` among the user's caches. Nothing where the variable is empty, or nobody says where
/// the user's caches are.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return (!named.is_empty()).then(|| PathBuf::from(named));
    }
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let caches = of("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(PathBuf::from(of("HOME")?).join(".cache")))?;
    Some(caches.join("shelflife").join("compiled"))
}

/// A runtime that uses what is kept, if anything is: the folder is there once something was compiled into
/// it. One that cannot be used, for others may write to it, is left alone.
///
/// # Errors
///
/// WebAssembly cannot be run on this machine.
pub fn runtime(limits: Limits) -> Result<Runtime, Error> {
    let runtime = Runtime::new(limits)?;
    let Some(folder) = folder().filter(|folder| folder.is_dir()) else {
        return Ok(runtime);
    };
    match runtime.clone().keep_compiled_in(&folder) {
        Ok(kept) => Ok(kept),
        Err(_) => Ok(runtime),
    }
}

/// What came of compiling into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// SHA-256 of the component.
    pub sha256: String,
    /// Whether it was there already.
    pub was_there: bool,
    /// Bytes of compiled code.
    pub bytes: u64,
}

/// Compiles a component into a folder, which is made where there is none.
///
/// # Errors
///
/// What there is against the component or the folder.
pub fn compile(name: &str, bytes: &[u8], folder: &Path, limits: Limits) -> Result<Compiled, Error> {
    // A component that is wrong leaves no folder behind.
    if !folder.is_dir() {
        Runtime::new(limits.clone())?.check(name, bytes)?;
    }
    let runtime = Runtime::new(limits)?.keep_compiled_in(folder)?;
    let compiled = runtime.compile(name, bytes)?;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of_it = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with(compiled.sha256())
    });
    let sizes = of_it.filter_map(|entry| Some(entry.metadata().ok()?.len()));
    Ok(Compiled {
        sha256: compiled.sha256().to_owned(),
        was_there: compiled.was_cached(),
        bytes: sizes.max().unwrap_or(0),
    })
}
