//! The promises P1–P5, one interleaving a test. Values say which state of the origin they hold.

use super::*;

type TestEngine = Engine<&'static str>;

fn engine(plan: &Plan) -> TestEngine {
    let engine = Engine::new(&Options::default());
    engine.install(plan);
    engine
}

fn plain() -> TestEngine {
    engine(&Plan::every_key(Lease::for_nanos(1_000)))
}

fn read(engine: &TestEngine, key: &str, now: Instant) -> Read<&'static str> {
    read_near(engine, key, None, now)
}

fn read_near(
    engine: &TestEngine,
    key: &str,
    vector: Option<&[f32]>,
    now: Instant,
) -> Read<&'static str> {
    let draw = &mut || 0.5;
    engine.read(&engine.key(key), &mut Reader { now, vector, coalesce: true, draw })
}

/// Begins a load that nobody else may be carrying out.
fn begin(engine: &TestEngine, key: &str, now: Instant) -> Ticket {
    match read(engine, key, now) {
        Read::Load(ticket, ()) => ticket,
        other => panic!("{key} was not to be loaded: {other:?}"),
    }
}

fn finish(engine: &TestEngine, ticket: Ticket, value: &'static str, lease: &Lease) -> bool {
    finish_near(engine, ticket, value, lease, None)
}

fn finish_near(
    engine: &TestEngine,
    ticket: Ticket,
    value: &'static str,
    lease: &Lease,
    vector: Option<&[f32]>,
) -> bool {
    let fill = Fill { now: ticket.began(), vector: vector.map(Arc::from), ..Fill::default() };
    engine.complete(ticket, value, lease, &fill, &mut || 0.5).stored
}

fn fill(engine: &TestEngine, key: &str, value: &'static str, lease: &Lease, now: Instant) {
    let ticket = begin(engine, key, now);
    assert!(finish(engine, ticket, value, lease));
}

fn hit(engine: &TestEngine, key: &str, now: Instant) -> Option<&'static str> {
    match read(engine, key, now) {
        Read::Hit { entry, refresh, .. } => {
            refresh.iter().for_each(|ticket| engine.abandon(ticket));
            Some(*entry.value())
        }
        Read::Load(ticket, ()) => {
            engine.abandon(&ticket);
            None
        }
        Read::Join { .. } => None,
    }
}

fn tagged(tag: &str) -> Lease {
    Lease { tags: vec![tag.into()], ..Lease::for_nanos(1_000) }
}

/// Every purge that reaches `key`, tagged `tag`, near `[1, 0]`.
fn every_purge(mode: PurgeMode) -> Vec<Purge> {
    vec![
        Purge::Keys { keys: vec!["user:1".into()], mode },
        Purge::Tags { tags: vec!["tag".into()], mode },
        Purge::Prefix { prefix: "user:".into(), mode },
        Purge::Everything { mode },
        Purge::Within { centre: Arc::from([1.0, 0.0]), at_least: 0.9, mode },
    ]
}

#[test]
fn a_load_that_began_before_any_purge_is_never_stored() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace] {
        for purge in every_purge(mode) {
            let engine = plain();
            let ticket = begin(&engine, "user:1", 0);
            engine.purge(&purge, 1);
            let stored = finish_near(&engine, ticket, "OLD", &tagged("tag"), Some(&[1.0, 0.0]));
            assert!(!stored, "{purge:?} let a load through");
            assert_eq!(hit(&engine, "user:1", 2), None, "{purge:?}");
        }
    }
}

#[test]
fn an_entry_that_any_purge_dropped_is_never_served_again() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        let lease = Lease { grace: 5_000, rescue: 5_000, ..tagged("tag") };
        let ticket = begin(&engine, "user:1", 0);
        assert!(finish_near(&engine, ticket, "OLD", &lease, Some(&[1.0, 0.0])));
        assert_eq!(hit(&engine, "user:1", 1), Some("OLD"));
        engine.purge(&purge, 2);
        let ticket = begin(&engine, "user:1", 3);
        assert!(engine.rescue(&ticket, 3).is_none(), "{purge:?} left something to rescue");
    }
}

