//! Tools that are installed on first use, by exact version, into a folder of the user's cache.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::whole::Unfinished;

/// Where tools are installed: `shelflife/tools` in `$XDG_CACHE_HOME`, or else in `~/.cache`.
///
/// # Errors
///
/// Neither that variable nor `HOME` is set.
pub fn tools_folder() -> Result<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_CACHE_HOME")
        .or_else(|| Some(set("HOME")?.join(".cache")))
        .map(|cache| cache.join("shelflife").join("tools"))
        .ok_or_else(|| {
            Error::failed("neither XDG_CACHE_HOME nor HOME says where tools can be installed")
        })
}

/// A tool with its version.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The name of the package.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// About how large it is on disk, in megabytes.
    pub megabytes: u32,
}

impl Tool {
    /// Its folder name.
    fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// Where it is, if it is installed.
    #[must_use]
    pub fn installed(&self) -> Option<PathBuf> {
        let folder = tools_folder().ok()?.join(self.folder());
        folder.is_dir().then_some(folder)
    }

    /// Where it is; installs it if it is not there. `install` is given an empty folder, which must not be needed under
    /// that name later.
    ///
    /// # Errors
    ///
    /// A tool that cannot be installed; nothing is left of it then.
    pub fn prepare(
        &self,
        say: &dyn Fn(&str),
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(folder) = self.installed() {
            return Ok(folder);
        }
        let tools = tools_folder()?;
        fs::create_dir_all(&tools).map_err(|error| Error::file("create", &tools, &error))?;
        let folder = tools.join(self.folder());
        let Self {
            name,
            version,
            megabytes,
        } = self;
        say(&format!(
            "installing {name} {version} ({megabytes} MB) into {}",
            folder.display()
        ));
        let unfinished = Unfinished::beside(&folder)?;
        install(unfinished.path()).map_err(|error| {
            Error::failed(format!("{name} {version} cannot be installed: {error}"))
        })?;
        match unfinished.finish(&folder) {
            // Another process was faster.
            Err(_) if folder.is_dir() => Ok(folder),
            done => done.map(|()| folder),
        }
    }
}
