//! What a subscriber of `tracing` gets of a cache.

#![cfg(feature = "tracing")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shelflife::policy::Source;
use shelflife::sync::{Cache, Write};
use shelflife::{Builder, ManualClock, TracedKeys};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as At, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

type Fields = BTreeMap<String, String>;

/// Everything that was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    /// Spans that have ended.
    spans: Vec<Fields>,
    events: Vec<Fields>,
}

struct Read<'a>(&'a mut Fields);

impl Visit for Read<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}");
        self.0
            .insert(field.name().to_owned(), value.trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, at: At<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Read(&mut fields));
        at.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, at: At<'_, S>) {
        let span = at.span(id).unwrap();
        values.record(&mut Read(span.extensions_mut().get_mut().unwrap()));
    }

    fn on_close(&self, id: Id, at: At<'_, S>) {
        let span = at.span(&id).unwrap();
        let mut fields = span.extensions_mut().remove::<Fields>().unwrap();
        fields.insert("name".to_owned(), span.name().to_owned());
        self.0.lock().unwrap().spans.push(fields);
    }

    fn on_event(&self, event: &Event<'_>, at: At<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut Read(&mut fields));
        fields.insert("level".to_owned(), event.metadata().level().to_string());
        if let Some(span) = at.event_span(event) {
            fields.insert("inside".to_owned(), span.name().to_owned());
        }
        self.0.lock().unwrap().events.push(fields);
    }
}

impl Told {
    /// What is told while something is done in this thread.
    fn of(act: impl FnOnce()) -> Kept {
        let told = Told::default();
        let subscriber = Registry::default().with(told.clone());
        tracing::subscriber::with_default(subscriber, act);
        std::mem::take(&mut *told.0.lock().unwrap())
    }
}

impl Kept {
    fn messages(&self) -> Vec<&str> {
        self.events.iter().map(|event| &*event["message"]).collect()
    }
}

fn builder() -> Builder<u64> {
    Cache::builder().name("pages").trace_keys(TracedKeys::Plain)
}

/// The fields of the only span.
fn span(kept: &Kept) -> (&str, &str, &str) {
    assert_eq!(kept.spans.len(), 1, "{:?}", kept.spans);
    let span = &kept.spans[0];
    assert_eq!((&*span["name"], &*span["cache"]), ("load", "pages"));
    (&span["key"], &span["cause"], &span["outcome"])
}

#[test]
fn a_load_is_a_span_that_says_how_it_ended() {
    let clock = ManualClock::default();
    let cache = builder()
        .clock(clock.clone())
        .time_to_live(Duration::from_secs(1))
        .rescue(Duration::from_secs(60))
        .build()
        .unwrap();
    let told = |act: &dyn Fn(&Cache<u64>)| Told::of(|| act(&cache));
    let kept = told(&|cache| drop(cache.try_get_with("a", |_| Err::<u64, _>("down"))));
    assert_eq!(span(&kept), ("a", "miss", "failed"));
    let kept = told(&|cache| assert_eq!(cache.get_with("a", |_| 1), 1));
    assert_eq!(span(&kept), ("a", "miss", "stored"));
    clock.advance(Duration::from_secs(2));
    let kept = told(&|cache| drop(cache.try_get_with("a", |_| Err::<u64, _>("down"))));
    assert_eq!(span(&kept), ("a", "miss", "rescued"));
    let kept = told(&|cache| {
        cache.get_with("b", |load| {
            load.skip_store();
            1
        });
    });
    assert_eq!(span(&kept), ("b", "miss", "skipped"));
    let kept = told(&|cache| {
        let panics = || cache.get_with("c", |_| panic!("on purpose"));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
    });
    assert_eq!(span(&kept), ("c", "miss", "panicked"));
    let kept = told(&|cache| drop(cache.entry("d").and_upsert_with(|_, _| 1)));
    assert_eq!(span(&kept), ("d", "change", "stored"));
}

#[test]
fn a_hit_tells_nothing() {
    let cache = builder().build().unwrap();
    cache.insert("a", 1);
    let kept = Told::of(|| {
        cache.get("a");
        cache.get_with("a", |_| 2);
        cache.entry("a").or_insert(3);
    });
    assert!(kept.spans.is_empty() && kept.events.is_empty());
}

#[test]
fn what_a_loader_tells_is_inside_the_span_of_its_load() {
    let cache = builder().build().unwrap();
    let kept = Told::of(|| {
        cache.get_with("a", |_| {
            tracing::info!("asking the database");
            1
        });
        tracing::info!("after the load");
    });
    assert_eq!(kept.events[0]["inside"], "load");
    assert_eq!(kept.events[1].get("inside"), None);
}