#[test]
fn an_entry_that_any_purge_expired_is_served_within_its_grace_only() {
    for purge in every_purge(PurgeMode::Expire) {
        let engine = plain();
        let lease = Lease { grace: 10, ..tagged("tag") };
        let ticket = begin(&engine, "user:1", 0);
        assert!(finish_near(&engine, ticket, "OLD", &lease, Some(&[1.0, 0.0])));
        engine.purge(&purge, 100);
        let Read::Hit { refresh: Some(ticket), .. } = read(&engine, "user:1", 109) else {
            panic!("{purge:?}: not served within its grace, or not refreshed");
        };
        engine.abandon(&ticket);
        assert_eq!(hit(&engine, "user:1", 110), None, "{purge:?}");
    }
}

#[test]
fn a_purge_leaves_what_it_does_not_name() {
    for purge in every_purge(PurgeMode::Drop) {
        if matches!(purge, Purge::Everything { .. }) {
            continue;
        }
        let engine = plain();
        let ticket = begin(&engine, "page:1", 0);
        assert!(finish_near(&engine, ticket, "KEPT", &tagged("other"), Some(&[0.0, 1.0])));
        engine.purge(&purge, 1);
        assert_eq!(hit(&engine, "page:1", 2), Some("KEPT"), "{purge:?}");
    }
}

#[test]
fn what_is_loaded_after_a_purge_is_served() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        engine.purge(&purge, 0);
        let ticket = begin(&engine, "user:1", 1);
        assert!(finish_near(&engine, ticket, "NEW", &tagged("tag"), Some(&[1.0, 0.0])));
        assert_eq!(hit(&engine, "user:1", 2), Some("NEW"), "{purge:?}");
    }
}

#[test]
fn a_read_after_a_purge_of_its_key_does_not_join_the_load_from_before() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    engine.purge(&Purge::Keys { keys: vec!["user:1".into()], mode: PurgeMode::Drop }, 1);
    let new = begin(&engine, "user:1", 2);
    assert!(finish(&engine, new, "NEW", &Lease::for_nanos(1_000)));
    assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
    assert_eq!(hit(&engine, "user:1", 3), Some("NEW"));
}

#[test]
fn a_reader_that_joined_after_its_tag_was_purged_may_not_have_the_value_of_that_load() {
    let engine = plain();
    let key = engine.key("user:1");
    let ticket = begin(&engine, "user:1", 0);
    let Read::Join { joined: before, .. } = read(&engine, "user:1", 1) else { panic!() };
    engine.purge(&Purge::Tags { tags: vec!["tag".into()], mode: PurgeMode::Drop }, 2);
    let Read::Join { joined: after, .. } = read(&engine, "user:1", 3) else { panic!() };
    let stored = engine.complete(ticket, "OLD", &tagged("tag"), &Fill::default(), &mut || 0.5);
    assert!(engine.may_serve(&key, &stored.entry, before), "it came before the purge");
    assert!(!engine.may_serve(&key, &stored.entry, after));
}

#[test]
fn an_insert_supersedes_a_load_in_flight() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    let lease = Lease::for_nanos(1_000);
    engine.insert(&engine.key("user:1"), "NEW", &lease, &Fill::default(), &mut || 0.5);
    assert!(!finish(&engine, old, "OLD", &lease));
    assert_eq!(hit(&engine, "user:1", 3), Some("NEW"));
}

#[test]
fn a_background_refresh_that_began_before_a_purge_is_discarded() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        let lease = Lease { grace: 1_000, ..tagged("tag") };
        let ticket = begin(&engine, "user:1", 0);
        finish_near(&engine, ticket, "OLD", &lease, Some(&[1.0, 0.0]));
        let Read::Hit { refresh: Some(refresh), .. } = read(&engine, "user:1", 1_500) else {
            panic!("no refresh within the grace");
        };
        engine.purge(&purge, 1_600);
        assert!(!finish_near(&engine, refresh, "OLD", &lease, Some(&[1.0, 0.0])), "{purge:?}");
        assert_eq!(hit(&engine, "user:1", 1_601), None, "{purge:?}");
    }
}

