use std::time::Duration;

use shelflife_policy::testing::{Effect, TestHost, configured, lease_of, plan_of, refusal_of};
use shelflife_policy::{Change, Lease, Policy, PurgeMode, Sighting};

use super::{Adaptive, Estimate};

/// A policy, and a host that knows of some entries.
struct Shelf {
    policy: Adaptive,
    host: TestHost,
}

impl Shelf {
    fn new(settings: &str) -> Shelf {
        let (policy, _) = configured::<Adaptive>(settings);
        let host = TestHost::new();
        Shelf { policy, host }
    }

    fn see(&mut self, key: &str, sighting: Sighting) {
        self.host.sightings.insert(key.to_owned(), sighting);
    }

    fn react(&mut self, changes: &[Change]) -> Vec<Effect> {
        let effects = self.host.react(&mut self.policy, changes);
        effects.expect("the policy takes the changes")
    }

    /// What a write of a key does to it, given what became of its entry.
    fn write(&mut self, key: &str, sighting: Sighting) -> PurgeMode {
        self.see(key, sighting);
        match &self.react(&[write(key)])[..] {
            [Effect::Keys(keys, mode)] if keys[..] == [key] => *mode,
            other => panic!("one purge of {key}, and not {other:?}"),
        }
    }
}

fn write(key: &str) -> Change {
    Change::updated("users", key)
}

#[test]
fn without_settings_it_hears_of_writes_over_a_net_of_five_minutes() {
    assert_eq!(
        lease_of::<Adaptive>("{}"),
        Lease::for_duration(Duration::from_secs(300))
    );
    assert_eq!(plan_of::<Adaptive>("{}").feeds, ["writes"]);
}

#[test]
fn a_key_that_is_read_between_its_writes_is_replaced() {
    let mut shelf = Shelf::new("{}");
    for _ in 0..20 {
        assert_eq!(shelf.write("a", Sighting::Read), PurgeMode::Replace);
    }
}

