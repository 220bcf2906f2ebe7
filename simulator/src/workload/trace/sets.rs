//! Cache traces record what a cache was told, not what the source did: whether a `set` changes the
//! source or refills the cache after a miss.

use rustc_hash::FxHashMap;

use crate::scenario::Sets;

/// How soon after a miss a `set` refills, in nanoseconds.
const REFILL_WITHIN: u64 = 10_000_000_000;

/// Decides for each `set` and `add` whether it is a refill.
pub(super) struct Refills {
    sets: Sets,
    /// When a client last missed a key and has not refilled it since.
    missed: FxHashMap<(u32, u32), u64>,
}

impl Refills {
    pub(super) fn new(sets: Sets) -> Self {
        Self {
            sets,
            missed: FxHashMap::default(),
        }
    }

    /// A client looked for a key and did not find it.
    pub(super) fn miss(&mut self, key: u32, client: u32, at: u64) {
        if self.sets == Sets::Auto {
            self.missed.insert((key, client), at);
        }
    }

    /// Whether a `set` refills the cache. One miss explains one refill.
    pub(super) fn is_refill(&mut self, key: u32, client: u32, at: u64) -> bool {
        match self.sets {
            Sets::Write => false,
            Sets::Fill => true,
            Sets::Auto => self
                .missed
                .remove(&(key, client))
                .is_some_and(|missed| at - missed <= REFILL_WITHIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_soon_after_a_miss_by_the_same_client_refills_once() {
        let mut refills = Refills::new(Sets::Auto);
        refills.miss(1, 1, 0);
        assert!(!refills.is_refill(1, 2, 1), "another client");
        assert!(!refills.is_refill(2, 1, 1), "another key");
        assert!(refills.is_refill(1, 1, REFILL_WITHIN));
        assert!(
            !refills.is_refill(1, 1, REFILL_WITHIN),
            "one miss, one refill"
        );
        refills.miss(1, 1, 0);
        assert!(!refills.is_refill(1, 1, REFILL_WITHIN + 1), "too late");
    }

    #[test]
    fn the_scenario_can_say_what_sets_are() {
        assert!(!Refills::new(Sets::Write).is_refill(1, 1, 0));
        assert!(Refills::new(Sets::Fill).is_refill(1, 1, 0));
    }
}