#[test]
fn readers_of_one_key_share_one_load() {
    let engine = plain();
    let ticket = begin(&engine, "user:1", 0);
    assert!(matches!(read(&engine, "user:1", 1), Read::Join { flight, .. } if flight == ticket.flight()));
    engine.abandon(&ticket);
    assert!(matches!(read(&engine, "user:1", 2), Read::Load(..)));
}

#[test]
fn one_refresh_at_a_time_is_begun_and_stale_readers_do_not_wait() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease { grace: 100, ..Lease::for_nanos(10) }, 0);
    let Read::Hit { refresh: Some(ticket), .. } = read(&engine, "a", 11) else { panic!() };
    let Read::Hit { refresh: None, .. } = read(&engine, "a", 12) else { panic!() };
    assert!(finish(&engine, ticket, "NEW", &Lease::for_nanos(100)));
    assert_eq!(hit(&engine, "a", 13), Some("NEW"));
}

#[test]
fn a_failed_load_is_answered_within_the_rescue_of_what_was_there() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease { rescue: 100, ..Lease::for_nanos(10) }, 0);
    let ticket = begin(&engine, "a", 50);
    assert_eq!(engine.rescue(&ticket, 60).map(|entry| *entry.value()), Some("OLD"));
    assert!(engine.rescue(&ticket, 110).is_none());
}

fn by_generation(cached_for: Nanos) -> TestEngine {
    let keying = Keying::ByGeneration { scope: Scope::LeadingParts(1), cached_for };
    let lease = Some(Arc::new(Lease::for_nanos(1_000)));
    let rule = Rule { keying, lease, ..Rule::default() };
    engine(&Plan { rules: vec![rule], feeds: vec![] })
}

fn bump(engine: &TestEngine, name: &str, now: Instant) {
    engine.purge(&Purge::Bump { generation: name.into() }, now);
}

#[test]
fn a_bump_leaves_the_old_entry_behind_and_no_load_from_before_it_is_read() {
    let engine = by_generation(0);
    let lease = Lease::for_nanos(1_000);
    fill(&engine, "user:1", "OLD", &lease, 0);
    let late = begin(&engine, "user:2", 0);
    bump(&engine, "user", 1);
    assert_eq!(hit(&engine, "user:1", 2), None);
    finish(&engine, late, "OLD", &lease);
    assert_eq!(hit(&engine, "user:2", 2), None);
    fill(&engine, "user:1", "NEW", &lease, 3);
    assert_eq!(hit(&engine, "user:1", 4), Some("NEW"));
    assert_eq!(engine.entry_count(), 3, "what was left behind is still held");
    let (_, swept) = engine.sweep(1 << 40, 100);
    assert_eq!(swept.len(), 3);
    assert_eq!(engine.entry_count(), 0);
}

#[test]
fn a_bump_of_one_counter_leaves_another_alone() {
    let engine = by_generation(0);
    fill(&engine, "user:1", "KEPT", &Lease::for_nanos(1_000), 0);
    bump(&engine, "page", 1);
    assert_eq!(hit(&engine, "user:1", 2), Some("KEPT"));
}

#[test]
fn a_cached_version_hides_a_bump_for_so_long_and_no_longer() {
    let engine = by_generation(50);
    fill(&engine, "user:1", "OLD", &Lease::for_nanos(1_000), 0);
    assert_eq!(hit(&engine, "user:1", 10), Some("OLD"));
    bump(&engine, "user", 11);
    assert_eq!(hit(&engine, "user:1", 49), Some("OLD"));
    assert_eq!(hit(&engine, "user:1", 60), None);
}

#[test]
fn a_moved_generation_of_a_lease_hides_its_entry() {
    let engine = plain();
    let lease = Lease { generations: vec!["schema".into()], ..Lease::for_nanos(1_000) };
    fill(&engine, "a", "OLD", &lease, 0);
    bump(&engine, "schema", 1);
    assert_eq!(hit(&engine, "a", 2), None);
}

fn by_meaning() -> TestEngine {
    let lease = Some(Arc::new(Lease::for_nanos(1_000)));
    let rule = Rule { lookup: Lookup::Nearest(0.9), lease, ..Rule::default() };
    engine(&Plan { rules: vec![rule], feeds: vec![] })
}