#[test]
fn a_key_that_nobody_reads_is_dropped_when_updates_have_cost_what_a_miss_does() {
    // With a miss at 4.1 and an update at 0.8 five updates are still cheaper than the miss, and six are not.
    let mut shelf = Shelf::new(r#"{ "miss_cost": 4.0, "update_cost": 0.8, "window": 1e9 }"#);
    assert_eq!(shelf.write("a", Sighting::Read), PurgeMode::Replace);
    for _ in 0..4 {
        assert_eq!(shelf.write("a", Sighting::Unread), PurgeMode::Replace);
    }
    assert_eq!(shelf.write("a", Sighting::Unread), PurgeMode::Drop);
    // One key says nothing about another.
    assert_eq!(shelf.write("b", Sighting::Read), PurgeMode::Replace);
}

#[test]
fn a_key_without_an_entry_is_dropped_in_any_case_for_the_sake_of_loads_in_flight() {
    let mut shelf = Shelf::new("{}");
    assert_eq!(shelf.write("a", Sighting::Absent), PurgeMode::Drop);
    for _ in 0..20 {
        assert_eq!(shelf.write("b", Sighting::Read), PurgeMode::Replace);
    }
    assert_eq!(shelf.write("b", Sighting::Absent), PurgeMode::Drop);
}

#[test]
fn a_deleted_key_is_dropped() {
    let mut shelf = Shelf::new("{}");
    shelf.see("a", Sighting::Read);
    assert_eq!(
        shelf.react(&[Change::deleted("users", "a")]),
        [Effect::keys(["a"], PurgeMode::Drop)]
    );
}

#[test]
fn what_a_call_brings_of_a_key_is_one_write_of_it() {
    let mut shelf = Shelf::new("{}");
    shelf.see("a", Sighting::Read);
    shelf.see("b", Sighting::Read);
    assert_eq!(
        shelf.react(&[write("a"), write("b"), write("a")]),
        [Effect::keys(["a", "b"], PurgeMode::Replace)]
    );
    assert_eq!(shelf.write("a", Sighting::Read), PurgeMode::Replace);
}

#[test]
fn a_key_that_was_written_and_deleted_is_dropped_before_anything_is_replaced() {
    let mut shelf = Shelf::new("{}");
    shelf.see("a", Sighting::Read);
    assert_eq!(
        shelf.react(&[write("a"), Change::deleted("users", "a")]),
        [
            Effect::keys(["a"], PurgeMode::Drop),
            Effect::keys(["a"], PurgeMode::Replace)
        ]
    );
    assert_eq!(
        shelf.react(&[Change::deleted("users", "a"), write("a")]),
        [Effect::keys(["a"], PurgeMode::Drop)]
    );
}

#[test]
fn a_truncation_purges_everything() {
    let mut shelf = Shelf::new("{}");
    assert_eq!(
        shelf.react(&[write("a"), Change::truncated("users")]),
        [Effect::Everything(PurgeMode::Drop)]
    );
}

#[test]
fn keys_of_a_rule_have_their_own_costs() {
    let dear = r#"{ "update_cost": 0.8, "rules": [{ "prefix": "page:", "miss_cost": 100.0 }] }"#;
    let mut shelf = Shelf::new(dear);
    for key in ["user:1", "page:1"] {
        shelf.write(key, Sighting::Read);
    }
    assert_eq!(shelf.write("user:1", Sighting::Unread), PurgeMode::Drop);
    assert_eq!(shelf.write("page:1", Sighting::Unread), PurgeMode::Replace);
}

#[test]
fn a_key_that_changes_its_ways_is_treated_so_after_a_few_writes() {
    let mut shelf = Shelf::new("{}");
    for (before, after, mode) in [
        (Sighting::Unread, Sighting::Read, PurgeMode::Replace),
        (Sighting::Read, Sighting::Unread, PurgeMode::Drop),
    ] {
        for _ in 0..1_000 {
            shelf.write("a", before);
        }
        let needed = (1..).find(|_| shelf.write("a", after) == mode);
        assert!(needed <= Some(12), "{before:?}: {needed:?} writes");
    }
}

#[test]
fn chance_does_not_pass_for_a_change() {
    // Every other write is followed by a read, so three in a row are nothing unusual.
    let mut estimate = Estimate::default();
    for number in 0..1_000 {
        estimate.note(number % 2 == 0, 128.0);
    }
    for _ in 0..3 {
        estimate.note(true, 128.0);
    }
    let share = estimate.read_share();
    assert!((0.48..0.54).contains(&share), "{share}");
}

#[test]
fn of_more_keys_than_there_is_room_for_those_written_last_are_known() {
    let mut shelf = Shelf::new(r#"{ "keys": 8 }"#);
    let keys: Vec<String> = (0..9).map(|number| format!("key:{number}")).collect();
    let learn = |shelf: &mut Shelf, key: &str| {
        for _ in 0..20 {
            shelf.write(key, Sighting::Unread);
        }
    };
    keys[..8].iter().for_each(|key| learn(&mut shelf, key));
    assert_eq!(shelf.write(&keys[0], Sighting::Read), PurgeMode::Drop);
    // The ninth takes the place of the second, which is the one written longest ago.
    learn(&mut shelf, &keys[8]);
    for key in [0, 2, 3, 4, 5, 6, 7, 8] {
        assert_eq!(
            shelf.write(&keys[key], Sighting::Read),
            PurgeMode::Drop,
            "{key}"
        );
    }
    assert_eq!(shelf.write(&keys[1], Sighting::Read), PurgeMode::Replace);
}

#[test]
fn a_successor_knows_what_was_learned() {
    let mut old = Shelf::new("{}");
    for _ in 0..20 {
        old.write("cold", Sighting::Unread);
        old.write("hot", Sighting::Read);
    }
    let state = old.policy.save().unwrap();
    for settings in ["{}", r#"{ "keys": 32768 }"#, r#"{ "keys": 8 }"#] {
        let mut new = Shelf::new(settings);
        new.policy.restore("adaptive", &state).unwrap();
        assert_eq!(new.write("cold", Sighting::Read), PurgeMode::Drop);
        assert_eq!(new.write("hot", Sighting::Unread), PurgeMode::Replace);
    }
    let mut same = Shelf::new("{}");
    same.policy.restore("adaptive", &state).unwrap();
    assert_eq!(same.policy.save().unwrap(), state);
}

#[test]
fn a_successor_with_less_room_takes_as_many_as_it_has_room_for() {
    let mut old = Shelf::new(r#"{ "keys": 16 }"#);
    let keys: Vec<String> = (0..16).map(|number| format!("key:{number}")).collect();
    for key in &keys {
        for _ in 0..20 {
            old.write(key, Sighting::Unread);
        }
    }
    let state = old.policy.save().unwrap();
    let mut new = Shelf::new(r#"{ "keys": 8 }"#);
    new.policy.restore("adaptive", &state).unwrap();
    let known = new.policy.save().unwrap();
    assert_eq!(known.len(), 1 + 8 * 17);
}

#[test]
fn a_full_memory_can_be_saved_within_the_mebibyte_that_hosts_allow() {
    let mut shelf = Shelf::new(r#"{ "keys": 32768 }"#);
    let changes: Vec<Change> = (0..100_000).map(|key| write(&key.to_string())).collect();
    shelf.react(&changes);
    let state = shelf.policy.save().unwrap();
    assert_eq!(state.len(), 1 + 32_768 * 17);
    shelf.policy.restore("adaptive", &state).unwrap();
}

#[test]
fn a_state_that_is_none_is_refused_and_says_why() {
    let mut shelf = Shelf::new("{}");
    shelf.write("a", Sighting::Read);
    let state = shelf.policy.save().unwrap();
    let mut restore = |state: &[u8]| shelf.policy.restore("another", state);
    let other = Err("the state is of another policy or of a later version".to_owned());
    assert_eq!(restore(&[]), other);
    assert_eq!(restore(&[0xff; 18]), other);
    assert_eq!(restore(&state[..state.len() - 1]), other);
    let none = Err("the state holds an estimate that none can be".to_owned());
    for (at, wrong) in [
        (9, f32::NAN),
        (9, f32::INFINITY),
        (9, -1.0),
        (13, f32::NAN),
        (13, 2.0),
        (13, -1.0),
    ] {
        let mut state = state.clone();
        state[at..at + 4].copy_from_slice(&wrong.to_le_bytes());
        assert_eq!(restore(&state), none, "{wrong} at {at}");
    }
    let mut nameless = state.clone();
    nameless[1..9].fill(0);
    assert_eq!(restore(&nameless), none);
    assert_eq!(restore(&state), Ok(()));
}

#[test]
fn settings_that_are_wrong_are_refused_with_what_would_be_right() {
    for (settings, refusal) in [
        (
            r#"{ "miss_cost": 0 }"#,
            "`miss_cost` should be a number above 0, not 0",
        ),
        (
            r#"{ "invalidation_cost": -1 }"#,
            "`invalidation_cost` should be a number of at least 0, not -1",
        ),
        (
            r#"{ "update_cost": "1" }"#,
            "`update_cost` should be a number above 0, not `1`",
        ),
        (
            r#"{ "window": 0.5 }"#,
            "`window` should be a number of at least 1, not 0.5",
        ),
        (
            r#"{ "keys": 7 }"#,
            "`keys` should be a whole number between 8 and 32768, not 7",
        ),
        (
            r#"{ "keys": 40000 }"#,
            "`keys` should be a whole number between 8 and 32768, not 40000",
        ),
        (
            r#"{ "keys": 8.5 }"#,
            "`keys` should be a whole number between 8 and 32768, not 8.5",
        ),
        (
            r#"{ "rules": [{ "prefix": "a", "keys": 100 }] }"#,
            "rule for `a`: `keys` cannot differ by key: set it outside of `rules`",
        ),
        (
            r#"{ "mis_cost": 1 }"#,
            "unknown setting `mis_cost`: did you mean `miss_cost`?",
        ),
    ] {
        assert_eq!(refusal_of::<Adaptive>(settings), refusal, "{settings}");
    }
    plan_of::<Adaptive>(r#"{ "invalidation_cost": 0, "keys": 8, "window": 1 }"#);
}
