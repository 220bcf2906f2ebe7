//! The oracle: every write that the origin has taken, so that of each served value it is known
//! whether it is stale, since when and by how much.

use std::sync::Arc;

use crate::workload::Catalogue;

/// A state of the origin: it holds the first so many writes.
pub type State = u32;

/// What a value lacks at the time of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// When the first write that it lacks was made.
    pub since: u64,
    /// How many it lacks.
    pub writes: u64,
}

/// Every write so far, in order, and which key or tag each was of.
pub struct Truth {
    catalogue: Arc<Catalogue>,
    /// Times of the writes, by their number.
    times: Vec<u64>,
    /// The state after the last write of each key; 0 before the first. Most values are fresh, and
    /// this alone tells so.
    last_of_key: Vec<State>,
    /// Numbers of the writes of each key, rising.
    of_key: Vec<Vec<u32>>,
    /// The same of each tag. Empty until a tag is written.
    of_tag: Vec<Vec<u32>>,
}

impl Truth {
    pub fn new(catalogue: &Arc<Catalogue>) -> Truth {
        Truth {
            catalogue: Arc::clone(catalogue),
            times: Vec::new(),
            last_of_key: vec![0; catalogue.keys()],
            of_key: vec![Vec::new(); catalogue.keys()],
            of_tag: Vec::new(),
        }
    }

    /// The state after every write so far.
    pub fn now(&self) -> State {
        self.times.len() as State
    }

    /// The state that held just before an instant.
    pub fn before(&self, at: u64) -> State {
        self.times.partition_point(|time| *time < at) as State
    }

    /// Looks at what a read of a key will look at, so that it is near when it does.
    pub fn warm(&self, key: u32) -> State {
        self.last_of_key[key as usize]
    }

    /// Notes a write of a key; returns its number.
    pub fn write_key(&mut self, key: u32, at: u64) -> u32 {
        let number = self.append(at);
        self.of_key[key as usize].push(number);
        self.last_of_key[key as usize] = number + 1;
        number
    }

    /// Notes a write of a tag, and so of every key made from it.
    pub fn write_tag(&mut self, tag: u32, at: u64) -> u32 {
        if self.of_tag.is_empty() {
            self.of_tag = vec![Vec::new(); self.catalogue.tags()];
        }
        let number = self.append(at);
        self.of_tag[tag as usize].push(number);
        number
    }

    /// What a value of `key` as of the state `held` lacks in view of the writes before the state
    /// `seen`.
    pub fn missing(&self, key: u32, held: State, seen: State) -> Option<Missing> {
        if self.of_tag.is_empty() && self.last_of_key[key as usize] <= held {
            return None;
        }
        let own = &self.of_key[key as usize];
        if self.of_tag.is_empty() {
            return self.missing_of(own, held, seen);
        }
        let tags = self
            .catalogue
            .tags_of(key)
            .iter()
            .map(|tag| &self.of_tag[*tag as usize]);
        let parts = std::iter::once(own).chain(tags);
        parts
            .filter_map(|writes| self.missing_of(writes, held, seen))
            .reduce(|a, b| Missing {
                since: a.since.min(b.since),
                writes: a.writes + b.writes,
            })
    }

    /// The version of a key's value as of the state `held`: the state after the last write of the key, or
    /// of a tag that it is made from, which that state has seen; 0 before the first.
    pub fn version(&self, key: u32, held: State) -> State {
        let last = |writes: &[u32]| {
            let seen = writes.partition_point(|number| *number < held);
            seen.checked_sub(1).map_or(0, |index| writes[index] + 1)
        };
        let own = last(&self.of_key[key as usize]);
        if self.of_tag.is_empty() {
            return own;
        }
        let tags = self.catalogue.tags_of(key).iter();
        tags.map(|tag| last(&self.of_tag[*tag as usize]))
            .fold(own, State::max)
    }

    fn missing_of(&self, writes: &[u32], held: State, seen: State) -> Option<Missing> {
        if writes.last().is_none_or(|last| *last < held) {
            return None;
        }
        let first = writes.partition_point(|number| *number < held);
        let end = writes.partition_point(|number| *number < seen);
        (first < end).then(|| Missing {
            since: self.times[writes[first] as usize],
            writes: (end - first) as u64,
        })
    }

    fn append(&mut self, at: u64) -> u32 {
        self.times.push(at);
        (self.times.len() - 1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::CatalogueBuilder;

    fn two_keys_of_one_tag() -> Truth {
        let mut builder = CatalogueBuilder::default();
        let tag = builder.tag("t");
        for key in ["a", "b"] {
            let key = builder.key(key);
            builder.add_tag(key, tag);
        }
        Truth::new(&Arc::new(builder.build()))
    }

    #[test]
    fn a_value_lacks_the_writes_after_its_state_and_not_after_the_read() {
        let mut truth = two_keys_of_one_tag();
        truth.write_key(0, 10);
        let held = truth.now();
        assert_eq!(truth.missing(0, held, truth.now()), None);
        truth.write_key(0, 20);
        truth.write_key(1, 30);
        let read = truth.now();
        truth.write_key(0, 40);
        assert_eq!(
            truth.missing(0, held, read),
            Some(Missing {
                since: 20,
                writes: 1
            })
        );
        assert_eq!(
            truth.missing(0, held, truth.now()),
            Some(Missing {
                since: 20,
                writes: 2
            })
        );
        assert_eq!(truth.missing(1, held, held), None);
    }

    #[test]
    fn a_write_of_a_tag_is_one_of_every_key_made_from_it() {
        let mut truth = two_keys_of_one_tag();
        truth.write_tag(0, 10);
        truth.write_key(1, 20);
        assert_eq!(
            truth.missing(0, 0, 2),
            Some(Missing {
                since: 10,
                writes: 1
            })
        );
        assert_eq!(
            truth.missing(1, 0, 2),
            Some(Missing {
                since: 10,
                writes: 2
            })
        );
        assert_eq!(truth.missing(1, 2, 2), None);
    }

    #[test]
    fn a_version_is_that_of_the_last_write_that_was_seen() {
        let mut truth = two_keys_of_one_tag();
        truth.write_key(0, 10);
        truth.write_key(1, 20);
        truth.write_key(0, 30);
        let versions = [0, 1, 2, 3].map(|held| truth.version(0, held));
        assert_eq!(versions, [0, 1, 1, 3]);
        truth.write_tag(0, 40);
        assert_eq!((truth.version(0, 4), truth.version(1, 4)), (4, 4));
    }

    #[test]
    fn a_state_is_found_by_its_time() {
        let mut truth = two_keys_of_one_tag();
        truth.write_key(0, 10);
        truth.write_key(0, 20);
        assert_eq!(
            [truth.before(10), truth.before(11), truth.before(21)],
            [0, 1, 2]
        );
    }
}