/// The future is polled twice, once by each of two tasks of one thread: neither is inside the other's.
#[test]
fn a_future_is_inside_its_span_only_while_it_is_polled() {
    let cache = shelflife::future::Cache::from(builder().build().unwrap());
    let kept = Told::of(|| {
        let mut polls = 0;
        let loading = cache.get_with("a", async |_| {
            std::future::poll_fn(|_| {
                polls += 1;
                tracing::info!(polls, "polled");
                if polls < 2 {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
            1
        });
        let mut loading = pin!(loading);
        let mut context = Context::from_waker(Waker::noop());
        assert!(loading.as_mut().poll(&mut context).is_pending());
        tracing::info!("between");
        assert!(loading.as_mut().poll(&mut context).is_ready());
        // One that is dropped.
        let mut given_up = Box::pin(cache.get_with("b", async |_| std::future::pending().await));
        assert!(given_up.as_mut().poll(&mut context).is_pending());
    });
    let inside: Vec<_> = kept
        .events
        .iter()
        .map(|event| event.get("inside"))
        .collect();
    let load = "load".to_owned();
    assert_eq!(inside, [Some(&load), None, Some(&load)]);
    let outcomes: Vec<_> = kept.spans.iter().map(|span| &*span["outcome"]).collect();
    assert_eq!(outcomes, ["stored", "given_up"]);
}

#[test]
fn a_discarded_fill_is_exactly_one_event_inside_of_its_load() {
    let cache = builder().build().unwrap();
    let kept = Told::of(|| {
        cache.get_with("a", |load| {
            load.tag("t");
            cache.invalidate_tag("t");
            1
        });
    });
    assert_eq!(kept.messages(), ["a loaded value is not stored"]);
    let event = &kept.events[0];
    assert_eq!((&*event["key"], &*event["cause"]), ("a", "overtaken"));
    assert_eq!((&*event["inside"], &*event["level"]), ("load", "DEBUG"));
    assert_eq!(span(&kept), ("a", "miss", "discarded"));
    assert_eq!(cache.stats().discarded_fills, 1);
}

/// For two reasons at once.
#[test]
fn a_fill_that_is_overtaken_and_cannot_be_searched_is_one_event_too() {
    let cache = builder().build().unwrap();
    let embedding = |n: usize| shelflife::Embedding::new(vec![1.0; n]).unwrap();
    cache.insert_with("other", 1, |about| {
        about.embedding(&embedding(2));
    });
    let kept = Told::of(|| {
        cache.get_with("a", |load| {
            load.embedding(&embedding(3));
            cache.invalidate("a");
            1
        });
        cache.insert_with("b", 1, |about| {
            about.embedding(&embedding(3));
        });
    });
    let causes: Vec<_> = kept.events.iter().map(|event| &*event["cause"]).collect();
    assert_eq!(causes, ["overtaken", "unsearchable"]);
    assert_eq!(cache.stats().discarded_fills, 2);
}

#[test]
fn keys_are_hashed_unless_the_builder_says_otherwise() {
    let key_of = |builder: Builder<u64>, key: &str| {
        let cache = builder.build().unwrap();
        let kept = Told::of(|| {
            cache.get_with(key, |_| 1);
            cache.invalidate(key);
            cache.get_with(key, |_| 1);
        });
        let keys: Vec<_> = kept
            .spans
            .iter()
            .map(|span| span.get("key").cloned())
            .collect();
        assert_eq!(keys[0], keys[1], "one key has one name");
        keys[0].clone()
    };
    let hashed = key_of(Cache::builder(), "user:ada").unwrap();
    assert!(hashed.len() == 16 && !hashed.contains("ada"), "{hashed}");
    let plain = Cache::builder().trace_keys(TracedKeys::Plain);
    assert_eq!(key_of(plain, "user:ada").unwrap(), "user:ada");
    let omitted = Cache::builder().trace_keys(TracedKeys::Omitted);
    assert_eq!(key_of(omitted, "user:ada"), None);
}

#[test]
fn what_happens_to_policies_is_told_once_each() {
    let cache = builder().policy("ttl").build().unwrap();
    let kept = Told::of(|| {
        cache.swap_policy("tags").unwrap();
        cache.rollback_policy().unwrap();
        cache.start_canary("tags").unwrap();
        cache.drop_canary().unwrap();
        cache.start_canary("tags").unwrap();
        cache.promote_canary().unwrap();
        cache
            .swap_policy(Source::from("ttl").config(r#"{ "tll": "1h" }"#))
            .unwrap_err();
    });
    let steps = kept.events.iter().map(|event| {
        let step = event.get("step").map_or("", |step| step);
        (&*event["message"], step, &*event["policy"])
    });
    let steps: Vec<_> = steps.collect();
    assert_eq!(
        steps,
        [
            ("a policy is in place", "swap", "tags"),
            ("a policy is in place", "rollback", "ttl"),
            ("a candidate runs beside the policy", "", "tags"),
            ("a candidate was dropped", "", "tags"),
            ("a candidate runs beside the policy", "", "tags"),
            ("a policy is in place", "promotion", "tags"),
            ("a policy was refused", "swap", "ttl"),
        ]
    );
}

#[test]
fn that_the_safety_net_stands_in_is_told_once_and_says_why() {
    let cache = builder()
        .policy(support::evil("on-changes", "panic"))
        .build()
        .unwrap();
    let kept = Told::of(|| (0..20).for_each(|_| cache.announce(Write::of("a"))));
    let stands_in: Vec<_> = kept
        .events
        .iter()
        .filter(|event| event["level"] == "WARN")
        .collect();
    assert_eq!(stands_in.len(), 1, "{:?}", kept.events);
    assert!(stands_in[0]["message"].contains("the safety net stands in"));
    assert!(
        stands_in[0]["error"].contains("on-changes"),
        "{:?}",
        stands_in[0]
    );
    assert_eq!(stands_in[0]["cache"], "pages");
}
