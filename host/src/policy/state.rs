//! What a component's imports see and do during a call.

use std::sync::Arc;

use wasmtime::component::HasData;

use super::bindings::imports::shelflife::policy::{
    clock, log, observe, purge, random, rows, types, vectors,
};
use super::change::Change;
use super::deadline::Overtime;
use super::error::{Breach, plain};
use super::limits::Limits;
use super::memory::Caps;
use super::{HostCall, Level, Surroundings};
use crate::engine::{Instant, Nanos, Purge, PurgeMode, Sighting};

/// The data of an instance's store.
pub(super) struct State {
    pub(super) memory: Caps,
    pub(super) limits: Limits,
    surroundings: Surroundings,
    now: Instant,
    /// Names by which the current call purges, and the bytes that they and its vectors come to.
    named: usize,
    noted: usize,
    searches: usize,
    /// Keys that the current call has asked about.
    asked: usize,
    journal: Vec<Purge>,
    changes: Vec<Change>,
    log_lines: usize,
    /// How often the current call has called its host, and what last.
    pub(super) host_calls: u64,
    pub(super) last_host_call: Option<&'static str>,
    /// The last line that the current call has logged as an error.
    pub(super) said: Option<String>,
    /// Lines past the limit, of all calls.
    pub(super) lines_dropped: u64,
    pub(super) overtime: Overtime,
}

impl HasData for State {
    type Data<'a> = &'a mut State;
}

impl State {
    pub(super) fn new(memory: Caps, limits: Limits, surroundings: Surroundings) -> State {
        State {
            memory,
            limits,
            surroundings,
            now: 0,
            named: 0,
            noted: 0,
            searches: 0,
            asked: 0,
            journal: Vec::new(),
            changes: Vec::new(),
            log_lines: 0,
            host_calls: 0,
            last_host_call: None,
            said: None,
            lines_dropped: 0,
            overtime: Overtime::default(),
        }
    }

    /// Forgets the call before.
    pub(super) fn begin(&mut self, now: Instant, changes: &[Change]) {
        self.now = now;
        self.named = 0;
        self.noted = 0;
        self.searches = 0;
        self.asked = 0;
        self.journal.clear();
        self.changes.clear();
        self.changes.extend_from_slice(changes);
        self.log_lines = 0;
        self.host_calls = 0;
        self.last_host_call = None;
        self.said = None;
    }

    /// The guest has called a function of the host.
    fn called(&mut self, function: &'static str) {
        self.host_calls += 1;
        self.last_host_call = Some(function);
    }

    /// Tells whoever watches the exchange what the guest has called, with the answer.
    fn tell(&mut self, call: &HostCall<'_>) {
        if let Some(witness) = &mut self.surroundings.witness {
            witness(call);
        }
    }

    /// What the call noted.
    pub(super) fn take_journal(&mut self) -> Vec<Purge> {
        std::mem::take(&mut self.journal)
    }

    /// Notes a purge, within the limits of a call.
    fn note(&mut self, purge: Purge) -> wasmtime::Result<()> {
        let (names, bytes) = extent(&purge);
        // An empty list counts as well: a journal of nothings must not grow without bound.
        self.named += names.max(1);
        within("purges", self.named, self.limits.purges)?;
        self.noted += bytes;
        within("bytes in the journal", self.noted, self.limits.transfer)?;
        self.journal.push(purge);
        Ok(())
    }

    /// Counts a search among the vectors.
    fn search(&mut self) -> wasmtime::Result<()> {
        self.searches += 1;
        within("searches", self.searches, self.limits.searches)
    }

    fn check_names(&self, names: &[String]) -> wasmtime::Result<()> {
        names
            .iter()
            .try_for_each(|name| within("bytes in a name", name.len(), self.limits.name))
    }

    fn row<T>(&self, index: u32, read: impl FnOnce(&dyn super::Row) -> Option<T>) -> Option<T> {
        let change = self.changes.get(index as usize)?;
        change.row.as_deref().and_then(read)
    }
}

/// How many names a purge has, and how many bytes they or its vector come to.
fn extent(purge: &Purge) -> (usize, usize) {
    let of = |names: &[String]| (names.len(), names.iter().map(String::len).sum());
    match purge {
        Purge::Keys { keys, .. } | Purge::KeysAgain { keys, .. } => of(keys),
        Purge::Tags { tags, .. } => of(tags),
        Purge::Prefix { prefix: name, .. }
        | Purge::Bump { generation: name }
        | Purge::ExpireGeneration { generation: name } => (1, name.len()),
        Purge::Everything { .. } => (1, 0),
        Purge::Within { centre, .. } => (1, size_of_val::<[f32]>(centre)),
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
        return Err(wasmtime::Error::msg(
            "a vector or a similarity is not a finite number",
        ));
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
        self.called("clock.now");
        let answer = self.now;
        self.tell(&HostCall::Now { answer });
        Ok(answer)
    }
}

