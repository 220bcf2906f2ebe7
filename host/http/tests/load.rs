//! The shop of the example under load by wrk, while its policy is swapped and its prices change. Without wrk,
//! which `cargo xtask load-tool` installs, there is no load and that test says so.

#[path = "../examples/shop/shop.rs"]
mod shop;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task;

/// Seconds of one run of wrk.
const SECONDS: &str = "2s";
/// Runs of wrk at most, for the policy to be swapped often enough.
const RUNS: usize = 20;
/// Swaps that the load has to see.
const SWAPS: u64 = 6;

/// Starts the shop at a port that is free, for as long as the test runs.
async fn shop() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = shop::service().unwrap();
    task::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

/// A client with a connection of its own.
struct Client {
    connection: SendRequest<Body>,
}

impl Client {
    async fn new(shop: SocketAddr) -> Client {
        let stream = TcpStream::connect(shop).await.unwrap();
        let (connection, driver) = handshake(TokioIo::new(stream)).await.unwrap();
        task::spawn(driver);
        Client { connection }
    }

    async fn ask(&mut self, method: &str, path: &str, json: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "shop.example")
            .header("content-type", "application/json")
            .body(Body::from(json.to_owned()))
            .unwrap();
        self.connection.ready().await.unwrap();
        let response = self.connection.send_request(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Sets a price, and reads both pages that show it, which are new.
    async fn change_price(&mut self, product: u64, price: u64) {
        let path = format!("/products/{product}");
        let (status, _) = self
            .ask("PUT", &format!("{path}/price"), &price.to_string())
            .await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let shown = format!("<b>{price}</b>");
        for path in ["/", &path] {
            let (status, page) = self.ask("GET", path, "").await;
            assert_eq!(status, StatusCode::OK);
            assert!(
                page.contains(&shown),
                "{path} does not show {shown}:\n{page}"
            );
        }
    }

    /// Swaps the policy and back, and offers one that is refused.
    async fn swap_back_and_forth(&mut self) -> u64 {
        let path = "/admin/policy";
        let other = r#"{ "policy": "tags", "config": { "ttl": "30s" } }"#;
        let (status, why) = self.ask("PUT", path, other).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{why}");
        let (status, why) = self.ask("POST", "/admin/policy/rollback", "").await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{why}");
        let wrong = r#"{ "policy": "tags", "config": { "tll": "30s" } }"#;
        let (status, why) = self.ask("PUT", path, wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(why.contains("did you mean `ttl`?"), "{why}");
        2
    }
}

#[tokio::test]
async fn pages_are_new_once_a_write_is_answered() {
    let mut client = Client::new(shop().await).await;
    client.change_price(1, 1_999).await;
    let before = client.ask("GET", "/products/2", "").await.1;
    client.change_price(1, 2_999).await;
    assert_eq!(client.ask("GET", "/products/2", "").await.1, before);
    let (status, _) = client
        .ask("POST", "/products/2/reviews", "\"a <b>good</b> one\"")
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let after = client.ask("GET", "/products/2", "").await.1;
    assert!(after.contains("<p>a &lt;b>good&lt;/b> one</p>"), "{after}");
    assert_eq!(
        client.ask("GET", "/products/101", "").await.0,
        StatusCode::NOT_FOUND
    );
}

/// What wrk counted.
#[derive(Debug)]
struct Load {
    requests: u64,
    /// Responses with other statuses, sockets that failed, answers that did not come.
    errors: u64,
    /// All that it wrote.
    text: String,
}

/// Loads the shop for some seconds. Nothing if there is no wrk.
fn load(shop: SocketAddr) -> Option<Load> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/load.lua");
    let wrk = Command::new("wrk")
        // A machine that is busy with other things is no fault of the shop's.
        .args(["--threads", "2", "--connections", "32", "--timeout", "60s"])
        .args(["--duration", SECONDS, "--script", script])
        .arg(format!("http://{shop}"))
        .stdin(Stdio::null())
        .output();
    let wrk = match wrk {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        wrk => wrk.unwrap(),
    };
    let text = String::from_utf8_lossy(&wrk.stdout).into_owned();
    assert!(
        wrk.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&wrk.stderr)
    );
    let counts = text.lines().find(|line| line.starts_with("requests="));
    let counts: Vec<u64> = counts
        .expect("the script writes it")
        .split(' ')
        .map(|count| count.split_once('=').unwrap().1.parse().unwrap())
        .collect();
    Some(Load {
        requests: counts[0],
        errors: counts[1..].iter().sum(),
        text,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_request_fails_while_prices_change_and_the_policy_is_swapped() {
    let shop = shop().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let swaps = Arc::new(AtomicU64::new(0));
    let swapping = task::spawn({
        let (is_over, swaps) = (Arc::clone(&is_over), Arc::clone(&swaps));
        let mut admin = Client::new(shop).await;
        async move {
            while !is_over.load(Ordering::Relaxed) {
                swaps.fetch_add(admin.swap_back_and_forth().await, Ordering::Relaxed);
            }
            admin.ask("GET", "/admin/policy", "").await.1
        }
    });
    let writing = task::spawn({
        let is_over = Arc::clone(&is_over);
        let mut client = Client::new(shop).await;
        async move {
            let mut writes = 0;
            while !is_over.load(Ordering::Relaxed) {
                // No two prices are the same, so that none is found that is another's.
                client
                    .change_price(writes % 100 + 1, 1_000_000 + writes)
                    .await;
                writes += 1;
            }
            writes
        }
    });
    let swapped = Arc::clone(&swaps);
    let loads = task::spawn_blocking(move || {
        let mut loads = Vec::new();
        while loads.len() < RUNS && (loads.is_empty() || swapped.load(Ordering::Relaxed) < SWAPS) {
            loads.push(load(shop)?);
        }
        Some(loads)
    });
    let loads = loads.await.unwrap();
    is_over.store(true, Ordering::Relaxed);
    let (policy, writes) = (swapping.await.unwrap(), writing.await.unwrap());
    let Some(loads) = loads else {
        // Past the runner, which keeps to itself what a test says that passes.
        let _ = writeln!(
            io::stderr(),
            "skipped: wrk is not installed; `cargo xtask load-tool` does it"
        );
        return;
    };
    for load in &loads {
        assert!(load.requests > 0 && load.errors == 0, "{}", load.text);
        for complaint in ["Socket errors", "Non-2xx"] {
            assert!(!load.text.contains(complaint), "{}", load.text);
        }
    }
    let swaps = swaps.load(Ordering::Relaxed);
    assert!(swaps >= SWAPS, "{swaps} swaps in {} runs", loads.len());
    assert!(writes > 0);
    assert!(
        policy.contains("failures: 0") && policy.contains("standing_in_since: None"),
        "{policy}"
    );
    let requests: u64 = loads.iter().map(|load| load.requests).sum();
    println!("{requests} requests, {writes} writes, {swaps} swaps");
}
