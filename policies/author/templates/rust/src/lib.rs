{{if static}}
//! Entries are fresh for `ttl`, whatever happens to the data.
{{end}}
{{if leases}}
//! Entries are fresh for `ttl`, and carry the names of what they were made from.
{{end}}
{{if tags}}
//! A change drops what was made from what changed.
{{end}}
{{if keys}}
//! Entries are fresh for `ttl`; a change drops its key.
{{end}}

use std::time::Duration;

{{if static}}
use shelflife_policy::{Lease, Plan, Policy, export};
{{end}}
{{if fills}}
use shelflife_policy::{Fill, Host, Lease, Plan, Policy, export};
{{end}}
{{if keys}}
use shelflife_policy::{Change, Host, Lease, Listen, Plan, Policy, PurgeMode, export};
{{end}}
{{if tags}}
use shelflife_policy::{Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, export};
{{end}}

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
}

/// The policy.
{{if not leases}}
pub struct {{type}};
{{end}}
{{if leases}}
pub struct {{type}} {
    settings: Settings,
}
{{end}}

impl Policy for {{type}} {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
{{if static}}
        let lease = Lease::for_duration(settings.ttl).jitter(settings.jitter);
        Ok((Self, Plan::every_key(lease)))
{{end}}
{{if fills}}
        Ok((Self { settings }, Plan::on_fill()))
{{end}}
{{if keys}}
        let lease = Lease::for_duration(settings.ttl).jitter(settings.jitter);
        Ok((Self, Plan::every_key(lease).listen(Listen::Writes)))
{{end}}
{{if tags}}
        Ok((Self { settings }, Plan::on_fill().listen(Listen::Writes)))
{{end}}
    }
{{if leases}}

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        Ok(Lease::for_duration(self.settings.ttl)
            .jitter(self.settings.jitter)
            .tag(fill.key)
            .tags(fill.depends_on))
    }
{{end}}
{{if reactions}}

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        let names: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
{{end}}
{{if keys}}
        host.purge_keys(&names, PurgeMode::Drop);
{{end}}
{{if tags}}
        host.purge_tags(&names, PurgeMode::Drop);
{{end}}
{{if reactions}}
        Ok(())
    }
{{end}}
}

export!({{type}}{{exports}});

#[cfg(test)]
mod tests {
    use super::*;
{{if reactions}}
    use shelflife_policy::testing::{Effect, given_plan, when_configured};
{{end}}
{{if not reactions}}
    use shelflife_policy::testing::{given_plan, when_configured};
{{end}}

    #[test]
    fn it_does_what_its_cases_say() {
        shelflife_policy::testing::cases::check::<{{type}}>("cases");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        when_configured::<{{type}}>(r#"{ "tll": "60s" }"#).then_refuses("did you mean `ttl`?");
    }

{{if not leases}}
    #[test]
    fn an_entry_is_fresh_for_as_long_as_its_ttl() {
        let lease = Lease::for_duration(Duration::from_secs(5400)).jitter(0.1);
        given_plan::<{{type}}>(r#"{ "ttl": "1h 30m", "jitter": 0.1 }"#).leases_every_key(lease);
    }
{{end}}
{{if leases}}
    #[test]
    fn an_entry_carries_what_it_was_made_from() {
        given_plan::<{{type}}>(r#"{ "ttl": "1h 30m" }"#)
            .when_filled(Fill::of("page:1").made_from("product:1"))
            .then_tags(["page:1", "product:1"]);
    }
{{end}}
{{if keys}}

    #[test]
    fn a_change_drops_its_key() {
        given_plan::<{{type}}>("{}")
            .listens_to(["writes"])
            .when_changes(&[Change::updated("pages", "page:1")])
            .then_purges([Effect::keys(["page:1"], PurgeMode::Drop)]);
    }
{{end}}
{{if tags}}

    #[test]
    fn a_change_drops_what_was_made_from_what_changed() {
        given_plan::<{{type}}>("{}")
            .listens_to(["writes"])
            .when_changes(&[Change::updated("products", "product:1")])
            .then_purges([Effect::tags(["product:1"], PurgeMode::Drop)]);
    }
{{end}}
}
