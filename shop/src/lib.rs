//! Kettle & Leaf: the demo shop, a small coffee and tea shop that runs Grapevine.
//!
//! Responsible for: a shop as a merchant would have it, on an origin of its
//! own: pages, basket, checkout, orders, and a server side that reports each
//! order to the edge with the secret key. The tag is pasted in every page.
//! Guarantees: an order is taken once however often the form is sent; an order
//! that was taken is reported until the edge has answered it, across restarts
//! too when a state file is given.
//! Not for: real trade. There are no payments, and the shopkeeper's page is
//! open to whoever can reach the shop.

mod app;
mod assets;
mod basket;
mod book;
mod catalogue;
mod coupon;
mod edge_client;
mod fields;
mod headers;
mod identifier;
mod money;
mod order;
mod pages;
mod reporter;

use std::io;
use std::path::PathBuf;

use tokio::net::TcpListener;

/// What a merchant's shop needs to know of the edge.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where browsers find the edge, for example `http://refer.shop.localhost:8787`.
    pub edge_public_origin: String,
    /// Where this server finds the edge, for example `http://127.0.0.1:8787`.
    /// Requests carry the public origin's host in their `Host` header.
    pub edge_internal_origin: String,
    /// The merchant's slug.
    pub merchant: String,
    /// Used by the server only; never written into a page.
    pub secret_key: String,
    /// Public by design. The tag needs only the slug today, so no page uses it.
    pub publishable_key: String,
    /// Orders and what became of them, one JSON object a line. `None` keeps
    /// them in memory for as long as the shop runs.
    pub state_file: Option<PathBuf>,
}

/// Serves the shop on `listener` until the returned future is dropped.
///
/// # Errors
/// `InvalidInput` when an origin in `config` is not an `http://host[:port]`;
/// otherwise whatever opening the state file or accepting connections gave.
pub async fn serve(config: Config, listener: TcpListener) -> io::Result<()> {
    let shop = app::Shop::open(&config)?;
    let routes = app::routes(shop.clone());
    // Side by side rather than spawned: dropping this future ends both.
    tokio::select! {
        served = async { axum::serve(listener, routes).await } => served,
        () = shop.reporter.run() => Ok(()),
    }
}
