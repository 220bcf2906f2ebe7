use std::time::Duration;

use super::{ByPrefix, Limit, Settings, read};

/// A shelf, with one setting of each kind.
#[derive(Debug, PartialEq, crate::Settings)]
struct Shelf {
    /// How long.
    #[setting(default = "1m")]
    ttl: Limit,
    #[setting(default = "0s")]
    grace: Duration,
    #[setting(default = 0, at_least = 0, at_most = 1)]
    jitter: f64,
    mode: Option<crate::PurgeMode>,
    #[setting(default = "each-key")]
    scope: crate::Scope,
    #[setting(default = "writes", whole_policy)]
    listen: crate::Listen,
    #[setting(either)]
    left: Option<u32>,
    #[setting(either)]
    right: Option<u32>,
}

fn shelf(json: &str) -> Shelf {
    read(json).expect("the settings are right")
}

fn refusal(json: &str) -> String {
    read::<ByPrefix<Shelf>>(json).expect_err("the settings are wrong")
}

#[test]
fn settings_that_are_absent_take_their_defaults() {
    let absent = Shelf {
        ttl: Duration::from_secs(60).into(),
        grace: Duration::ZERO,
        jitter: 0.0,
        mode: None,
        scope: crate::Scope::EachKey,
        listen: crate::Listen::Writes,
        left: None,
        right: None,
    };
    assert_eq!(shelf("{}"), absent);
    assert_eq!(shelf(" "), absent);
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
        format!("{right}, not 60: write it as text with its unit, as in \"60s\"")
    );
    assert_eq!(
        refusal(r#"{ "grace": "60" }"#),
        format!("{right}, not `60`: add its unit, as in \"60s\"")
    );
    assert_eq!(refusal(r#"{ "grace": "" }"#), format!("{right}, not ``"));
    assert_eq!(
        refusal(r#"{ "grace": "-1s" }"#),
        format!("{right}, not `-1s`")
    );
}

#[test]
fn a_limit_may_be_none() {
    assert_eq!(shelf(r#"{ "ttl": "none" }"#).ttl, Limit::NONE);
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
            format!("`jitter` should be a number between 0 and 1, not {wrong}")
        );
    }
    assert_eq!(
        refusal(r#"{ "jitter": "a bit" }"#),
        "`jitter` should be a number between 0 and 1, not `a bit`"
    );
    assert_eq!(
        refusal(r#"{ "left": -1 }"#),
        "`left` should be a whole number, 0 or more, not -1"
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
    assert_eq!(settings.of("page:1").ttl, Duration::from_secs(10).into());
    assert_eq!(settings.of("user:1").ttl, Duration::from_secs(1).into());
    assert_eq!(settings.of("user:vip:1").ttl, Limit::NONE);
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

#[test]
fn durations_are_added_up_and_refused_where_they_are_none() {
    let nanos = |text: &str| super::duration::nanos(text.as_bytes());
    for (text, read) in [
        (" 1h30m ", Some(5_400_000_000_000)),
        ("1.5s", Some(1_500_000_000)),
        ("0.25 ms", Some(250_000)),
        ("3\u{b5}s 2ns", Some(3_002)),
        ("1d", Some(86_400_000_000_000)),
        ("18446744073709551615ns", Some(u64::MAX)),
        ("18446744073709551616ns", None),
        ("18446744073709551615ns 1ns", None),
        ("213504d", None),
        ("1. s", None),
        (".5s", None),
        ("1", None),
        ("s", None),
        ("1 month", None),
        ("1s,", None),
        ("  ", None),
    ] {
        assert_eq!(nanos(text), read, "{text}");
    }
}

/// What a policy may have in its settings and the shelf has not.
#[derive(Debug, PartialEq, crate::Settings)]
struct Rest {
    #[setting(default = true)]
    on: bool,
    #[setting(default = ["a", "b"])]
    names: Vec<String>,
    #[setting(default = { "x": [1, 2] }, at_most = 9)]
    lists: super::Named<Vec<u8>>,
    #[setting(default)]
    inner: Inner,
    #[setting(name = "type")]
    kind: i32,
}

#[derive(Debug, PartialEq, crate::Settings)]
struct Inner {
    #[setting(default = -1, at_least = -2)]
    depth: i64,
    r#in: Option<String>,
}

fn rest_refused(json: &str) -> String {
    read::<Rest>(json).expect_err("the settings are wrong")
}

#[test]
fn lists_tables_and_other_names_are_read() {
    let rest: Rest = read(r#"{ "type": -7, "inner": { "in": "x" } }"#).unwrap();
    assert!(rest.on);
    assert_eq!(rest.names, ["a", "b"]);
    assert_eq!(rest.lists.get("x").unwrap(), &[1, 2]);
    assert_eq!(rest.kind, -7);
    assert_eq!(
        rest.inner,
        Inner {
            depth: -1,
            r#in: Some("x".into())
        }
    );
}

#[test]
fn what_is_wrong_is_said_with_every_name_around_it() {
    for (json, refused) in [
        ("{}", "the setting `type` is missing"),
        ("7", "the settings should be a table, not 7"),
        (
            r#"{ "type": 1, "on": "yes" }"#,
            "`on` should be true or false, not `yes`",
        ),
        (
            r#"{ "type": 1.5 }"#,
            "`type` should be a whole number, not 1.5",
        ),
        (
            r#"{ "type": 1, "inner": { "depth": -3 } }"#,
            "`inner`: `depth` should be a whole number of at least -2, not -3",
        ),
        (
            r#"{ "type": 1, "inner": { "deep": 1 } }"#,
            "`inner`: unknown setting `deep`: did you mean `depth`?",
        ),
        (
            r#"{ "type": 1, "lists": { "y": [3, 10] } }"#,
            "`lists`: `y` should be a whole number of at most 9, not 10",
        ),
        (
            r#"{ "type": 3000000000 }"#,
            "`type` should be a whole number up to 2147483647, not 3000000000",
        ),
        (
            r#"{ "type": 1, "names": [null] }"#,
            "`names` should be text, not null",
        ),
    ] {
        assert_eq!(rest_refused(json), refused, "{json}");
    }
    assert_eq!(
        read::<()>(r#"{ "ttl": 1 }"#).unwrap_err(),
        "unknown setting `ttl`: there are none"
    );
}

#[test]
fn the_schema_says_what_can_be_set_and_what_is_set_by_default() {
    assert_eq!(
        Rest::schema_json(),
        concat!(
            r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","#,
            r#""description":"What a policy may have in its settings and the shelf has not.","#,
            r#""type":"object","properties":{"#,
            r#""on":{"type":"boolean","default":true},"#,
            r#""names":{"type":"array","items":{"type":"string"},"default":["a","b"]},"#,
            r#""lists":{"type":"object","additionalProperties":{"type":"array","items":"#,
            r#"{"type":"integer","minimum":0,"maximum":9}},"default":{"x":[1,2]}},"#,
            r#""inner":{"type":"object","properties":{"#,
            r#""depth":{"type":"integer","minimum":-2,"default":-1},"in":{"type":"string"}},"#,
            r#""additionalProperties":false,"default":{}},"#,
            r#""type":{"type":"integer"}},"required":["type"],"additionalProperties":false}"#,
        )
    );
    let shelf = ByPrefix::<Shelf>::schema_json();
    for part in [
        r#""ttl":{"description":"How long.","anyOf":[{"type":"string","format":"duration"},{"const":"none"}],"default":"1m"}"#,
        r#""jitter":{"type":"number","minimum":0,"maximum":1,"default":0}"#,
        r#""mode":{"enum":["drop","expire","replace"]}"#,
        r#""scope":{"anyOf":[{"enum":["each-key"]},{"type":"object","properties":{"leading_parts":{"type":"integer","minimum":0}},"required":["leading_parts"],"additionalProperties":false},"#,
        r##""prefix":{"type":"string","minLength":1},"ttl":{"$ref":"#/properties/ttl"}"##,
        r#""required":["prefix"],"additionalProperties":false},"default":[]}},"additionalProperties":false}"#,
    ] {
        assert!(
            shelf.contains(part),
            "{shelf}
lacks
{part}"
        );
    }
    assert!(!shelf.contains("properties/listen"), "{shelf}");
    assert_eq!(ByPrefix::<Shelf>::SCHEMA.names().last(), Some("right"));
}
