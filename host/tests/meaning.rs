//! Entries that are found and invalidated by what their keys mean, on both caches.

mod both;

use std::error::Error;

use both::{Subject, Value, block_on, on_both_caches};
use shelflife::{Embedding, EmbeddingError, NearError, State, future, sync};

/// A direction in the plane, in degrees.
fn towards(degrees: f32) -> Embedding {
    let angle = degrees.to_radians();
    Embedding::new([3.0 * angle.cos(), 3.0 * angle.sin()]).unwrap()
}

/// The cosine of an angle in degrees.
fn within(degrees: f32) -> f32 {
    degrees.to_radians().cos()
}

fn by_meaning<C: Subject>() -> C {
    C::make(C::builder().nearest(within(20.0)))
}

fn a_read_finds_the_nearest_entry_that_is_near_enough<C: Subject>() {
    let cache: C = by_meaning();
    cache
        .get_near_with("east", &towards(0.0), |_| "EAST")
        .unwrap();
    cache
        .get_near_with("north", &towards(90.0), |_| "NORTH")
        .unwrap();
    let near = |degrees: f32| cache.at().get_near(&towards(degrees)).unwrap();
    let found = near(10.0).unwrap();
    assert_eq!((found.key(), *found.value()), ("east", "EAST"));
    assert_eq!(found.state(), State::Fresh);
    assert!((found.similarity().unwrap() - within(10.0)).abs() < 1e-5);
    assert!(near(45.0).is_none(), "near enough to neither");
    let read = cache.get_near_with("nearly north", &towards(80.0), |_| unreachable!());
    assert_eq!(read, Ok("NORTH"));
    let loaded = cache.get_near_with("between", &towards(45.0), |_| "BETWEEN");
    assert_eq!(loaded, Ok("BETWEEN"));
    assert_eq!(near(40.0).unwrap().key(), "between");
}

fn what_was_invalidated_by_any_call_is_not_found_by_meaning<C: Subject>() {
    type Call = fn(&sync::Cache<Value>);
    let calls: [(&str, Call); 5] = [
        ("key", |cache| cache.invalidate("east")),
        ("tag", |cache| cache.invalidate_tag("tag")),
        ("near", |cache| {
            cache.invalidate_near(&towards(5.0), within(10.0)).unwrap()
        }),
        ("predicate", |cache| {
            cache.invalidate_entries_if(|key, _| key == "east")
        }),
        ("all", |cache| cache.invalidate_all()),
    ];
    for (name, call) in calls {
        let cache: C = by_meaning();
        let load = |load: &shelflife::Load| {
            load.tag("tag");
            "OLD"
        };
        cache.get_near_with("east", &towards(0.0), load).unwrap();
        call(&cache.at());
        assert!(
            cache.at().get_near(&towards(0.0)).unwrap().is_none(),
            "{name}"
        );
        let read = cache.get_near_with("nearly east", &towards(1.0), |_| "NEW");
        assert_eq!(read, Ok("NEW"), "{name}");
    }
}

fn a_region_that_was_invalidated_during_a_load_near_it_keeps_the_value_out<C: Subject>() {
    let cache: C = by_meaning();
    let inside = cache.at();
    let read = cache.get_near_with("east", &towards(0.0), move |_| {
        inside.invalidate_near(&towards(5.0), within(10.0)).unwrap();
        "OLD"
    });
    assert_eq!(read, Ok("OLD"), "its own reader may have it");
    assert!(cache.at().get_near(&towards(0.0)).unwrap().is_none());
    assert_eq!(cache.at().get("east"), None);
}

