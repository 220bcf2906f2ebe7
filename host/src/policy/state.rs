//! What a component's imports see and do during a call.

use std::sync::Arc;

use wasmtime::StoreLimits;
use wasmtime::component::HasData;

use super::bindings::imports::shelflife::policy::{
    clock, log, purge, random, rows, types, vectors,
};
use super::change::Change;
use super::error::Breach;
use super::limits::Limits;
use super::{Level, Surroundings};
use crate::engine::{Instant, Nanos, Purge, PurgeMode};

/// The data of an instance's store.
pub(super) struct State {
    pub(super) memory: StoreLimits,
    pub(super) limits: Limits,
    surroundings: Surroundings,
    now: Instant,
    /// Names by which the current call purges.
    named: usize,
    journal: Vec<Purge>,
    changes: Vec<Change>,
    log_lines: usize,
}

impl HasData for State {
    type Data<'a> = &'a mut State;
}

impl State {
    pub(super) fn new(memory: StoreLimits, limits: Limits, surroundings: Surroundings) -> State {
        State {
            memory,
            limits,
            surroundings,
            now: 0,
            named: 0,
            journal: Vec::new(),
            changes: Vec::new(),
            log_lines: 0,
        }
    }

    /// Forgets the call before.
    pub(super) fn begin(&mut self, now: Instant, changes: &[Change]) {
        self.now = now;
        self.named = 0;
        self.journal.clear();
        self.changes.clear();
        self.changes.extend_from_slice(changes);
        self.log_lines = 0;
    }

    /// What the call noted.
    pub(super) fn take_journal(&mut self) -> Vec<Purge> {
        std::mem::take(&mut self.journal)
    }

    /// Notes a purge by so many names, within the limits of a call.
    fn note(&mut self, names: usize, purge: Purge) -> wasmtime::Result<()> {
        // An empty list counts as well: a journal of nothings must not grow without bound.
        self.named += names.max(1);
        within("purges", self.named, self.limits.purges)?;
        self.journal.push(purge);
        Ok(())
    }

    fn check_names(&self, names: &[String]) -> wasmtime::Result<()> {
        names.iter().try_for_each(|name| within("bytes in a name", name.len(), self.limits.name))
    }

    fn row<T>(&self, index: u32, read: impl FnOnce(&dyn super::Row) -> Option<T>) -> Option<T> {
        let change = self.changes.get(index as usize)?;
        change.row.as_deref().and_then(read)
    }
}

/// A limit, checked; what goes past it traps with an error that names it.
fn within(what: &'static str, got: usize, limit: usize) -> wasmtime::Result<()> {
    if got <= limit {
        return Ok(());
    }
    Err(wasmtime::Error::new(Breach { what, got, limit }))
}

/// A vector that can be compared.
fn finite(vector: &[f32], at_least: f32) -> wasmtime::Result<()> {
    if at_least.is_nan() || !vector.iter().all(|value| value.is_finite()) {
        return Err(wasmtime::Error::msg("a vector or a similarity is not a finite number"));
    }
    Ok(())
}

impl From<types::PurgeMode> for PurgeMode {
    fn from(mode: types::PurgeMode) -> PurgeMode {
        match mode {
            types::PurgeMode::Drop => PurgeMode::Drop,
            types::PurgeMode::Expire => PurgeMode::Expire,
            types::PurgeMode::Replace => PurgeMode::Replace,
        }
    }
}

impl types::Host for State {}

impl clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<Instant> {
        Ok(self.now)
    }
}

impl random::Host for State {
    fn next(&mut self) -> wasmtime::Result<u64> {
        Ok((self.surroundings.random)())
    }
}

impl log::Host for State {
    fn emit(&mut self, level: log::Level, mut message: String) -> wasmtime::Result<()> {
        self.log_lines += 1;
        if self.log_lines <= self.limits.log_lines {
            message.truncate(message.floor_char_boundary(self.limits.log_line));
            let level = match level {
                log::Level::Trace => Level::Trace,
                log::Level::Debug => Level::Debug,
                log::Level::Info => Level::Info,
                log::Level::Warn => Level::Warn,
                log::Level::Error => Level::Error,
            };
            (self.surroundings.log)(level, &message);
        }
        Ok(())
    }
}

impl purge::Host for State {
    fn keys(&mut self, keys: Vec<String>, mode: types::PurgeMode) -> wasmtime::Result<()> {
        self.check_names(&keys)?;
        self.note(keys.len(), Purge::Keys { keys, mode: mode.into() })
    }

    fn tags(&mut self, tags: Vec<String>, mode: types::PurgeMode) -> wasmtime::Result<()> {
        self.check_names(&tags)?;
        self.note(tags.len(), Purge::Tags { tags, mode: mode.into() })
    }

    fn prefix(&mut self, prefix: String, mode: types::PurgeMode) -> wasmtime::Result<()> {
        within("bytes in a name", prefix.len(), self.limits.name)?;
        self.note(1, Purge::Prefix { prefix, mode: mode.into() })
    }

    fn bump(&mut self, generation: String) -> wasmtime::Result<()> {
        within("bytes in a name", generation.len(), self.limits.name)?;
        self.note(1, Purge::Bump { generation })
    }

    fn everything(&mut self, mode: types::PurgeMode) -> wasmtime::Result<()> {
        self.note(1, Purge::Everything { mode: mode.into() })
    }

    fn keys_again(
        &mut self,
        keys: Vec<String>,
        mode: types::PurgeMode,
        after: Nanos,
    ) -> wasmtime::Result<()> {
        self.check_names(&keys)?;
        self.note(keys.len(), Purge::KeysAgain { keys, mode: mode.into(), after })
    }
}

impl rows::Host for State {
    fn after(&mut self, index: u32, column: String) -> wasmtime::Result<Option<String>> {
        Ok(self.row(index, |row| row.after(&column)))
    }

    fn before(&mut self, index: u32, column: String) -> wasmtime::Result<Option<String>> {
        Ok(self.row(index, |row| row.before(&column)))
    }
}

impl vectors::Host for State {
    fn of_change(&mut self, index: u32) -> wasmtime::Result<Option<Vec<f32>>> {
        let change = self.changes.get(index as usize);
        Ok(change.and_then(|change| change.vector.as_deref()).map(<[f32]>::to_vec))
    }

    fn nearest(
        &mut self,
        to: Vec<f32>,
        at_least: f32,
        limit: u32,
    ) -> wasmtime::Result<Vec<vectors::Neighbour>> {
        finite(&to, at_least)?;
        let limit = (limit as usize).min(self.limits.purges);
        let near = self.surroundings.index.as_ref().map(|index| index.nearest(&to, at_least, limit));
        let neighbour = |(key, similarity)| vectors::Neighbour { key, similarity };
        Ok(near.into_iter().flatten().map(neighbour).collect())
    }

    fn purge_within(
        &mut self,
        of: Vec<f32>,
        at_least: f32,
        mode: types::PurgeMode,
    ) -> wasmtime::Result<()> {
        finite(&of, at_least)?;
        self.note(1, Purge::Within { centre: Arc::from(of), at_least, mode: mode.into() })
    }
}
