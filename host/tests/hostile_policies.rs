//! Policies that do whatever a policy must not. No request fails for it, nothing is lost, and what was
//! wrong is said by name.

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use shelflife::ManualClock;
use shelflife::policy::{Level, Limits, Source};
use shelflife::sync::{Cache, Write};
use support::{EVIL, builder, evil, lease_in_seconds};

const TTL: &str = r#"{ "ttl": "10m" }"#;

fn good() -> Source {
    Source::from("tags").config(TTL)
}

/// What is said of a harm, in the order of calls. Exact, for operators look for these texts.
const FAULTS: [(&str, &str, &str); 24] = [
    (
        "configure",
        "loop",
        "configure: out of fuel: limit=50000000",
    ),
    (
        "configure",
        "recurse",
        "configure: trapped: wasm trap: call stack exhausted",
    ),
    (
        "configure",
        "grow",
        "configure: too much memory (bytes): got=?, limit=67108864",
    ),
    (
        "configure",
        "panic",
        "configure: trapped: the policy panicked",
    ),
    ("configure", "refuse", "configure:  [2Jno no no"),
    (
        "configure",
        "too-many",
        "configure: too much rules: got=10001, limit=1024",
    ),
    (
        "configure",
        "long-name",
        "configure: too much bytes in a name: got=1048576, limit=1024",
    ),
    (
        "configure",
        "not-a-number",
        "configure: the rule for \"x\" looks for a similarity of NaN: it is between -1 and 1",
    ),
    ("on-fill", "loop", "on-fill: out of fuel: limit=10000000"),
    (
        "on-fill",
        "recurse",
        "on-fill: trapped: wasm trap: call stack exhausted",
    ),
    (
        "on-fill",
        "grow",
        "on-fill: too much memory (bytes): got=?, limit=67108864",
    ),
    ("on-fill", "panic", "on-fill: trapped: the policy panicked"),
    ("on-fill", "refuse", "on-fill:  [2Jno no no"),
    (
        "on-fill",
        "log-for-ever",
        "on-fill: out of fuel: limit=10000000",
    ),
    (
        "on-fill",
        "too-many",
        "on-fill: too much tags in a lease: got=10000, limit=64",
    ),
    (
        "on-fill",
        "long-name",
        "on-fill: too much bytes in a name: got=1048576, limit=1024",
    ),
    (
        "on-fill",
        "not-a-number",
        "on-fill: jitter is NaN: it must be between 0 and 1",
    ),
    (
        "on-changes",
        "loop",
        "on-changes: out of fuel: limit=10000000",
    ),
    (
        "on-changes",
        "long-name",
        "on-changes: too much bytes in a name: got=1048576, limit=1024",
    ),
    (
        "on-changes",
        "not-a-number",
        "on-changes: trapped: a vector or a similarity is not a finite number",
    ),
    (
        "on-changes",
        "million-purges",
        "on-changes: too much purges: got=10001, limit=10000",
    ),
    (
        "on-changes",
        "five-megabytes",
        "on-changes: too much data for one call (bytes): limit=4194304",
    ),
    (
        "on-changes",
        "trap-in-the-journal",
        "on-changes: trapped: the policy panicked",
    ),
    (
        "on-changes",
        "search",
        "on-changes: too much searches: got=513, limit=512",
    ),
];

/// Digits that no limit sets are left out.
fn matches(said: &str, expected: &str) -> bool {
    match expected.split_once('?') {
        None => said.starts_with(expected),
        Some((before, after)) => {
            let rest = said.strip_prefix(before);
            let rest = rest.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
            rest.is_some_and(|rest| rest.starts_with(after))
        }
    }
}

/// The policy's last error after it was made to do its harm, without its name.
fn provoke(cache: &Cache<u64>) -> String {
    assert_eq!(cache.get_with("key", |_| 7), 7);
    cache.announce(Write::of("key"));
    let info = &cache.policy_info()[0];
    let error = info.last_error.as_ref().expect("it has failed").to_string();
    let said = error
        .strip_prefix("policy evil 0.1.0: ")
        .expect("it is named");
    said.to_owned()
}

