//! The merchant's side of the demo: the list of orders, with a refund button.
//!
//! Not guarded: a real shop has a sign-in before it, and the page says so.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, basket_of, broken, html, texts};
use crate::app::Shop;
use crate::order::{Delivery, Entry};

#[derive(Template)]
#[template(path = "shopkeeper.html")]
struct ShopkeeperPage {
    frame: Frame,
    entries: Vec<Entry>,
}

impl ShopkeeperPage {
    /// How far a message has come, in words.
    fn words(delivery: &Delivery) -> String {
        match delivery {
            Delivery::Nothing => String::new(),
            Delivery::Delivered => "Told".to_owned(),
            Delivery::Waiting { tries: 0, .. } => "On its way".to_owned(),
            Delivery::Waiting { tries, trouble } => {
                format!("Will be tried again ({tries} so far: {trouble})")
            }
            Delivery::Refused(reason) => format!("Refused: {reason}"),
        }
    }
}

/// `GET /shopkeeper`
pub async fn show(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/shopkeeper");
    html(
        StatusCode::OK,
        &ShopkeeperPage {
            frame,
            entries: shop.book.entries(),
        },
    )
}

/// `POST /orders/{id}/refund`: 303 to the list, 404. Pressing twice refunds once.
pub async fn refund(
    State(shop): State<Shop>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match shop.book.refund(&id) {
        Ok(true) => {
            shop.reporter.told(&id).await;
            Redirect::to("/shopkeeper").into_response()
        }
        Ok(false) => texts::not_found(State(shop), headers).await,
        Err(error) => broken(&error),
    }
}
