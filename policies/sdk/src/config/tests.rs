use std::time::Duration;

use serde::Deserialize;

use super::{ByPrefix, read};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Shelf {
    #[serde(deserialize_with = "super::limit")]
    ttl: Option<Duration>,
    #[serde(deserialize_with = "super::duration")]
    grace: Duration,
    #[serde(deserialize_with = "super::share")]
    jitter: f64,
    mode: Option<crate::PurgeMode>,
    scope: crate::Scope,
    listen: crate::Listen,
    left: Option<u32>,
    right: Option<u32>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            ttl: Some(Duration::from_secs(60)),
            grace: Duration::ZERO,
            jitter: 0.0,
            mode: None,
            scope: crate::Scope::EachKey,
            listen: crate::Listen::Writes,
            left: None,
            right: None,
        }
    }
}

impl super::Settings for Shelf {
    const EITHER: &'static [&'static str] = &["left", "right"];
}

fn shelf(json: &str) -> Shelf {
    read(json).expect("the settings are right")
}

fn refusal(json: &str) -> String {
    read::<ByPrefix<Shelf>>(json).expect_err("the settings are wrong")
}

#[test]
fn settings_that_are_absent_take_their_defaults() {
    assert_eq!(shelf("{}"), Shelf::default());
    assert_eq!(shelf(" "), Shelf::default());
}

