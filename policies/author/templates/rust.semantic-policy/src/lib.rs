//! A read may be answered by an entry that means the same, and a change drops every entry whose meaning is near to what
//! changed. How near is near depends on the model that makes the embeddings: measure it.

use std::time::Duration;

use shelflife_policy::{Change, Host, Lease, Listen, Plan, Policy, PurgeMode, Rule, export};

/// What can be set. What stands here is what `shelflife policy inspect` shows.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no change comes.
    #[setting(default = "60s")]
    pub ttl: Duration,
    /// The share of `ttl` of which a random part is taken off, so that entries that were filled together do not
    /// expire together.
    #[setting(default = 0, at_least = 0, at_most = 1)]
    pub jitter: f64,
    /// How near an entry must be to answer a read: a cosine similarity.
    #[setting(default = 0.92, at_least = -1, at_most = 1)]
    pub threshold: f32,
    /// How near an entry must be to a change to be dropped by it: a cosine similarity.
    #[setting(default = 0.85, at_least = -1, at_most = 1)]
    pub radius: f32,
}

/// The policy.
pub struct {{type}} {
    settings: Settings,
}

impl Policy for {{type}} {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
        let lease = Lease::for_duration(settings.ttl).jitter(settings.jitter);
        let rule = Rule::every_key().lease(lease).nearest(settings.threshold);
        let plan = Plan::default().rule(rule).listen(Listen::Writes);
        Ok((Self { settings }, plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        // By name in any case: an entry may have been stored without an embedding.
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        host.purge_keys(&keys, PurgeMode::Drop);
        for index in 0..changes.len() {
            if let Some(embedding) = host.embedding_of_change(index) {
                host.purge_within(&embedding, self.settings.radius, PurgeMode::Drop);
            }
        }
        Ok(())
    }
}

export!({{type}}{{exports}});

#[cfg(test)]
mod tests {
    use super::*;
    use shelflife_policy::testing::{Effect, given_plan, when_configured};

    #[test]
    fn it_does_what_its_cases_say() {
        shelflife_policy::testing::cases::check::<{{type}}>("cases");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        when_configured::<{{type}}>(r#"{ "tll": "60s" }"#).then_refuses("did you mean `ttl`?");
    }

    #[test]
    fn a_change_without_an_embedding_drops_its_key_alone() {
        given_plan::<{{type}}>("{}")
            .listens_to(["writes"])
            .when_changes(&[Change::updated("answers", "answer:1")])
            .then_purges([Effect::keys(["answer:1"], PurgeMode::Drop)]);
    }
}
