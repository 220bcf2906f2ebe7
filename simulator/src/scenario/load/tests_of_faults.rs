//! Keys that make a world wrong: their defaults are none of it, and what they may not be.

use super::tests::{load, wrong};
use crate::scenario::{Cache, Joins, Nanos, Start, Stores, TagPurge};

#[test]
fn by_default_caches_do_what_the_engine_does() {
    let cache = load("").cache;
    assert_eq!(cache, Cache::default());
    assert_eq!(
        (cache.stores, cache.joins, cache.tag_purge, cache.start),
        (
            Stores::Guarded,
            Joins::Guarded,
            TagPurge::Generation,
            Start::Cold
        )
    );
    assert_eq!((cache.processes, cache.shared_ttl), (1, Nanos::ZERO));
    assert!(cache.counter_life.is_zero() && cache.scan.is_zero());
}

#[test]
fn what_a_faulty_world_may_not_be_is_said_with_what_is_right() {
    for (text, says) in [
        (
            "[cache]\nprocesses = 0",
            "shop.toml:2: `processes` in [cache]: there is at least 1 process",
        ),
        (
            "[cache]\nprocesses = 4\ncoalesce = false",
            "shop.toml:2: `processes` in [cache]: they tell themselves apart by the loads that they join",
        ),
        (
            "[cache]\nscan = \"5ms\"",
            "shop.toml:2: `scan` in [cache]: there is no scan without `tag_purge = \"scan\"`",
        ),
        (
            "[cache]\nstores = \"ungarded\"",
            "shop.toml:2: `stores` in [cache]: unknown value `ungarded`: did you mean `unguarded`?",
        ),
        (
            "[writes]\nannounce = \"before\"",
            "did you mean `before-commit`?",
        ),
        (
            "probe_after = [\"1s\", \"1000ms\"]",
            "shop.toml:1: `probe_after`: 1s is named twice",
        ),
        (
            "[workload]\nread_back = \"5s\"",
            "shop.toml:2: `read_back` in [workload]: it needs `clients`: who reads",
        ),
        (
            "[workload]\nclients = 9\nread_back = \"5s\"\nwrite_targets = \"tag\"\ntags = { of = 5 }",
            "shop.toml:3: `read_back` in [workload]: it is for writes of keys",
        ),
        (
            "[workload]\nembeddings = { set = \"builtin:banking77\", noise = 0.1 }",
            "shop.toml:2: `noise` in [workload.embeddings]: only the set \"synthetic\" has it",
        ),
        (
            "[workload]\nkeys = 5\nembeddings = { set = \"synthetic\", topics = 6 }",
            "shop.toml:3: `topics` in [workload.embeddings]: from 1 to as many as there are keys, 5, not 6",
        ),
        (
            "[[faults]]\nat = \"1m\"\nwhat = \"origin-down\"\nevery = \"30s\"",
            "shop.toml:4: `every` in [[faults]]: from one beginning to the next is longer than the 30s",
        ),
        (
            "[[faults]]\nat = \"0s\"\nwhat = \"flush\"\nevery = \"1us\"",
            "it would come 7200000000 times",
        ),
    ] {
        let error = wrong(text);
        assert!(error.contains(says), "{text}\n says {error}\n not  {says}");
    }
}

#[test]
fn a_synthetic_set_has_a_tenth_as_many_topics_as_keys() {
    let set = load("[workload]\nkeys = 500\nembeddings = { set = \"synthetic\" }").workload;
    assert_eq!(set.keys, 500);
    let set = set.embeddings.unwrap();
    assert_eq!((set.dims, set.topics), (Some(384), Some(50)));
    assert_eq!((set.noise, set.cosine), (Some(0.08), Some(0.0)));
}
