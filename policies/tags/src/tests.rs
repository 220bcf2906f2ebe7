use super::Tags;
use shelflife_policy::testing::{
    Effect, TestHost, configured, lease_on_fill, plan_of, reaction_of, refusal_of,
};
use shelflife_policy::{Change, Fill, PurgeMode};
use std::time::Duration;

const SHOP: &str = r#"{
    "patterns": {
        "page:product:{id}": ["product:{id}", "reviews:product:{id}"],
        "page:*": ["layout"]
    },
    "on_change": { "products": ["product:{id}", "category:{category}"], "layouts": ["layout"] }
}"#;

fn tags_of(fill: &Fill) -> Vec<String> {
    lease_on_fill::<Tags>(SHOP, fill).tags
}

#[test]
fn every_entry_carries_its_own_key() {
    let lease = lease_on_fill::<Tags>("{}", &Fill::of("user:1"));
    assert_eq!(lease.tags, ["user:1"]);
    assert_eq!(lease.ttl, Some(Duration::from_secs(300)));
}

#[test]
fn what_the_loader_names_counts_once() {
    let fill = Fill::of("user:1")
        .made_from("team:7")
        .made_from("user:1")
        .made_from("team:7");
    assert_eq!(tags_of(&fill), ["user:1", "team:7"]);
}

#[test]
fn every_pattern_that_fits_adds_its_tags() {
    assert_eq!(
        tags_of(&Fill::of("page:product:17")),
        [
            "page:product:17",
            "product:17",
            "reviews:product:17",
            "layout"
        ]
    );
    assert_eq!(tags_of(&Fill::of("page:home")), ["page:home", "layout"]);
}

#[test]
fn leases_are_asked_for_on_fill() {
    let plan = plan_of::<Tags>("{}");
    assert_eq!(plan.feeds, ["writes"]);
    assert!(plan.rules.iter().all(|rule| rule.lease.is_none()));
}

#[test]
fn keys_of_a_rule_have_their_own_lease() {
    let settings = r#"{ "patterns": { "*": ["all"] }, "rules": [
        { "prefix": "user:", "ttl": "1s", "patterns": { "user:{id}": ["people"] } }
    ] }"#;
    let user = lease_on_fill::<Tags>(settings, &Fill::of("user:1"));
    assert_eq!(user.ttl, Some(Duration::from_secs(1)));
    assert_eq!(user.tags, ["user:1", "people"]);
    let page = lease_on_fill::<Tags>(settings, &Fill::of("page:1"));
    assert_eq!(page.tags, ["page:1", "all"]);
}

#[test]
fn a_change_purges_its_key_as_a_tag() {
    let changes = ["product:1", "product:2"].map(|key| Change::updated("t", key));
    assert_eq!(
        reaction_of::<Tags>("{}", &changes),
        [Effect::tags(["product:1", "product:2"], PurgeMode::Drop)]
    );
}

#[test]
fn a_row_that_moved_purges_what_it_left_and_what_it_joined() {
    let (mut policy, _) = configured::<Tags>(SHOP);
    let effects = TestHost::new()
        .row_after(0, "id", "17")
        .row_before(0, "category", "shoes")
        .row_after(0, "category", "boots")
        .react(&mut policy, &[Change::updated("products", "17")]);
    assert_eq!(
        effects.unwrap(),
        [Effect::tags(
            ["product:17", "category:shoes", "category:boots"],
            PurgeMode::Drop
        )]
    );
}

#[test]
fn a_truncation_purges_the_tags_that_are_known_and_else_everything() {
    for (collection, effect) in [
        ("layouts", Effect::tags(["layout"], PurgeMode::Drop)),
        ("products", Effect::Everything(PurgeMode::Drop)),
        ("unlisted", Effect::Everything(PurgeMode::Drop)),
    ] {
        assert_eq!(
            reaction_of::<Tags>(SHOP, &[Change::truncated(collection)]),
            [effect]
        );
    }
}

#[test]
fn a_tag_may_use_the_placeholders_of_its_pattern_alone() {
    assert_eq!(
        refusal_of::<Tags>(r#"{ "patterns": { "page:{id}": ["product:{sku}"] } }"#),
        "`patterns`: `page:{id}` has no `{sku}` for the tag `product:{sku}`"
    );
}
