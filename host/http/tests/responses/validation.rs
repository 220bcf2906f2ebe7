//! Asking whether what is there is still good, on both sides of the cache.

use axum::body::Body;

use crate::scene::{SECOND, START, Scene, date, reply, tagged, until};

#[tokio::test]
async fn what_is_past_its_end_is_asked_for_by_its_tag_and_freshened() {
    let scene = Scene::new(|head, n| {
        tagged(head, "\"1\"", "max-age=5", "page").map(|mut response| {
            response.headers_mut().insert("x-call", n.into());
            response
        })
    });
    scene.get("/a").await;
    scene.pass(5);
    let again = scene.get("/a").await;
    assert_eq!(scene.origin.last().headers["if-none-match"], "\"1\"");
    assert_eq!(again.did(), "fwd=stale; fwd-status=304; stored");
    assert_eq!((again.status, again.body.as_str()), (200, "page"));
    assert_eq!(
        again.field("x-call"),
        "2",
        "fields of the answer take the place of the old ones"
    );
    assert_eq!(again.field("date"), date(5));
    scene.pass(4);
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=1");
    scene.pass(1);
    scene.get("/a").await;
    assert_eq!(scene.origin.calls(), 3);
}

#[tokio::test]
async fn what_has_no_tag_is_asked_for_by_the_time_of_its_last_change() {
    let scene = Scene::new(|head, _| {
        let fields = [("last-modified", START), ("cache-control", "max-age=5")];
        match head.headers.get("if-modified-since") {
            Some(since) if since == START => reply(304, &fields, Body::empty()),
            _ => reply(200, &fields, "page"),
        }
    });
    scene.get("/a").await;
    scene.pass(5);
    let again = scene.get("/a").await;
    assert_eq!(again.did(), "fwd=stale; fwd-status=304; stored");
    assert_eq!(again.body, "page");
}

#[tokio::test]
async fn what_has_changed_takes_the_place_of_what_was_there() {
    let scene = Scene::new(|head, n| match n {
        1 => tagged(head, "\"1\"", "max-age=5", "old"),
        _ => tagged(head, "\"2\"", "max-age=5", "new"),
    });
    scene.get("/a").await;
    scene.pass(5);
    let again = scene.get("/a").await;
    assert_eq!(
        (again.did().as_str(), again.body.as_str()),
        ("fwd=stale; stored", "new")
    );
    assert_eq!(scene.get("/a").await.body, "new");
}

#[tokio::test]
async fn an_answer_about_another_state_is_not_believed() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(
            200,
            &[("etag", "\"1\""), ("cache-control", "max-age=5")],
            "one",
        ),
        2 => reply(304, &[("etag", "\"2\"")], Body::empty()),
        _ => reply(
            200,
            &[("etag", "\"2\""), ("cache-control", "max-age=5")],
            "two",
        ),
    });
    scene.get("/a").await;
    scene.pass(5);
    assert_eq!(scene.get("/a").await.body, "two");
    assert!(!scene.origin.last().headers.contains_key("if-none-match"));
}

#[tokio::test]
async fn an_answer_may_say_that_it_is_not_to_be_kept_any_more() {
    let scene = Scene::new(|head, n| {
        let control = if n == 1 { "max-age=5" } else { "no-store" };
        tagged(head, "\"1\"", control, "page")
    });
    scene.get("/a").await;
    scene.pass(5);
    let again = scene.get("/a").await;
    assert_eq!(
        (again.did().as_str(), again.body.as_str()),
        ("fwd=stale; fwd-status=304", "page")
    );
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; detail=pass");
}

#[tokio::test]
async fn no_cache_is_validated_each_time() {
    for control in [
        "no-cache",
        "no-cache=\"x\", max-age=60",
        "max-age=0",
        "max-age=0, must-revalidate",
    ] {
        let scene = Scene::new(move |head, _| tagged(head, "\"1\"", control, "page"));
        assert_eq!(
            scene.get("/a").await.did(),
            "fwd=uri-miss; stored",
            "{control}"
        );
        for n in 2..5 {
            let answer = scene.get("/a").await;
            assert_eq!(answer.did(), "fwd=stale; fwd-status=304", "{control}");
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (200, "page"),
                "{control}"
            );
            assert_eq!(scene.origin.calls(), n, "{control}");
            scene.pass(1);
        }
    }
}

#[tokio::test]
async fn no_cache_that_has_changed_is_not_served_and_is_kept_anew() {
    let scene = Scene::new(|head, n| match n {
        1 => tagged(head, "\"1\"", "no-cache", "old"),
        _ => tagged(head, "\"2\"", "no-cache", "new"),
    });
    assert_eq!(scene.get("/a").await.body, "old");
    for did in [
        "fwd=stale",
        "fwd=uri-miss; stored",
        "fwd=stale; fwd-status=304",
    ] {
        let answer = scene.get("/a").await;
        assert_eq!((answer.did().as_str(), answer.body.as_str()), (did, "new"));
    }
}

#[tokio::test]
async fn no_cache_that_does_not_ask_for_it_any_more_is_served_from_the_cache() {
    let scene = Scene::new(|head, n| {
        let control = if n < 3 { "no-cache" } else { "max-age=60" };
        tagged(head, "\"1\"", control, "page")
    });
    for did in ["fwd=uri-miss; stored", "fwd=stale; fwd-status=304"] {
        assert_eq!(scene.get("/a").await.did(), did);
    }
    scene.get("/a").await;
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=60");
}

