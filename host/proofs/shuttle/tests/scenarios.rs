//! P1 and P2 under drawn schedules: the stale-set races V1 to V4, by everything that invalidates.

use std::sync::Arc;

use shelflife_shuttle::engine::{Keying, Lease, Plan, Purge, PurgeMode, Rule, Scope};
use shelflife_shuttle::{Setting, World, explore};

/// What a thread does.
type Act = Box<dyn Fn(&World) + Send>;

/// Runs threads to their end, and then one more reader, who knows of everything.
fn together<const N: usize>(world: &Arc<World>, threads: [Act; N]) {
    let threads = threads.map(|act| world.spawn(act));
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    world.get();
}

fn setting() -> Setting {
    Setting {
        lease: Lease {
            tags: vec!["tag".into()],
            generations: vec!["schema".into()],
            ..Lease::default()
        },
        vector: Some([1.0, 0.0]),
        ..Setting::default()
    }
}

fn by_key(mode: PurgeMode) -> Purge {
    Purge::Keys {
        keys: vec![World::KEY.into()],
        mode,
    }
}

fn by_tag(mode: PurgeMode) -> Purge {
    Purge::Tags {
        tags: vec!["tag".into()],
        mode,
    }
}

fn by_prefix(mode: PurgeMode) -> Purge {
    Purge::Prefix {
        prefix: "user:".into(),
        mode,
    }
}

fn by_meaning(mode: PurgeMode) -> Purge {
    Purge::Within {
        centre: Arc::from([1.0, 0.0]),
        at_least: 0.9,
        mode,
    }
}

fn everything(mode: PurgeMode) -> Purge {
    Purge::Everything { mode }
}

fn bump(counter: &str) -> Purge {
    Purge::Bump {
        generation: counter.into(),
    }
}

/// Two readers and an invalidation.
fn a_change_while_readers_load(setting: &Setting, purge: Purge) {
    let setting = setting.clone();
    explore(move || {
        let purge = purge.clone();
        let world = World::new(setting.clone());
        together(
            &world,
            [
                Box::new(World::get),
                Box::new(move |world| world.change(&purge)),
                Box::new(|world| (0..2).for_each(|_| world.get())),
            ],
        );
    });
}

#[test]
fn a_key_is_dropped_while_it_is_loaded() {
    a_change_while_readers_load(&setting(), by_key(PurgeMode::Drop));
}

#[test]
fn a_key_is_expired_while_it_is_loaded() {
    a_change_while_readers_load(&setting(), by_key(PurgeMode::Expire));
}

#[test]
fn a_tag_is_dropped_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), by_tag(PurgeMode::Drop));
}

#[test]
fn a_tag_is_expired_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), by_tag(PurgeMode::Expire));
}

#[test]
fn a_prefix_is_dropped_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), by_prefix(PurgeMode::Drop));
}

#[test]
fn a_region_of_meaning_is_dropped_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), by_meaning(PurgeMode::Drop));
}

#[test]
fn everything_is_dropped_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), everything(PurgeMode::Drop));
}

#[test]
fn a_counter_of_the_lease_is_moved_while_a_key_is_loaded() {
    a_change_while_readers_load(&setting(), bump("schema"));
}

#[test]
fn the_counter_of_a_key_is_moved_while_it_is_loaded() {
    let keying = Keying::ByGeneration {
        scope: Scope::LeadingParts(1),
        cached_for: 0,
    };
    let rule = Rule {
        keying,
        ..Rule::default()
    };
    let plan = Plan {
        rules: vec![rule],
        feeds: vec![],
    };
    let setting = Setting { plan, ..setting() };
    a_change_while_readers_load(&setting, bump("user"));
}

#[test]
fn a_refresh_brings_back_nothing_that_was_dropped_meanwhile() {
    for purge in [by_key, by_tag, by_prefix, everything].map(|purge| purge(PurgeMode::Drop)) {
        let lease = Lease {
            grace: 1_000,
            ..setting().lease
        };
        let setting = Setting { lease, ..setting() };
        explore(move || {
            let purge = purge.clone();
            let world = World::stored_before(setting.clone());
            together(
                &world,
                [
                    Box::new(World::get),
                    Box::new(move |world| world.change(&purge)),
                    Box::new(World::get),
                ],
            );
        });
    }
}

#[test]
fn a_value_that_is_brought_supersedes_the_loads_of_its_key() {
    for bring in [World::insert, World::replace] {
        explore(move || {
            let world = World::new(setting());
            together(
                &world,
                [Box::new(World::get), Box::new(bring), Box::new(World::get)],
            );
        });
    }
}

#[test]
fn a_load_that_is_cancelled_leaves_nothing_behind() {
    explore(|| {
        let world = World::new(setting());
        together(
            &world,
            [
                Box::new(World::get_and_cancel),
                Box::new(|world| world.change(&by_tag(PurgeMode::Drop))),
                Box::new(World::get),
            ],
        );
    });
}

#[test]
fn a_sweep_beside_loads_gives_up_no_region_too_early() {
    explore(|| {
        let world = World::new(setting());
        together(
            &world,
            [
                Box::new(|world| {
                    world.change(&by_prefix(PurgeMode::Drop));
                    world.sweep();
                }),
                Box::new(World::get),
                Box::new(|world| world.change(&by_prefix(PurgeMode::Drop))),
            ],
        );
    });
}

#[test]
fn a_reader_that_joins_after_a_region_was_dropped_does_not_profit_from_its_end() {
    explore(|| {
        let world = World::new(setting());
        together(
            &world,
            [
                Box::new(World::get),
                Box::new(|world| {
                    world.change(&by_prefix(PurgeMode::Drop));
                    world.get();
                }),
                Box::new(|world| (0..3).for_each(|_| world.sweep())),
            ],
        );
    });
}

#[test]
fn what_is_evicted_and_loaded_again_is_no_older() {
    explore(|| {
        let world = World::new(Setting {
            capacity: 1,
            ..setting()
        });
        together(
            &world,
            [
                Box::new(|world| (0..2).for_each(|_| world.get())),
                Box::new(World::crowd),
                Box::new(|world| world.change(&by_tag(PurgeMode::Drop))),
            ],
        );
    });
}

#[test]
fn what_a_thread_keeps_at_hand_is_served_no_longer_than_what_is_stored() {
    let purges = [by_key, by_tag, by_prefix, by_meaning, everything];
    for purge in purges.map(|purge| purge(PurgeMode::Drop)) {
        explore(move || {
            let purge = purge.clone();
            let world = World::new(setting());
            world.get();
            together(
                &world,
                [
                    Box::new(World::look),
                    Box::new(move |world| {
                        world.change(&purge);
                        world.get();
                    }),
                    Box::new(|world| world.sweep()),
                ],
            );
        });
    }
}

#[test]
fn what_a_thread_keeps_at_hand_is_not_served_when_another_value_has_taken_its_place() {
    for bring in [World::insert, World::replace] {
        explore(move || {
            let world = World::new(Setting {
                capacity: 1,
                ..setting()
            });
            world.get();
            together(
                &world,
                [
                    Box::new(World::look),
                    Box::new(bring),
                    Box::new(World::crowd),
                ],
            );
        });
    }
}
