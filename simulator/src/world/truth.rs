//! The oracle: every write that the origin has taken, so that of each served value it is known
//! whether it is stale, since when and by how much.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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

/// Which write a value lacks first, once somebody has found out; what is asked of it often need not be
/// searched for again.
#[derive(Debug, Default)]
pub struct FirstMissing(AtomicU32);

/// One write, and the way to those of the same key or tag before it.
#[derive(Clone, Copy, Debug)]
struct Write {
    at: u64,
    /// How many writes of the same there were before it.
    before: u32,
    /// The state after the previous one of the same; 0: there is none.
    previous: State,
    /// The same of one further back, by which any is found in logarithmic time (E. W. Myers, "An applicative
    /// random-access stack", Information Processing Letters 17(5), 1983).
    jump: State,
}

/// Every write so far, in order, and which was the last of each key or tag.
pub struct Truth {
    catalogue: Arc<Catalogue>,
    writes: Vec<Write>,
    /// The state after the last write of each key; 0 before the first. Most values are fresh, and
    /// this alone tells so.
    last_of_key: Vec<State>,
    /// The same of each tag. Empty until a tag is written.
    last_of_tag: Vec<State>,
}

impl Truth {
    pub fn new(catalogue: &Arc<Catalogue>) -> Truth {
        Truth {
            catalogue: Arc::clone(catalogue),
            writes: Vec::new(),
            last_of_key: vec![0; catalogue.keys()],
            last_of_tag: Vec::new(),
        }
    }

    /// The state after every write so far.
    pub fn now(&self) -> State {
        self.writes.len() as State
    }

    /// The state that held just before an instant.
    pub fn before(&self, at: u64) -> State {
        // Most often it is asked about what was written while a load was in flight: a step back from the
        // end, and twice as far with each, is where it is searched.
        let (mut back, end) = (1, self.writes.len());
        while back < end && self.writes[end - back].at >= at {
            back *= 2;
        }
        let from = end.saturating_sub(back);
        let within = self.writes[from..].partition_point(|write| write.at < at);
        (from + within) as State
    }

    /// Looks at what a read of a key will look at, so that it is near when it does.
    pub fn warm(&self, key: u32) -> State {
        self.last_of_key[key as usize]
    }

    /// Notes a write of a key; returns its number.
    pub fn write_key(&mut self, key: u32, at: u64) -> u32 {
        let previous = self.last_of_key[key as usize];
        self.last_of_key[key as usize] = self.append(previous, at);
        self.now() - 1
    }

    /// Notes a write of a tag, and so of every key made from it.
    pub fn write_tag(&mut self, tag: u32, at: u64) -> u32 {
        if self.last_of_tag.is_empty() {
            self.last_of_tag = vec![0; self.catalogue.tags()];
        }
        let previous = self.last_of_tag[tag as usize];
        self.last_of_tag[tag as usize] = self.append(previous, at);
        self.now() - 1
    }

    /// What a value of `key` as of the state `held` lacks in view of the writes before the state
    /// `seen`.
    pub fn missing(&self, key: u32, held: State, seen: State) -> Option<Missing> {
        let last = self.last_of_key[key as usize];
        if self.last_of_tag.is_empty() {
            return self.missing_of(last, held, seen);
        }
        let tags = self.catalogue.tags_of(key).iter();
        let parts = std::iter::once(last).chain(tags.map(|tag| self.last_of_tag[*tag as usize]));
        parts
            .filter_map(|last| self.missing_of(last, held, seen))
            .reduce(|a, b| Missing {
                since: a.since.min(b.since),
                writes: a.writes + b.writes,
            })
    }

    /// The same, of a value that is asked for again and again.
    pub fn missing_again(
        &self,
        key: u32,
        held: State,
        seen: State,
        first: &FirstMissing,
    ) -> Option<Missing> {
        let last = self.last_of_key[key as usize];
        if !self.last_of_tag.is_empty() {
            return self.missing(key, held, seen);
        }
        if last.min(seen) <= held {
            return None;
        }
        let known = first.0.load(Ordering::Relaxed);
        let known = if known == 0 {
            let found = self.first_after(last, held);
            first.0.store(found, Ordering::Relaxed);
            found
        } else {
            known
        };
        self.missing_since(known, last, seen)
    }

