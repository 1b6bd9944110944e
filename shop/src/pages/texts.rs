//! Pages that are only words, and the one for addresses that lead nowhere.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Frame, basket_of, html};
use crate::app::Shop;
use crate::basket::FREE_SHIPPING_FROM;
use crate::money::Cents;

#[derive(Template)]
#[template(path = "shipping.html")]
struct Shipping {
    frame: Frame,
    free_from: Cents,
}

#[derive(Template)]
#[template(path = "returns.html")]
struct Returns {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "contact.html")]
struct Contact {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    frame: Frame,
}

/// `GET /shipping`
pub async fn shipping(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/shipping");
    html(
        StatusCode::OK,
        &Shipping {
            frame,
            free_from: FREE_SHIPPING_FROM,
        },
    )
}

/// `GET /returns`
pub async fn returns(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/returns");
    html(StatusCode::OK, &Returns { frame })
}

/// `GET /privacy`
pub async fn privacy(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/privacy");
    html(StatusCode::OK, &Privacy { frame })
}

/// `GET /contact`
pub async fn contact(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/contact");
    html(StatusCode::OK, &Contact { frame })
}

/// Any other address: 404.
pub async fn not_found(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "");
    html(StatusCode::NOT_FOUND, &NotFound { frame })
}