#[test]
fn every_fault_is_noticed_and_named() {
    let mut wrong = Vec::new();
    for (call, does, expected) in FAULTS {
        let built = builder().policy(evil(call, does)).build();
        let said = match (call, built) {
            ("configure", built) => {
                let error = built
                    .expect_err(does)
                    .policy_error()
                    .expect(does)
                    .to_string();
                error.replace("policy evil 0.1.0: ", "")
            }
            (_, built) => provoke(&built.unwrap()),
        };
        if !matches(&said, expected) {
            wrong.push(format!("{call} {does}: {said:.200}"));
        }
        assert!(said.len() < 5_000, "{call} {does}: {} bytes", said.len());
        assert!(!said.contains(char::is_control), "{call} {does}: {said:?}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_call_that_is_broken_off_says_what_it_was_about_and_how_far_it_had_come() {
    for (call, does, about, last) in [
        ("on-fill", "log-for-ever", "key \"key\"", "log.emit"),
        (
            "on-changes",
            "million-purges",
            "a change of \"key\"",
            "purge.keys",
        ),
        (
            "on-changes",
            "search",
            "a change of \"key\"",
            "vectors.nearest",
        ),
    ] {
        let cache = builder().policy(evil(call, does)).build().unwrap();
        let said = provoke(&cache);
        let (_, circumstances) = said.split_once(" (").expect(&said);
        let begins = format!("{about}; after ");
        let ends = format!(" calls of the host, the last {last})");
        assert!(
            circumstances.starts_with(&begins) && circumstances.ends_with(&ends),
            "{said}"
        );
        let info = &cache.policy_info()[0];
        let error = info.last_error.as_ref().unwrap();
        let circumstances = error.circumstances().unwrap();
        assert_eq!(circumstances.about, about);
        assert!(
            circumstances.host_calls > 500,
            "{}",
            circumstances.host_calls
        );
    }
    // What a policy says itself needs no more.
    let cache = builder().policy(evil("on-fill", "refuse")).build().unwrap();
    assert!(provoke(&cache).starts_with("on-fill:  [2Jno no no"));
    let info = &cache.policy_info()[0];
    assert!(info.last_error.as_ref().unwrap().circumstances().is_none());
}

#[test]
fn files_that_are_no_policy_are_told_what_they_are() {
    let replaced = |from: &str, to: &str| {
        let mut bytes = EVIL.to_vec();
        let (from, to) = (from.as_bytes(), to.as_bytes());
        assert_eq!(from.len(), to.len());
        let places: Vec<usize> = (0..bytes.len() - from.len())
            .filter(|&at| bytes[at..].starts_with(from))
            .collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    };
    let cases: [(&str, Vec<u8>, &str); 7] = [
        (
            "empty",
            Vec::new(),
            "the file is empty: a WebAssembly component was expected",
        ),
        ("text", b"hello, world".to_vec(), "this is no WebAssembly"),
        (
            "core",
            b"\0asm\x01\0\0\0".to_vec(),
            "this is a core module, not a component: turn it",
        ),
        (
            "truncated",
            EVIL[..EVIL.len() / 2].to_vec(),
            "this is no valid component: ",
        ),
        (
            "other version",
            replaced("policy/lifecycle@0.1.0", "policy/lifecycle@0.9.0"),
            "of the wrong type: shelflife:policy/lifecycle@0.9.0 (here: shelflife:policy@0.1.0)",
        ),
        (
            "unknown import",
            replaced("policy/vectors@0.1.0", "policy/victors@0.1.0"),
            "it imports and the host lacks: shelflife:policy/victors@0.1.0",
        ),
        (
            "too large",
            vec![0; (64 << 20) + 1],
            "too much component (bytes): got=67108865",
        ),
    ];
    let live = builder().policy(good()).build().unwrap();
    for (name, bytes, expected) in cases {
        let error = live.swap_policy((name, bytes)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("policy {name}")), "{error}");
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert_eq!(live.policy_info()[0].swaps, 0);
}

#[test]
fn nothing_of_a_call_that_traps_half_way_is_carried_out() {
    let cache = builder()
        .policy(evil("on-changes", "trap-in-the-journal"))
        .build()
        .unwrap();
    cache.start_canary(good()).unwrap();
    // The host drops everything itself then; the candidate tells that the policy's own purge is not
    // among what it compares with.
    cache.insert("a", 1);
    cache.announce(Write::of("b"));
    assert_eq!(
        cache.get("a"),
        None,
        "an invalidation that nobody can carry out costs hits"
    );
    let report = cache.drop_canary().unwrap();
    assert_eq!((report.changes, report.failures), (0, 0));
}

#[test]
fn a_policy_that_purges_everything_hurts_hits_and_no_request() {
    let cache = builder()
        .policy(evil("on-changes", "purge-everything"))
        .build()
        .unwrap();
    for n in 0..100 {
        assert_eq!(cache.get_with("a", |_| n), n);
        cache.announce(Write::of("b"));
    }
    assert_eq!(cache.policy_info()[0].failures, 0, "it may");
}

#[test]
fn lines_past_the_limit_are_dropped_and_counted() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let cache = builder()
        .policy(evil("on-fill", "log-too-much"))
        .policy_log(move |level, line| kept.lock().unwrap().push((level, line.to_owned())))
        .build()
        .unwrap();
    cache.insert("a", 1);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 64);
    assert_eq!(lines[0], (Level::Info, "a line".to_owned()));
    let info = &cache.policy_info()[0];
    assert_eq!((info.calls.lines_dropped, info.failures), (36, 0));
}

