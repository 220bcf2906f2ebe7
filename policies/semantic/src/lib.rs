//! Semantic: a read may be answered by an entry that means the same, and a change purges every entry
//! whose meaning is near to what changed.
//!
//! Lookups may miss; purges may not: the host finds every entry within the radius. What the right
//! `threshold` and `radius` are depends on the model that made the embeddings: measure them.

use shelflife_policy::config::{ByPrefix, Limit};
use shelflife_policy::{Change, Host, Lease, Listen, Plan, Policy, PurgeMode, Rule, export};

/// Settings of the policy `semantic`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no change comes: the safety net. `"none"`: without limit.
    #[setting(default = "1h")]
    pub ttl: Limit,
    /// How near an entry must be to answer a read: a cosine similarity.
    #[setting(default = 0.92, at_least = -1, at_most = 1)]
    pub threshold: f32,
    /// How near an entry must be to a change to be purged by it: a cosine similarity, where less purges
    /// more. In a rule it is for changes of these keys.
    #[setting(default = 0.85, at_least = -1, at_most = 1)]
    pub radius: f32,
    /// Which changes count: the `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`. For the whole policy.
    #[setting(default = "writes", whole_policy)]
    pub listen: Listen,
}

/// Semantic.
pub struct Semantic(ByPrefix<Settings>);

impl Policy for Semantic {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings
            .plan(|settings| {
                Ok(Rule::every_key()
                    .lease(Lease::within(settings.ttl))
                    .nearest(settings.threshold))
            })?
            .listen(settings.every_key().listen);
        Ok((Self(settings), plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            host.purge_everything(PurgeMode::Drop);
            return Ok(());
        }
        // By name in any case: an entry may have been stored without an embedding, or with one that is
        // far from what its key means now.
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        if !keys.is_empty() {
            host.purge_keys(&keys, PurgeMode::Drop);
        }
        for (index, change) in changes.iter().enumerate() {
            if let Some(embedding) = host.embedding_of_change(index) {
                let radius = self.0.of(&change.key).radius;
                host.purge_within(&embedding, radius, PurgeMode::Drop);
            }
        }
        Ok(())
    }
}

export!(Semantic: reactions);

#[cfg(test)]
mod tests {
    use super::Semantic;
    use shelflife_policy::testing::{
        Effect, TestHost, configured, plan_of, reaction_of, refusal_of,
    };
    use shelflife_policy::{Change, Lease, Lookup, PurgeMode};
    use std::time::Duration;

    #[test]
    fn without_settings_it_has_the_thresholds_of_the_table_over_a_net_of_an_hour() {
        let plan = plan_of::<Semantic>("{}");
        assert_eq!(plan.feeds, ["writes"]);
        assert_eq!(plan.rules[0].lookup, Lookup::Nearest(0.92));
        assert_eq!(
            plan.rules[0].lease,
            Some(Lease::for_duration(Duration::from_secs(3600)))
        );
    }

    #[test]
    fn a_change_purges_its_key_and_what_means_nearly_the_same() {
        let (mut policy, _) = configured::<Semantic>("{}");
        let changes = ["a", "b"].map(|key| Change::updated("t", key));
        let effects = TestHost::new()
            .embedding(1, &[0.6, 0.8])
            .react(&mut policy, &changes)
            .unwrap();
        assert_eq!(
            effects,
            [
                Effect::keys(["a", "b"], PurgeMode::Drop),
                Effect::Within(vec![0.6, 0.8], 0.85, PurgeMode::Drop),
            ]
        );
    }

    #[test]
    fn a_change_without_an_embedding_purges_its_key_alone() {
        assert_eq!(
            reaction_of::<Semantic>("{}", &[Change::updated("t", "a")]),
            [Effect::keys(["a"], PurgeMode::Drop)]
        );
    }

    #[test]
    fn the_radius_is_that_of_the_changed_key() {
        let (mut policy, _) =
            configured::<Semantic>(r#"{ "rules": [{ "prefix": "faq:", "radius": 0.5 }] }"#);
        let effects = TestHost::new()
            .embedding(0, &[1.0])
            .react(&mut policy, &[Change::updated("t", "faq:1")])
            .unwrap();
        assert_eq!(effects[1], Effect::Within(vec![1.0], 0.5, PurgeMode::Drop));
    }

    #[test]
    fn a_truncation_purges_everything() {
        assert_eq!(
            reaction_of::<Semantic>("{}", &[Change::truncated("t")]),
            [Effect::Everything(PurgeMode::Drop)]
        );
    }

    #[test]
    fn a_similarity_above_one_is_refused() {
        assert_eq!(
            refusal_of::<Semantic>(r#"{ "radius": 1.2 }"#),
            "`radius` should be a number between -1 and 1, not 1.2"
        );
    }
}