#[tokio::test]
async fn a_validation_leaves_alone_what_has_come_in_the_meantime() {
    for late in ["nothing has changed", "something has"] {
        let scene = Scene::new(move |head, n| match n {
            // To the first validation: what is kept had better go, or have another field.
            2 if late == "nothing has changed" => reply(304, &[("x", "late")], Body::empty()),
            2 => tagged(head, "\"0\"", "no-cache", "late"),
            _ => tagged(head, "\"1\"", "no-cache", "page"),
        });
        scene.get("/a").await;
        scene.origin.hold();
        let validating = scene.crowd(1, "/a").pop().unwrap();
        until(|| scene.origin.calls() == 2).await;
        scene.cache.invalidate("GET shop.example/a");
        scene.origin.hold();
        scene.origin.let_go(1);
        scene.get("/a").await;
        scene.origin.let_go_all();
        validating.await.unwrap();
        let answer = scene.get("/a").await;
        assert_eq!(answer.did(), "fwd=stale; fwd-status=304", "{late}");
        assert_eq!(
            (answer.body.as_str(), answer.field("x").as_str()),
            ("page", ""),
            "{late}"
        );
    }
}

#[tokio::test]
async fn clients_of_no_cache_do_not_wait_for_each_other() {
    let scene = Scene::new(|head, _| tagged(head, "\"1\"", "no-cache", "page"));
    scene.get("/a").await;
    scene.origin.hold();
    let crowd = scene.crowd(3, "/a");
    until(|| scene.origin.calls() == 4).await;
    scene.origin.let_go(3);
    for client in crowd {
        assert_eq!(client.await.unwrap().did(), "fwd=stale; fwd-status=304");
    }
}

#[tokio::test]
async fn an_error_does_not_answer_for_no_cache() {
    let scene = Scene::with(
        |layer| layer.stale_if_error(60 * SECOND),
        |head, n| match n {
            2 => reply(503, &[], "down"),
            3 => Err("gone"),
            _ => tagged(head, "\"1\"", "no-cache", "page"),
        },
    );
    scene.get("/a").await;
    assert_eq!(scene.get("/a").await.status, 503);
    assert_eq!(scene.try_ask("GET", "/a", &[]).await.unwrap_err(), "gone");
    assert_eq!(
        scene.get("/a").await.did(),
        "fwd=stale; fwd-status=304",
        "it is there still"
    );
}

#[tokio::test]
async fn a_client_that_has_it_already_is_told_so() {
    let scene = Scene::new(|_, _| {
        let fields = [
            ("etag", "\"1\""),
            ("last-modified", START),
            ("cache-control", "max-age=60"),
            ("content-type", "text/html"),
        ];
        reply(200, &fields, "page")
    });
    for (name, value, has) in [
        ("if-none-match", "\"0\", W/\"1\"", true),
        ("if-none-match", "*", true),
        ("if-none-match", "\"2\"", false),
        ("if-modified-since", START, true),
        ("if-modified-since", "Sun, 09 Sep 2001 01:46:39 GMT", false),
    ] {
        // Loaded just now, and from the cache.
        for path in [
            &format!("/{name}/{value}").replace([' ', '"', ','], ""),
            "/a",
        ] {
            let answer = scene.get_with(path, &[(name, value)]).await;
            let expected = if has { (304, "") } else { (200, "page") };
            assert_eq!(
                (answer.status, answer.body.as_str()),
                expected,
                "{name}: {value}"
            );
            assert_eq!(answer.field("etag"), "\"1\"");
            assert_eq!(answer.field("content-type").is_empty(), has);
        }
    }
    let last = scene.origin.last().headers;
    assert!(!last.contains_key("if-none-match") && !last.contains_key("if-modified-since"));
}

#[tokio::test]
async fn an_error_is_not_told_to_be_known() {
    let scene = Scene::new(|_, _| {
        reply(
            404,
            &[("etag", "\"1\""), ("cache-control", "max-age=60")],
            "none",
        )
    });
    for _ in 0..2 {
        let answer = scene.get_with("/a", &[("if-none-match", "\"1\"")]).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, "none"));
    }
}

#[tokio::test]
async fn a_head_is_that_of_the_page_that_is_there() {
    let scene = Scene::new(|head, _| match head.method.as_str() {
        "HEAD" => reply(
            200,
            &[("cache-control", "max-age=60"), ("x", "head")],
            Body::empty(),
        ),
        _ => reply(200, &[("cache-control", "max-age=60")], "page"),
    });
    for _ in 0..2 {
        let answer = scene.ask("HEAD", "/a", &[]).await;
        assert_eq!(
            (answer.field("x").as_str(), answer.did().as_str()),
            ("head", "fwd=uri-miss")
        );
    }
    assert_eq!(
        scene.get("/a").await.did(),
        "fwd=uri-miss; stored",
        "heads are not kept"
    );
    let answer = scene.ask("HEAD", "/a", &[]).await;
    assert_eq!(
        (answer.did().as_str(), answer.body.as_str()),
        ("hit; ttl=60", "")
    );
    assert_eq!(answer.field("content-length"), "4");
}