    /// The version of a key's value as of the state `held`: the state after the last write of the key, or
    /// of a tag that it is made from, which that state has seen; 0 before the first.
    pub fn version(&self, key: u32, held: State) -> State {
        let own = self.last_within(self.last_of_key[key as usize], held);
        if self.last_of_tag.is_empty() {
            return own;
        }
        let tags = self.catalogue.tags_of(key).iter();
        tags.map(|tag| self.last_within(self.last_of_tag[*tag as usize], held))
            .fold(own, State::max)
    }

    /// Of the writes of which `last` is the state after the last one.
    fn missing_of(&self, last: State, held: State, seen: State) -> Option<Missing> {
        if last.min(seen) <= held {
            return None;
        }
        self.missing_since(self.first_after(last, held), last, seen)
    }

    /// From the state after the first write that is lacked.
    fn missing_since(&self, first: State, last: State, seen: State) -> Option<Missing> {
        let last = self.last_within(last, seen);
        (first <= last).then(|| {
            let (first, last) = (self.write(first), self.write(last));
            Missing {
                since: first.at,
                writes: u64::from(last.before - first.before) + 1,
            }
        })
    }

    /// The state after the last of some writes that the state `held` has seen, going back from `last`; 0: it
    /// has seen none.
    fn last_within(&self, last: State, held: State) -> State {
        let mut state = last;
        while state > held {
            let write = self.write(state);
            state = if write.jump > held {
                write.jump
            } else {
                write.previous
            };
        }
        state
    }

    /// The state after the first of some writes that the state `held` has not seen, going back from `last`, which
    /// it has not seen.
    fn first_after(&self, last: State, held: State) -> State {
        let mut state = last;
        loop {
            let write = self.write(state);
            state = if write.jump > held {
                write.jump
            } else if write.previous > held {
                write.previous
            } else {
                return state;
            };
        }
    }

    /// The write after which a state, which is not 0, holds.
    fn write(&self, state: State) -> Write {
        self.writes[state as usize - 1]
    }

    /// Notes a write of what was last written at the state `previous`; returns the state after it.
    fn append(&mut self, previous: State, at: u64) -> State {
        let (before, jump) = match previous.checked_sub(1) {
            None => (0, 0),
            Some(index) => {
                let last = self.writes[index as usize];
                // Two jumps of the same length are followed by one over both.
                let back = |state: State| match state {
                    0 => (0, 0),
                    _ => {
                        let write = self.write(state);
                        (write.before + 1, write.jump)
                    }
                };
                let (own, jump) = (last.before + 1, last.jump);
                let (middle, far) = back(jump);
                let (end, _) = back(far);
                let jump = if own - middle == middle - end {
                    far
                } else {
                    previous
                };
                (own, jump)
            }
        };
        self.writes.push(Write {
            at,
            before,
            previous,
            jump,
        });
        self.now()
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
    fn what_is_lacked_is_found_however_many_writes_there_were() {
        let mut truth = two_keys_of_one_tag();
        let written = |number: u32| u32::from(number.is_multiple_of(3));
        for number in 0..400 {
            truth.write_key(written(number), u64::from(number) * 10);
        }
        for (held, seen) in (0..=400)
            .flat_map(|held| [0, 1, held / 2, held, 200, 399, 400].map(|seen| (held, seen)))
        {
            for key in 0..2 {
                let lacked: Vec<u32> = (held..seen)
                    .filter(|number| written(*number) == key)
                    .collect();
                let missing = lacked.first().map(|first| Missing {
                    since: u64::from(*first) * 10,
                    writes: lacked.len() as u64,
                });
                let first = FirstMissing::default();
                assert_eq!(
                    truth.missing(key, held, seen),
                    missing,
                    "{key} {held} {seen}"
                );
                for _ in 0..2 {
                    assert_eq!(
                        truth.missing_again(key, held, seen, &first),
                        missing,
                        "{key} {held} {seen}"
                    );
                }
                let version = (0..held).rev().find(|number| written(*number) == key);
                assert_eq!(
                    truth.version(key, held),
                    version.map_or(0, |number| number + 1)
                );
            }
        }
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
