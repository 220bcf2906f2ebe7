//! Versions: entries are kept under a counter, and a change moves it. Nothing is searched for or
//! deleted; what was kept under the old value is not found any more and goes by age.
//!
//! A reader may go on using a counter value that it has looked up for `cached_for`; entries are stale
//! for at most so long.

use std::time::Duration;

use shelflife_policy::config::{ByPrefix, Limit};
use shelflife_policy::{
    Change, Host, Lease, Listen, Plan, Policy, PurgeMode, Rule, Scope, Versioning, export,
};

/// Settings of the policy `versions`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if its counter does not move, and how long one that was left behind
    /// takes up room. `"none"`: without limit.
    #[setting(default = "1h")]
    pub ttl: Limit,
    /// Which counter a key is kept under: `"each-key"` has its own, `{ leading_parts = 2 }` shares one
    /// among the keys with the same first parts (split at `:`), `{ shared = "name" }` has one for all.
    #[setting(default = "each-key")]
    pub scope: Scope,
    /// How long a reader may go on using a counter value that it has looked up.
    #[setting(default = "0s")]
    pub cached_for: Duration,
    /// Which changes count: the `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`. For the whole policy.
    #[setting(default = "writes", whole_policy)]
    pub listen: Listen,
}

impl Settings {
    fn rule(&self) -> Result<Rule, String> {
        if self.scope == Scope::LeadingParts(0) {
            return Err("`scope`: `leading_parts` should be at least 1".into());
        }
        let versioning = Versioning {
            scope: self.scope.clone(),
            cached_for: self.cached_for,
        };
        Ok(Rule::every_key()
            .lease(Lease::within(self.ttl))
            .by_generation(versioning))
    }

    /// The counter that a key is kept under.
    fn counter<'a>(&'a self, key: &'a str) -> &'a str {
        match &self.scope {
            Scope::EachKey => key,
            Scope::LeadingParts(parts) => leading(key, *parts),
            Scope::Shared(name) => name,
        }
    }
}

/// So many first parts of a key; all of it where it has no more.
fn leading(key: &str, parts: u32) -> &str {
    let last = parts.saturating_sub(1) as usize;
    let end = key.match_indices(':').nth(last).map(|(end, _)| end);
    end.and_then(|end| key.get(..end)).unwrap_or(key)
}

/// Versions.
pub struct Versions(ByPrefix<Settings>);

impl Policy for Versions {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings
            .plan(Settings::rule)?
            .listen(settings.every_key().listen);
        Ok((Self(settings), plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        let mut bumped = None;
        for change in changes {
            if change.is_truncation() {
                self.move_all(host);
                continue;
            }
            let counter = self.0.of(&change.key).counter(&change.key);
            // The changes of one call take effect together, so that a second move of the same counter
            // says nothing. Only neighbours are compared: that covers a shared one at no cost.
            if bumped != Some(counter) {
                host.bump(counter);
                bumped = Some(counter);
            }
        }
        Ok(())
    }
}

impl Versions {
    /// Hides every entry: a shared counter is moved, and where counters are many and not known here
    /// their entries are purged by prefix.
    fn move_all(&self, host: &mut Host) {
        for (prefix, settings) in self.0.iter() {
            match &settings.scope {
                Scope::Shared(name) => host.bump(name),
                _ if prefix.is_empty() => host.purge_everything(PurgeMode::Drop),
                _ => host.purge_prefix(prefix, PurgeMode::Drop),
            }
        }
    }
}

export!(Versions: reactions);

#[cfg(test)]
mod tests;
