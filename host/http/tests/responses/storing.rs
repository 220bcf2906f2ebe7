//! What is kept, and what is not.

use http::HeaderMap;
use shelflife_http::SetCookie;

use crate::scene::{Scene, page, reply, request};

/// Whether the second of two clients is answered with what the first one got, the one asking with these
/// fields and the other reply having those.
async fn is_kept(asked: &[(&str, &str)], status: u16, fields: &'static [(&str, &str)]) -> bool {
    let scene = Scene::new(move |_, _| reply(status, fields, "page"));
    for _ in 0..2 {
        let answer = scene.get_with("/a", asked).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, "page"));
    }
    scene.origin.calls() == 1
}

#[tokio::test]
async fn what_says_how_long_it_is_fresh_is_kept() {
    for control in [
        "max-age=60",
        "s-maxage=60",
        "public, max-age=60",
        "MAX-AGE=\"60\"",
    ] {
        let fields: &[(&str, &str)] = vec![("cache-control", control)].leak();
        assert!(is_kept(&[], 200, fields).await, "{control}");
    }
    assert!(is_kept(&[], 200, &[("expires", "Sun, 09 Sep 2001 01:47:40 GMT")]).await);
    assert!(is_kept(&[], 404, &[("cache-control", "max-age=60")]).await);
    assert!(is_kept(&[], 302, &[("cache-control", "max-age=60")]).await);
    assert!(is_kept(&[], 500, &[("cache-control", "max-age=60")]).await);
}

#[tokio::test]
async fn what_is_for_one_client_or_for_nobody_is_not_kept() {
    for control in [
        "no-store, max-age=60",
        "private, max-age=60",
        "private=\"set-cookie\", max-age=60",
        "max-age=60, must-understand, no-store, private",
    ] {
        let fields: &[(&str, &str)] = vec![("cache-control", control)].leak();
        assert!(!is_kept(&[], 200, fields).await, "{control}");
    }
    let changed: &[(&str, &str)] = &[("last-modified", "Sun, 09 Sep 2001 01:00:00 GMT")];
    assert!(is_kept(&[], 200, changed).await);
    assert!(
        !is_kept(&[], 302, changed).await,
        "nothing is guessed of this status"
    );
    assert!(
        !is_kept(&[], 302, &[]).await,
        "nothing says how long it is good"
    );
    assert!(
        !is_kept(&[], 200, &[]).await,
        "nor here, and it cannot be validated"
    );
}

#[tokio::test]
async fn a_status_that_must_be_understood_and_is_not_is_not_kept() {
    let control: &[(&str, &str)] = &[("cache-control", "must-understand, no-store, max-age=60")];
    assert!(is_kept(&[], 200, control).await);
    assert!(!is_kept(&[], 299, control).await);
    let control: &[(&str, &str)] = &[("cache-control", "must-understand, max-age=60")];
    assert!(!is_kept(&[], 299, control).await);
}

#[tokio::test]
async fn what_is_answered_to_one_who_is_known_is_kept_only_where_it_says_so() {
    let known = [("authorization", "Basic eA==")];
    assert!(!is_kept(&known, 200, &[("cache-control", "max-age=60")]).await);
    for control in [
        "public, max-age=60",
        "must-revalidate, max-age=60",
        "s-maxage=60",
    ] {
        let fields: &[(&str, &str)] = vec![("cache-control", control)].leak();
        assert!(is_kept(&known, 200, fields).await, "{control}");
    }
}

#[tokio::test]
async fn one_who_is_known_does_not_get_what_was_answered_to_one_who_is_not() {
    let scene = Scene::new(|head, _| match head.headers.get("authorization") {
        Some(_) => reply(200, &[("cache-control", "private")], "yours"),
        None => page("log in"),
    });
    assert_eq!(scene.get("/a").await.body, "log in");
    let known = [("authorization", "Basic eA==")];
    assert_eq!(scene.get_with("/a", &known).await.body, "yours");
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=60");
}

#[tokio::test]
async fn a_cookie_is_for_one_client() {
    const FIELDS: &[(&str, &str)] = &[("cache-control", "max-age=60"), ("set-cookie", "id=7")];
    assert!(!is_kept(&[], 200, FIELDS).await);
    let strip = |layer: shelflife_http::HttpCacheLayer| layer.set_cookie(SetCookie::Strip);
    let scene = Scene::with(strip, |_, _| reply(200, FIELDS, "page"));
    assert_eq!(scene.get("/a").await.field("set-cookie"), "id=7");
    assert_eq!(scene.get("/a").await.field("set-cookie"), "");
    assert_eq!(scene.origin.calls(), 1);
}

