//! Keys with their hash, so that one hash serves every table that a read passes.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};

use compact_str::CompactString;
use hashbrown::Equivalent;
use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

/// A key as it is looked up: its text, hashed once and borrowed. A look-up allocates nothing.
///
/// Made by [`Engine::key`](super::Engine::key), since a hash belongs to one engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyRef<'a> {
    /// Of the text and of the counter value together that the entry is kept under. The same text under two
    /// values has two hashes for certain, so that hash and text tell keys apart.
    hash: u64,
    text: &'a str,
}

/// A key that is kept. Text of up to 24 bytes lies in the key itself.
#[derive(Clone)]
pub struct Key {
    hash: u64,
    text: CompactString,
}

impl<'a> KeyRef<'a> {
    /// The text.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.text
    }

    /// The same key, to be kept.
    #[must_use]
    pub fn to_key(self) -> Key {
        Key {
            hash: self.hash,
            text: CompactString::new(self.text),
        }
    }

    /// This key, which is in place, under a counter value. Value 0 is the key in place.
    pub(super) fn at_version(self, version: u64) -> KeyRef<'a> {
        KeyRef {
            hash: self.hash ^ spread(version),
            text: self.text,
        }
    }

    #[inline]
    pub(crate) fn hash(self) -> u64 {
        self.hash
    }
}

impl Key {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same key, to look it up.
    #[must_use]
    #[inline]
    pub fn as_ref(&self) -> KeyRef<'_> {
        KeyRef {
            hash: self.hash,
            text: &self.text,
        }
    }

    /// A number that takes a look at the key and nothing else, for drivers with so many keys that the
    /// look itself is worth doing ahead of time.
    #[must_use]
    pub fn warm(&self) -> u32 {
        self.hash as u32
    }

    #[inline]
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }
}

/// Moves a version into all bits of a hash; 0 stays 0, and no two become the same, since an odd factor and
/// a shift by half can both be undone. (The multiplier is 2^64 divided by the golden ratio, as in Knuth,
/// TAOCP 3, section 6.4.)
fn spread(version: u64) -> u64 {
    let product = version.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 32)
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.as_ref()
    }
}

impl fmt::Debug for KeyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} #{:016x}", self.text, self.hash)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

/// Makes keys. The seed decides the hashes: a fixed one makes eviction reproducible, a random one
/// keeps strangers from choosing keys that collide.
pub(super) struct KeyHasher {
    secrets: RapidSecrets,
}

impl KeyHasher {
    pub(super) fn new(seed: u64) -> KeyHasher {
        KeyHasher {
            secrets: RapidSecrets::seed(seed),
        }
    }

    #[inline]
    pub(super) fn key<'a>(&self, text: &'a str) -> KeyRef<'a> {
        KeyRef {
            hash: rapidhash_v3_seeded(text.as_bytes(), &self.secrets),
            text,
        }
    }
}

/// Hands on a hash that is already one.
#[derive(Clone, Copy, Default)]
pub(super) struct Prehashed(u64);

impl Hasher for Prehashed {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a key writes its hash as one u64");
    }

    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl BuildHasher for Prehashed {
    type Hasher = Prehashed;

    #[inline]
    fn build_hasher(&self) -> Prehashed {
        Prehashed(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_a_key_are_different_keys_and_version_0_is_the_key_in_place() {
        let plain = KeyHasher::new(1).key("user:1");
        let mut hashes: Vec<u64> = (0..1_000)
            .chain((10..64).map(|bit| 1 << bit))
            .map(|version| plain.at_version(version).hash())
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 1_000 + 54);
        assert_eq!(plain.at_version(0), plain);
        assert_ne!(plain.at_version(1), plain);
    }

    #[test]
    fn a_key_that_is_kept_is_the_key_that_was_looked_up() {
        let hasher = KeyHasher::new(1);
        for text in [
            "a",
            "exactly twenty-four byte",
            "longer than what lies in a key itself",
        ] {
            let key = hasher.key(text).at_version(3);
            assert!(key.equivalent(&key.to_key()));
            assert!(!hasher.key(text).at_version(4).equivalent(&key.to_key()));
        }
    }
}