#[test]
fn durations_are_text_with_a_unit() {
    for (text, nanos) in [
        ("250ms", 250_000_000),
        ("60s", 60_000_000_000),
        ("2h", 7_200_000_000_000),
        ("1h 30m", 5_400_000_000_000),
        ("0s", 0),
        ("7us", 7_000),
    ] {
        let read = shelf(&format!(r#"{{ "grace": "{text}" }}"#));
        assert_eq!(read.grace, Duration::from_nanos(nanos), "{text}");
    }
}

#[test]
fn a_duration_without_a_unit_is_refused_with_what_would_be_right() {
    let right = "`grace` should be a duration such as `250ms`, `60s` or `2h`";
    assert_eq!(
        refusal(r#"{ "grace": 60 }"#),
        format!("{right}, not a number")
    );
    assert_eq!(
        refusal(r#"{ "grace": "60" }"#),
        format!("{right}, not `60`")
    );
    assert_eq!(refusal(r#"{ "grace": "" }"#), format!("{right}, not ``"));
    assert_eq!(
        refusal(r#"{ "grace": "-1s" }"#),
        format!("{right}, not `-1s`")
    );
}

#[test]
fn a_limit_may_be_none() {
    assert_eq!(shelf(r#"{ "ttl": "none" }"#).ttl, None);
    assert_eq!(
        refusal(r#"{ "ttl": "never" }"#),
        "`ttl` should be a duration such as `250ms`, `60s` or `2h`, or `none`, not `never`"
    );
}

#[test]
fn a_share_lies_between_zero_and_one() {
    assert_eq!(shelf(r#"{ "jitter": 1 }"#).jitter, 1.0);
    for wrong in ["1.5", "-0.1"] {
        assert_eq!(
            refusal(&format!(r#"{{ "jitter": {wrong} }}"#)),
            "`jitter` should be a number between 0 and 1"
        );
    }
    assert_eq!(
        refusal(r#"{ "jitter": "a bit" }"#),
        "`jitter` should be a number between 0 and 1, not text"
    );
    assert_eq!(
        refusal(r#"{ "left": -1 }"#),
        "`left` should be a whole number, 0 or more"
    );
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_that_is_known() {
    for (wrong, nearest) in [("tll", "ttl"), ("jiter", "jitter"), ("rule", "rules")] {
        assert_eq!(
            refusal(&format!(r#"{{ "{wrong}": 1 }}"#)),
            format!("unknown setting `{wrong}`: did you mean `{nearest}`?")
        );
    }
}

#[test]
fn an_unknown_choice_is_refused_with_the_nearest_that_is_known() {
    assert_eq!(
        refusal(r#"{ "mode": "dropp" }"#),
        "`mode`: unknown choice `dropp`: did you mean `drop`?"
    );
    assert_eq!(
        refusal(r#"{ "scope": { "leading_part": 2 } }"#),
        "`scope`: unknown choice `leading_part`: did you mean `leading_parts`?"
    );
    assert_eq!(
        refusal(r#"{ "scope": "shared" }"#),
        "`scope` should be a table: { shared = … }"
    );
}

#[test]
fn choices_are_read_with_and_without_a_value() {
    use crate::Scope;
    for (json, scope) in [
        (r#""each-key""#, Scope::EachKey),
        (r#"{ "leading_parts": 2 }"#, Scope::LeadingParts(2)),
        (r#"{ "shared": "all" }"#, Scope::Shared("all".into())),
    ] {
        assert_eq!(shelf(&format!(r#"{{ "scope": {json} }}"#)).scope, scope);
    }
}

#[test]
fn text_that_is_no_table_is_refused() {
    assert_eq!(refusal("[]"), "the settings should be a table, not a list");
    assert!(refusal("{").starts_with("the settings are no JSON: "));
}

#[test]
fn a_rule_overrides_the_shared_settings_for_its_keys() {
    let settings: ByPrefix<Shelf> = read(
        r#"{ "ttl": "10s", "jitter": 0.5, "rules": [
            { "prefix": "user:", "ttl": "1s" },
            { "prefix": "user:vip:", "ttl": "none" }
        ] }"#,
    )
    .unwrap();
    assert_eq!(settings.of("page:1").ttl, Some(Duration::from_secs(10)));
    assert_eq!(settings.of("user:1").ttl, Some(Duration::from_secs(1)));
    assert_eq!(settings.of("user:vip:1").ttl, None);
    assert_eq!(settings.of("user:1").jitter, 0.5);
}

#[test]
fn a_rule_that_sets_one_of_two_alternatives_does_not_take_the_other_over() {
    let settings: ByPrefix<Shelf> =
        read(r#"{ "left": 1, "rules": [{ "prefix": "r:", "right": 2 }] }"#).unwrap();
    let ruled = settings.of("r:1");
    assert_eq!((ruled.left, ruled.right), (None, Some(2)));
    assert_eq!(settings.every_key().left, Some(1));
}

#[test]
fn a_wrong_rule_is_named() {
    assert_eq!(
        refusal(r#"{ "rules": [{ "prefix": "user:", "tll": "1s" }] }"#),
        "rule for `user:`: unknown setting `tll`: did you mean `ttl`?"
    );
    assert_eq!(
        refusal(r#"{ "rules": [{ "prefix": "user:", "listen": "both" }] }"#),
        "rule for `user:`: `listen` cannot differ by key: set it outside of `rules`"
    );
    assert_eq!(
        refusal(r#"{ "rules": [{ "prefix": "a" }, { "prefix": "a" }] }"#),
        "`rules`: two are for `a`"
    );
    assert_eq!(
        refusal(r#"{ "rules": {} }"#),
        "`rules` should be a list of tables, not a table"
    );
    for prefix in [r#""""#, "1"] {
        let json = format!(r#"{{ "rules": [{{ "prefix": {prefix} }}] }}"#);
        assert!(refusal(&json).contains("each should have a `prefix`"));
    }
}

#[test]
fn a_plan_has_one_rule_a_prefix() {
    let settings: ByPrefix<Shelf> =
        read(r#"{ "rules": [{ "prefix": "a", "jitter": 1 }] }"#).unwrap();
    let plan = settings.plan(|_| Ok(crate::Rule::every_key())).unwrap();
    let prefixes: Vec<_> = plan.rules.iter().map(|rule| rule.prefix.as_str()).collect();
    assert_eq!(prefixes, ["", "a"]);

    let refuse_jitter = |shelf: &Shelf| match shelf.jitter {
        0.0 => Ok(crate::Rule::every_key()),
        _ => Err("no".to_owned()),
    };
    assert_eq!(
        settings.plan(refuse_jitter).unwrap_err(),
        "rule for `a`: no"
    );
}
