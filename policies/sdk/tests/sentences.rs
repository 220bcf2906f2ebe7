//! What the helpers for tests say when a sentence is not true, and where.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Mutex;
use std::time::Duration;

use shelflife_policy::testing::{Effect, given_plan, when_configured};
use shelflife_policy::{
    Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, Settings, WRITES,
};

/// How long entries live.
#[derive(Settings)]
struct Mine {
    /// How long an entry is fresh.
    ttl: Duration,
}

#[derive(Debug)]
struct Fixed(Duration);

impl Policy for Fixed {
    type Config = Mine;

    fn configure(settings: Mine) -> Result<(Self, Plan), String> {
        Ok((Fixed(settings.ttl), Plan::on_fill().listen(Listen::Writes)))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        Ok(Lease::for_duration(self.0).tags(fill.depends_on))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        if changes.iter().any(Change::is_truncation) {
            return Err("a truncation names no key".to_owned());
        }
        for change in changes {
            host.purge_tags(std::slice::from_ref(&change.key), PurgeMode::Drop);
        }
        Ok(())
    }
}

const MINUTE: &str = r#"{ "ttl": "60s" }"#;

/// One at a time: the hook is the whole program's.
static ONE: Mutex<()> = Mutex::new(());

/// What a sentence fails with, and at which line of this file.
fn failure(sentence: impl FnOnce()) -> (String, u32) {
    static LINE: Mutex<u32> = Mutex::new(0);
    let _one = ONE.lock().unwrap();
    let before = take_hook();
    set_hook(Box::new(|panic| {
        *LINE.lock().unwrap() = panic.location().map_or(0, Location::line);
    }));
    let payload = catch_unwind(AssertUnwindSafe(sentence));
    set_hook(before);
    let payload = payload.expect_err("the sentence is true");
    let text = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    };
    (text, *LINE.lock().unwrap())
}

#[test]
fn a_sentence_that_is_true_goes_on() {
    given_plan::<Fixed>(MINUTE)
        .listens_to([WRITES])
        .leases_on_fill()
        .when_filled(Fill::of("page:1").made_from("b").made_from("a"))
        .then_lease(Lease::for_duration(Duration::from_secs(60)).tags(["a", "b"]))
        .when_changes(&[Change::updated("t", "1"), Change::updated("t", "2")])
        .then_purges([
            Effect::tags(["1"], PurgeMode::Drop),
            Effect::tags(["2"], PurgeMode::Drop),
        ])
        .when_changes(&[])
        .then_purges_nothing()
        .when_changes(&[Change::truncated("t")])
        .then_refuses("names no key");
    when_configured::<Fixed>("{}").then_refuses("the setting `ttl` is missing");
}

#[test]
fn a_lease_that_is_another_is_shown_where_it_differs_and_at_the_line_that_says_so() {
    let (text, line) = failure(|| {
        given_plan::<Fixed>(MINUTE)
            .when_filled(Fill::of("page:1").made_from("a"))
            .then_lease(Lease::for_duration(Duration::from_secs(30)).tag("a"));
    });
    assert!(
        text.contains("  - ttl: 30s\n  + ttl: 60s\n    idle: none\n"),
        "{text}"
    );
    let source: Vec<&str> = include_str!("sentences.rs").lines().collect();
    assert!(
        source[line as usize - 1]
            .contains(".then_lease(Lease::for_duration(Duration::from_secs(30))")
    );
}

#[test]
fn a_purge_too_many_stands_among_those_that_were_expected() {
    let (text, _) = failure(|| {
        given_plan::<Fixed>(MINUTE)
            .when_changes(&["1", "2", "3"].map(|key| Change::updated("t", key)))
            .then_purges([
                Effect::tags(["1"], PurgeMode::Drop),
                Effect::tags(["3"], PurgeMode::Drop),
            ]);
    });
    assert!(
        text.ends_with("    drop the tags 1\n  + drop the tags 2\n    drop the tags 3"),
        "{text}"
    );
}

#[test]
fn what_is_not_refused_and_what_is_refused_otherwise_fail() {
    let (text, _) = failure(|| when_configured::<Fixed>(MINUTE).then_refuses("ttl"));
    assert!(text.starts_with("the policy takes the settings"), "{text}");
    let (text, _) = failure(|| when_configured::<Fixed>("{}").then_refuses("tll"));
    assert!(text.contains("the setting `ttl` is missing"), "{text}");
    let (text, _) = failure(|| {
        given_plan::<Fixed>(MINUTE)
            .when_changes(&[Change::truncated("t")])
            .then_purges_nothing();
    });
    assert_eq!(
        text,
        "the policy refuses the call: a truncation names no key"
    );
    let (text, _) = failure(|| {
        given_plan::<Fixed>(MINUTE).listens_to([]);
    });
    assert!(text.ends_with("  + writes"), "{text}");
}
