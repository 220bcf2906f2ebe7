use super::Cdc;
use shelflife_policy::testing::{
    Effect, TestHost, configured, lease_of, plan_of, reaction_of, refusal_of,
};
use shelflife_policy::{Change, Lease, PurgeMode};
use std::time::Duration;

const SHOP: &str = r#"{ "map": {
    "users": ["user:{id}"],
    "products": ["product:{id}", "product:slug:{slug}"],
    "banners": ["front-page"],
    "anything": ["{kind}:{id}"]
} }"#;

/// What the policy for the shop does with changes, given what the host knows of their rows.
fn shop(mut host: TestHost, changes: &[Change]) -> Result<Vec<Effect>, String> {
    let (mut policy, _) = configured::<Cdc>(SHOP);
    host.react(&mut policy, changes)
}

#[test]
fn without_settings_a_captured_key_is_dropped_over_a_net_of_five_minutes() {
    assert_eq!(
        lease_of::<Cdc>("{}"),
        Lease::for_duration(Duration::from_secs(300))
    );
    assert_eq!(plan_of::<Cdc>("{}").feeds, ["capture"]);
    assert_eq!(
        reaction_of::<Cdc>("{}", &[Change::updated("users", "user:1")]),
        [Effect::keys(["user:1"], PurgeMode::Drop)]
    );
}

#[test]
fn a_column_that_changed_purges_the_old_key_and_the_new_one() {
    let host = TestHost::new()
        .row_before(0, "id", "7")
        .row_after(0, "id", "7")
        .row_before(0, "slug", "red")
        .row_after(0, "slug", "blue");
    assert_eq!(
        shop(host, &[Change::updated("products", "7")]).unwrap(),
        [Effect::keys(
            ["product:7", "product:slug:red", "product:slug:blue"],
            PurgeMode::Drop
        )]
    );
}

#[test]
fn a_row_that_is_gone_is_found_by_what_it_was() {
    let host = TestHost::new().row_before(0, "id", "7");
    assert_eq!(
        shop(host, &[Change::deleted("users", "7")]).unwrap(),
        [Effect::keys(["user:7"], PurgeMode::Drop)]
    );
}

#[test]
fn each_change_is_filled_from_its_own_row() {
    let host = TestHost::new()
        .row_after(0, "id", "1")
        .row_after(1, "id", "2");
    let changes = [Change::created("users", "1"), Change::created("users", "2")];
    assert_eq!(
        shop(host, &changes).unwrap(),
        [Effect::keys(["user:1", "user:2"], PurgeMode::Drop)]
    );
}

#[test]
fn the_placeholder_key_is_the_key_of_the_change() {
    assert_eq!(
        reaction_of::<Cdc>(
            r#"{ "map": { "users": ["user:{key}"] } }"#,
            &[Change::updated("users", "9")]
        ),
        [Effect::keys(["user:9"], PurgeMode::Drop)]
    );
}

#[test]
fn a_column_that_the_feed_does_not_carry_fails_the_call() {
    let text = shop(
        TestHost::new(),
        &[Change::updated("users", "1").on("capture", 3)],
    )
    .unwrap_err();
    for named in ["`user:{id}`", "`id`", "`users`", "`capture`"] {
        assert!(text.contains(named), "{text} does not name {named}");
    }
}

#[test]
fn a_truncation_purges_whatever_the_templates_could_have_made() {
    for (collection, effects) in [
        ("users", vec![Effect::prefix("user:", PurgeMode::Drop)]),
        (
            "products",
            vec![
                Effect::prefix("product:", PurgeMode::Drop),
                Effect::prefix("product:slug:", PurgeMode::Drop),
            ],
        ),
        (
            "banners",
            vec![Effect::keys(["front-page"], PurgeMode::Drop)],
        ),
        ("anything", vec![Effect::Everything(PurgeMode::Drop)]),
        ("unmapped", vec![Effect::Everything(PurgeMode::Drop)]),
    ] {
        let changes = [Change::truncated(collection)];
        assert_eq!(
            shop(TestHost::new(), &changes).unwrap(),
            effects,
            "{collection}"
        );
    }
}

#[test]
fn keys_are_purged_again_after_the_delay_of_their_rule() {
    let second = Duration::from_secs(1);
    let settings = r#"{ "again_after": "1s", "rules": [
        { "prefix": "slow:", "again_after": "5s" }
    ] }"#;
    let changes = ["a", "slow:b", "c"].map(|key| Change::updated("t", key));
    assert_eq!(
        reaction_of::<Cdc>(settings, &changes),
        [
            Effect::keys(["a", "slow:b", "c"], PurgeMode::Drop),
            Effect::keys_again(["a", "c"], PurgeMode::Drop, second),
            Effect::keys_again(["slow:b"], PurgeMode::Drop, 5 * second),
        ]
    );
}

#[test]
fn a_broken_template_is_refused_with_its_collection() {
    assert_eq!(
        refusal_of::<Cdc>(r#"{ "map": { "users": ["user:{id"] } }"#),
        "`map`: `users`: `user:{id`: a `{` without its `}`"
    );
    assert_eq!(
        refusal_of::<Cdc>(r#"{ "map": { "users": "user:{id}" } }"#),
        "`map`: `users` should be a list, not `user:{id}`"
    );
}