#[tokio::test]
async fn fields_of_one_connection_are_not_kept() {
    let scene = Scene::new(|_, _| {
        let fields = [
            ("cache-control", "max-age=60"),
            ("connection", "x-mine"),
            ("x-mine", "1"),
            ("keep-alive", "timeout=5"),
            ("x-theirs", "2"),
        ];
        reply(200, &fields, "page")
    });
    scene.get("/a").await;
    let hit = scene.get("/a").await;
    assert_eq!(hit.did(), "hit; ttl=60");
    for name in ["connection", "x-mine", "keep-alive"] {
        assert_eq!(hit.field(name), "", "{name}");
    }
    assert_eq!(hit.field("x-theirs"), "2");
}

#[tokio::test]
async fn what_is_kept_is_dated() {
    let scene = Scene::new(|_, _| page("page"));
    scene.get("/a").await;
    scene.pass(5);
    let hit = scene.get("/a").await;
    assert_eq!(hit.field("date"), crate::scene::START);
    assert_eq!(hit.field("age"), "5");
}

#[tokio::test]
async fn keys_are_method_host_path_and_query() {
    let scene = Scene::new(|head, n| page(format!("{} {n}", head.uri)));
    assert_eq!(scene.get("/a?x=1").await.body, "/a?x=1 1");
    assert_eq!(scene.get("/a?x=2").await.body, "/a?x=2 2");
    assert_eq!(scene.get("/a?x=1").await.body, "/a?x=1 1");
    let elsewhere = axum::extract::Request::builder()
        .uri("/a?x=1")
        .header("host", "other.example");
    scene
        .send(elsewhere.body(Default::default()).unwrap())
        .await
        .unwrap();
    assert_eq!(scene.origin.calls(), 3);
    assert!(scene.cache.contains_key("GET shop.example/a?x=1"));
    assert!(scene.cache.contains_key("GET other.example/a?x=1"));
}

#[tokio::test]
async fn an_application_may_have_keys_of_its_own() {
    let by_path = |layer: shelflife_http::HttpCacheLayer| {
        layer.key(|head| match head.uri.path() {
            "/none" => None,
            path => Some(path.to_owned()),
        })
    };
    let scene = Scene::with(by_path, |_, _| page("page"));
    scene.get("/a?x=1").await;
    assert_eq!(scene.get("/a?x=2").await.did(), "hit; ttl=60");
    for _ in 0..2 {
        assert_eq!(scene.get("/none").await.did(), "fwd=bypass; detail=no-key");
    }
    scene.ask("POST", "/a", &[]).await;
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
}

#[tokio::test]
async fn requests_that_no_cache_can_answer_pass() {
    let scene = Scene::new(|_, _| page("page"));
    scene.get("/a").await;
    for (name, value, detail) in [
        ("range", "bytes=0-1", "range"),
        ("if-match", "\"1\"", "precondition"),
        ("if-unmodified-since", crate::scene::START, "precondition"),
        ("upgrade", "websocket", "upgrade"),
    ] {
        let answer = scene.get_with("/a", &[(name, value)]).await;
        assert_eq!(answer.did(), format!("fwd=bypass; detail={detail}"));
        assert_eq!(scene.origin.last().headers[name], value);
    }
    let with_body = axum::extract::Request::builder()
        .uri("/a")
        .header("host", "shop.example");
    let with_body = with_body.body("why?".into()).unwrap();
    let response = scene.send(with_body).await.unwrap();
    assert_eq!(
        did(response.headers()),
        "\"shelflife\"; fwd=bypass; detail=request-body"
    );
}

fn did(headers: &HeaderMap) -> &str {
    headers["cache-status"].to_str().unwrap()
}

#[tokio::test]
async fn parts_and_answers_to_others_questions_are_not_kept() {
    for status in [206, 304] {
        assert!(
            !is_kept(&[], status, &[("cache-control", "max-age=60")]).await,
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_cache_may_have_a_name_or_keep_silent() {
    let named = |layer: shelflife_http::HttpCacheLayer| layer.cache_status(Some("my \"shop\""));
    let scene = Scene::with(named, |_, _| page("page"));
    assert_eq!(
        scene.get("/a").await.field("cache-status"),
        r#""my \"shop\""; fwd=uri-miss; stored"#
    );
    let scene = Scene::over(
        |cache| cache.name("pages"),
        |layer| layer,
        |_, _| page("page"),
    );
    assert_eq!(
        scene.get("/a").await.field("cache-status"),
        "\"pages\"; fwd=uri-miss; stored"
    );
    let scene = Scene::with(|layer| layer.cache_status(None), |_, _| page("page"));
    assert_eq!(scene.get("/a").await.field("cache-status"), "");
}

#[tokio::test]
async fn what_is_in_the_cache_is_served_however_busy_the_service_is() {
    let scene = Scene::new(|_, _| page("page"));
    scene.get("/a").await;
    scene.origin.hold();
    assert_eq!(scene.get("/a").await.body, "page");
    let mut other = Box::pin(scene.send(request("GET", "/b", &[])));
    assert!(futures_poll(&mut other).is_pending());
}

fn futures_poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::Pin::new(future).poll(&mut context)
}
