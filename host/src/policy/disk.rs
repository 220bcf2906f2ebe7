//! Compiled code on disk, so that a policy that was compiled once is loaded in less than a millisecond.
//!
//! A file is named by the hash of the component and by a hash of how it was compiled: wasmtime's version,
//! its settings and the processor's features. A file that is cut off, changed, or from elsewhere is not
//! used; the component is compiled again and the file replaced.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rapidhash::v3::rapidhash_v3;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::error::Outcome;

/// What a file begins with. Another layout is another number.
const MAGIC: &[u8; 16] = b"shelflife code 1";
const HASH: usize = 32;
/// Magic, hash of the component, compatibility, checksum of what follows.
const HEADER: usize = MAGIC.len() + HASH + 8 + 8;

/// A folder of compiled code that nobody else may write to.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    compatibility: u64,
}

impl Disk {
    /// Uses a folder, and makes it where there is none.
    ///
    /// What lies in it is run as native code without any check of what it does. So it must belong to
    /// whoever runs this process, and nobody else may write to it.
    pub(super) fn open(folder: &Path, engine: &Engine) -> Result<Disk, Outcome> {
        let unusable = |what: String| {
            let folder = folder.display();
            Outcome::Unusable(format!(
                "the folder for compiled code {folder} cannot be used: {what}"
            ))
        };
        make(folder).map_err(|error| unusable(error.to_string()))?;
        check_owner(folder).map_err(unusable)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Disk {
            folder: folder.to_owned(),
            compatibility: hasher.finish(),
        })
    }

    fn file(&self, component: &[u8; HASH]) -> PathBuf {
        let name = super::hex(component);
        self.folder
            .join(format!("{name}-{:016x}.code", self.compatibility))
    }

    /// The code of a component, if it is there and as it was written.
    pub(super) fn load(&self, engine: &Engine, component: &[u8; HASH]) -> Option<Component> {
        let file = fs::read(self.file(component)).ok()?;
        let (header, code) = file.split_at_checked(HEADER)?;
        if header != self.header(component, code) {
            return None;
        }
        deserialize(engine, code)
    }

    /// Keeps the code of a component. Whoever reads meanwhile finds the whole file or none.
    pub(super) fn store(&self, hash: &[u8; HASH], component: &Component) -> std::io::Result<()> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let code = component
            .serialize()
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let file = self.file(hash);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let part = file.with_extension(format!("{}-{number}.part", std::process::id()));
        let written = fs::File::create_new(&part)
            .and_then(|mut part| {
                part.write_all(&self.header(hash, &code))?;
                part.write_all(&code)
            })
            .and_then(|()| fs::rename(&part, &file));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }

    fn header(&self, component: &[u8; HASH], code: &[u8]) -> Vec<u8> {
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(component);
        header.extend_from_slice(&self.compatibility.to_le_bytes());
        header.extend_from_slice(&rapidhash_v3(code).to_le_bytes());
        header
    }
}

/// Code that this crate has compiled, as a component.
///
/// The one unsafe line that is written here. wasmtime demands that the bytes come from
/// `Component::serialize` and were not changed since. That rests on four things: [`Disk::open`] has seen
/// that the folder belongs to whoever runs this process and that nobody else may write to it, so that
/// whoever could plant a file there could as well replace the program; the header names the component and
/// the engine that the code was made for; a checksum finds what the disk or a crash has damaged; and
/// wasmtime itself refuses the code of another version or configuration.
#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: see above.
    unsafe { Component::deserialize(engine, code) }.ok()
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Says who else could write here, if anybody could.
#[cfg(unix)]
fn check_owner(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let about = fs::metadata(folder).map_err(|error| error.to_string())?;
    if about.mode() & 0o022 != 0 {
        let mode = about.mode() & 0o777;
        return Err(format!(
            "others may write to it (mode {mode:o}), and what lies in it is run; 700 would be right"
        ));
    }
    // A file tells whom this process writes as.
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let probe = folder.join(format!(".{}-{number}.probe", std::process::id()));
    let mine = fs::File::create_new(&probe).and_then(|file| file.metadata());
    let _ = fs::remove_file(&probe);
    let mine = mine.map_err(|error| format!("it cannot be written to: {error}"))?;
    match mine.uid() == about.uid() {
        true => Ok(()),
        false => Err("it belongs to another user, and what lies in it is run".to_owned()),
    }
}

/// Elsewhere the caller answers for it.
#[cfg(not(unix))]
fn check_owner(_: &Path) -> Result<(), String> {
    Ok(())
}
