//! `GET /friends`: the page that lives around the panel.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Frame, basket_of, html};
use crate::app::Shop;

#[derive(Template)]
#[template(path = "friends.html")]
struct FriendsPage {
    frame: Frame,
}

pub async fn show(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/friends").placed("inline");
    html(StatusCode::OK, &FriendsPage { frame })
}
