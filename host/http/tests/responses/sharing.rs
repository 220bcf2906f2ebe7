//! Who shares a load with whom.

use crate::scene::{Answer, Scene, page, reply, until};

/// What a crowd gets that asks while the service keeps the first of them waiting, and how often it was asked.
async fn crowd(scene: &Scene) -> (Vec<Answer>, usize) {
    let before = scene.origin.calls();
    scene.origin.hold();
    let clients = scene.crowd(4, "/a");
    until(|| scene.cache.stats().coalesced == 3).await;
    scene.origin.let_go(4);
    let mut answers = Vec::new();
    for client in clients {
        answers.push(client.await.unwrap());
    }
    answers.sort_by(|one, other| one.body.cmp(&other.body));
    (answers, scene.origin.calls() - before)
}

#[tokio::test]
async fn those_who_come_during_a_load_share_it() {
    let scene = Scene::new(|_, n| page(n.to_string()));
    let (answers, calls) = crowd(&scene).await;
    assert_eq!(calls, 1);
    let mut dids: Vec<_> = answers.iter().map(Answer::did).collect();
    dids.sort();
    let theirs = "fwd=uri-miss; collapsed";
    assert_eq!(dids, [theirs, theirs, theirs, "fwd=uri-miss; stored"]);
    assert!(answers.iter().all(|answer| answer.body == "1"));
}

#[tokio::test]
async fn nobody_gets_what_is_for_another() {
    for fields in [
        &[("cache-control", "private, max-age=60")][..],
        &[("cache-control", "no-store")],
        &[("cache-control", "max-age=60"), ("set-cookie", "id=7")],
        &[("cache-control", "max-age=60"), ("vary", "*")],
        // What is stale when it comes answers for errors only.
        &[("cache-control", "max-age=0, stale-if-error=60")],
        &[],
    ] {
        let scene = Scene::new(move |_, n| reply(200, fields, n.to_string()));
        let (answers, calls) = crowd(&scene).await;
        let bodies: Vec<_> = answers.iter().map(|answer| answer.body.as_str()).collect();
        assert_eq!((calls, bodies), (4, vec!["1", "2", "3", "4"]), "{fields:?}");
    }
}

#[tokio::test]
async fn nobody_gets_anothers_error() {
    let scene = Scene::new(|_, n| reply(500, &[], n.to_string()));
    let (answers, calls) = crowd(&scene).await;
    assert_eq!((calls, answers[3].body.as_str()), (4, "4"));
    let scene = Scene::new(|_, n| {
        if n == 1 {
            Err("gone")
        } else {
            page(n.to_string())
        }
    });
    scene.origin.hold();
    let clients = scene.crowd(2, "/a");
    until(|| scene.cache.stats().coalesced == 1).await;
    scene.origin.let_go(2);
    let mut got = Vec::new();
    for client in clients {
        got.push(client.await.map(|answer| answer.body).ok());
    }
    got.sort();
    assert_eq!(
        got,
        [None, Some("2".to_owned())],
        "one of them saw the error"
    );
}

#[tokio::test]
async fn once_a_response_was_not_for_others_nobody_waits_for_the_next() {
    let scene = Scene::new(|_, n| reply(200, &[("cache-control", "private")], n.to_string()));
    scene.get("/a").await;
    scene.origin.hold();
    let clients = scene.crowd(3, "/a");
    until(|| scene.origin.calls() == 4).await;
    assert_eq!(scene.cache.stats().coalesced, 0);
    scene.origin.let_go(3);
    for client in clients {
        assert_eq!(client.await.unwrap().did(), "fwd=uri-miss; detail=pass");
    }
    scene.pass(10);
    scene.origin.let_go(1);
    assert_eq!(
        scene.get("/a").await.did(),
        "fwd=uri-miss; detail=private",
        "it is tried again"
    );
}

#[tokio::test]
async fn a_response_that_is_for_others_again_ends_it() {
    let scene = Scene::new(|_, n| match n {
        1 => reply(200, &[("cache-control", "private")], "yours"),
        _ => page("ours"),
    });
    for did in [
        "fwd=uri-miss; detail=private",
        "fwd=uri-miss; detail=pass",
        "fwd=uri-miss; stored",
        "hit; ttl=60",
    ] {
        assert_eq!(scene.get("/a").await.did(), did);
    }
}

#[tokio::test]
async fn what_is_the_clients_own_doing_is_not_remembered() {
    let scene = Scene::new(|head, n| match head.headers.contains_key("authorization") {
        true => page("yours"),
        false => page(n.to_string()),
    });
    let known = [("authorization", "Basic eA==")];
    let answer = scene.get_with("/a", &known).await;
    assert_eq!(answer.did(), "fwd=uri-miss; detail=authorization");
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
}

#[tokio::test]
async fn clients_that_are_known_do_not_wait_for_each_other() {
    let scene = Scene::new(|_, n| match n {
        7.. => reply(200, &[("cache-control", "max-age=60, public")], "ours"),
        n => page(n.to_string()),
    });
    let ask = async |scene: Scene| {
        scene
            .get_with("/a", &[("authorization", "Basic eA==")])
            .await
    };
    let first = ask(scene.clone()).await;
    assert_eq!(first.did(), "fwd=uri-miss; detail=authorization");
    scene.origin.hold();
    let clients: Vec<_> = (0..3).map(|_| tokio::spawn(ask(scene.clone()))).collect();
    until(|| scene.origin.calls() == 4).await;
    scene.origin.let_go_all();
    for client in clients {
        assert_eq!(client.await.unwrap().did(), "fwd=uri-miss; detail=pass");
    }
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
    let passed = ask(scene.clone()).await;
    assert_eq!(
        passed.did(),
        "fwd=request; detail=pass",
        "what is there is for others"
    );
    scene.cache.invalidate("GET shop.example/a");
    for did in [
        "fwd=uri-miss; detail=pass",
        "fwd=uri-miss; stored",
        "hit; ttl=60",
    ] {
        assert_eq!(
            ask(scene.clone()).await.did(),
            did,
            "once all may have it, all share it"
        );
    }
}

#[tokio::test]
async fn one_who_goes_away_leaves_the_load_to_another() {
    let scene = Scene::new(|_, n| page(n.to_string()));
    scene.origin.hold();
    let first = scene.crowd(1, "/a").pop().unwrap();
    until(|| scene.origin.calls() == 1).await;
    let second = scene.crowd(1, "/a").pop().unwrap();
    until(|| scene.cache.stats().coalesced == 1).await;
    first.abort();
    until(|| scene.origin.calls() == 2).await;
    scene.origin.let_go(1);
    assert_eq!(second.await.unwrap().body, "2");
}
