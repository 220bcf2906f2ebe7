//! When keys last changed, in bounded memory.

use std::collections::BTreeMap;

use shelflife_policy::Instant;

// ANCHOR: memory
/// Keys that are remembered at most. With keys of 50 bytes that is half a megabyte, of which a snapshot may have one.
const KEYS: usize = 8_192;
/// Bytes of a state at most; what changed longest ago is left out.
const STATE: usize = 1 << 20;
/// What a state begins with.
const FORMAT: u8 = 1;

/// When keys last changed. Of too many, those that changed longest ago are forgotten: what is said of them,
/// that nothing is known, is what they would soon have been told anyway.
#[derive(Debug, Default, PartialEq)]
pub struct Memory(BTreeMap<String, Instant>);

impl Memory {
    /// When a key last changed, if that is known.
    pub fn last_change(&self, key: &str) -> Option<Instant> {
        self.0.get(key).copied()
    }

    /// Notes a change.
    pub fn note(&mut self, key: &str, at: Instant) {
        match self.0.get_mut(key) {
            Some(last) => *last = at,
            None => {
                if self.0.len() >= KEYS {
                    self.forget_half();
                }
                self.0.insert(key.to_owned(), at);
            }
        }
    }

    /// Forgets the half that changed longest ago. Half at a time, so that it is rarely done.
    fn forget_half(&mut self) {
        let mut times: Vec<Instant> = self.0.values().copied().collect();
        let middle = times.len() / 2;
        let (_, &mut middle, _) = times.select_nth_unstable(middle);
        self.0.retain(|_, at| *at > middle);
    }
    // ANCHOR_END: memory

    /// The state: a format, then for each key its length, its bytes and its time, the latest first.
    pub fn save(&self) -> Vec<u8> {
        let mut entries: Vec<(&String, &Instant)> = self.0.iter().collect();
        entries.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
        let mut state = vec![FORMAT];
        for (key, at) in entries {
            let length = u16::try_from(key.len()).unwrap_or(u16::MAX);
            if usize::from(length) != key.len() || state.len() + key.len() + 10 > STATE {
                continue;
            }
            state.extend(length.to_le_bytes());
            state.extend(key.as_bytes());
            state.extend(at.0.to_le_bytes());
        }
        state
    }

    /// What was saved; nothing of what is no such state.
    pub fn restore(state: &[u8]) -> Option<Self> {
        let (&FORMAT, mut rest) = state.split_first()? else {
            return None;
        };
        let mut memory = BTreeMap::new();
        while !rest.is_empty() {
            let (length, after) = rest.split_first_chunk()?;
            let (key, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
            let (at, after) = after.split_first_chunk()?;
            memory.insert(
                String::from_utf8(key.to_vec()).ok()?,
                Instant(u64::from_le_bytes(*at)),
            );
            rest = after;
        }
        (memory.len() <= KEYS).then_some(Self(memory))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_those_that_changed_longest_ago_are_forgotten() {
        let mut memory = Memory::default();
        for n in 0..=KEYS as u64 {
            memory.note(&format!("key:{n}"), Instant(n));
        }
        assert_eq!(memory.0.len(), KEYS / 2);
        assert_eq!(memory.last_change("key:0"), None);
        assert_eq!(memory.last_change("key:8192"), Some(Instant(8192)));
    }

    #[test]
    fn a_state_is_read_back_and_anything_else_refused() {
        let mut memory = Memory::default();
        memory.note("a", Instant(7));
        memory.note("bc", Instant(9));
        let state = memory.save();
        assert_eq!(Memory::restore(&state), Some(memory));
        for cut in [0, 1, 2, 3, state.len() - 1] {
            let restored = Memory::restore(&state[..cut]);
            assert!(restored.is_none() || cut == 1, "{cut} bytes");
        }
        assert_eq!(Memory::restore(&[2]), None);
        assert_eq!(
            Memory::restore(b"\x01\x02\x00\xff\xff\0\0\0\0\0\0\0\0"),
            None,
            "not UTF-8"
        );
    }

    #[test]
    fn a_state_has_no_more_than_a_snapshot_may() {
        let mut memory = Memory::default();
        for n in 0..2_000 {
            memory.note(&format!("{n:01000}"), Instant(n));
        }
        let state = memory.save();
        assert!(state.len() <= STATE);
        let restored = Memory::restore(&state).unwrap();
        assert!(restored.last_change(&format!("{:01000}", 1_999)).is_some());
    }
}
