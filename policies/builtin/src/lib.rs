//! The cache invalidation policies of `shelflife` as built components, so that nobody needs a toolchain
//! for WebAssembly to use them: the six patterns, and one that chooses between two ways of write-through
//! key by key.
//!
//! ```
//! let tags = shelflife_policies::find("tags").unwrap();
//! assert!(tags.component.starts_with(b"\0asm"));
//! assert!(shelflife_policies::find("tag").is_none());
//! ```
//!
//! With the feature `native` the same policies come as native code too, to measure what the boundary
//! costs.

#![forbid(unsafe_code)]

#[cfg(feature = "native")]
mod native;

#[cfg(feature = "native")]
pub use native::native;

/// A policy that comes with the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// What it is called in configuration.
    pub name: &'static str,
    /// The component, for any host of the contract `shelflife:policy`.
    pub component: &'static [u8],
    /// SHA-256 of the component, as 64 hexadecimal digits.
    pub sha256: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
}

macro_rules! built_in {
    ($name:literal, $summary:literal) => {
        BuiltIn {
            name: $name,
            component: include_bytes!(concat!("../../dist/", $name, ".wasm")),
            sha256: include_str!(concat!("../../dist/", $name, ".sha256")),
            version: env!("CARGO_PKG_VERSION"),
            summary: $summary,
        }
    };
}

/// The six patterns, from the simplest to the one that knows most, and what is made of them.
static ALL: [BuiltIn; 7] = [
    built_in!("ttl", "entries are fresh for a fixed time"),
    built_in!(
        "write-through",
        "an announced write drops or replaces its key"
    ),
    built_in!("cdc", "a captured row drops the keys that are made from it"),
    built_in!(
        "tags",
        "entries carry what they are made from, changes purge by it"
    ),
    built_in!(
        "versions",
        "entries are kept under a counter that changes move"
    ),
    built_in!("semantic", "lookups and purges by meaning, over embeddings"),
    built_in!(
        "adaptive",
        "an announced write drops or replaces its key, whichever is cheaper for it"
    ),
];

/// Every policy: the six patterns, from the simplest to the one that knows most, then the others.
pub fn all() -> &'static [BuiltIn] {
    &ALL
}

/// The policy with this name.
pub fn find(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|policy| policy.name == name)
}
