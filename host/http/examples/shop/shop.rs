//! The service: a catalogue, its pages, and who may change what.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use shelflife::BuildError;
use shelflife::future::{Cache, Tokio, Write};
use shelflife::policy::Source;
use shelflife_http::{CachedResponse, HttpCacheLayer, weigh};

/// What a policy is told by `PUT /admin/policy`.
#[derive(Deserialize)]
pub struct NewPolicy {
    /// A built-in one by its name, or the path of a component.
    policy: String,
    #[serde(default)]
    config: serde_json::Map<String, serde_json::Value>,
}

/// The source of truth. A real shop has a database.
#[derive(Default)]
struct Catalogue {
    /// In cents.
    prices: BTreeMap<u32, u64>,
    reviews: BTreeMap<u32, Vec<String>>,
}

#[derive(Clone)]
struct Shop {
    catalogue: Arc<Mutex<Catalogue>>,
    cache: Cache<CachedResponse>,
}

/// The service with a hundred products, its pages behind a cache with the policy `tags`.
pub fn service() -> Result<Router, BuildError> {
    let cache = Cache::builder()
        .name("shop")
        .max_capacity(64 << 20)
        .weigher(weigh)
        .policy("tags")
        .policy_config(r#"{ "ttl": "10m" }"#)
        .runtime(Tokio::current())
        .build()?;
    let catalogue = Catalogue {
        prices: (1..=100).map(|product| (product, 1_000)).collect(),
        ..Catalogue::default()
    };
    let shop = Shop {
        catalogue: Arc::new(Mutex::new(catalogue)),
        cache: cache.clone(),
    };
    let pages = Router::new()
        .route("/", get(front_page))
        .route("/products/{product}", get(product_page))
        .route("/products/{product}/price", put(set_price))
        .route("/products/{product}/reviews", post(add_review))
        .layer(HttpCacheLayer::new(cache).strip_tags(true));
    let admin = Router::new()
        .route("/admin/policy", get(policy).put(swap_policy))
        .route("/admin/policy/rollback", post(roll_back));
    Ok(pages.merge(admin).with_state(shop))
}

/// A page that others may have for as long as nothing that it is made from has changed. Clients are to ask each
/// time: the cache here hears of writes, and theirs do not.
fn page(tags: &str, body: String) -> Response {
    let fields = [
        (CACHE_CONTROL.as_str(), "no-cache"),
        ("surrogate-control", "max-age=3600"),
        ("surrogate-key", tags),
        (CONTENT_TYPE.as_str(), "text/html; charset=utf-8"),
    ];
    (fields, body).into_response()
}

async fn front_page(State(shop): State<Shop>) -> Response {
    let catalogue = shop.catalogue.lock().unwrap();
    let mut body = String::from("<h1>Shop</h1>\n");
    let mut tags = String::new();
    for (product, price) in &catalogue.prices {
        let _ = writeln!(
            body,
            "<a href=/products/{product}>{product}</a> <b>{price}</b>"
        );
        let _ = write!(tags, "product:{product} ");
    }
    page(&tags, body)
}

async fn product_page(State(shop): State<Shop>, Path(product): Path<u32>) -> Response {
    let catalogue = shop.catalogue.lock().unwrap();
    let Some(price) = catalogue.prices.get(&product) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut body = format!("<h1>Product {product}</h1>\n<b>{price}</b>\n");
    for review in catalogue.reviews.get(&product).into_iter().flatten() {
        let review = review.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(body, "<p>{review}</p>");
    }
    page(&format!("product:{product} reviews:{product}"), body)
}

async fn set_price(
    State(shop): State<Shop>,
    Path(product): Path<u32>,
    Json(price): Json<u64>,
) -> StatusCode {
    match shop.catalogue.lock().unwrap().prices.get_mut(&product) {
        Some(known) => *known = price,
        None => return StatusCode::NOT_FOUND,
    }
    // After the change can be read, and not before: what begins to load from here on sees it.
    shop.cache.announce(Write::of(format!("product:{product}")));
    StatusCode::NO_CONTENT
}

async fn add_review(
    State(shop): State<Shop>,
    Path(product): Path<u32>,
    Json(review): Json<String>,
) -> StatusCode {
    {
        let mut catalogue = shop.catalogue.lock().unwrap();
        if !catalogue.prices.contains_key(&product) {
            return StatusCode::NOT_FOUND;
        }
        catalogue.reviews.entry(product).or_default().push(review);
    }
    shop.cache.announce(Write::of(format!("reviews:{product}")));
    StatusCode::CREATED
}

async fn policy(State(shop): State<Shop>) -> String {
    let policies = shop.cache.policy_info();
    policies
        .iter()
        .map(|policy| format!("{policy:?}\n"))
        .collect()
}

/// What follows is read, compiled and configured beside the service, and takes the place of the policy only
/// if it can do its work.
async fn swap_policy(State(shop): State<Shop>, Json(new): Json<NewPolicy>) -> Response {
    let config = serde_json::Value::Object(new.config).to_string();
    let source = Source::from(new.policy.as_str()).config(config);
    let swapped = tokio::task::spawn_blocking(move || shop.cache.swap_policy(source)).await;
    answer(swapped.map(|swapped| swapped.map(drop)))
}

async fn roll_back(State(shop): State<Shop>) -> Response {
    let back = tokio::task::spawn_blocking(move || shop.cache.rollback_policy()).await;
    answer(back.map(|back| back.map(drop)))
}

fn answer(
    outcome: Result<Result<(), shelflife::policy::Error>, tokio::task::JoinError>,
) -> Response {
    match outcome {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(error)) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}
