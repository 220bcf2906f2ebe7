//! Files that are written whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Replaces a file. Whoever reads it meanwhile has the old one or the new one.
///
/// # Errors
///
/// A file that cannot be written; what was begun is removed.
pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    let begun = beside(file);
    let done = fs::write(&begun, bytes).and_then(|()| fs::rename(&begun, file));
    done.map_err(|error| {
        let _ = fs::remove_file(&begun);
        Error::file("write", file, &error)
    })
}

/// A name beside another, for what is not finished: on the same disk, and of this process alone.
pub fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

/// A folder that is removed again unless it is finished.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    finished: bool,
}

impl Unfinished {
    /// Makes a folder beside the one that is to be.
    ///
    /// # Errors
    ///
    /// A place that cannot be written to.
    pub fn beside(path: &Path) -> Result<Self> {
        let folder = beside(path);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| Error::file("create", path, &error))?;
        Ok(Self {
            folder,
            finished: false,
        })
    }

    /// Where it is meanwhile.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives it its name. An empty folder that has the name already gives way.
    ///
    /// # Errors
    ///
    /// A name that something else has.
    pub fn finish(mut self, path: &Path) -> Result<()> {
        fs::rename(&self.folder, path).map_err(|error| Error::file("create", path, &error))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_finished_is_gone() {
        let path = std::env::temp_dir().join(format!("shelflife-whole-{}", std::process::id()));
        let unfinished = Unfinished::beside(&path).unwrap();
        let meanwhile = unfinished.path().to_owned();
        assert!(meanwhile.is_dir());
        drop(unfinished);
        assert!(!meanwhile.exists() && !path.exists());
        Unfinished::beside(&path).unwrap().finish(&path).unwrap();
        assert!(path.is_dir());
        write(&path.join("a"), b"1").unwrap();
        assert!(write(&path.join("no/such/a"), b"1").is_err());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        fs::remove_dir_all(&path).unwrap();
    }
}
