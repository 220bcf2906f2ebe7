//! What may be served past its end: while it is loaded again, and where that fails.

use std::task::{Context, Waker};
use std::time::Duration;

use axum::body::Body;
use shelflife::future::{Runtime, Task};
use shelflife_http::HttpCacheLayer;

use crate::scene::{SECOND, Scene, Settings, reply, tagged, until};

const SWR: &[(&str, &str)] = &[("cache-control", "max-age=5, stale-while-revalidate=10")];
const SIE: &[(&str, &str)] = &[("cache-control", "max-age=5, stale-if-error=10")];

#[tokio::test]
async fn a_response_is_served_past_its_end_while_one_refresh_is_under_way() {
    let scene = Scene::new(|_, n| reply(200, SWR, n.to_string()));
    scene.get("/a").await;
    scene.pass(7);
    scene.origin.hold();
    for _ in 0..3 {
        let answer = scene.get("/a").await;
        assert_eq!(
            (answer.did().as_str(), answer.body.as_str()),
            ("hit; ttl=-2", "1")
        );
        assert_eq!(answer.field("age"), "7");
    }
    until(|| scene.origin.calls() == 2).await;
    scene.origin.let_go(1);
    until(|| scene.cache.contains_key("GET shop.example/a")).await;
    let answer = scene.get("/a").await;
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("hit; ttl=5", "2")
    );
    assert_eq!(scene.origin.calls(), 2);
}

/// Carries out a task to its end before it goes on.
struct AtOnce;

impl Runtime for AtOnce {
    fn spawn(&self, mut task: Task) {
        let thread = std::thread::spawn(move || {
            let mut context = Context::from_waker(Waker::noop());
            assert!(task.as_mut().poll(&mut context).is_ready());
        });
        thread.join().unwrap();
    }

    fn sleep(&self, _: Duration) -> Task {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn what_a_refresh_brings_is_not_for_the_request_that_began_it_however_soon_it_comes() {
    let at_once = |cache: Settings| cache.runtime(AtOnce);
    let scene = Scene::over(
        at_once,
        |layer| layer,
        |_, n| reply(200, SWR, n.to_string()),
    );
    scene.get("/a").await;
    scene.pass(7);
    let answer = scene.crowd(1, "/a").pop().unwrap().await.unwrap();
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("hit; ttl=-2", "1")
    );
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=5");
}

#[tokio::test]
async fn past_its_window_a_response_is_not_served() {
    let scene = Scene::new(|_, n| reply(200, SWR, n.to_string()));
    scene.get("/a").await;
    scene.pass(15);
    let answer = scene.get("/a").await;
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("fwd=uri-miss; stored", "2")
    );
}

#[tokio::test]
async fn what_is_never_fresh_may_be_served_while_it_is_loaded_again() {
    const FIELDS: &[(&str, &str)] = &[("cache-control", "max-age=0, stale-while-revalidate=10")];
    let scene = Scene::new(|_, n| reply(200, FIELDS, n.to_string()));
    scene.get("/a").await;
    scene.pass(1);
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=-1");
    until(|| scene.cache.stats().loads == 2).await;
    assert_eq!(scene.get("/a").await.body, "2");
}

#[tokio::test]
async fn a_refresh_that_fails_changes_nothing() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, SWR, "page"),
        2 => reply(503, &[], "down"),
        _ => Err("gone"),
    });
    scene.get("/a").await;
    scene.pass(7);
    for calls in 2..4 {
        assert_eq!(scene.get("/a").await.body, "page");
        until(|| {
            let stats = scene.cache.stats();
            stats.loads + stats.failed_loads == calls
        })
        .await;
    }
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=-2");
}

#[tokio::test]
async fn where_a_load_fails_an_older_response_answers() {
    for status in [500, 502, 503, 504] {
        let scene = Scene::new(move |_, n| match n {
            1 => reply(200, SIE, "page"),
            _ => reply(status, &[], "down"),
        });
        scene.get("/a").await;
        scene.pass(14);
        let answer = scene.get("/a").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "page"));
        let expected = format!("fwd=stale; fwd-status={status}; detail=stale-if-error");
        assert_eq!(
            (answer.did(), answer.field("age").as_str()),
            (expected, "14")
        );
        scene.pass(2);
        let answer = scene.get("/a").await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (status, "down"),
            "its window is over"
        );
    }
}

#[tokio::test]
async fn where_the_service_fails_an_older_response_answers() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, SIE, "page"),
        _ => Err("gone"),
    });
    scene.get("/a").await;
    scene.pass(7);
    assert_eq!(
        scene.get("/a").await.did(),
        "fwd=stale; detail=stale-if-error"
    );
    scene.pass(10);
    assert_eq!(scene.try_ask("GET", "/a", &[]).await.unwrap_err(), "gone");
}

