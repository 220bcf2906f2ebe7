//! A change puts the new value in the place of an entry that somebody reads, and drops one that nobody has read between
//! several changes. Which those are is handed to the instance that comes after.

use std::collections::BTreeMap;
use std::time::Duration;

use shelflife_policy::{Change, Host, Lease, Listen, Plan, Policy, PurgeMode, Sighting, export};

/// Keys that are remembered at most: an instance has bounded memory.
const KEYS: usize = 1_024;

/// What can be set. What stands here is what `shelflife policy inspect` shows.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh.
    #[setting(default = "60s")]
    pub ttl: Duration,
    /// The share of `ttl` of which a random part is taken off, so that entries that were filled together do not
    /// expire together.
    #[setting(default = 0, at_least = 0, at_most = 1)]
    pub jitter: f64,
    /// Changes in a row without a read between them, after which an entry is dropped.
    #[setting(default = 2, at_least = 1)]
    pub patience: u32,
}

/// The policy.
pub struct {{type}} {
    settings: Settings,
    /// How often each key has changed in a row without a read.
    unread: BTreeMap<String, u32>,
}

impl {{type}} {
    /// Whether the entry is to be replaced, by what became of it since the last change.
    fn replaces(&mut self, key: &str, seen: Sighting) -> bool {
        match seen {
            Sighting::Absent => false,
            Sighting::Read => {
                self.unread.remove(key);
                true
            }
            Sighting::Unread => {
                let count = self.unread.get(key).copied().unwrap_or(0) + 1;
                if count >= self.settings.patience {
                    self.unread.remove(key);
                    return false;
                }
                if self.unread.len() < KEYS {
                    self.unread.insert(key.to_owned(), count);
                }
                true
            }
        }
    }
}

impl Policy for {{type}} {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
        let lease = Lease::for_duration(settings.ttl).jitter(settings.jitter);
        let unread = BTreeMap::new();
        Ok((Self { settings, unread }, Plan::every_key(lease).listen(Listen::Writes)))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        let seen = host.sightings(&keys);
        let (mut replaced, mut dropped) = (Vec::new(), Vec::new());
        for (key, seen) in keys.into_iter().zip(seen) {
            if self.replaces(&key, seen) {
                replaced.push(key);
            } else {
                dropped.push(key);
            }
        }
        if !replaced.is_empty() {
            host.purge_keys(&replaced, PurgeMode::Replace);
        }
        if !dropped.is_empty() {
            host.purge_keys(&dropped, PurgeMode::Drop);
        }
        Ok(())
    }

    /// A line a key: how often it has changed without a read, and the key.
    fn save(&self) -> Result<Vec<u8>, String> {
        let mut state = String::new();
        for (key, count) in &self.unread {
            state.push_str(&count.to_string());
            state.push(' ');
            state.push_str(key);
            state.push('\n');
        }
        Ok(state.into_bytes())
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), String> {
        let wrong = || "what ".to_owned() + saved_by + " saved is not a count and a key a line";
        let state = std::str::from_utf8(state).map_err(|_| wrong())?;
        for line in state.lines().take(KEYS) {
            let (count, key) = line.split_once(' ').ok_or_else(wrong)?;
            self.unread.insert(key.to_owned(), count.parse().map_err(|_| wrong())?);
        }
        Ok(())
    }
}

export!({{type}}{{exports}});

#[cfg(test)]
mod tests {
    use super::*;
    use shelflife_policy::testing::{configured, when_configured};

    #[test]
    fn it_does_what_its_cases_say() {
        shelflife_policy::testing::cases::check::<{{type}}>("cases");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        when_configured::<{{type}}>(r#"{ "tll": "60s" }"#).then_refuses("did you mean `ttl`?");
    }

    #[test]
    fn what_one_has_seen_the_next_one_knows() {
        let (mut first, _) = configured::<{{type}}>("{}");
        assert!(first.replaces("page:1", Sighting::Unread));
        let (mut second, _) = configured::<{{type}}>("{}");
        second.restore("{{name}}", &first.save().unwrap()).unwrap();
        assert!(!second.replaces("page:1", Sighting::Unread));
        assert!(second.restore("another", b"nothing-of-that-kind").is_err());
    }
}
