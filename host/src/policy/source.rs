//! Where a policy comes from.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shelflife_policies::BuiltIn;

use super::component::CompiledPolicy;
use super::error::{Error, Outcome};
use super::swap::Entries;

/// Where a policy comes from, what it is called and how it is set up.
///
/// Whatever names a policy turns into one: the name of a built-in or the path of a file as text, a
/// [`Path`], a [`BuiltIn`] itself, or a name with the bytes of a component.
///
/// ```
/// use shelflife::policy::Source;
///
/// let tags = Source::from("tags").config(r#"{ "ttl": "10m" }"#);
/// let mine = Source::from("policies/mine.wasm");
/// assert_eq!((tags.name(), mine.name()), ("tags", "mine"));
/// ```
#[derive(Clone)]
pub struct Source {
    name: String,
    place: Place,
    config: Option<String>,
    entries: Entries,
}

#[derive(Clone)]
enum Place {
    BuiltIn(&'static BuiltIn),
    /// The name of no built-in policy and of no file either.
    Nowhere,
    File(PathBuf),
    Bytes(Arc<[u8]>),
    Compiled(Box<CompiledPolicy>),
}

/// A policy as it was found.
pub(super) struct Found {
    pub(super) bytes: Arc<[u8]>,
    /// Where the place knows it.
    pub(super) version: Option<&'static str>,
}

impl Source {
    /// A file with a component. It is read when the policy is loaded; the policy is called as the file is,
    /// without its extension.
    pub fn file(path: impl Into<PathBuf>) -> Source {
        let path = path.into();
        let name = path.file_stem().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Source::new(name, Place::File(path))
    }

    /// A component's bytes, and what the policy is called.
    pub fn bytes(name: impl Into<String>, component: impl Into<Vec<u8>>) -> Source {
        let bytes: Vec<u8> = component.into();
        Source::new(name.into(), Place::Bytes(bytes.into()))
    }

    /// A component that is compiled already, so that many caches need it compiled once. Its calls live within
    /// the limits of the [`Runtime`](super::Runtime) that compiled it, whatever those of the cache are.
    ///
    /// ```
    /// use shelflife::policy::{Limits, Runtime, Source};
    /// use shelflife::sync::Cache;
    ///
    /// let ttl = shelflife_policies::find("ttl").unwrap();
    /// let compiled = Runtime::new(Limits::default())?.compile("ttl", ttl.component)?;
    /// for _ in 0..3 {
    ///     Cache::<u32>::builder().policy(Source::compiled(&compiled)).build()?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compiled(policy: &CompiledPolicy) -> Source {
        let name = policy.name().to_owned();
        Source::new(name, Place::Compiled(Box::new(policy.clone())))
    }

    fn new(name: String, place: Place) -> Source {
        Source {
            name,
            place,
            config: None,
            entries: Entries::default(),
        }
    }

    /// What errors and reports call the policy, and what tells it from the others of a cache.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Calls the policy so.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Source {
        self.name = name.into();
        self
    }

    /// The policy's settings, as JSON text. Where there are none, `{}`; in a swap the settings of the
    /// policy whose place it takes, if that has the same name.
    #[must_use]
    pub fn config(mut self, json: impl Into<String>) -> Source {
        self.config = Some(json.into());
        self
    }

    /// What becomes of the entries that are there when it takes another's place.
    #[must_use]
    pub fn entries(mut self, entries: Entries) -> Source {
        self.entries = entries;
        self
    }

    pub(crate) fn config_text(&self) -> Option<&str> {
        self.config.as_deref()
    }

    pub(super) fn entries_wish(&self) -> Entries {
        self.entries
    }

    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            _ => None,
        }
    }

    /// The compiled component, if it is one already, under the name of the source.
    pub(super) fn precompiled(&self) -> Option<CompiledPolicy> {
        match &self.place {
            Place::Compiled(compiled) => Some(compiled.called(&self.name)),
            _ => None,
        }
    }

    /// The component's bytes, of which there may be so many.
    pub(super) fn read(&self, limit: usize) -> Result<Found, Error> {
        let unusable = |reason| Error::new(&self.name, None, Outcome::Unusable(reason));
        let (bytes, version) = match &self.place {
            Place::BuiltIn(policy) => (Arc::from(policy.component), Some(policy.version)),
            Place::Bytes(bytes) => (Arc::clone(bytes), None),
            Place::File(path) => {
                // One byte more than there may be tells that there are too many.
                let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
                let mut bytes = Vec::new();
                File::open(path)
                    .and_then(|file| file.take(most).read_to_end(&mut bytes))
                    .map_err(|error| {
                        unusable(format!("cannot read {}: {error}", path.display()))
                    })?;
                (Arc::from(bytes), None)
            }
            Place::Compiled(_) => (Arc::default(), None),
            Place::Nowhere => {
                let known: Vec<&str> = shelflife_policies::all()
                    .iter()
                    .map(|one| one.name)
                    .collect();
                let known = known.join(", ");
                return Err(unusable(format!(
                    "no built-in policy has this name (there are {known}); the path of a file \
                     ends in .wasm or has a / in it"
                )));
            }
        };
        Ok(Found { bytes, version })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place: &dyn fmt::Debug = match &self.place {
            Place::BuiltIn(policy) => &policy.name,
            Place::Nowhere => &"nowhere",
            Place::File(path) => path,
            Place::Bytes(bytes) => &bytes.len(),
            Place::Compiled(_) => &"compiled",
        };
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("place", place)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// The name of a built-in policy, or the path of a file: that ends in `.wasm` or has a `/` in it. A text
/// that is neither is refused when the policy is loaded.
impl From<&str> for Source {
    fn from(text: &str) -> Source {
        if let Some(built_in) = shelflife_policies::find(text) {
            return Source::from(built_in);
        }
        match text.contains(['/', '\\']) || text.ends_with(".wasm") {
            true => Source::file(text),
            false => Source::new(text.to_owned(), Place::Nowhere),
        }
    }
}

impl From<&'static BuiltIn> for Source {
    fn from(policy: &'static BuiltIn) -> Source {
        Source::new(policy.name.to_owned(), Place::BuiltIn(policy))
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Source {
        Source::file(path)
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Source {
        Source::file(path)
    }
}

impl<N: Into<String>, B: Into<Vec<u8>>> From<(N, B)> for Source {
    fn from((name, component): (N, B)) -> Source {
        Source::bytes(name, component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_built_in_policy_or_a_file() {
        assert!(matches!(Source::from("tags").place, Place::BuiltIn(_)));
        assert!(Source::from("./tags").path().is_some());
        assert!(Source::from("tags.wasm").path().is_some());
        let nowhere = Source::from("tagz").read(100).err().unwrap().to_string();
        assert!(
            nowhere.starts_with("policy tagz: no built-in policy"),
            "{nowhere}"
        );
        assert!(
            nowhere.contains("ttl, write-through, cdc, tags"),
            "{nowhere}"
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let missing = Source::from("nowhere/mine.wasm").read(100).err().unwrap();
        let text = missing.to_string();
        assert!(
            text.starts_with("policy mine: cannot read nowhere/mine.wasm: "),
            "{text}"
        );
    }
}