impl random::Host for State {
    fn next(&mut self) -> wasmtime::Result<u64> {
        self.called("random.next");
        let answer = (self.surroundings.random)();
        self.tell(&HostCall::Random { answer });
        Ok(answer)
    }
}

impl From<log::Level> for Level {
    fn from(level: log::Level) -> Level {
        match level {
            log::Level::Trace => Level::Trace,
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        }
    }
}

impl log::Host for State {
    fn emit(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        self.called("log.emit");
        let level = Level::from(level);
        let message = plain(message, self.limits.log_line);
        self.tell(&HostCall::Log {
            level,
            message: &message,
        });
        self.log_lines += 1;
        if self.log_lines <= self.limits.log_lines {
            (self.surroundings.log)(level, &message);
        } else {
            self.lines_dropped += 1;
        }
        if level == Level::Error {
            self.said = Some(message);
        }
        Ok(())
    }
}

impl State {
    /// Notes what the guest asked to be purged, and tells of it.
    fn purged(&mut self, function: &'static str, purge: Purge) -> wasmtime::Result<()> {
        self.called(function);
        match &purge {
            Purge::Keys { keys: names, .. }
            | Purge::KeysAgain { keys: names, .. }
            | Purge::Tags { tags: names, .. } => self.check_names(names)?,
            Purge::Prefix { prefix: name, .. } | Purge::Bump { generation: name } => {
                within("bytes in a name", name.len(), self.limits.name)?;
            }
            Purge::Within {
                centre, at_least, ..
            } => {
                finite(centre, *at_least)?;
                self.search()?;
            }
            Purge::Everything { .. } | Purge::ExpireGeneration { .. } => {}
        }
        self.tell(&HostCall::Purge {
            function,
            purge: &purge,
        });
        self.note(purge)
    }
}

impl purge::Host for State {
    fn keys(&mut self, keys: Vec<String>, mode: types::PurgeMode) -> wasmtime::Result<()> {
        let mode = mode.into();
        self.purged("purge.keys", Purge::Keys { keys, mode })
    }

    fn tags(&mut self, tags: Vec<String>, mode: types::PurgeMode) -> wasmtime::Result<()> {
        let mode = mode.into();
        self.purged("purge.tags", Purge::Tags { tags, mode })
    }

    fn prefix(&mut self, prefix: String, mode: types::PurgeMode) -> wasmtime::Result<()> {
        let mode = mode.into();
        self.purged("purge.prefix", Purge::Prefix { prefix, mode })
    }

    fn bump(&mut self, generation: String) -> wasmtime::Result<()> {
        self.purged("purge.bump", Purge::Bump { generation })
    }

    fn everything(&mut self, mode: types::PurgeMode) -> wasmtime::Result<()> {
        let mode = mode.into();
        self.purged("purge.everything", Purge::Everything { mode })
    }

    fn keys_again(
        &mut self,
        keys: Vec<String>,
        mode: types::PurgeMode,
        after: Nanos,
    ) -> wasmtime::Result<()> {
        let mode = mode.into();
        self.purged("purge.keys-again", Purge::KeysAgain { keys, mode, after })
    }
}

impl rows::Host for State {
    fn after(&mut self, index: u32, column: String) -> wasmtime::Result<Option<String>> {
        self.called("rows.after");
        let answer = self.row(index, |row| row.after(&column));
        self.tell(&HostCall::RowAfter {
            index,
            column: &column,
            answer: answer.as_deref(),
        });
        Ok(answer)
    }

    fn before(&mut self, index: u32, column: String) -> wasmtime::Result<Option<String>> {
        self.called("rows.before");
        let answer = self.row(index, |row| row.before(&column));
        self.tell(&HostCall::RowBefore {
            index,
            column: &column,
            answer: answer.as_deref(),
        });
        Ok(answer)
    }
}

impl vectors::Host for State {
    fn of_change(&mut self, index: u32) -> wasmtime::Result<Option<Vec<f32>>> {
        self.called("vectors.of-change");
        let change = self.changes.get(index as usize);
        let answer = change
            .and_then(|change| change.vector.as_deref())
            .map(<[f32]>::to_vec);
        self.tell(&HostCall::OfChange {
            index,
            answer: answer.as_deref(),
        });
        Ok(answer)
    }

