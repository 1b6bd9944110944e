//! `GET /orders/{id}`: the confirmation. Reloading it places nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Frame, basket_of, html, texts};
use crate::app::Shop;
use crate::basket::Quote;
use crate::money::CURRENCY;
use crate::order::Order;

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    frame: Frame,
    order: Order,
    quote: Quote,
    currency: &'static str,
    refunded: bool,
}

/// 200, 404 for a number that isn't ours.
pub async fn show(
    State(shop): State<Shop>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(entry) = shop.book.find(&id) else {
        return texts::not_found(State(shop), headers).await;
    };
    let page = OrderPage {
        frame: Frame::new(&shop, &basket_of(&headers), ""),
        quote: entry.order.quote(),
        refunded: entry.is_refunded(),
        order: entry.order,
        currency: CURRENCY,
    };
    html(StatusCode::OK, &page)
}
