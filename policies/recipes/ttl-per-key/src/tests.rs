use super::Alex;
use shelflife_policy::testing::{TestHost, configured, refusal_of};
use shelflife_policy::{Change, Fill, Host, Instant, Policy};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

fn ttl_at(policy: &mut Alex, key: &str, seconds: u64) -> Duration {
    let mut fill = Fill::of(key);
    fill.now = Instant(seconds * SECOND);
    let lease = policy.on_fill(fill, &mut Host::native(&mut TestHost::new()));
    lease.unwrap().ttl.unwrap()
}

fn changed_at(policy: &mut Alex, key: &str, seconds: u64) {
    let mut change = Change::updated("t", key);
    change.at = Instant(seconds * SECOND);
    TestHost::new().react(policy, &[change]).unwrap();
}

#[test]
fn a_key_is_fresh_for_a_tenth_of_the_time_since_it_changed() {
    let (mut policy, _) = configured::<Alex>("{}");
    changed_at(&mut policy, "a", 100);
    assert_eq!(
        ttl_at(&mut policy, "a", 110),
        Duration::from_secs(5),
        "at least"
    );
    assert_eq!(ttl_at(&mut policy, "a", 400), Duration::from_secs(30));
    assert_eq!(
        ttl_at(&mut policy, "a", 90_000),
        Duration::from_secs(3600),
        "at most"
    );
    changed_at(&mut policy, "a", 1_000);
    assert_eq!(ttl_at(&mut policy, "a", 1_200), Duration::from_secs(20));
}

#[test]
fn a_key_of_which_no_change_is_known_is_fresh_for_as_long_as_any() {
    let (mut policy, _) = configured::<Alex>(r#"{ "at_most": "2h" }"#);
    assert_eq!(ttl_at(&mut policy, "a", 5), Duration::from_secs(7200));
}

#[test]
fn a_successor_knows_when_keys_changed() {
    let (mut old, _) = configured::<Alex>("{}");
    changed_at(&mut old, "a", 100);
    let (mut new, _) = configured::<Alex>("{}");
    new.restore("ttl-per-key", &old.save().unwrap()).unwrap();
    assert_eq!(ttl_at(&mut new, "a", 400), Duration::from_secs(30));
    assert!(new.restore("other", b"words").is_err());
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    assert_eq!(
        refusal_of::<Alex>(r#"{ "share": 0 }"#),
        "`share` should be a number above 0, not 0"
    );
    assert_eq!(
        refusal_of::<Alex>(r#"{ "at_least": "2h" }"#),
        "`at_least` should not be above `at_most`"
    );
}
