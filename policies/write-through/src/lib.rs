//! Write-through: the path that writes the data tells the cache, and the entry goes or is replaced at
//! once.
//!
//! A key is never stale after a write that was announced. A write path that announces nothing leaves a
//! stale entry behind, for as long as the `ttl` under everything lets it.

use shelflife_policy::config::{ByPrefix, Limit};
use shelflife_policy::{Change, Host, Lease, Listen, Plan, Policy, PurgeMode, Rule, export};

/// Settings of the policy `write-through`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no write comes: the safety net for writes that nobody announced.
    /// `"none"`: without limit.
    #[setting(default = "5m")]
    pub ttl: Limit,
    /// What a write does to the entry under its key: `"drop"` (the next read loads it), `"expire"`, or
    /// `"replace"` (it takes the value that was written).
    #[setting(default = "drop")]
    pub on_write: PurgeMode,
    /// Which changes count: `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`. For the whole policy.
    #[setting(default = "writes", whole_policy)]
    pub listen: Listen,
}

/// Write-through.
pub struct WriteThrough(ByPrefix<Settings>);

impl Policy for WriteThrough {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings
            .plan(|settings| Ok(Rule::every_key().lease(Lease::within(settings.ttl))))?
            .listen(settings.every_key().listen);
        Ok((Self(settings), plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            // Nobody said which keys, so it is all of them, and the other changes with them.
            host.purge_everything(self.mode_of_everything());
            return Ok(());
        }
        // One call a mode, not one a key: crossing the boundary costs more than the purge.
        for mode in [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace] {
            let keys: Vec<String> = changes
                .iter()
                .filter(|change| self.0.of(&change.key).on_write == mode)
                .map(|change| change.key.clone())
                .collect();
            if !keys.is_empty() {
                host.purge_keys(&keys, mode);
            }
        }
        Ok(())
    }
}

impl WriteThrough {
    /// Soft where every key is treated softly. `replace` counts as hard here, since there is no value
    /// to replace anything with, and nobody who chose it wants to see the old one.
    fn mode_of_everything(&self) -> PurgeMode {
        let soft = |(_, settings): (&str, &Settings)| settings.on_write == PurgeMode::Expire;
        if self.0.iter().all(soft) {
            PurgeMode::Expire
        } else {
            PurgeMode::Drop
        }
    }
}

export!(WriteThrough: reactions);

#[cfg(test)]
mod tests {
    use super::WriteThrough;
    use shelflife_policy::testing::{Effect, lease_of, plan_of, reaction_of, refusal_of};
    use shelflife_policy::{Change, Lease, PurgeMode};
    use std::time::Duration;

    fn write(key: &str) -> Change {
        Change::updated("users", key)
    }

    #[test]
    fn without_settings_it_drops_what_was_written_over_a_net_of_five_minutes() {
        assert_eq!(
            lease_of::<WriteThrough>("{}"),
            Lease::for_duration(Duration::from_secs(300))
        );
        assert_eq!(plan_of::<WriteThrough>("{}").feeds, ["writes"]);
        assert_eq!(
            reaction_of::<WriteThrough>("{}", &[write("user:1")]),
            [Effect::keys(["user:1"], PurgeMode::Drop)]
        );
    }

    #[test]
    fn many_writes_are_one_purge_in_their_order() {
        assert_eq!(
            reaction_of::<WriteThrough>("{}", &[write("b"), write("a")]),
            [Effect::keys(["b", "a"], PurgeMode::Drop)]
        );
    }

    #[test]
    fn the_update_variant_replaces() {
        assert_eq!(
            reaction_of::<WriteThrough>(r#"{ "on_write": "replace" }"#, &[write("user:1")]),
            [Effect::keys(["user:1"], PurgeMode::Replace)]
        );
    }

    #[test]
    fn keys_of_a_rule_leave_in_their_own_way() {
        let settings = r#"{ "rules": [{ "prefix": "page:", "on_write": "expire" }] }"#;
        assert_eq!(
            reaction_of::<WriteThrough>(settings, &[write("page:1"), write("user:1")]),
            [
                Effect::keys(["user:1"], PurgeMode::Drop),
                Effect::keys(["page:1"], PurgeMode::Expire)
            ]
        );
    }

    #[test]
    fn a_truncation_purges_everything() {
        let all = [write("user:1"), Change::truncated("users")];
        for (settings, mode) in [
            ("{}", PurgeMode::Drop),
            (r#"{ "on_write": "replace" }"#, PurgeMode::Drop),
            (r#"{ "on_write": "expire" }"#, PurgeMode::Expire),
            (
                r#"{ "on_write": "expire", "rules": [{ "prefix": "a", "on_write": "drop" }] }"#,
                PurgeMode::Drop,
            ),
        ] {
            assert_eq!(
                reaction_of::<WriteThrough>(settings, &all),
                [Effect::Everything(mode)],
                "{settings}"
            );
        }
    }

    #[test]
    fn it_listens_where_it_is_told_to() {
        let plan = plan_of::<WriteThrough>(r#"{ "listen": "both" }"#);
        assert_eq!(plan.feeds, ["writes", "capture"]);
        assert_eq!(
            refusal_of::<WriteThrough>(r#"{ "listen": "captures" }"#),
            "`listen`: unknown choice `captures`: did you mean `capture`?"
        );
    }
}
