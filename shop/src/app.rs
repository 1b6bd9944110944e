//! The shop's parts, put together, and its whole route table.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::middleware;
use axum::routing::{get, post};

use crate::Config;
use crate::assets;
use crate::book::Book;
use crate::edge_client::{self, EdgeClient};
use crate::headers;
use crate::pages::{cart, checkout, friends, goods, orders, placements, shopkeeper, texts};
use crate::reporter::Reporter;

/// An address and a name: no form of this shop is longer.
const LARGEST_FORM_BYTES: usize = 16 * 1024;

/// Cheap to clone: every request gets one.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The edge as browsers name it, without a slash at the end.
    pub edge_origin: Arc<str>,
    pub merchant: Arc<str>,
    pub policy: HeaderValue,
    pub book: Arc<Book>,
    pub edge: Arc<EdgeClient>,
    pub reporter: Arc<Reporter>,
}

impl Shop {
    pub fn open(config: &Config) -> io::Result<Self> {
        let edge_origin = edge_client::origin_of_browsers(config)?
            .origin()
            .ascii_serialization();
        let policy = headers::content_security_policy(&edge_origin);
        let book = Arc::new(Book::open(config.state_file.as_deref())?);
        let edge = Arc::new(EdgeClient::new(config)?);
        Ok(Self {
            edge_origin: edge_origin.into(),
            merchant: config.merchant.as_str().into(),
            policy: HeaderValue::from_str(&policy).map_err(io::Error::other)?,
            reporter: Arc::new(Reporter::new(Arc::clone(&book), Arc::clone(&edge))),
            book,
            edge,
        })
    }
}

pub fn routes(shop: Shop) -> Router {
    Router::new()
        .route("/", get(goods::home))
        .route("/coffee", get(goods::coffee))
        .route("/tea", get(goods::tea))
        .route("/gear", get(goods::gear))
        .route("/products/{slug}", get(goods::product))
        .route("/cart", get(cart::show))
        .route("/cart/add", post(cart::add))
        .route("/cart/set", post(cart::set))
        .route("/checkout", get(checkout::show).post(checkout::submit))
        .route("/orders/{id}", get(orders::show))
        .route("/orders/{id}/refund", post(shopkeeper::refund))
        .route("/shopkeeper", get(shopkeeper::show))
        .route("/friends", get(friends::show))
        .route("/demo", get(placements::index))
        .route("/demo/{place}", get(placements::show))
        .route("/demo/welcome/link", get(placements::follow))
        .route("/demo/welcome/strip", get(placements::strip))
        .route("/shipping", get(texts::shipping))
        .route("/returns", get(texts::returns))
        .route("/privacy", get(texts::privacy))
        .route("/contact", get(texts::contact))
        .route("/assets/{file}", get(assets::file))
        .route("/order.js", get(assets::order_script))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(texts::not_found)
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .layer(middleware::from_fn_with_state(shop.clone(), headers::guard))
        .with_state(shop)
}
