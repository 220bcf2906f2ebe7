//! Entries carry the names of what they were made from, and live the shorter the more often that has changed. What was
//! counted is handed to the instance that comes after.

use std::collections::BTreeMap;
use std::time::Duration;

use shelflife_policy::{Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, export};

/// Names that are counted at most: an instance has bounded memory.
const NAMES: usize = 1_024;

/// An entry lives at least this share of its `ttl`.
const LEAST: u32 = 16;

/// What can be set. What stands here is what `shelflife policy inspect` shows.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh that was made from what has never changed.
    #[setting(default = "60s")]
    pub ttl: Duration,
    /// The share of `ttl` of which a random part is taken off, so that entries that were filled together do not
    /// expire together.
    #[setting(default = 0, at_least = 0, at_most = 1)]
    pub jitter: f64,
}

/// The policy.
pub struct {{type}} {
    settings: Settings,
    /// How often what has changed, by its name.
    changes: BTreeMap<String, u32>,
}

impl {{type}} {
    fn count(&mut self, name: &str) {
        if let Some(count) = self.changes.get_mut(name) {
            *count = count.saturating_add(1);
        } else if self.changes.len() < NAMES {
            self.changes.insert(name.to_owned(), 1);
        }
    }
}

impl Policy for {{type}} {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
        let changes = BTreeMap::new();
        Ok((Self { settings, changes }, Plan::on_fill().listen(Listen::Writes)))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        let counts = fill.depends_on.iter().filter_map(|name| self.changes.get(name));
        let most = counts.copied().max().unwrap_or(0).min(LEAST - 1);
        Ok(Lease::for_duration(self.settings.ttl / (1 + most))
            .jitter(self.settings.jitter)
            .tag(fill.key)
            .tags(fill.depends_on))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        for change in changes {
            self.count(&change.key);
        }
        let names: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        host.purge_tags(&names, PurgeMode::Drop);
        Ok(())
    }

    /// A line a name: how often it has changed, and the name.
    fn save(&self) -> Result<Vec<u8>, String> {
        let mut state = String::new();
        for (name, count) in &self.changes {
            state.push_str(&count.to_string());
            state.push(' ');
            state.push_str(name);
            state.push('\n');
        }
        Ok(state.into_bytes())
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), String> {
        let wrong = || "what ".to_owned() + saved_by + " saved is not a count and a name a line";
        let state = std::str::from_utf8(state).map_err(|_| wrong())?;
        for line in state.lines().take(NAMES) {
            let (count, name) = line.split_once(' ').ok_or_else(wrong)?;
            self.changes.insert(name.to_owned(), count.parse().map_err(|_| wrong())?);
        }
        Ok(())
    }
}

export!({{type}}{{exports}});

#[cfg(test)]
mod tests {
    use super::*;
    use shelflife_policy::testing::{Effect, configured, given_plan, when_configured};

    #[test]
    fn it_does_what_its_cases_say() {
        shelflife_policy::testing::cases::check::<{{type}}>("cases");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        when_configured::<{{type}}>(r#"{ "tll": "60s" }"#).then_refuses("did you mean `ttl`?");
    }

    #[test]
    fn what_is_made_from_what_has_changed_lives_half_as_long() {
        let fill = Fill::of("page:1").made_from("product:1");
        given_plan::<{{type}}>(r#"{ "ttl": "60s" }"#)
            .listens_to(["writes"])
            .when_changes(&[Change::updated("products", "product:1")])
            .then_purges([Effect::tags(["product:1"], PurgeMode::Drop)])
            .when_filled(fill)
            .then_lease(Lease::for_duration(Duration::from_secs(30)).tags(["page:1", "product:1"]));
    }

    #[test]
    fn what_one_has_counted_the_next_one_knows() {
        let (mut first, _) = configured::<{{type}}>("{}");
        first.count("product:1");
        first.count("product 2");
        let (mut second, _) = configured::<{{type}}>("{}");
        second.restore("{{name}}", &first.save().unwrap()).unwrap();
        assert_eq!(second.changes, first.changes);
        let refused = second.restore("another", b"nothing of that kind").unwrap_err();
        assert!(refused.contains("what another saved"), "{refused}");
    }
}