#[tokio::test]
async fn other_answers_are_no_errors() {
    for status in [404, 501, 302] {
        let scene = Scene::new(move |_, n| match n {
            1 => reply(200, SIE, "page"),
            _ => reply(status, &[], "other"),
        });
        scene.get("/a").await;
        scene.pass(7);
        assert_eq!(scene.get("/a").await.status, status);
    }
}

#[tokio::test]
async fn those_who_wait_for_a_load_that_fails_get_the_older_response_too() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, SIE, "page"),
        _ => reply(503, &[], "down"),
    });
    scene.get("/a").await;
    scene.pass(7);
    scene.origin.hold();
    let crowd = scene.crowd(3, "/a");
    until(|| scene.cache.stats().coalesced == 2).await;
    scene.origin.let_go(1);
    let mut dids = Vec::new();
    for client in crowd {
        let answer = client.await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "page"));
        dids.push(answer.did());
    }
    dids.sort();
    let mine = "fwd=stale; fwd-status=503; detail=stale-if-error";
    let theirs = "fwd=stale; collapsed; detail=stale-if-error";
    assert_eq!(dids, [theirs, theirs, mine]);
    assert_eq!(scene.origin.calls(), 2);
}

#[tokio::test]
async fn some_responses_are_never_served_past_their_end() {
    for forbids in ["must-revalidate", "proxy-revalidate", "s-maxage=5"] {
        let control = format!("max-age=5, stale-while-revalidate=60, stale-if-error=60, {forbids}");
        let scene = Scene::new(move |_, n| match n {
            1 => reply(
                200,
                &[("cache-control", &control), ("etag", "\"1\"")],
                "page",
            ),
            _ => reply(503, &[], "down"),
        });
        scene.get("/a").await;
        scene.pass(4);
        assert_eq!(scene.get("/a").await.status, 200, "{forbids}");
        scene.pass(1);
        assert_eq!(scene.get("/a").await.status, 503, "{forbids}");
        let lenient = [("cache-control", "max-stale")];
        assert_eq!(
            scene.get_with("/a", &lenient).await.status,
            503,
            "{forbids}"
        );
    }
}

#[tokio::test]
async fn s_maxage_forbids_nothing_where_that_is_agreed() {
    const FIELDS: &[(&str, &str)] = &[("cache-control", "s-maxage=5, stale-while-revalidate=10")];
    let layer = |layer: HttpCacheLayer| layer.stale_despite_s_maxage(true);
    let scene = Scene::with(layer, |_, n| reply(200, FIELDS, n.to_string()));
    scene.get("/a").await;
    scene.pass(6);
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=-1");
}

#[tokio::test]
async fn the_application_speaks_for_responses_that_do_not() {
    let layer = |layer: HttpCacheLayer| {
        layer
            .stale_while_revalidate(10 * SECOND)
            .stale_if_error(20 * SECOND)
    };
    let scene = Scene::with(layer, |_, n| match n {
        1 => reply(200, &[("cache-control", "max-age=5")], "page"),
        _ => reply(500, &[], "down"),
    });
    scene.get("/a").await;
    scene.pass(6);
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=-1");
    until(|| scene.cache.stats().failed_loads == 1).await;
    scene.pass(10);
    let did = "fwd=stale; fwd-status=500; detail=stale-if-error";
    assert_eq!(scene.get("/a").await.did(), did);
}

#[tokio::test]
async fn being_kept_for_validation_is_no_leave_to_be_served() {
    let scene = Scene::new(|head, n| match n {
        2 => reply(503, &[], "down"),
        _ => tagged(head, "\"1\"", "max-age=5", "page"),
    });
    scene.get("/a").await;
    scene.pass(7);
    assert_eq!(scene.get("/a").await.status, 503);
    let answer = scene.get("/a").await;
    assert_eq!(
        answer.did(),
        "fwd=stale; fwd-status=304; stored",
        "it was kept all the same"
    );
}

#[tokio::test]
async fn a_refresh_validates_what_is_there() {
    let control = "max-age=5, stale-while-revalidate=10";
    let scene = Scene::new(move |head, _| tagged(head, "\"1\"", control, "page"));
    scene.get("/a").await;
    scene.pass(7);
    scene.get("/a").await;
    until(|| scene.cache.contains_key("GET shop.example/a")).await;
    assert_eq!(scene.origin.last().headers["if-none-match"], "\"1\"");
    let answer = scene.get("/a").await;
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("hit; ttl=5", "page")
    );
}

#[tokio::test]
async fn what_was_expired_by_hand_may_be_served_within_its_windows_only() {
    for (fields, expected) in [(SWR, "hit; ttl=0"), (SIE, "fwd=uri-miss; detail=status")] {
        let scene = Scene::new(move |_, n| match n {
            1 => reply(200, fields, "page"),
            _ => reply(501, &[("cache-control", "max-age=0")], Body::empty()),
        });
        scene.get("/a").await;
        scene.cache.expire("GET shop.example/a");
        let expected = if fields == SIE {
            "fwd=stale; detail=stale"
        } else {
            expected
        };
        assert_eq!(scene.get("/a").await.did(), expected);
    }
}