fn an_embedding_of_another_model_is_refused_and_named<C: Subject>() {
    let cache: C = by_meaning();
    cache
        .get_near_with("east", &towards(0.0), |_| "EAST")
        .unwrap();
    let other = Embedding::new([1.0, 0.0, 0.0]).unwrap();
    let expected = EmbeddingError::Dimensions {
        got: 3,
        expected: 2,
    };
    assert_eq!(cache.at().get_near(&other).err(), Some(expected.clone()));
    let read = cache.get_near_with("east", &other, |_| unreachable!());
    assert_eq!(read, Err(expected.clone()));
    let verbs = cache.at();
    assert_eq!(verbs.invalidate_near(&other, 0.9), Err(expected.clone()));
    assert_eq!(verbs.expire_near(&other, 0.9), Err(expected));
    let nowhere = verbs.invalidate_near(&towards(0.0), f32::NAN);
    assert!(matches!(nowhere, Err(EmbeddingError::Similarity(_))));
    assert_eq!(verbs.get("east"), Some("EAST"));
    // A value that could not be found by meaning again is not kept.
    let load = |load: &shelflife::Load| {
        load.embedding(&other);
        "LOST"
    };
    assert_eq!(cache.get_with("lost", load), "LOST");
    assert_eq!(verbs.get("lost"), None);
    verbs.insert("east", "EAST");
    assert!(!verbs.insert_with("east", "LOST", |about| {
        about.embedding(&other);
    }));
    assert_eq!(verbs.get("east"), None, "it was superseded");
}

fn without_a_rule_by_meaning_reads_go_by_key<C: Subject>() {
    let cache = C::plain();
    cache
        .get_near_with("east", &towards(0.0), |_| "EAST")
        .unwrap();
    assert!(cache.at().get_near(&towards(0.0)).unwrap().is_none());
    let read = cache.get_near_with("too", &towards(0.0), |_| "TOO");
    assert_eq!(read, Ok("TOO"));
}

fn the_semantic_policy_finds_and_drops_by_meaning<C: Subject>() {
    let cache = C::make(C::builder().policy("semantic"));
    cache
        .get_near_with("east", &towards(0.0), |_| "EAST")
        .unwrap();
    let read = cache.get_near_with("nearly east", &towards(1.0), |_| unreachable!());
    assert_eq!(read, Ok("EAST"));
    let write = shelflife::Write::of("answer:7").with_vector(towards(2.0));
    cache.at().announce(write);
    let read = cache.get_near_with("nearly east", &towards(1.0), |_| "NEW");
    assert_eq!(read, Ok("NEW"));
}

on_both_caches!(
    a_read_finds_the_nearest_entry_that_is_near_enough,
    what_was_invalidated_by_any_call_is_not_found_by_meaning,
    a_region_that_was_invalidated_during_a_load_near_it_keeps_the_value_out,
    an_embedding_of_another_model_is_refused_and_named,
    without_a_rule_by_meaning_reads_go_by_key,
    the_semantic_policy_finds_and_drops_by_meaning,
);

/// A model for which texts are near that begin alike.
fn model(text: &str) -> Result<Embedding, Box<dyn Error + Send + Sync>> {
    match text.chars().next() {
        None => Err("there is nothing to embed".into()),
        Some(first) => Ok(towards(f32::from(first as u16 - b'a' as u16) * 30.0)),
    }
}

#[test]
fn texts_are_embedded_by_the_model_of_the_cache() {
    let cache = sync::Cache::<Value>::builder();
    let cache = cache.nearest(0.99).embedder(model).build().unwrap();
    let read = |text: &str, value| cache.get_similar_with(text, |_| Ok::<_, String>(value));
    assert_eq!(read("apple", "A").unwrap(), "A");
    assert_eq!(read("avocado", "?").unwrap(), "A");
    assert_eq!(read("banana", "B").unwrap(), "B");
    let error = read("", "?").unwrap_err();
    assert!(matches!(error, NearError::Embedder(_)), "{error}");
    assert!(error.to_string().contains("nothing to embed"), "{error}");
    let failed = cache.get_similar_with("cherry", |_| Err("down".to_owned()));
    assert!(matches!(failed, Err(NearError::Load(error)) if *error == "down"));
}

#[test]
fn tasks_embed_texts_as_well_and_a_cache_without_a_model_says_so() {
    let cache = future::Cache::<Value>::builder();
    let cache = cache.nearest(0.99).embedder(model).build().unwrap();
    let read = |text: &'static str, value| {
        block_on(cache.get_similar_with(text, async move |_| Ok::<_, String>(value)))
    };
    assert_eq!(read("apple", "A").unwrap(), "A");
    assert_eq!(read("avocado", "?").unwrap(), "A");
    let without = future::Cache::<Value>::builder().build().unwrap();
    let read = without.get_similar_with("apple", async |_| Ok::<_, String>("A"));
    let error = block_on(read).unwrap_err().to_string();
    assert!(error.contains("no embedder"), "{error}");
}
