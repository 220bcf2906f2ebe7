//! Tags, and the promises that the cache makes of invalidations.

use shelflife::future::Write;
use shelflife_http::{HttpCacheLayer, weigh};

use crate::scene::{Scene, page, reply, until};

const TAGGED: &[(&str, &str)] = &[
    ("cache-control", "max-age=60"),
    ("surrogate-key", "product:1 reviews:1"),
    ("cache-tag", "front page,shop"),
    ("surrogate-control", "max-age=60"),
];

#[tokio::test]
async fn a_response_is_gone_with_any_of_its_tags() {
    for tag in ["product:1", "reviews:1", "front page", "shop"] {
        let scene = Scene::new(|_, _| reply(200, TAGGED, "page"));
        scene.get("/a").await;
        scene.cache.invalidate_tag("product:2");
        assert_eq!(scene.get("/a").await.did(), "hit; ttl=60");
        scene.cache.invalidate_tag(tag);
        assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored", "{tag}");
    }
}

#[tokio::test]
async fn what_was_validated_keeps_its_tags() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(
            200,
            &[
                ("cache-control", "max-age=5"),
                ("etag", "\"1\""),
                ("surrogate-key", "x"),
            ],
            "page",
        ),
        2 => reply(304, &[("etag", "\"1\"")], axum::body::Body::empty()),
        _ => page("new"),
    });
    scene.get("/a").await;
    scene.pass(5);
    assert_eq!(
        scene.get("/a").await.did(),
        "fwd=stale; fwd-status=304; stored"
    );
    scene.cache.invalidate_tag("x");
    assert_eq!(scene.get("/a").await.body, "new");
}

#[tokio::test]
async fn tags_are_for_caches_and_clients_need_not_see_them() {
    for (strip, expected) in [(true, ""), (false, "product:1 reviews:1")] {
        let layer = move |layer: HttpCacheLayer| layer.strip_tags(strip);
        let scene = Scene::with(layer, |head, _| match head.uri.path() {
            "/passes" => reply(200, &[TAGGED, &[("set-cookie", "a")]].concat(), "page"),
            _ => reply(200, TAGGED, "page"),
        });
        for path in ["/a", "/a", "/passes"] {
            let answer = scene.get(path).await;
            assert_eq!(answer.field("surrogate-key"), expected);
            assert_eq!(answer.field("cache-tag").is_empty(), strip);
            assert_eq!(answer.field("surrogate-control").is_empty(), strip);
        }
        scene.cache.invalidate_tag("shop");
        assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
    }
}

#[tokio::test]
async fn a_load_that_an_invalidation_overtakes_is_not_kept() {
    for invalidate in [
        (|scene| scene.cache.invalidate_tag("shop")) as fn(&Scene),
        |scene| scene.cache.invalidate("GET shop.example/a"),
        |scene| scene.cache.invalidate_prefix("GET shop.example"),
        |scene| scene.cache.invalidate_all(),
        |scene| scene.cache.expire_tag("product:1"),
    ] {
        let scene = Scene::new(|_, n| reply(200, TAGGED, n.to_string()));
        scene.origin.hold();
        let old = scene.crowd(1, "/a").pop().unwrap();
        until(|| scene.origin.calls() == 1).await;
        invalidate(&scene);
        // One who comes after it does not wait for what began before it.
        let new = scene.crowd(1, "/a").pop().unwrap();
        scene.origin.let_go(2);
        let old = old.await.unwrap();
        assert_eq!(
            (old.did().as_str(), old.body.as_str()),
            ("fwd=uri-miss", "1")
        );
        assert_eq!(new.await.unwrap().body, "2");
        assert_eq!(scene.get("/a").await.body, "2");
    }
}

