//! A cache for tasks under tokio: requests that give up half way, and refreshes behind the answer.
//!
//! Run it with `cargo run -p shelflife --features tokio --example for_tasks`.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use shelflife::ManualClock;
use shelflife::future::{Cache, Tokio};
use tokio::task::yield_now;

/// A service that takes its time and counts how often it is asked.
#[derive(Clone, Default)]
struct Prices(Arc<AtomicU32>);

impl Prices {
    async fn of(&self, product: &str) -> String {
        let asked = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        for _ in 0..10 {
            yield_now().await;
        }
        format!("{product} at {asked}.00")
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    // A clock that the example moves; an application leaves it out.
    let clock = ManualClock::default();
    let cache = Cache::<String>::builder()
        .max_capacity(10_000)
        .time_to_live(Duration::from_secs(60))
        .refresh_ahead(0.8)
        .load_timeout(Duration::from_secs(10))
        .clock(clock.clone())
        .runtime(Tokio::current())
        .build()?;
    let prices = Prices::default();
    let request = || {
        let (cache, prices) = (cache.clone(), prices.clone());
        tokio::spawn(async move {
            let load = async move |_| prices.of("tea").await;
            cache.get_with_spawn("price:tea", load).await
        })
    };

    println!("The first of three requests is cancelled while it loads for all of them:");
    let requests = [request(), request(), request()];
    while cache.stats().coalesced < 2 {
        yield_now().await;
    }
    let [cancelled, second, third] = requests;
    cancelled.abort();
    println!("  {} and {}", second.await?, third.await?);

    println!("Past 48 of its 60 seconds the price is loaded again, and nobody waits for it:");
    clock.advance(Duration::from_secs(50));
    println!("  served at once: {}", request().await?);
    while cache.get("price:tea").as_deref() == Some("tea at 2.00") {
        yield_now().await;
    }
    println!("  and then:       {}", request().await?);

    println!("An invalidation needs no await:");
    cache.invalidate_prefix("price:");
    println!("  {:?}", cache.get("price:tea"));
    Ok(())
}
