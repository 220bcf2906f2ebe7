//! Which entries lack a write: what an oracle that knows every write of a trace would say.

use std::collections::HashMap;

use shelflife::engine::{Instant, Nanos, Purge, PurgeMode};
use shelflife::policy::Change;

/// For each key that was written since its value was loaded, when that was for the first time.
///
/// A write of a key changes the value under it. What a value was made from besides, only its loader knows.
#[derive(Debug, Default)]
pub struct Behind(HashMap<String, Instant>);

impl Behind {
    /// Keys were written, whether or not the policy was told.
    pub fn written(&mut self, changes: &[Change], now: Instant) {
        for change in changes {
            self.0.entry(change.key.to_string()).or_insert(now);
        }
    }

    /// Entries took the values that came with a change; where there was none, the next read loads.
    pub fn replaced(&mut self, purges: &[Purge]) {
        for purge in purges {
            if let Purge::Keys {
                keys,
                mode: PurgeMode::Replace,
            } = purge
            {
                for key in keys {
                    self.0.remove(key);
                }
            }
        }
    }

    /// For how long the value under a key had been outdated.
    pub fn of(&self, key: &str, now: Instant) -> Option<Nanos> {
        self.0.get(key).map(|since| now.saturating_sub(*since))
    }

    /// A key was loaded.
    pub fn loaded(&mut self, key: &str) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_behind_from_its_first_write_until_it_is_loaded_or_replaced() {
        let mut behind = Behind::default();
        assert_eq!(behind.of("a", 5), None);
        behind.written(&[Change::write("a")], 10);
        behind.written(&[Change::write("a")], 20);
        assert_eq!(behind.of("a", 25), Some(15));
        behind.loaded("a");
        assert_eq!(behind.of("a", 25), None);

        behind.written(&[Change::write("a"), Change::write("b")], 30);
        let purge = |mode| Purge::Keys {
            keys: vec!["a".to_owned()],
            mode,
        };
        behind.replaced(&[purge(PurgeMode::Drop)]);
        assert_eq!(behind.of("a", 31), Some(1), "until it is loaded");
        behind.replaced(&[purge(PurgeMode::Replace)]);
        assert_eq!((behind.of("a", 31), behind.of("b", 31)), (None, Some(1)));
    }
}