    fn nearest(
        &mut self,
        to: Vec<f32>,
        at_least: f32,
        limit: u32,
    ) -> wasmtime::Result<Vec<vectors::Neighbour>> {
        self.called("vectors.nearest");
        finite(&to, at_least)?;
        self.search()?;
        let limit = (limit as usize).min(self.limits.purges);
        let began = self.limits.deadline.map(|_| std::time::Instant::now());
        let near = self
            .surroundings
            .index
            .as_ref()
            .map(|index| index.nearest(&to, at_least, limit));
        if let Some(began) = began {
            self.overtime.searched += began.elapsed();
        }
        let near = near.unwrap_or_default();
        self.tell(&HostCall::Nearest {
            to: &to,
            at_least,
            limit,
            answer: &near,
        });
        let neighbour = |(key, similarity)| vectors::Neighbour { key, similarity };
        Ok(near.into_iter().map(neighbour).collect())
    }

    fn purge_within(
        &mut self,
        of: Vec<f32>,
        at_least: f32,
        mode: types::PurgeMode,
    ) -> wasmtime::Result<()> {
        let purge = Purge::Within {
            centre: Arc::from(of),
            at_least,
            mode: mode.into(),
        };
        self.purged("vectors.purge-within", purge)
    }
}

impl From<Sighting> for observe::Sighting {
    fn from(sighting: Sighting) -> observe::Sighting {
        match sighting {
            Sighting::Absent => observe::Sighting::Absent,
            Sighting::Unread => observe::Sighting::Unread,
            Sighting::Read => observe::Sighting::Read,
        }
    }
}

impl observe::Host for State {
    fn sightings(&mut self, keys: Vec<String>) -> wasmtime::Result<Vec<observe::Sighting>> {
        self.called("observe.sightings");
        self.check_names(&keys)?;
        self.asked += keys.len();
        within("keys asked about", self.asked, self.limits.sightings)?;
        let entries = self.surroundings.entries.as_ref();
        let now = self.now;
        let sighting = |key: &String| match entries {
            Some(entries) => entries.sighting(key, now),
            None => Sighting::Absent,
        };
        let answer: Vec<Sighting> = keys.iter().map(sighting).collect();
        self.tell(&HostCall::Sightings {
            keys: &keys,
            answer: &answer,
        });
        Ok(answer.into_iter().map(observe::Sighting::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::observe::Host as _;
    use super::purge::Host as _;
    use super::vectors::Host as _;
    use super::*;

    fn state(limits: Limits) -> State {
        State::new(Caps::new(0), limits, Surroundings::default())
    }

    fn breach(result: wasmtime::Result<()>) -> &'static str {
        let error = result.expect_err("it is within the limits");
        error.downcast_ref::<Breach>().expect("a breach").what
    }

    #[test]
    fn the_bytes_of_a_journal_are_bounded_over_all_purges_of_a_call() {
        let limits = Limits {
            transfer: 20,
            ..Limits::default()
        };
        let mut state = state(limits);
        state
            .keys(vec!["12345".into(); 2], types::PurgeMode::Drop)
            .unwrap();
        state
            .tags(vec!["123456".into()], types::PurgeMode::Drop)
            .unwrap();
        state.bump("1234".into()).unwrap();
        let vector = vec![1.0];
        let past = state.purge_within(vector.clone(), 0.5, types::PurgeMode::Drop);
        assert_eq!(breach(past), "bytes in the journal");
        // The next call begins anew.
        state.begin(0, &[]);
        state
            .purge_within(vector, 0.5, types::PurgeMode::Drop)
            .unwrap();
    }

    #[test]
    fn searches_are_counted_over_a_call() {
        let limits = Limits {
            searches: 2,
            ..Limits::default()
        };
        let mut state = state(limits);
        state.nearest(vec![1.0], 0.5, 10).unwrap();
        state
            .purge_within(vec![1.0], 0.5, types::PurgeMode::Drop)
            .unwrap();
        let past = state.nearest(vec![1.0], 0.5, 10).map(drop);
        assert_eq!(breach(past), "searches");
        state.begin(0, &[]);
        state.nearest(vec![1.0], 0.5, 10).unwrap();
    }

    #[test]
    fn keys_asked_about_are_counted_over_a_call() {
        let limits = Limits {
            sightings: 3,
            ..Limits::default()
        };
        let mut state = state(limits);
        assert_eq!(state.sightings(vec!["a".into(); 2]).unwrap().len(), 2);
        let past = state.sightings(vec!["a".into(); 2]).map(drop);
        assert_eq!(breach(past), "keys asked about");
        state.begin(0, &[]);
        state.sightings(vec!["a".into(); 3]).unwrap();
        let long = state.sightings(vec!["a".repeat(2_000)]).map(drop);
        assert_eq!(breach(long), "bytes in a name");
    }
}
