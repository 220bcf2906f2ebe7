use super::Versions;
use shelflife_policy::testing::{Effect, plan_of, reaction_of, refusal_of};
use shelflife_policy::{Change, Keying, Lease, PurgeMode, Scope, Versioning};
use std::time::Duration;

fn writes<const N: usize>(keys: [&str; N]) -> [Change; N] {
    keys.map(|key| Change::updated("t", key))
}

#[test]
fn without_settings_each_key_has_its_own_counter() {
    let plan = plan_of::<Versions>("{}");
    assert_eq!(plan.feeds, ["writes"]);
    let [rule] = &plan.rules[..] else {
        panic!("one rule")
    };
    assert_eq!(
        rule.lease,
        Some(Lease::for_duration(Duration::from_secs(3600)))
    );
    assert_eq!(
        rule.keying,
        Keying::ByGeneration(Versioning {
            scope: Scope::EachKey,
            cached_for: Duration::ZERO
        })
    );
    assert_eq!(
        reaction_of::<Versions>("{}", &writes(["user:1", "user:2"])),
        [Effect::bump("user:1"), Effect::bump("user:2")]
    );
}

#[test]
fn leading_parts_share_a_counter() {
    let settings = r#"{ "scope": { "leading_parts": 2 } }"#;
    let keys = ["shop:9:page:1", "shop:8:page:1", "shop:7", "home"];
    let bumps = ["shop:9", "shop:8", "shop:7", "home"].map(Effect::bump);
    assert_eq!(reaction_of::<Versions>(settings, &writes(keys)), bumps);
}

#[test]
fn a_shared_counter_moves_once_a_call() {
    let settings = r#"{ "scope": { "shared": "all" }, "cached_for": "5s" }"#;
    assert_eq!(
        plan_of::<Versions>(settings).rules[0].keying,
        Keying::ByGeneration(Versioning {
            scope: Scope::Shared("all".into()),
            cached_for: Duration::from_secs(5)
        })
    );
    assert_eq!(
        reaction_of::<Versions>(settings, &writes(["a", "b", "c"])),
        [Effect::bump("all")]
    );
}

#[test]
fn keys_of_a_rule_have_their_own_scope() {
    let settings = r#"{ "rules": [{ "prefix": "page:", "scope": { "shared": "pages" } }] }"#;
    assert_eq!(
        reaction_of::<Versions>(settings, &writes(["page:1", "user:1"])),
        [Effect::bump("pages"), Effect::bump("user:1")]
    );
}

#[test]
fn a_truncation_hides_everything_by_the_shortest_way() {
    let truncated = [Change::truncated("t")];
    assert_eq!(
        reaction_of::<Versions>(r#"{ "scope": { "shared": "all" } }"#, &truncated),
        [Effect::bump("all")]
    );
    assert_eq!(
        reaction_of::<Versions>("{}", &truncated),
        [Effect::Everything(PurgeMode::Drop)]
    );
    let settings = r#"{ "scope": { "shared": "all" }, "rules": [
        { "prefix": "user:", "scope": "each-key" }
    ] }"#;
    assert_eq!(
        reaction_of::<Versions>(settings, &truncated),
        [
            Effect::bump("all"),
            Effect::prefix("user:", PurgeMode::Drop)
        ]
    );
}

#[test]
fn a_counter_of_no_parts_is_refused() {
    assert_eq!(
        refusal_of::<Versions>(r#"{ "scope": { "leading_parts": 0 } }"#),
        "`scope`: `leading_parts` should be at least 1"
    );
}
