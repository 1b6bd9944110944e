//! Runs the shop alone: `EDGE=http://refer.shop.localhost:8787 PORT=8788
//! cargo run -p grapevine-shop --example serve`. Optional: `MERCHANT` (demo),
//! `SECRET_KEY`, `STATE` (a file for orders).

use std::env;

use grapevine_shop::{Config, serve};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let setting = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let edge = setting("EDGE", "http://refer.shop.localhost:8787");
    let port = setting("PORT", "8788");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://shop.localhost:{port}");
    let config = Config {
        edge_internal_origin: edge.clone(),
        edge_public_origin: edge,
        merchant: setting("MERCHANT", "demo"),
        secret_key: setting("SECRET_KEY", "none"),
        publishable_key: String::new(),
        state_file: env::var_os("STATE").map(Into::into),
    };
    serve(config, listener).await
}