#[test]
fn a_read_by_meaning_finds_the_nearest_entry_that_is_fresh() {
    let engine = by_meaning();
    let lease = Lease::for_nanos(1_000);
    for (key, value, vector) in
        [("exact", "STALE", [1.0, 0.0]), ("near", "NEAR", [0.995, 0.0998]), ("far", "FAR", [0.0, 1.0])]
    {
        let ticket = begin(&engine, key, 0);
        assert!(finish_near(&engine, ticket, value, &lease, Some(&vector)));
    }
    engine.purge(&Purge::Keys { keys: vec!["exact".into()], mode: PurgeMode::Expire }, 1);
    let Read::Hit { entry, similarity: Some(similarity), .. } =
        read_near(&engine, "asked", Some(&[1.0, 0.0]), 2)
    else {
        panic!("nothing near was found");
    };
    assert_eq!(*entry.value(), "NEAR");
    assert!((similarity - 0.995).abs() < 1e-6);
}

#[test]
fn a_purge_by_meaning_misses_nothing_within_its_radius_and_takes_nothing_outside() {
    let engine = by_meaning();
    let unit = |step: u32| [(f64::from(step) * 0.1).cos() as f32, (f64::from(step) * 0.1).sin() as f32];
    for step in 0..8 {
        let ticket = begin(&engine, &format!("q{step}"), 0);
        finish_near(&engine, ticket, "x", &Lease::for_nanos(1_000), Some(&unit(step)));
    }
    let at_least = 0.35f32.cos();
    let within = Purge::Within { centre: Arc::from(unit(0)), at_least, mode: PurgeMode::Drop };
    let purged = engine.purge(&within, 1);
    assert_eq!(purged.removed.len(), 4, "q0 to q3");
    assert!(hit(&engine, "q3", 2).is_none() && hit(&engine, "q4", 2).is_some());
}

#[test]
fn a_region_is_kept_only_as_long_as_an_older_load_is_in_flight() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    let purge = Purge::Prefix { prefix: "user:".into(), mode: PurgeMode::Drop };
    engine.purge(&purge, 1);
    assert_eq!(engine.regions.len(), 1);
    assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
    engine.purge(&purge, 2);
    assert_eq!(engine.regions.len(), 0);
}

#[test]
fn a_sweep_leaves_what_was_loaded_again() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease::for_nanos(1_000), 0);
    let lease = Lease::for_nanos(1 << 40);
    engine.insert(&engine.key("a"), "NEW", &lease, &Fill::default(), &mut || 0.5);
    let (looked_at, gone) = engine.sweep(1 << 35, 100);
    assert_eq!((looked_at, gone.len()), (1, 0));
    assert_eq!(hit(&engine, "a", 1 << 35), Some("NEW"));
}

#[test]
fn what_an_entry_took_the_place_of_is_reported_once() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease::for_nanos(10), 0);
    let ticket = begin(&engine, "a", 20);
    let lease = Lease::for_nanos(10);
    let stored = engine.complete(ticket, "NEW", &lease, &Fill::default(), &mut || 0.5);
    assert_eq!(stored.replaced.map(|old| *old.value()), Some("OLD"));
    assert!(stored.evicted.is_empty());
}

#[test]
fn capacity_bounds_the_entries_and_the_evicted_are_reported() {
    let options = Options { capacity: 10, ..Options::default() };
    let engine: TestEngine = Engine::new(&options);
    let mut evicted = 0;
    for number in 0..100 {
        let ticket = begin(&engine, &format!("k{number}"), 0);
        let lease = Lease::for_nanos(1_000);
        evicted += engine.complete(ticket, "x", &lease, &Fill::default(), &mut || 0.5).evicted.len();
    }
    assert!(engine.entry_count() <= 10);
    assert_eq!(evicted + engine.entry_count(), 100);
}

#[test]
fn an_evicted_entry_is_not_found_by_meaning() {
    let options = Options { capacity: 2, ..Options::default() };
    let engine: TestEngine = Engine::new(&options);
    for number in 0..20 {
        let ticket = begin(&engine, &format!("k{number}"), 0);
        finish_near(&engine, ticket, "x", &Lease::for_nanos(1_000), Some(&[1.0, 0.0]));
    }
    assert_eq!(engine.vectors.read().len(), engine.entry_count());
}
