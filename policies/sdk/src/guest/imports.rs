//! The imports of the contract under the SDK's names.

use std::marker::PhantomData;
use std::time::Duration;

use super::bindings::imports::shelflife::policy as wit;
use super::convert::{mode, nanos};
use crate::event::{Instant, Level, Neighbour, PurgeMode, Sighting};

/// The host that the component was instantiated by. Of no size; every method is a direct call, so that
/// the linker drops the imports that a policy never uses. A trait object here would keep them all.
pub(crate) struct Imports<'a>(PhantomData<&'a mut ()>);

impl Imports<'_> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }

    pub(crate) fn now(&mut self) -> Instant {
        Instant(wit::clock::now())
    }

    pub(crate) fn random(&mut self) -> u64 {
        wit::random::next()
    }

    pub(crate) fn log(&mut self, level: Level, message: &str) {
        let level = match level {
            Level::Trace => wit::log::Level::Trace,
            Level::Debug => wit::log::Level::Debug,
            Level::Info => wit::log::Level::Info,
            Level::Warn => wit::log::Level::Warn,
            Level::Error => wit::log::Level::Error,
        };
        wit::log::emit(level, message);
    }

    pub(crate) fn purge_keys(&mut self, keys: &[String], how: PurgeMode) {
        wit::purge::keys(keys, mode(how));
    }

    pub(crate) fn purge_tags(&mut self, tags: &[String], how: PurgeMode) {
        wit::purge::tags(tags, mode(how));
    }

    pub(crate) fn purge_prefix(&mut self, prefix: &str, how: PurgeMode) {
        wit::purge::prefix(prefix, mode(how));
    }

    pub(crate) fn bump(&mut self, generation: &str) {
        wit::purge::bump(generation);
    }

    pub(crate) fn purge_everything(&mut self, how: PurgeMode) {
        wit::purge::everything(mode(how));
    }

    pub(crate) fn purge_keys_again(&mut self, keys: &[String], how: PurgeMode, after: Duration) {
        wit::purge::keys_again(keys, mode(how), nanos(after));
    }

    pub(crate) fn row_after(&mut self, index: usize, column: &str) -> Option<String> {
        wit::rows::after(position(index), column)
    }

    pub(crate) fn row_before(&mut self, index: usize, column: &str) -> Option<String> {
        wit::rows::before(position(index), column)
    }

    pub(crate) fn embedding_of_change(&mut self, index: usize) -> Option<Vec<f32>> {
        wit::vectors::of_change(position(index))
    }

    pub(crate) fn nearest(&mut self, to: &[f32], at_least: f32, limit: usize) -> Vec<Neighbour> {
        wit::vectors::nearest(to, at_least, position(limit))
            .into_iter()
            .map(|found| Neighbour {
                key: found.key,
                similarity: found.similarity,
            })
            .collect()
    }

    pub(crate) fn purge_within(&mut self, of: &[f32], at_least: f32, how: PurgeMode) {
        wit::vectors::purge_within(of, at_least, mode(how));
    }

    pub(crate) fn sightings(&mut self, keys: &[String]) -> Vec<Sighting> {
        wit::observe::sightings(keys)
            .into_iter()
            .map(|sighting| match sighting {
                wit::observe::Sighting::Absent => Sighting::Absent,
                wit::observe::Sighting::Unread => Sighting::Unread,
                wit::observe::Sighting::Read => Sighting::Read,
            })
            .collect()
    }
}

/// Lossless here, where `usize` has 32 bits.
fn position(index: usize) -> u32 {
    index as u32
}
