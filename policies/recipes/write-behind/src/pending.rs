//! The keys whose writes are in the queue, in bounded memory.

use std::collections::BTreeMap;

/// Keys that are remembered at most.
const KEYS: usize = 10_000;
/// What a state begins with.
const FORMAT: u8 = 1;

/// A key in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    /// Writes of it that have not landed.
    writes: u32,
    /// Whether it was loaded meanwhile, from an origin that is behind.
    is_loaded: bool,
}

/// The keys in the queue.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pending(BTreeMap<String, Waiting>);

impl Pending {
    /// A write went into the queue, and replaced whatever was loaded before it. Whether its key is remembered.
    pub fn begin(&mut self, key: &str) -> bool {
        if let Some(waiting) = self.0.get_mut(key) {
            waiting.writes = waiting.writes.saturating_add(1);
            waiting.is_loaded = false;
            return true;
        }
        let is_room = self.0.len() < KEYS;
        if is_room {
            let first = Waiting {
                writes: 1,
                is_loaded: false,
            };
            self.0.insert(key.to_owned(), first);
        }
        is_room
    }

    /// A write has landed. Whether it was the last of its key, and an entry may be there that lacks it.
    pub fn end(&mut self, key: &str) -> bool {
        let Some(waiting) = self.0.get_mut(key) else {
            // Nobody announced it, or it was one too many.
            return true;
        };
        waiting.writes -= 1;
        if waiting.writes > 0 {
            return false;
        }
        self.0.remove(key).is_some_and(|waiting| waiting.is_loaded)
    }

    /// A key was loaded, from an origin that is behind if the key is pending.
    pub fn load(&mut self, key: &str) {
        if let Some(waiting) = self.0.get_mut(key) {
            waiting.is_loaded = true;
        }
    }

    /// The state: a format, then for each key its length, its bytes, its writes and whether it was loaded.
    pub fn save(&self) -> Vec<u8> {
        let mut state = vec![FORMAT];
        for (key, waiting) in &self.0 {
            // Names are bounded by the host, far below what two bytes can say.
            let length = key.len().min(usize::from(u16::MAX)) as u16;
            state.extend(length.to_le_bytes());
            state.extend(&key.as_bytes()[..length.into()]);
            state.extend(waiting.writes.to_le_bytes());
            state.push(waiting.is_loaded.into());
        }
        state
    }

    /// What was saved; nothing of what is no such state.
    pub fn restore(state: &[u8]) -> Option<Self> {
        let (&FORMAT, mut rest) = state.split_first()? else {
            return None;
        };
        let mut pending = BTreeMap::new();
        while !rest.is_empty() {
            let (length, after) = rest.split_first_chunk()?;
            let (key, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
            let (writes, after) = after.split_first_chunk()?;
            let (is_loaded, after) = after.split_first()?;
            let waiting = Waiting {
                writes: u32::from_le_bytes(*writes).max(1),
                is_loaded: *is_loaded != 0,
            };
            pending.insert(String::from_utf8(key.to_vec()).ok()?, waiting);
            rest = after;
        }
        (pending.len() <= KEYS).then_some(Self(pending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_keys_the_last_are_not_remembered() {
        let mut pending = Pending::default();
        for n in 0..KEYS {
            assert!(pending.begin(&format!("key:{n}")));
        }
        assert!(!pending.begin("one more"));
        assert!(pending.begin("key:0"), "again");
        assert!(pending.end("one more"), "it may be stale");
    }

    #[test]
    fn a_state_is_read_back_and_anything_else_refused() {
        let mut pending = Pending::default();
        pending.begin("a");
        pending.begin("bc");
        pending.load("bc");
        let state = pending.save();
        assert_eq!(Pending::restore(&state), Some(pending));
        assert_eq!(Pending::restore(&state[..state.len() - 1]), None);
        assert_eq!(Pending::restore(&[]), None);
    }
}
