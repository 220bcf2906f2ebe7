//! Time to live: an entry is fresh for a fixed time after it was stored, whatever happens to the data.
//!
//! The host does everything from the leases in the plan; the policy is never called again. Staleness
//! is bounded by `ttl` (plus `grace` or `rescue` where they are set) and by nothing else, so this is
//! the safety net that the other policies keep underneath.

mod settings;

pub use settings::Settings;

use shelflife_policy::config::ByPrefix;
use shelflife_policy::{Plan, Policy, Rule, export};

/// Time to live.
pub struct Ttl;

impl Policy for Ttl {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings.plan(|settings| Ok(Rule::every_key().lease(settings.lease()?)))?;
        Ok((Self, plan))
    }
}

export!(Ttl);

#[cfg(test)]
mod tests {
    use super::Ttl;
    use shelflife_policy::testing::{lease_of, plan_of, refusal_of};
    use shelflife_policy::{Lease, Refresh};
    use std::time::Duration;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn without_settings_every_entry_is_fresh_for_a_minute() {
        assert_eq!(lease_of::<Ttl>("{}"), Lease::for_duration(MINUTE));
    }

    #[test]
    fn every_setting_reaches_the_lease() {
        let lease = lease_of::<Ttl>(
            r#"{ "ttl": "2h", "idle": "60s", "jitter": 0.1, "grace": "1s", "rescue": "2s",
                 "ahead": 0.8 }"#,
        );
        let expected = Lease::for_duration(Duration::from_secs(7200))
            .idle(MINUTE)
            .jitter(0.1)
            .grace(Duration::from_secs(1))
            .rescue(Duration::from_secs(2))
            .refresh(Refresh::Ahead(0.8));
        assert_eq!(lease, expected);
    }

    #[test]
    fn an_early_refresh_takes_beta() {
        assert_eq!(
            lease_of::<Ttl>(r#"{ "early": 1 }"#).refresh,
            Refresh::Early(1.0)
        );
        assert_eq!(
            refusal_of::<Ttl>(r#"{ "early": 0 }"#),
            "`early` should be a number above 0, not 0"
        );
    }

    #[test]
    fn ahead_and_early_exclude_each_other() {
        assert_eq!(
            refusal_of::<Ttl>(r#"{ "ahead": 0.5, "early": 1 }"#),
            "`ahead` and `early` exclude each other: set one of them"
        );
    }

    #[test]
    fn a_rule_may_swap_ahead_for_early() {
        let plan =
            plan_of::<Ttl>(r#"{ "ahead": 0.5, "rules": [{ "prefix": "hot:", "early": 2 }] }"#);
        let refreshes: Vec<_> = plan
            .rules
            .into_iter()
            .map(|rule| (rule.prefix, rule.lease.unwrap().refresh))
            .collect();
        assert_eq!(
            refreshes,
            [
                (String::new(), Refresh::Ahead(0.5)),
                ("hot:".to_owned(), Refresh::Early(2.0))
            ]
        );
    }

    #[test]
    fn entries_without_a_limit_of_time_are_possible() {
        assert_eq!(
            lease_of::<Ttl>(r#"{ "ttl": "none" }"#),
            Lease::until_purged()
        );
    }

    #[test]
    fn a_refresh_before_a_time_that_never_comes_is_refused() {
        assert_eq!(
            refusal_of::<Ttl>(r#"{ "ttl": "none", "ahead": 0.5 }"#),
            "`ahead` and `early` need a `ttl`: without one no time is ever up"
        );
    }

    #[test]
    fn it_listens_to_nothing() {
        assert!(plan_of::<Ttl>("{}").feeds.is_empty());
    }
}
