//! What clients wish for by `Cache-Control` in their requests.

use shelflife_http::HttpCacheLayer;

use crate::scene::{Scene, reply, tagged};

const STALE_ALLOWED: &[(&str, &str)] = &[("cache-control", "max-age=10"), ("etag", "\"1\"")];

async fn wishing(scene: &Scene, wish: &str) -> crate::scene::Answer {
    scene.get_with("/a", &[("cache-control", wish)]).await
}

fn counting() -> Scene {
    Scene::new(|_, n| reply(200, STALE_ALLOWED, n.to_string()))
}

#[tokio::test]
async fn no_cache_loads_what_is_there_again_and_for_all() {
    for wish in [("cache-control", "no-cache"), ("pragma", "no-cache")] {
        let scene = counting();
        scene.get("/a").await;
        let answer = scene.get_with("/a", &[wish]).await;
        assert_eq!(
            (answer.did().as_str(), answer.body.as_str()),
            ("fwd=request; stored", "2")
        );
        assert_eq!(
            scene.origin.last().headers["if-none-match"],
            "\"1\"",
            "it need not be whole"
        );
        let answer = scene.get("/a").await;
        assert_eq!(
            (answer.did().as_str(), answer.body.as_str()),
            ("hit; ttl=10", "2")
        );
    }
}

#[tokio::test]
async fn no_cache_is_content_with_word_that_nothing_has_changed() {
    let scene = Scene::new(|head, _| tagged(head, "\"1\"", "max-age=10", "page"));
    scene.get("/a").await;
    scene.pass(4);
    let answer = wishing(&scene, "no-cache").await;
    assert_eq!(answer.did(), "fwd=request; fwd-status=304; stored");
    assert_eq!((answer.status, answer.body.as_str()), (200, "page"));
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=10");
}

#[tokio::test]
async fn no_cache_where_nothing_is_there_is_a_load_like_any_other() {
    let scene = counting();
    assert_eq!(
        wishing(&scene, "no-cache").await.did(),
        "fwd=uri-miss; stored"
    );
    assert_eq!(scene.get("/a").await.body, "1");
}

#[tokio::test]
async fn a_reload_that_fails_leaves_what_is_there() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, STALE_ALLOWED, "page"),
        2 => reply(500, &[], "down"),
        _ => Err("gone"),
    });
    scene.get("/a").await;
    assert_eq!(wishing(&scene, "no-cache").await.status, 500);
    let wish = [("cache-control", "no-cache")];
    assert_eq!(scene.try_ask("GET", "/a", &wish).await.unwrap_err(), "gone");
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=10");
}

#[tokio::test]
async fn a_reload_that_brings_what_is_not_for_others_takes_away_what_was() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, STALE_ALLOWED, "ours"),
        n => reply(200, &[("cache-control", "private")], format!("yours {n}")),
    });
    scene.get("/a").await;
    assert_eq!(wishing(&scene, "no-cache").await.body, "yours 2");
    assert_eq!(scene.get("/a").await.body, "yours 3");
}

#[tokio::test]
async fn max_age_is_how_old_it_may_be() {
    let scene = counting();
    scene.get("/a").await;
    scene.pass(4);
    assert_eq!(wishing(&scene, "max-age=4").await.did(), "hit; ttl=6");
    assert_eq!(
        wishing(&scene, "max-age=3").await.did(),
        "fwd=request; stored"
    );
    assert_eq!(
        wishing(&scene, "max-age=0").await.did(),
        "hit; ttl=10",
        "it is new"
    );
    scene.pass(1);
    assert_eq!(
        wishing(&scene, "max-age=0").await.did(),
        "fwd=request; stored"
    );
}

#[tokio::test]
async fn min_fresh_is_how_long_it_has_to_be_good_yet() {
    let scene = counting();
    scene.get("/a").await;
    scene.pass(4);
    assert_eq!(wishing(&scene, "min-fresh=6").await.did(), "hit; ttl=6");
    assert_eq!(
        wishing(&scene, "min-fresh=7").await.did(),
        "fwd=request; stored"
    );
}

#[tokio::test]
async fn max_stale_is_how_long_past_its_end_it_may_be() {
    let scene = counting();
    scene.get("/a").await;
    scene.pass(14);
    assert_eq!(wishing(&scene, "max-stale").await.did(), "hit; ttl=-4");
    assert_eq!(wishing(&scene, "max-stale=4").await.did(), "hit; ttl=-4");
    assert_eq!(
        wishing(&scene, "max-stale=4, max-age=14").await.did(),
        "hit; ttl=-4"
    );
    assert_eq!(
        wishing(&scene, "max-stale=3").await.did(),
        "fwd=stale; stored"
    );
}

#[tokio::test]
async fn only_if_cached_asks_nobody() {
    let scene = counting();
    let none = wishing(&scene, "only-if-cached").await;
    assert_eq!(
        (none.status, none.did().as_str()),
        (504, "detail=only-if-cached")
    );
    assert_eq!(scene.origin.calls(), 0);
    scene.get("/a").await;
    assert_eq!(wishing(&scene, "only-if-cached").await.did(), "hit; ttl=10");
    assert_eq!(
        wishing(&scene, "only-if-cached, no-cache").await.status,
        504
    );
    scene.pass(14);
    assert_eq!(wishing(&scene, "only-if-cached").await.status, 504);
    assert_eq!(wishing(&scene, "only-if-cached, max-stale").await.body, "1");
    assert_eq!(scene.origin.calls(), 1);
}

#[tokio::test]
async fn no_store_leaves_nothing_behind() {
    let scene = counting();
    for n in ["1", "2"] {
        let answer = wishing(&scene, "no-store").await;
        assert_eq!(
            (answer.did().as_str(), answer.body.as_str()),
            ("fwd=uri-miss", n)
        );
    }
    assert_eq!(scene.cache.entry_count(), 0);
    scene.get("/a").await;
    assert_eq!(
        wishing(&scene, "no-store").await.did(),
        "hit; ttl=10",
        "what is there is there"
    );
}

#[tokio::test]
async fn wishes_need_not_be_granted() {
    let scene = Scene::with(
        |layer: HttpCacheLayer| layer.heed_clients(false),
        |_, n| reply(200, STALE_ALLOWED, n.to_string()),
    );
    scene.get("/a").await;
    for wish in ["no-cache", "max-age=0", "min-fresh=60", "no-store"] {
        assert_eq!(wishing(&scene, wish).await.did(), "hit; ttl=10", "{wish}");
    }
    scene.pass(11);
    assert_eq!(
        wishing(&scene, "max-stale").await.did(),
        "fwd=stale; stored"
    );
}

#[tokio::test]
async fn others_go_on_with_what_is_there_while_one_reloads_it() {
    let scene = counting();
    scene.get("/a").await;
    scene.origin.hold();
    let reloading = tokio::spawn({
        let scene = scene.clone();
        async move { wishing(&scene, "no-cache").await }
    });
    crate::scene::until(|| scene.origin.calls() == 2).await;
    assert_eq!(scene.get("/a").await.body, "1");
    scene.origin.let_go(1);
    assert_eq!(reloading.await.unwrap().body, "2");
    assert_eq!(scene.get("/a").await.body, "2");
}
