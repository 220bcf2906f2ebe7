//! Policies of a cache: several at once, and others in their place while it runs.

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use shelflife::policy::{Entries, Limits, Permission, Restored, Runtime, Source};
use shelflife::sync::Write;
use support::{EVIL, build, builder, evil, folder, learner, lease_in_seconds, ttl, without_line};

#[test]
fn a_policy_is_a_name_a_path_or_bytes() {
    let tags = shelflife_policies::find("tags").unwrap();
    let file = folder("a-policy.wasm");
    std::fs::write(&file, tags.component).unwrap();
    let sources: [Source; 4] = [
        "tags".into(),
        tags.into(),
        ("tags", tags.component).into(),
        Source::file(&file).named("tags"),
    ];
    for source in sources {
        let cache = builder().policy(source).build().unwrap();
        let info = &cache.policy_info()[0];
        assert_eq!((&*info.name, &*info.sha256), ("tags", tags.sha256));
        assert_eq!(info.version.as_deref(), Some("0.1.0"));
        assert_eq!(info.grants, [Permission::Purge, Permission::Rows]);
        assert!(info.exports.leases && info.exports.reactions);
        assert_eq!(info.plan.feeds, ["writes"]);
    }
    let refused = builder().policy("tagz").build().err().unwrap().to_string();
    assert!(
        refused.contains("policy tagz: no built-in policy has this name"),
        "{refused}"
    );
}

