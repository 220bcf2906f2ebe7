//! A shop behind a cache: pages that say what they are made from, writes that are announced, and a policy that
//! is swapped while it serves.
//!
//! ```console
//! $ cargo run -p shelflife-http --example shop
//! $ curl -i localhost:8080/products/1
//! $ curl -i -X PUT localhost:8080/products/1/price -H 'content-type: application/json' -d '1999'
//! $ curl -i -X POST localhost:8080/products/1/reviews -H 'content-type: application/json' -d '"good"'
//! $ curl -i -X PUT localhost:8080/admin/policy -H 'content-type: application/json' \
//!     -d '{ "policy": "tags", "config": { "ttl": "30s" } }'
//! $ curl -i -X POST localhost:8080/admin/policy/rollback
//! ```

mod shop;

use std::error::Error;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = match std::env::args().nth(1) {
        None => 8080,
        Some(port) => port
            .parse()
            .map_err(|_| format!("{port} is no port: give a number"))?,
    };
    // Of this machine alone: whoever reaches `/admin` says what the cache does.
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/products/1", listener.local_addr()?);
    Ok(axum::serve(listener, shop::service()?).await?)
}
