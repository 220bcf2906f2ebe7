//! Requests that change something.

use axum::body::Body;

use crate::scene::{Scene, page, reply, request, until};

fn shop(fields: &'static [(&'static str, &'static str)], status: u16) -> Scene {
    Scene::new(move |head, n| match head.method.as_str() {
        "GET" => page(n.to_string()),
        _ => reply(status, fields, Body::empty()),
    })
}

async fn is_kept(scene: &Scene, path: &str) -> bool {
    scene.get(path).await.did().starts_with("hit")
}

#[tokio::test]
async fn what_a_write_names_is_gone_when_it_is_answered() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        for status in [200, 204, 303] {
            let scene = shop(&[], status);
            scene.get("/a").await;
            scene.get("/b").await;
            assert_eq!(scene.ask(method, "/a", &[]).await.did(), "fwd=method");
            assert!(!is_kept(&scene, "/a").await, "{method}");
            assert!(is_kept(&scene, "/b").await, "{method}");
        }
    }
}

#[tokio::test]
async fn what_changes_nothing_takes_nothing_away() {
    let scene = shop(&[], 200);
    scene.get("/a").await;
    for method in ["OPTIONS", "TRACE"] {
        assert_eq!(scene.ask(method, "/a", &[]).await.did(), "fwd=method");
        assert!(is_kept(&scene, "/a").await, "{method}");
    }
    for status in [400, 405, 500] {
        let scene = shop(&[], status);
        scene.get("/a").await;
        scene.ask("POST", "/a", &[]).await;
        assert!(is_kept(&scene, "/a").await, "{status}");
    }
}

#[tokio::test]
async fn what_a_response_to_a_write_names_goes_too_if_it_is_of_the_same_origin() {
    let fields = &[
        ("location", "/b?x=1"),
        ("content-location", "http://shop.example/folder/c"),
    ];
    let scene = shop(fields, 201);
    for path in ["/folder/a", "/b?x=1", "/b", "/folder/c"] {
        scene.get(path).await;
    }
    scene.ask("POST", "/folder/a", &[]).await;
    for (path, kept) in [
        ("/folder/a", false),
        ("/b?x=1", false),
        ("/folder/c", false),
        ("/b", true),
    ] {
        assert_eq!(is_kept(&scene, path).await, kept, "{path}");
    }
    let scene = shop(&[("location", "http://other.example/b")], 201);
    scene.get("/b").await;
    scene.ask("POST", "/a", &[]).await;
    assert!(is_kept(&scene, "/b").await);
}

#[tokio::test]
async fn a_load_that_a_write_overtakes_is_not_kept() {
    let scene = shop(&[], 200);
    scene.origin.hold();
    let reading = scene.crowd(1, "/a").pop().unwrap();
    until(|| scene.origin.calls() == 1).await;
    scene.origin.hold();
    scene.origin.let_go(1);
    scene.ask("POST", "/a", &[]).await;
    scene.origin.let_go_all();
    let read = reading.await.unwrap();
    assert_eq!(
        (read.did().as_str(), read.body.as_str()),
        ("fwd=uri-miss", "1")
    );
    assert_eq!(scene.get("/a").await.body, "3");
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_may_have_happened() {
    let scene = shop(&[], 200);
    scene.get("/a").await;
    scene.origin.hold();
    {
        let mut writing = Box::pin(scene.send(request("POST", "/a", &[])));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(writing.as_mut().poll(&mut context).is_pending());
    }
    scene.origin.let_go(1);
    assert!(!is_kept(&scene, "/a").await);
}

#[tokio::test]
async fn a_write_that_fails_without_an_answer_may_have_happened() {
    let scene = Scene::new(|head, n| match head.method.as_str() {
        "GET" => page(n.to_string()),
        _ => Err("gone"),
    });
    scene.get("/a").await;
    assert!(scene.try_ask("POST", "/a", &[]).await.is_err());
    assert!(!is_kept(&scene, "/a").await);
}