#[test]
fn the_strictest_lease_of_several_policies_counts() {
    let tags = Source::from("tags").config(r#"{ "ttl": "1h" }"#);
    for (limit, seconds) in [("10m", 600), ("2h", 3600)] {
        let other = ttl(&format!(r#"{{ "ttl": "{limit}" }}"#));
        let (cache, clock) = build(builder().policy(tags.clone()).policy(other));
        assert_eq!(lease_in_seconds(&cache, &clock, "a"), seconds);
        // The tags of the one count though the other has none.
        cache.get_with("page", |load| {
            load.depends_on("review");
            1
        });
        cache.announce(Write::of("review"));
        assert_eq!(cache.get("page"), None);
    }
}

#[test]
fn what_several_policies_purge_adds_up() {
    let tags = Source::from("tags").config(r#"{ "ttl": "1h" }"#);
    // One drops what carries the tag, the other the key of that name.
    let (cache, _) = build(builder().policy("write-through").policy(tags));
    cache.get_with("page", |load| {
        load.depends_on("user:1");
        1
    });
    cache.insert("user:1", 1);
    cache.announce(Write::of("user:1"));
    assert_eq!((cache.get("page"), cache.get("user:1")), (None, None));
}

#[test]
fn policies_that_do_not_go_together_are_refused() {
    let two = builder().policy("ttl").policy("ttl").build().err().unwrap();
    assert_eq!(
        two.to_string(),
        "the cache cannot be built: policy ttl: two policies of the cache have this name"
    );
    let by = |name: &str, scope: &str| {
        let versions = Source::from("versions").named(name);
        versions.config(format!(r#"{{ "scope": {scope} }}"#))
    };
    let clash = builder()
        .policy(by("a", r#""each-key""#))
        .policy(by("b", r#"{ "shared": "x" }"#))
        .build();
    let clash = clash.err().unwrap().to_string();
    assert!(
        clash.contains("an entry can be kept under one counter only"),
        "{clash}"
    );
}

#[test]
fn a_policy_that_asks_for_what_is_withheld_is_refused_by_name() {
    let refused = builder().withhold(Permission::Rows).policy("tags").build();
    assert_eq!(
        refused.err().unwrap().to_string(),
        "the cache cannot be built: policy tags 0.1.0: it asks for what is withheld from it: \
         shelflife:policy/rows@0.1.0"
    );
    assert!(
        builder()
            .withhold(Permission::Rows)
            .policy("ttl")
            .build()
            .is_ok()
    );
}

#[test]
fn a_policy_that_is_compiled_already_is_admitted_like_any_other() {
    let tags = shelflife_policies::find("tags").unwrap();
    let runtime = Runtime::new(Limits::default()).unwrap();
    let compiled = runtime.compile("tags", tags.component).unwrap();
    let (cache, _) = build(builder().policy(Source::compiled(&compiled).named("mine")));
    assert_eq!(cache.policy_info()[0].name, "mine");
    cache.get_with("page", |load| {
        load.depends_on("review");
        1
    });
    cache.announce(Write::of("review"));
    assert_eq!(cache.get("page"), None);
    let refused = builder()
        .withhold(Permission::Rows)
        .policy(Source::compiled(&compiled))
        .build();
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("it asks for what is withheld from it"),
        "{refused}"
    );
}

#[test]
fn several_writes_that_are_announced_together_are_one_call_of_the_policy() {
    let (cache, _) = build(builder().policy("write-through"));
    for key in ["user:1", "user:2", "user:3"] {
        cache.insert(key, 1);
    }
    let before = cache.stats().policy_calls;
    cache.announce_all([Write::of("user:1"), Write::of("user:2").deleted()]);
    assert_eq!(cache.stats().policy_calls - before, 1);
    assert_eq!((cache.get("user:1"), cache.get("user:2")), (None, None));
    assert_eq!(cache.get("user:3"), Some(1));
    // Nobody says which keys of it, so it is everything.
    cache.announce(Write::truncated("user"));
    assert_eq!(cache.get("user:3"), None);
    cache.announce_all([]);
    assert_eq!(cache.stats().policy_calls - before, 2);
}

#[test]
fn of_two_values_of_a_key_that_are_announced_together_the_later_counts() {
    let replacing = Source::from("write-through").config(r#"{ "on_write": "replace" }"#);
    let (cache, _) = build(builder().policy(replacing));
    cache.insert("a", 1);
    cache.insert("b", 1);
    let write = |key: &str, value| Write::of(key).with_value(value);
    cache.announce_all([
        write("a", 2),
        write("a", 3),
        write("b", 2),
        Write::of("b").deleted(),
    ]);
    assert_eq!((cache.get("a"), cache.get("b")), (Some(3), None));
}

#[test]
fn after_a_swap_the_new_code_runs_and_after_a_rollback_the_old() {
    let (cache, clock) = build(builder().policy(("mine", EVIL)));
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 600);
    let before = cache.policy_info()[0].sha256.clone();

    let report = cache.swap_policy(learner().named("mine")).unwrap();
    assert_eq!(report.before, before);
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 1);
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 2);
    let info = &cache.policy_info()[0];
    assert_eq!((&info.sha256, info.swaps), (&report.sha256, 1));
    assert_eq!(info.previous.as_ref().unwrap().1, before);

    let report = cache.rollback_policy().unwrap();
    assert_eq!(report.sha256, before);
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 600);
    cache.rollback_policy().unwrap();
    assert_eq!(
        lease_in_seconds(&cache, &clock, "a"),
        3,
        "with what it had learned"
    );
}

#[test]
fn without_a_swap_there_is_nothing_to_go_back_to() {
    let cache = builder().policy("ttl").build().unwrap();
    let error = cache.rollback_policy().unwrap_err().to_string();
    assert!(error.contains("no policy was swapped"), "{error}");
    let without = builder().build().unwrap();
    let error = without.swap_policy("ttl").unwrap_err().to_string();
    assert!(error.contains("built without a policy"), "{error}");
    assert!(without.policy_info().is_empty());
}

#[test]
fn a_refused_swap_leaves_everything_as_it_was() {
    let (cache, clock) = build(builder().policy(ttl(r#"{ "ttl": "7s" }"#)));
    cache.insert("kept", 1);
    let before = cache.policy_info()[0].sha256.clone();
    let wrong: [(Source, &str); 4] = [
        (ttl(r#"{ "tll": "1s" }"#), "did you mean `ttl`?"),
        (
            evil("configure", "panic"),
            "configure: trapped: the policy panicked",
        ),
        (("x", b"\0asm\x01\0\0\0").into(), "core module"),
        ("nowhere.wasm".into(), "cannot read nowhere.wasm"),
    ];
    for (source, why) in wrong {
        let error = cache.swap_policy(source).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(cache.get("kept"), Some(1));
        assert_eq!(cache.policy_info()[0].sha256, before);
    }
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 7);
}

#[test]
fn the_settings_stay_where_a_new_version_of_a_policy_has_none_of_its_own() {
    let (cache, clock) = build(builder().policy(ttl(r#"{ "ttl": "7s" }"#)));
    cache.swap_policy("ttl").unwrap();
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 7);
    cache.swap_policy(ttl(r#"{ "ttl": "9s" }"#)).unwrap();
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 9);
}

#[test]
fn a_swap_among_several_policies_takes_the_place_of_the_one_with_its_name() {
    let tags = Source::from("tags").config(r#"{ "ttl": "20s" }"#);
    let (cache, clock) = build(builder().policy(tags).policy(ttl(r#"{ "ttl": "10s" }"#)));
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 10);
    cache.swap_policy(ttl(r#"{ "ttl": "30s" }"#)).unwrap();
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 20);
    let error = cache.swap_policy("cdc").unwrap_err().to_string();
    assert!(error.contains("there are tags + ttl"), "{error}");
}

#[test]
fn what_a_policy_has_learned_goes_to_its_successor() {
    let (cache, clock) = build(builder().policy(learner()));
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 1);
    cache.announce(Write::of("b"));
    let report = cache.swap_policy(learner()).unwrap();
    assert_eq!(report.restored, Restored::Taken { bytes: 8 });
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 3);
}

#[test]
fn a_successor_that_cannot_make_sense_of_the_state_begins_without() {
    let cases = [
        (r#"{ "save": "refuse" }"#, "{}", "save: as it was told"),
        (
            r#"{ "save": "panic" }"#,
            "{}",
            "save: trapped: the policy panicked (it said: policies/learner/src/lib.rs:…: as it was told)",
        ),
        (
            r#"{ "save": "loop" }"#,
            "{}",
            "save: out of fuel: limit=10000000",
        ),
        (
            r#"{ "save": "too-much" }"#,
            "{}",
            "save: too much saved state (bytes): got=2097152, limit=1048576",
        ),
        (
            r#"{ "save": "garbage" }"#,
            "{}",
            "restore: 8 bytes are a count, and these are 3",
        ),
        (
            "{}",
            r#"{ "restore": "refuse" }"#,
            "restore: as it was told",
        ),
        (
            "{}",
            r#"{ "restore": "panic" }"#,
            "restore: trapped: the policy panicked (8 bytes saved by learner; \
             it said: policies/learner/src/lib.rs:…: as it was told)",
        ),
        (
            "{}",
            r#"{ "restore": "loop" }"#,
            "restore: out of fuel: limit=10000000 (8 bytes saved by learner)",
        ),
    ];
    for (old, new, why) in cases {
        let (cache, clock) = build(builder().policy(learner().config(old)));
        assert_eq!(lease_in_seconds(&cache, &clock, "a"), 1);
        let report = cache.swap_policy(learner().config(new)).unwrap();
        let Restored::Refused(error) = report.restored else {
            panic!("{old} and {new}: {:?}", report.restored);
        };
        let error = without_line(&error.to_string());
        assert_eq!(error, format!("policy learner 0.1.0: {why}"));
        assert_eq!(lease_in_seconds(&cache, &clock, "a"), 1, "{why}");
        assert_eq!(cache.policy_info()[0].failures, 0, "{why}");
    }
}

#[test]
fn a_policy_has_an_instance_a_slot_unless_it_learns() {
    let slots = |source: Source| {
        let cache = builder().policy_slots(3).policy(source).build().unwrap();
        cache.policy_info()[0].slots
    };
    assert_eq!(slots("tags".into()), 3);
    assert_eq!(slots(learner()), 1);
}

#[test]
fn entries_stay_for_a_new_version_and_are_expired_for_another_policy() {
    let (cache, _) = build(builder().policy(ttl(r#"{ "ttl": "1h" }"#)));
    let entries_after = |source: Source| {
        cache.insert("a", 1);
        let report = cache.swap_policy(source).unwrap();
        (report.entries, cache.get("a").is_some())
    };
    assert_eq!(entries_after(ttl("{}")), (Entries::Keep, true));
    assert_eq!(entries_after("tags".into()), (Entries::Expire, false));
    let kept = Source::from("write-through").entries(Entries::Keep);
    assert_eq!(entries_after(kept), (Entries::Keep, true));
    let dropped = Source::from("write-through").entries(Entries::Drop);
    assert_eq!(entries_after(dropped), (Entries::Drop, false));
}

/// An entry that was stored under its key would be found there again when the policy that counts versions
/// is gone, although a write had moved its counter meanwhile.
#[test]
fn entries_are_dropped_where_the_new_policy_keeps_them_in_another_place() {
    let (cache, _) = build(builder().policy(ttl(r#"{ "ttl": "1h" }"#)));
    cache.insert("a", 1);
    let versions = Source::from("versions").entries(Entries::Keep);
    assert_eq!(cache.swap_policy(versions).unwrap().entries, Entries::Drop);
    cache.announce(Write::of("a"));
    let back = cache.swap_policy(ttl("{}").entries(Entries::Keep)).unwrap();
    assert_eq!(back.entries, Entries::Drop);
    assert_eq!(cache.get("a"), None);
}

#[test]
fn a_load_that_began_before_a_swap_that_expires_entries_is_not_stored() {
    let (cache, _) = build(builder().policy("ttl"));
    let value = cache.get_with("a", |_| {
        cache.swap_policy("tags").unwrap();
        1
    });
    assert_eq!((value, cache.get("a")), (1, None));
}

/// Every announcement is counted by exactly one instance, and each hands its count on.
#[test]
fn a_swap_loses_no_change_and_fails_no_read() {
    const WRITERS: u64 = 2;
    const WRITES: u64 = 400;
    let (cache, clock) = build(builder().policy(learner()));
    let together = Arc::new(Barrier::new(WRITERS as usize + 2));
    let done = Arc::new(AtomicBool::new(false));
    let loads = Arc::new(AtomicU64::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (cache, together) = (cache.clone(), Arc::clone(&together));
            thread::spawn(move || {
                together.wait();
                for n in 0..WRITES {
                    cache.announce(Write::of(format!("w{writer}:{n}")));
                }
            })
        })
        .collect();
    let reader = {
        let (cache, together) = (cache.clone(), Arc::clone(&together));
        let (done, loads) = (Arc::clone(&done), Arc::clone(&loads));
        thread::spawn(move || {
            together.wait();
            for n in 0.. {
                if done.load(Ordering::Acquire) {
                    break;
                }
                let value = cache.get_with(&format!("r:{n}"), |_| n);
                assert_eq!(value, n);
                loads.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    together.wait();
    let mut swaps = 0;
    while swaps < 10 || !writers.iter().all(thread::JoinHandle::is_finished) {
        let report = cache.swap_policy(learner()).unwrap();
        assert!(
            matches!(report.restored, Restored::Taken { .. }),
            "{report:?}"
        );
        swaps += 1;
    }
    writers
        .into_iter()
        .for_each(|writer| writer.join().unwrap());
    done.store(true, Ordering::Release);
    reader.join().unwrap();
    let seen = WRITERS * WRITES + loads.load(Ordering::Relaxed);
    // The next lease is one second longer than all that was seen.
    cache.insert("a", 1);
    clock.advance(Duration::from_secs(seen));
    assert_eq!(cache.get("a"), Some(1), "nothing is forgotten");
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.get("a"), None, "and nothing counted twice");
    assert_eq!(cache.policy_info()[0].failures, 0);
}

#[test]
fn what_is_known_of_a_policy_says_how_it_fares() {
    let (cache, clock) = build(builder().policy(evil("on-fill", "panic")));
    clock.advance(Duration::from_nanos(5));
    for n in 0..8 {
        cache.insert(&format!("{n}"), n);
    }
    let info = &cache.policy_info()[0];
    assert_eq!((info.failures, info.standing_in_since), (8, Some(5)));
    assert_eq!(info.calls.traps, 8);
    assert_eq!(info.contract, "shelflife:policy@0.1.0");
    assert_eq!(info.config, r#"{ "in": "on-fill", "does": "panic" }"#);
}
