//! What is kept goes through memory; what is not comes through as it is.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use shelflife_http::HttpCacheLayer;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::scene::{Replied, Scene, page, request};

/// A body that comes in these pieces, and says how long it is if it is told to.
struct Pieces {
    pieces: VecDeque<Result<Frame<Bytes>, &'static str>>,
    says: Option<u64>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(self.pieces.pop_front())
    }

    fn size_hint(&self) -> SizeHint {
        self.says.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

/// A body whose pieces a test sends while it is read.
struct Sent(UnboundedReceiver<&'static str>);

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(Bytes::from(piece)))))
    }
}

fn respond(body: Body) -> Replied {
    let response = Response::builder().header("cache-control", "max-age=60");
    Ok(response.body(body).unwrap())
}

fn data(piece: &'static str) -> Result<Frame<Bytes>, &'static str> {
    Ok(Frame::data(Bytes::from(piece)))
}

fn pieces(
    pieces: impl IntoIterator<Item = Result<Frame<Bytes>, &'static str>>,
    says: Option<u64>,
) -> Body {
    let pieces = pieces.into_iter().collect();
    Body::new(Pieces { pieces, says })
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_kept_and_a_larger_one_passes_whole() {
    let limit = |layer: HttpCacheLayer| layer.body_limit(8);
    for (body, kept) in [("12345678", true), ("123456789", false), ("", true)] {
        let scene = Scene::with(limit, move |_, _| page(body));
        let first = scene.get("/a").await;
        assert_eq!(first.body, body);
        assert_eq!(scene.get("/a").await.body, body);
        assert_eq!(scene.origin.calls() == 1, kept, "{body}");
    }
}

#[tokio::test]
async fn a_body_in_pieces_is_kept_whole() {
    let scene = Scene::new(|_, _| respond(pieces([data("1"), data("23"), data("4")], Some(4))));
    for _ in 0..2 {
        assert_eq!(scene.get("/a").await.body, "1234");
    }
    assert_eq!(scene.origin.calls(), 1);
}

#[tokio::test]
async fn a_body_of_unknown_length_comes_as_it_is_sent() {
    let (send, receive) = unbounded_channel();
    let receive = std::sync::Mutex::new(Some(receive));
    let scene =
        Scene::new(move |_, _| respond(Body::new(Sent(receive.lock().unwrap().take().unwrap()))));
    let response = scene.send(request("GET", "/a", &[])).await.unwrap();
    let did = response.headers()["cache-status"].to_str().unwrap();
    assert_eq!(did, "\"shelflife\"; fwd=uri-miss; detail=stream");
    let mut body = response.into_body();
    for piece in ["first", "second"] {
        send.send(piece).unwrap();
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), piece);
    }
    drop(send);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_body_of_unknown_length_is_kept_where_the_application_says_so() {
    let layer = |layer: HttpCacheLayer| layer.buffer_streams(true).body_limit(8);
    let scene = Scene::with(layer, |head, _| match head.uri.path() {
        "/a" => respond(pieces([data("1234"), data("5678")], None)),
        _ => respond(pieces(
            [data("1234"), data("5678"), data("9"), data("10")],
            None,
        )),
    });
    for _ in 0..2 {
        assert_eq!(scene.get("/a").await.body, "12345678");
    }
    assert_eq!(scene.origin.calls(), 1);
    let answer = scene.get("/large").await;
    assert_eq!(
        (answer.body.as_str(), answer.did().as_str()),
        ("12345678910", "fwd=uri-miss; detail=too-large")
    );
    scene.get("/large").await;
    assert_eq!(scene.origin.calls(), 3);
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_off_for_its_client_and_is_not_kept() {
    let scene = Scene::new(|_, n| match n {
        1 => respond(pieces([data("12"), Err("broken"), data("34")], Some(4))),
        _ => respond(pieces([data("1234")], Some(4))),
    });
    let response = scene.send(request("GET", "/a", &[])).await.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "12");
    assert_eq!(
        body.frame().await.unwrap().unwrap_err().to_string(),
        "broken"
    );
    assert_eq!(scene.get("/a").await.did(), "fwd=uri-miss; stored");
}

#[tokio::test]
async fn trailers_come_through_and_what_has_them_is_not_kept() {
    let scene = Scene::new(|_, _| {
        let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "4".parse().unwrap())]);
        respond(pieces(
            [data("1234"), Ok(Frame::trailers(trailers))],
            Some(4),
        ))
    });
    for _ in 0..2 {
        let response = scene.send(request("GET", "/a", &[])).await.unwrap();
        let collected = response.into_body().collect().await.unwrap();
        assert_eq!(collected.trailers().unwrap()["x-sum"], "4");
        assert_eq!(collected.to_bytes(), "1234");
    }
    assert_eq!(scene.origin.calls(), 2);
}

#[tokio::test]
async fn a_body_that_is_not_as_long_as_promised_is_not_kept() {
    let scene = Scene::new(|_, _| {
        let mut response = page("1234").unwrap();
        response.headers_mut().insert("content-length", 5.into());
        Ok(response)
    });
    for _ in 0..2 {
        assert_eq!(
            scene.get("/a").await.did(),
            "fwd=uri-miss; detail=incomplete"
        );
    }
}

#[tokio::test]
async fn a_body_that_passes_says_how_long_it_is() {
    use http_body::Body as _;
    let scene = Scene::with(|layer| layer.body_limit(2), |_, _| page("1234"));
    let response = scene.send(request("GET", "/a", &[])).await.unwrap();
    assert_eq!(response.body().size_hint().exact(), Some(4));
}
