//! How long a response is good.

use shelflife_http::HttpCacheLayer;

use crate::scene::{SECOND, Scene, date, reply};

/// For how many seconds a reply with these fields is served without asking again.
async fn fresh_for(fields: Vec<(&'static str, String)>) -> u32 {
    fresh_for_with(|layer| layer, fields).await
}

async fn fresh_for_with(
    layer: impl FnOnce(HttpCacheLayer) -> HttpCacheLayer,
    fields: Vec<(&'static str, String)>,
) -> u32 {
    let scene = Scene::with(layer, move |_, _| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        reply(200, &fields, "page")
    });
    scene.get("/a").await;
    for second in 0..1_000 {
        scene.get("/a").await;
        if scene.origin.calls() > 1 {
            return second;
        }
        scene.pass(1);
    }
    panic!("it is fresh for ever");
}

fn control(text: &str) -> (&'static str, String) {
    ("cache-control", text.to_owned())
}

#[tokio::test]
async fn a_response_is_fresh_for_as_long_as_it_says() {
    assert_eq!(fresh_for(vec![control("max-age=5")]).await, 5);
    assert_eq!(fresh_for(vec![control("max-age=5, s-maxage=7")]).await, 7);
    assert_eq!(fresh_for(vec![("expires", date(9))]).await, 9);
    assert_eq!(
        fresh_for(vec![("expires", date(9)), control("max-age=5")]).await,
        5
    );
    let never = vec![("expires", "0".to_owned()), ("last-modified", date(-100))];
    assert_eq!(fresh_for(never).await, 0, "no date is one in the past");
}

#[tokio::test]
async fn time_that_a_response_was_on_its_way_counts() {
    assert_eq!(
        fresh_for(vec![control("max-age=5"), ("age", "2".to_owned())]).await,
        3
    );
    assert_eq!(
        fresh_for(vec![control("max-age=5"), ("date", date(-3))]).await,
        2
    );
    assert_eq!(
        fresh_for(vec![control("max-age=5"), ("age", "5".to_owned())]).await,
        0
    );
    let dated = vec![("expires", date(9)), ("date", date(-3))];
    assert_eq!(
        fresh_for(dated).await,
        9,
        "twelve seconds, of which three are over"
    );
}

#[tokio::test]
async fn time_that_the_service_took_counts() {
    let scene = Scene::new(|_, _| reply(200, &[("cache-control", "max-age=5")], "page"));
    scene.origin.hold();
    let first = scene.crowd(1, "/a").pop().unwrap();
    crate::scene::until(|| scene.origin.calls() == 1).await;
    scene.pass(2);
    scene.origin.let_go(1);
    first.await.unwrap();
    assert_eq!(scene.get("/a").await.field("age"), "2");
    scene.pass(3);
    scene.origin.let_go(1);
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
}

#[tokio::test]
async fn what_says_nothing_is_fresh_for_a_tenth_of_the_time_since_it_was_changed() {
    assert_eq!(fresh_for(vec![("last-modified", date(-100))]).await, 10);
    let said = vec![("last-modified", date(-100)), control("max-age=3")];
    assert_eq!(
        fresh_for(said).await,
        3,
        "nothing is guessed where something is said"
    );
}

#[tokio::test]
async fn what_says_nothing_at_all_is_fresh_for_as_long_as_the_application_says() {
    let layer = |layer: HttpCacheLayer| layer.heuristic_ttl(4 * SECOND);
    assert_eq!(fresh_for_with(layer, vec![]).await, 4);
    let layer = |layer: HttpCacheLayer| layer.heuristic_ttl(4 * SECOND);
    assert_eq!(fresh_for_with(layer, vec![control("max-age=2")]).await, 2);
    let layer = |layer: HttpCacheLayer| layer.heuristic_ttl(4 * SECOND);
    assert_eq!(fresh_for_with(layer, vec![control("no-store")]).await, 0);
}

#[tokio::test]
async fn what_is_said_to_surrogates_holds_here_and_what_is_said_to_all_beyond() {
    let fields = vec![
        control("no-cache, private"),
        ("surrogate-control", "max-age=5".to_owned()),
        ("expires", date(9)),
    ];
    assert_eq!(fresh_for(fields).await, 5);
    let none = vec![
        control("max-age=5"),
        ("surrogate-control", "no-store".to_owned()),
    ];
    assert_eq!(fresh_for(none).await, 0);
}

#[tokio::test]
async fn a_policy_may_say_less_than_a_response() {
    let scene = Scene::over(
        |cache| cache.policy("ttl").policy_config(r#"{ "ttl": "3s" }"#),
        |layer| layer,
        |_, _| reply(200, &[("cache-control", "max-age=60")], "page"),
    );
    scene.get("/a").await;
    assert_eq!(scene.get("/a").await.did(), "hit; ttl=3");
    scene.pass(3);
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
}
