//! A service behind a cache, as a test sets it up, and the clock that both go by. Nothing here reads the
//! machine's.

use std::convert::Into;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use http::{HeaderMap, Request, Response, StatusCode, request};
use http_body_util::BodyExt;
use shelflife::future::{Cache, Tokio};
use shelflife::{Builder, Clock, ManualClock};
use shelflife_http::{CacheBody, CachedResponse, HttpCache, HttpCacheLayer};
use tokio::sync::Semaphore;
use tower_service::Service;

pub const SECOND: Duration = Duration::from_secs(1);

/// A test fails after so long where a client would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The time of day at the beginning of every test.
pub const START: &str = "Sun, 09 Sep 2001 01:46:40 GMT";

/// The time of day so many seconds after the beginning.
pub fn date(seconds: i64) -> String {
    let time = 1_000_000_000 + seconds;
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(time as u64))
}

pub type Replied = Result<Response<Body>, &'static str>;

/// A response with these fields.
pub fn reply(status: u16, fields: &[(&str, &str)], body: impl Into<Body>) -> Replied {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    Ok(response.body(body.into()).unwrap())
}

/// A 200 that is fresh for a minute.
pub fn page(body: impl Into<Body>) -> Replied {
    reply(200, &[("cache-control", "max-age=60")], body)
}

type Replies = dyn Fn(&request::Parts, usize) -> Replied + Send + Sync;

/// The service behind the cache: it replies as the test says, at once or when the test lets it.
#[derive(Clone)]
pub struct Origin {
    replies: Arc<Replies>,
    asked: Arc<Mutex<Vec<request::Parts>>>,
    /// Where replies are held, from the first time on that the test holds any; the last one is for those
    /// to come.
    gates: Arc<Mutex<Vec<Arc<Semaphore>>>>,
}

impl Origin {
    /// How often it was asked.
    pub fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// What it was asked last.
    pub fn last(&self) -> request::Parts {
        self.asked.lock().unwrap().last().unwrap().clone()
    }

    /// From now on replies are made up when it is asked, and come when they are let go.
    pub fn hold(&self) {
        let gate = Arc::new(Semaphore::new(0));
        self.gates.lock().unwrap().push(gate);
    }

    /// Lets so many of the replies go that were asked for since the last [`hold`](Origin::hold), or will be.
    pub fn let_go(&self, replies: usize) {
        let gates = self.gates.lock().unwrap();
        gates.last().unwrap().add_permits(replies);
    }

    /// Lets all replies go, and holds no more.
    pub fn let_go_all(&self) {
        for gate in self.gates.lock().unwrap().drain(..) {
            gate.add_permits(1_000);
        }
    }
}

impl Service<Request<Body>> for Origin {
    type Response = Response<Body>;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Replied> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (head, _) = request.into_parts();
        let calls = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(head.clone());
            asked.len()
        };
        let reply = (self.replies)(&head, calls);
        let gate = self.gates.lock().unwrap().last().cloned();
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            reply
        })
    }
}

/// A service behind a cache.
#[derive(Clone)]
pub struct Scene {
    pub cache: Cache<CachedResponse>,
    pub clock: ManualClock,
    pub origin: Origin,
    service: HttpCache<Origin>,
}

/// What a client got.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// The fields of a name as one; nothing where there is none.
    pub fn field(&self, name: &str) -> String {
        let fields = self.headers.get_all(name).into_iter();
        let fields: Vec<_> = fields.map(|field| field.to_str().unwrap()).collect();
        fields.join(", ")
    }

    /// What the cache says that it did.
    pub fn did(&self) -> String {
        let did = self.field("cache-status");
        did.strip_prefix("\"shelflife\"; ")
            .unwrap_or(&did)
            .to_owned()
    }
}

impl Scene {
    /// A service that replies so, to its nth request, behind a cache as it is by default.
    pub fn new(
        replies: impl Fn(&request::Parts, usize) -> Replied + Send + Sync + 'static,
    ) -> Scene {
        Scene::with(|layer| layer, replies)
    }

    pub fn with(
        layer: impl FnOnce(HttpCacheLayer) -> HttpCacheLayer,
        replies: impl Fn(&request::Parts, usize) -> Replied + Send + Sync + 'static,
    ) -> Scene {
        Scene::over(|cache| cache, layer, replies)
    }

    pub fn over(
        cache: impl FnOnce(Settings) -> Settings,
        layer: impl FnOnce(HttpCacheLayer) -> HttpCacheLayer,
        replies: impl Fn(&request::Parts, usize) -> Replied + Send + Sync + 'static,
    ) -> Scene {
        let clock = ManualClock::default();
        let builder = Cache::builder()
            .clock(clock.clone())
            .runtime(Tokio::current());
        let cache = cache(builder).build().unwrap();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let wall = clock.clone();
        let wall = move || start + Duration::from_nanos(wall.now());
        let origin = Origin {
            replies: Arc::new(replies),
            asked: Arc::default(),
            gates: Arc::default(),
        };
        let layer = layer(HttpCacheLayer::new(cache.clone()).wall_clock(wall));
        let service = tower_layer::Layer::layer(&layer, origin.clone());
        Scene {
            cache,
            clock,
            origin,
            service,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, fields).await
    }

    pub async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.try_ask(method, path, fields).await.unwrap()
    }

    pub async fn try_ask(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, &'static str> {
        let response = self.send(request(method, path, fields)).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        })
    }

    /// The response as it comes.
    pub async fn send(
        &self,
        request: Request<Body>,
    ) -> Result<Response<CacheBody<Body>>, &'static str> {
        let mut service = self.service.clone();
        let answered = async move {
            poll_fn(|context| service.poll_ready(context)).await?;
            service.call(request).await
        };
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        answered.expect("it does not wait for what does not come")
    }

    /// Many clients that ask for the same at once, in tasks of their own.
    pub fn crowd(
        &self,
        clients: usize,
        path: &'static str,
    ) -> Vec<tokio::task::JoinHandle<Answer>> {
        let ask = |_| {
            let scene = self.clone();
            tokio::spawn(async move { scene.get(path).await })
        };
        (0..clients).map(ask).collect()
    }

    pub fn pass(&self, seconds: u32) {
        self.clock.advance(seconds * SECOND);
    }
}

pub type Settings = Builder<CachedResponse, Cache<CachedResponse>>;

pub fn request(method: &str, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("host", "shop.example");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

/// Lets other tasks run until something holds. All tasks are of one thread: each runs until it waits.
pub async fn until(holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never comes to hold");
}

/// What a validating service replies: 304 to who names the tag, else the page.
pub fn tagged(head: &request::Parts, tag: &str, control: &str, body: &str) -> Replied {
    let fields = [("etag", tag), ("cache-control", control)];
    let asked = head.headers.get("if-none-match");
    match asked.is_some_and(|asked| asked == tag) {
        true => reply(StatusCode::NOT_MODIFIED.as_u16(), &fields, Body::empty()),
        false => reply(200, &fields, body.to_owned()),
    }
}
