//! Counter values that readers go by for a while (`Keying::ByGeneration::cached_for`).

use hashbrown::HashMap;

use super::groups::Slot;
use super::time::{Instant, Nanos};

/// Counters remembered at most. Past that, those are forgotten whose time is over, and if there are
/// none all of them: a counter that is looked up early shows a bump early, which nobody minds. The test fills
/// it, which takes Miri minutes.
const BOUND: usize = if cfg!(miri) { 1 << 5 } else { 1 << 16 };

/// The values by the number of their counter, with the time of the look-up.
#[derive(Debug, Default)]
pub(super) struct KnownVersions {
    by_counter: HashMap<u32, (u64, Instant), rapidhash::fast::RandomState>,
    looked_up: u64,
}

impl KnownVersions {
    /// The counter's value, or an earlier one that was looked up less than `cached_for` ago.
    pub(super) fn look_up(&mut self, counter: &Slot, cached_for: Nanos, now: Instant) -> u64 {
        let is_known = |looked_up: Instant| now.saturating_sub(looked_up) < cached_for;
        if let Some(&(version, looked_up)) = self.by_counter.get(&counter.id())
            && is_known(looked_up)
        {
            return version;
        }
        if self.by_counter.len() >= BOUND {
            self.by_counter
                .retain(|_, (_, looked_up)| is_known(*looked_up));
            if self.by_counter.len() >= BOUND {
                self.by_counter.clear();
            }
        }
        let version = counter.hard();
        self.looked_up += 1;
        self.by_counter.insert(counter.id(), (version, now));
        version
    }

    /// How often a counter was looked up, and not answered for from before.
    pub(super) fn looked_up(&self) -> u64 {
        self.looked_up
    }

    pub(super) fn clear(&mut self) {
        self.by_counter.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::groups::{Groups, Kind};
    use super::*;

    #[test]
    fn counter_values_are_forgotten_when_there_are_too_many() {
        let groups = Groups::new(BOUND * 2);
        let mut known = KnownVersions::default();
        for number in 0..=BOUND {
            let counter = groups.carry(Kind::Counter, &number.to_string());
            // The first half is over when the bound is reached.
            known.look_up(&counter, 10, if number < BOUND / 2 { 0 } else { 10 });
        }
        assert_eq!(known.by_counter.len(), BOUND / 2 + 1);
        for number in 0..=BOUND {
            let counter = groups.carry(Kind::Counter, &number.to_string());
            known.look_up(&counter, 10, 10);
            assert!(known.by_counter.len() <= BOUND);
        }
    }

    #[test]
    fn only_what_is_not_known_any_more_is_looked_up() {
        let groups = Groups::new(4);
        let counter = groups.carry(Kind::Counter, "a");
        let mut known = KnownVersions::default();
        for now in [0, 9, 10, 19, 20] {
            known.look_up(&counter, 10, now);
        }
        assert_eq!(known.looked_up(), 3);
    }
}
