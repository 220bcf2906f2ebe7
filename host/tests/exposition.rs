//! What a cache counts, as Prometheus scrapes it.

#![cfg(feature = "metrics")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use shelflife::ManualClock;
use shelflife::policy::Source;
use shelflife::sync::{Cache, Write};

/// A text exposition, read line by line: each series with its value, and the kind of each metric.
#[derive(Debug)]
struct Exposition {
    values: BTreeMap<String, String>,
    kinds: BTreeMap<String, String>,
}

impl Exposition {
    fn read(text: &str) -> Exposition {
        let mut read = Exposition {
            values: BTreeMap::new(),
            kinds: BTreeMap::new(),
        };
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                let before = read.kinds.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "{name} has two types");
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let before = read.values.insert(series.to_owned(), value.to_owned());
                assert_eq!(before, None, "{series} is there twice");
            }
        }
        read
    }

    fn value(&self, series: &str) -> &str {
        let value = self.values.get(series);
        value.unwrap_or_else(|| panic!("no series {series} in {self:#?}"))
    }
}

/// What is scraped from a cache after something was done with it.
fn scraped<V: Clone + Send + Sync + 'static>(
    cache: &Cache<V>,
    act: impl FnOnce(&Cache<V>),
) -> Exposition {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&[0.1, 1.0, 10.0])
        .unwrap()
        .build_recorder();
    let scrapes = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        act(cache);
        cache.record_metrics();
    });
    Exposition::read(&scrapes.render())
}

#[test]
fn what_was_counted_is_scraped_under_the_name_of_the_cache() {
    let cache = Cache::<&str>::builder().name("pages").build().unwrap();
    let text = scraped(&cache, |cache| {
        cache.get_with("a", |_| "loaded");
        cache.get_with("a", |_| "not called");
        cache.get("a");
        cache
            .try_get_with("b", |_| Err::<&str, _>("down"))
            .unwrap_err();
        cache.invalidate("x");
        cache.invalidate_tags(["t", "u"]);
        cache.expire_prefix("p:");
        cache.invalidate_entries_if(|_, _| false);
        // Another's insert overtakes a load.
        cache.get_with("c", |_| {
            cache.insert("c", "newer");
            "older"
        });
    });
    for (series, value) in [
        ("shelflife_hits_total{cache=\"pages\"}", "2"),
        ("shelflife_misses_total{cache=\"pages\"}", "3"),
        ("shelflife_coalesced_total{cache=\"pages\"}", "0"),
        (
            "shelflife_loads_total{cache=\"pages\",outcome=\"value\"}",
            "2",
        ),
        (
            "shelflife_loads_total{cache=\"pages\",outcome=\"error\"}",
            "1",
        ),
        (
            "shelflife_discarded_fills_total{cache=\"pages\",cause=\"overtaken\"}",
            "1",
        ),
        (
            "shelflife_discarded_fills_total{cache=\"pages\",cause=\"behind\"}",
            "0",
        ),
        (
            "shelflife_invalidations_total{cache=\"pages\",kind=\"key\"}",
            "1",
        ),
        (
            "shelflife_invalidations_total{cache=\"pages\",kind=\"tag\"}",
            "2",
        ),
        (
            "shelflife_invalidations_total{cache=\"pages\",kind=\"prefix\"}",
            "1",
        ),
        (
            "shelflife_invalidations_total{cache=\"pages\",kind=\"predicate\"}",
            "1",
        ),
        (
            "shelflife_invalidations_total{cache=\"pages\",kind=\"all\"}",
            "0",
        ),
        ("shelflife_entries{cache=\"pages\"}", "2"),
        ("shelflife_weight{cache=\"pages\"}", "2"),
    ] {
        assert_eq!(text.value(series), value, "{series}");
    }
    for (name, kind) in &text.kinds {
        assert!(name.starts_with("shelflife_"), "{name}");
        assert_eq!(
            name.ends_with("_total"),
            kind == "counter",
            "{name} is a {kind}"
        );
    }
}

#[test]
fn loads_are_timed_in_seconds() {
    let clock = ManualClock::default();
    let cache = Cache::<u32>::builder().name("slow").clock(clock.clone());
    let cache = cache.build().unwrap();
    let text = scraped(&cache, |cache| {
        cache.get_with("a", |_| {
            clock.advance(Duration::from_millis(1_500));
            1
        });
    });
    let name = "shelflife_load_duration_seconds";
    let labels = "cache=\"slow\",outcome=\"value\"";
    assert_eq!(text.value(&format!("{name}_sum{{{labels}}}")), "1.5");
    assert_eq!(
        text.value(&format!("{name}_bucket{{{labels},le=\"1\"}}")),
        "0"
    );
    assert_eq!(
        text.value(&format!("{name}_bucket{{{labels},le=\"10\"}}")),
        "1"
    );
    assert_eq!(cache.stats().load_time, Duration::from_millis(1_500));
}

#[test]
fn a_second_scrape_counts_nothing_twice() {
    let cache = Cache::<u32>::builder().build().unwrap();
    let text = scraped(&cache, |cache| {
        cache.get_with("a", |_| 1);
        cache.record_metrics();
        cache.get_with("b", |_| 1);
        cache.record_metrics();
    });
    assert_eq!(text.value("shelflife_misses_total"), "2");
}

#[test]
fn a_policy_that_fails_and_swaps_are_scraped() {
    let evil = support::evil("on-changes", "panic");
    let cache = Cache::<u64>::builder().name("p").policy(evil).build();
    let Ok(cache) = cache else {
        panic!("{:?}", cache.err())
    };
    let before = scraped(&cache, |cache| {
        for _ in 0..20 {
            cache.announce(Write::of("a"));
        }
    });
    assert_eq!(
        before.value("shelflife_policies_stood_in_for{cache=\"p\"}"),
        "1"
    );
    assert_ne!(
        before.value("shelflife_policy_failures_total{cache=\"p\"}"),
        "0"
    );
    let after = scraped(&cache, |cache| {
        cache.swap_policy(Source::from("tags")).unwrap();
    });
    assert_eq!(
        after.value("shelflife_policies_stood_in_for{cache=\"p\"}"),
        "0"
    );
    assert_eq!(
        after.value("shelflife_policy_swaps_total{cache=\"p\"}"),
        "1"
    );
}
