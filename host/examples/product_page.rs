//! A shop's product pages, kept fresh by the `tags` policy.
//!
//! Run it with `cargo run -p shelflife --example product_page`.

use std::sync::atomic::{AtomicU32, Ordering};

use shelflife::sync::{Cache, Load, Write};

/// A database that counts how often it is asked.
#[derive(Default)]
struct Shop {
    price: AtomicU32,
    queries: AtomicU32,
}

impl Shop {
    fn page(&self, product: u32, load: &Load) -> String {
        self.queries.fetch_add(1, Ordering::Relaxed);
        load.depends_on(format!("product:{product}"));
        load.depends_on(format!("reviews:{product}"));
        format!(
            "product {product} for {}",
            self.price.load(Ordering::Relaxed)
        )
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tags = shelflife_policies::find("tags").ok_or("the tags policy is built in")?;
    let cache = Cache::<String>::builder()
        .max_capacity(10_000)
        .policy(tags)
        .policy_config(r#"{ "ttl": "10m" }"#)
        .build()?;
    let shop = Shop::default();
    shop.price.store(10, Ordering::Relaxed);
    let show = |when: &str| {
        let page = cache.get_with("page:7", |load| shop.page(7, load));
        println!(
            "{when:<32} {page:<18} {} queries",
            shop.queries.load(Ordering::Relaxed)
        );
    };

    show("the first reader loads");
    show("the second finds it");

    shop.price.store(12, Ordering::Relaxed);
    show("a write that nobody announces");

    // The page is no record of the database, but it is made from one that has changed.
    cache.announce(Write::of("product:7"));
    show("the same write, announced");

    let stats = cache.stats();
    println!(
        "\n{} hits, {} misses, {} policy calls",
        stats.hits, stats.misses, stats.policy_calls
    );
    Ok(())
}
