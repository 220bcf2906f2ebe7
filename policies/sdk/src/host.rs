//! What a policy may ask of the host that runs it.

use std::time::Duration;

use crate::event::{Instant, Level, Neighbour, PurgeMode, Sighting};

#[cfg(target_arch = "wasm32")]
use crate::guest::imports as outside;

/// What a policy may ask of the host that runs it.
///
/// The purges of one call are noted in their order and carried out together when the call returns
/// `Ok`; after an error none is. No method fails: a call that breaks one of the host's limits ends the
/// policy's call with an error that names the limit.
///
/// In a component every method is a direct call of the import that it stands for, so that an import
/// that a policy never calls is not in the component: the import list is the permission request.
/// Natively the calls go to a [`NativeHost`].
pub struct Host<'a> {
    #[cfg(not(target_arch = "wasm32"))]
    outside: &'a mut dyn NativeHost,
    #[cfg(target_arch = "wasm32")]
    outside: outside::Imports<'a>,
}

#[cfg(not(target_arch = "wasm32"))]
impl<'a> Host<'a> {
    /// A host that passes every call on to `outside`.
    pub fn native(outside: &'a mut dyn NativeHost) -> Self {
        Self { outside }
    }
}

#[cfg(target_arch = "wasm32")]
impl Host<'_> {
    /// The host that the component was instantiated by.
    #[doc(hidden)]
    pub(crate) fn imported() -> Self {
        Self {
            outside: outside::Imports::new(),
        }
    }
}

impl Host<'_> {
    /// The host's clock. Constant within one call of the policy.
    pub fn now(&mut self) -> Instant {
        self.outside.now()
    }

    /// The next random number, uniform over all 64 bits, from a seed that the host holds: the same
    /// seed and the same calls give the same numbers.
    pub fn random(&mut self) -> u64 {
        self.outside.random()
    }

    /// Emits a line for the operator. Lines past the host's limit of a call are dropped and counted; a
    /// message longer than its limit is cut.
    pub fn log(&mut self, level: Level, message: &str) {
        self.outside.log(level, message);
    }

    /// Purges the entries under these keys, and every load of them that is in flight.
    pub fn purge_keys(&mut self, keys: &[String], mode: PurgeMode) {
        self.outside.purge_keys(keys, mode);
    }

    /// Purges every entry whose lease names one of these tags, stored or still being loaded.
    pub fn purge_tags(&mut self, tags: &[String], mode: PurgeMode) {
        self.outside.purge_tags(tags, mode);
    }

    /// Purges every entry whose key begins so, stored or still being loaded.
    pub fn purge_prefix(&mut self, prefix: &str, mode: PurgeMode) {
        self.outside.purge_prefix(prefix, mode);
    }

    /// Moves a counter: hides every entry whose lease names it and leaves behind every entry that is
    /// kept under its earlier values.
    pub fn bump(&mut self, generation: &str) {
        self.outside.bump(generation);
    }

    /// Purges every entry, stored or still being loaded.
    pub fn purge_everything(&mut self, mode: PurgeMode) {
        self.outside.purge_everything(mode);
    }

    /// Purges these keys after a delay, and leaves them alone now; for origins that serve old copies
    /// for a while after a change. Call [`purge_keys`](Self::purge_keys) as well to purge them at once
    /// and once more.
    pub fn purge_keys_again(&mut self, keys: &[String], mode: PurgeMode, after: Duration) {
        self.outside.purge_keys_again(keys, mode, after);
    }

    /// A column of the change at `index` after the change, as text. `index` counts from 0 in the list
    /// that the current `on_changes` call was given. `None` where the feed does not carry the column,
    /// the row is gone or the index is past the end.
    pub fn row_after(&mut self, index: usize, column: &str) -> Option<String> {
        self.outside.row_after(index, column)
    }

    /// The same before the change; `None` where the feed does not carry the column or the row is new.
    pub fn row_before(&mut self, index: usize, column: &str) -> Option<String> {
        self.outside.row_before(index, column)
    }

    /// The embedding of what the change at `index` changed, of unit length; `None` where the host has
    /// none for it.
    pub fn embedding_of_change(&mut self, index: usize) -> Option<Vec<f32>> {
        self.outside.embedding_of_change(index)
    }

    /// Entries with a cosine similarity of at least `at_least`, nearest first, at most `limit` of them.
    /// A vector of another dimension than the entries' finds nothing; NaN in it ends the call.
    pub fn nearest(&mut self, to: &[f32], at_least: f32, limit: usize) -> Vec<Neighbour> {
        self.outside.nearest(to, at_least, limit)
    }

    /// Purges every entry with a cosine similarity of at least `at_least`, stored or still being
    /// loaded. Exact: none within the radius is missed. NaN in the vector ends the call.
    pub fn purge_within(&mut self, of: &[f32], at_least: f32, mode: PurgeMode) {
        self.outside.purge_within(of, at_least, mode);
    }

    /// What became of the entries under these keys since they were stored: one answer a key, in their
    /// order, as of the beginning of the call. To ask changes nothing.
    pub fn sightings(&mut self, keys: &[String]) -> Vec<Sighting> {
        self.outside.sightings(keys)
    }
}

/// The other side of [`Host`] where a policy runs natively: in the simulator's `native:` policies and
/// in unit tests. Each method answers what the contract says of the import of the same name; the
/// methods of [`Host`] say it in Rust's words.
///
/// An implementation notes the purges of a call and carries them out only when the call returns `Ok`,
/// as the contract demands of every host.
#[cfg(not(target_arch = "wasm32"))]
pub trait NativeHost {
    /// See [`Host::now`].
    fn now(&mut self) -> Instant;
    /// See [`Host::random`].
    fn random(&mut self) -> u64;
    /// See [`Host::log`].
    fn log(&mut self, level: Level, message: &str);
    /// See [`Host::purge_keys`].
    fn purge_keys(&mut self, keys: &[String], mode: PurgeMode);
    /// See [`Host::purge_tags`].
    fn purge_tags(&mut self, tags: &[String], mode: PurgeMode);
    /// See [`Host::purge_prefix`].
    fn purge_prefix(&mut self, prefix: &str, mode: PurgeMode);
    /// See [`Host::bump`].
    fn bump(&mut self, generation: &str);
    /// See [`Host::purge_everything`].
    fn purge_everything(&mut self, mode: PurgeMode);
    /// See [`Host::purge_keys_again`].
    fn purge_keys_again(&mut self, keys: &[String], mode: PurgeMode, after: Duration);
    /// See [`Host::row_after`].
    fn row_after(&mut self, index: usize, column: &str) -> Option<String>;
    /// See [`Host::row_before`].
    fn row_before(&mut self, index: usize, column: &str) -> Option<String>;
    /// See [`Host::embedding_of_change`].
    fn embedding_of_change(&mut self, index: usize) -> Option<Vec<f32>>;
    /// See [`Host::nearest`].
    fn nearest(&mut self, to: &[f32], at_least: f32, limit: usize) -> Vec<Neighbour>;
    /// See [`Host::purge_within`].
    fn purge_within(&mut self, of: &[f32], at_least: f32, mode: PurgeMode);
    /// See [`Host::sightings`].
    fn sightings(&mut self, keys: &[String]) -> Vec<Sighting>;
}
