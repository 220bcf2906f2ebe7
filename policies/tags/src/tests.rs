use super::Tags;
use shelflife_policy::testing::{Effect, given_plan, lease_on_fill, when_configured};
use shelflife_policy::{Change, Fill, Lease, PurgeMode, WRITES};
use std::time::Duration;

const SHOP: &str = r#"{
    "patterns": {
        "page:product:{id}": ["product:{id}", "reviews:product:{id}"],
        "page:*": ["layout"]
    },
    "on_change": { "products": ["product:{id}", "category:{category}"], "layouts": ["layout"] }
}"#;

const FIVE_MINUTES: Duration = Duration::from_secs(300);

#[test]
fn every_entry_carries_its_own_key() {
    given_plan::<Tags>("{}")
        .when_filled(Fill::of("user:1"))
        .then_lease(Lease::for_duration(FIVE_MINUTES).tag("user:1"));
}

#[test]
fn what_the_loader_names_counts_once() {
    let fill = Fill::of("user:1")
        .made_from("team:7")
        .made_from("user:1")
        .made_from("team:7");
    // In the order in which they came, which the host need not care about: the same bytes every time.
    assert_eq!(
        lease_on_fill::<Tags>(SHOP, &fill).tags,
        ["user:1", "team:7"]
    );
}

#[test]
fn every_pattern_that_fits_adds_its_tags() {
    given_plan::<Tags>(SHOP)
        .when_filled(Fill::of("page:product:17"))
        .then_tags([
            "page:product:17",
            "product:17",
            "reviews:product:17",
            "layout",
        ])
        .when_filled(Fill::of("page:home"))
        .then_tags(["page:home", "layout"]);
}

#[test]
fn leases_are_asked_for_on_fill() {
    given_plan::<Tags>("{}")
        .listens_to([WRITES])
        .leases_on_fill();
}

#[test]
fn keys_of_a_rule_have_their_own_lease() {
    let settings = r#"{ "patterns": { "*": ["all"] }, "rules": [
        { "prefix": "user:", "ttl": "1s", "patterns": { "user:{id}": ["people"] } }
    ] }"#;
    given_plan::<Tags>(settings)
        .when_filled(Fill::of("user:1"))
        .then_lease(Lease::for_duration(Duration::from_secs(1)).tags(["user:1", "people"]))
        .when_filled(Fill::of("page:1"))
        .then_lease(Lease::for_duration(FIVE_MINUTES).tags(["page:1", "all"]));
}

#[test]
fn a_change_purges_its_key_as_a_tag() {
    given_plan::<Tags>("{}")
        .when_changes(&["product:1", "product:2"].map(|key| Change::updated("t", key)))
        .then_purges([Effect::tags(["product:1", "product:2"], PurgeMode::Drop)]);
}

#[test]
fn a_row_that_moved_purges_what_it_left_and_what_it_joined() {
    given_plan::<Tags>(SHOP)
        .row_after(0, "id", "17")
        .row_before(0, "category", "shoes")
        .row_after(0, "category", "boots")
        .when_changes(&[Change::updated("products", "17")])
        .then_purges([Effect::tags(
            ["product:17", "category:shoes", "category:boots"],
            PurgeMode::Drop,
        )]);
}

#[test]
fn a_truncation_purges_the_tags_that_are_known_and_else_everything() {
    for (collection, effect) in [
        ("layouts", Effect::tags(["layout"], PurgeMode::Drop)),
        ("products", Effect::Everything(PurgeMode::Drop)),
        ("unlisted", Effect::Everything(PurgeMode::Drop)),
    ] {
        given_plan::<Tags>(SHOP)
            .when_changes(&[Change::truncated(collection)])
            .then_purges([effect]);
    }
}

#[test]
fn a_column_that_the_feed_does_not_carry_fails_the_call() {
    given_plan::<Tags>(SHOP)
        .when_changes(&[Change::updated("products", "17")])
        .then_refuses("`product:{id}`");
}

#[test]
fn a_tag_may_use_the_placeholders_of_its_pattern_alone() {
    when_configured::<Tags>(r#"{ "patterns": { "page:{id}": ["product:{sku}"] } }"#)
        .then_refuses("`patterns`: `page:{id}` has no `{sku}` for the tag `product:{sku}`");
}
