//! `Vary`: several responses of one resource.

use http::request;

use crate::scene::{Replied, Scene, reply, until};

fn by_language(head: &request::Parts, n: usize) -> Replied {
    let language = head.headers.get("accept-language");
    let language = language.map_or("none", |language| language.to_str().unwrap());
    let fields = [
        ("cache-control", "max-age=60"),
        ("vary", "Accept-Language"),
        ("surrogate-key", language),
    ];
    reply(200, &fields, format!("{language} {n}"))
}

async fn get(scene: &Scene, language: &str) -> (String, String) {
    let answer = scene.get_with("/a", &[("accept-language", language)]).await;
    (answer.did(), answer.body)
}

fn pair(did: &str, body: &str) -> (String, String) {
    (did.to_owned(), body.to_owned())
}

#[tokio::test]
async fn clients_that_choose_otherwise_get_another_response() {
    let scene = Scene::new(by_language);
    assert_eq!(
        get(&scene, "de").await,
        pair("fwd=uri-miss; stored", "de 1")
    );
    assert_eq!(
        get(&scene, "en").await,
        pair("fwd=vary-miss; stored", "en 2")
    );
    assert_eq!(
        get(&scene, "fr").await,
        pair("fwd=vary-miss; stored", "fr 3")
    );
    for (language, body) in [("de", "de 1"), ("en", "en 2"), ("fr", "fr 3")] {
        assert_eq!(get(&scene, language).await, pair("hit; ttl=60", body));
    }
    assert_eq!(
        scene.get("/a").await.body,
        "none 4",
        "no field is not an empty one"
    );
    assert_eq!(
        scene
            .ask("HEAD", "/a", &[("accept-language", "fr")])
            .await
            .did(),
        "hit; ttl=60"
    );
}

#[tokio::test]
async fn what_varies_with_everything_is_not_kept() {
    for vary in ["*", "accept, *"] {
        let scene = Scene::new(move |_, n| {
            reply(
                200,
                &[("cache-control", "max-age=60"), ("vary", vary)],
                n.to_string(),
            )
        });
        scene.get("/a").await;
        assert_eq!(scene.get("/a").await.body, "2");
    }
}

#[tokio::test]
async fn with_a_resource_all_of_its_variants_go() {
    for take_away in [
        (|scene| scene.cache.invalidate("GET shop.example/a")) as fn(&Scene),
        |scene| scene.cache.invalidate_prefix("GET shop.example/"),
        |scene| scene.cache.invalidate_all(),
    ] {
        let scene = Scene::new(by_language);
        for language in ["de", "en"] {
            get(&scene, language).await;
        }
        take_away(&scene);
        assert_eq!(
            get(&scene, "de").await,
            pair("fwd=uri-miss; stored", "de 3")
        );
        assert_eq!(
            get(&scene, "en").await,
            pair("fwd=vary-miss; stored", "en 4")
        );
    }
}

#[tokio::test]
async fn a_variant_is_made_from_what_it_says_itself() {
    let scene = Scene::new(by_language);
    for language in ["de", "en", "fr"] {
        get(&scene, language).await;
    }
    scene.cache.invalidate_tag("en");
    assert_eq!(get(&scene, "de").await.0, "hit; ttl=60");
    assert_eq!(
        get(&scene, "en").await,
        pair("fwd=vary-miss; stored", "en 4")
    );
    assert_eq!(get(&scene, "fr").await.0, "hit; ttl=60");
}

#[tokio::test]
async fn one_who_waits_for_another_variant_does_not_get_it() {
    let scene = Scene::new(by_language);
    scene.origin.hold();
    let ask = |language: &'static str| {
        let scene = scene.clone();
        tokio::spawn(async move { get(&scene, language).await })
    };
    let german = ask("de");
    until(|| scene.origin.calls() == 1).await;
    let english = [ask("en"), ask("en")];
    until(|| scene.cache.stats().coalesced == 2).await;
    scene.origin.let_go(2);
    assert_eq!(german.await.unwrap().1, "de 1");
    for english in english {
        assert_eq!(english.await.unwrap().1, "en 2");
    }
    assert_eq!(scene.origin.calls(), 2);
}

#[tokio::test]
async fn a_variant_whose_choice_depends_on_more_is_not_given_to_others() {
    let scene = Scene::new(|head, n| {
        let is_german = head.headers["accept-language"] == "de";
        let vary = if is_german {
            "accept-language"
        } else {
            "accept-language, cookie"
        };
        reply(
            200,
            &[("cache-control", "max-age=60"), ("vary", vary)],
            n.to_string(),
        )
    });
    let ask = async |cookie| {
        let fields = [("accept-language", "en"), ("cookie", cookie)];
        scene.get_with("/a", &fields).await.body
    };
    get(&scene, "de").await;
    assert_eq!(ask("a").await, "2");
    assert_eq!(ask("b").await, "3");
    assert_eq!(ask("a").await, "2");
}