#[test]
fn the_safety_net_stands_in_after_so_many_failures_and_steps_back_for_a_good_policy() {
    let clock = ManualClock::default();
    let cache = builder()
        .policy(evil("on-fill", "panic"))
        .policy_limits(Limits::deterministic().patience(3))
        .clock(clock.clone())
        .build()
        .unwrap();
    for n in 0..2 {
        cache.insert(&format!("{n}"), n);
    }
    assert_eq!(cache.policy_info()[0].standing_in_since, None);
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 60, "a safety net");
    assert!(cache.policy_info()[0].standing_in_since.is_some());
    let calls = cache.stats().policy_calls;
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 60);
    assert_eq!(
        cache.stats().policy_calls,
        calls,
        "it is not called any more"
    );

    cache.swap_policy(good()).unwrap();
    assert_eq!(cache.policy_info()[0].standing_in_since, None);
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 600);
}

#[test]
fn fuel_is_not_all_that_ends_a_loop() {
    let limits = Limits::default()
        .fuel(u64::MAX)
        .deadline(Some(Duration::from_millis(2)));
    let cache = builder()
        .policy(evil("on-fill", "loop"))
        .policy_limits(limits)
        .build()
        .unwrap();
    assert_eq!(
        provoke(&cache),
        "on-fill: out of time: limit=2ms (key \"key\")"
    );
}

#[test]
fn a_loop_in_configure_ends_by_the_clock_too() {
    let limits = Limits::default()
        .configure_fuel(u64::MAX)
        .configure_deadline(Some(Duration::from_millis(5)));
    let built = builder()
        .policy(evil("configure", "loop"))
        .policy_limits(limits)
        .build();
    let error = built.err().unwrap().to_string();
    assert!(
        error.ends_with("configure: out of time: limit=5ms"),
        "{error}"
    );
}

/// Readers read and writers write while each policy in turn is put in place, and a good one after it.
#[test]
fn no_request_fails_while_hostile_policies_come_and_go() {
    const READERS: usize = 2;
    let cache = Cache::<u64>::builder()
        .max_capacity(1_000)
        .compiled_code_in(support::folder("compiled"))
        .policy(good())
        .build()
        .unwrap();
    let together = Arc::new(Barrier::new(READERS + 2));
    let done = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let reader = |seed: u64| {
        let (cache, together) = (cache.clone(), Arc::clone(&together));
        let (done, answered) = (Arc::clone(&done), Arc::clone(&answered));
        thread::spawn(move || {
            together.wait();
            let mut number = seed;
            while !done.load(Ordering::Acquire) {
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let key = number >> 52;
                let value = cache.get_with(&format!("key:{key}"), |load| {
                    load.depends_on("all");
                    key
                });
                assert_eq!(value, key);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let mut threads: Vec<_> = (0..READERS as u64).map(reader).collect();
    threads.push({
        let (cache, together, done) = (cache.clone(), Arc::clone(&together), Arc::clone(&done));
        thread::spawn(move || {
            together.wait();
            while !done.load(Ordering::Acquire) {
                cache.announce(Write::of("all"));
            }
        })
    });
    together.wait();
    for (call, does, _) in FAULTS {
        let swapped = cache.swap_policy(evil(call, does));
        assert_eq!(swapped.is_err(), call == "configure", "{call} {does}");
        // Until it has failed, by whichever thread.
        while call != "configure" && cache.policy_info()[0].failures == 0 {
            thread::yield_now();
        }
        cache.swap_policy(good()).unwrap();
        assert_eq!(cache.policy_info()[0].standing_in_since, None);
        // And until a request was answered under the good one.
        let before = answered.load(Ordering::Relaxed);
        while answered.load(Ordering::Relaxed) == before {
            thread::yield_now();
        }
    }
    done.store(true, Ordering::Release);
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert!(cache.entry_count() <= 1_000);
    // An announcement reaches what was loaded before it, whatever was in place meanwhile.
    cache.get_with("last", |load| {
        load.depends_on("all");
        1
    });
    cache.announce(Write::of("all"));
    assert_eq!(cache.get("last"), None);
}