#[tokio::test]
async fn a_validation_that_an_invalidation_overtakes_brings_nothing_back() {
    for control in ["max-age=5", "no-cache"] {
        let scene = Scene::new(move |_, n| {
            let fields = [
                ("cache-control", control),
                ("etag", "\"1\""),
                ("x", &n.to_string()),
            ];
            match n {
                2 => reply(304, &fields, axum::body::Body::empty()),
                n => reply(200, &fields, n.to_string()),
            }
        });
        scene.get("/a").await;
        scene.pass(5);
        scene.origin.hold();
        let validating = scene.crowd(1, "/a").pop().unwrap();
        until(|| scene.origin.calls() == 2).await;
        scene.cache.invalidate("GET shop.example/a");
        scene.origin.let_go(2);
        assert_eq!(
            validating.await.unwrap().body,
            "1",
            "its reader began before"
        );
        let answer = scene.get("/a").await;
        assert_eq!(
            (answer.did().as_str(), answer.body.as_str()),
            ("fwd=uri-miss; stored", "3")
        );
        assert!(!scene.origin.last().headers.contains_key("if-none-match"));
    }
}

#[tokio::test]
async fn a_reload_that_an_invalidation_overtakes_is_not_kept() {
    let scene = Scene::new(|_, n| reply(200, TAGGED, n.to_string()));
    scene.get("/a").await;
    scene.origin.hold();
    let reloading = tokio::spawn({
        let scene = scene.clone();
        async move { scene.get_with("/a", &[("cache-control", "no-cache")]).await }
    });
    until(|| scene.origin.calls() == 2).await;
    scene.cache.invalidate_tag("shop");
    scene.origin.let_go(2);
    let reloaded = reloading.await.unwrap();
    assert_eq!(
        (reloaded.did().as_str(), reloaded.body.as_str()),
        ("fwd=request", "2")
    );
    assert_eq!(scene.get("/a").await.body, "3");
}

#[tokio::test]
async fn a_refresh_that_an_invalidation_overtakes_is_not_kept() {
    let fields = &[
        ("cache-control", "max-age=5, stale-while-revalidate=60"),
        ("cache-tag", "shop"),
    ];
    let scene = Scene::new(|_, n| reply(200, fields, n.to_string()));
    scene.get("/a").await;
    scene.pass(7);
    scene.origin.hold();
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=-2");
    until(|| scene.origin.calls() == 2).await;
    scene.cache.invalidate_tag("shop");
    scene.origin.let_go(2);
    let answer = scene.get("/a").await;
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("fwd=uri-miss; stored", "3")
    );
}

#[tokio::test]
async fn a_policy_hears_of_writes_and_takes_away_what_was_made_from_them() {
    let scene = Scene::over(
        |cache| cache.policy("tags").policy_config(r#"{ "ttl": "10m" }"#),
        |layer| layer,
        |_, n| reply(200, TAGGED, n.to_string()),
    );
    scene.get("/a").await;
    scene.cache.announce(Write::of("product:2"));
    assert_eq!(scene.get("/a").await.body, "1");
    scene.cache.announce(Write::of("product:1"));
    assert_eq!(scene.get("/a").await.body, "2");
    // More tags than a policy may give an entry are no fault of the policy's.
    let many = (0..200)
        .map(|n| format!("product:{n} "))
        .collect::<String>();
    let scene = Scene::over(
        |cache| cache.policy("tags").policy_config(r#"{ "ttl": "10m" }"#),
        |layer| layer,
        move |_, n| {
            reply(
                200,
                &[("cache-control", "max-age=60"), ("surrogate-key", &many)],
                n.to_string(),
            )
        },
    );
    scene.get("/a").await;
    scene.cache.announce(Write::of("product:199"));
    assert_eq!(scene.get("/a").await.body, "2");
    assert_eq!(scene.cache.stats().policy_traps, 0);
}

#[tokio::test]
async fn responses_weigh_what_they_take() {
    let scene = Scene::over(
        |cache| cache.weigher(weigh).max_capacity(1 << 20),
        |layer| layer,
        |_, _| page("x".repeat(10_000)),
    );
    scene.get("/a").await;
    let weight = scene.cache.weighted_size();
    assert!((10_000..11_000).contains(&weight), "{weight}");
}
