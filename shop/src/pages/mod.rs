//! The shop's pages, one module each, and what all of them share.

pub mod cart;
pub mod checkout;
pub mod friends;
pub mod goods;
pub mod orders;
pub mod placements;
pub mod shopkeeper;
pub mod texts;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::Shop;
use crate::basket::{self, Basket};

/// What the frame around each page needs: the tag, and the basket's count.
pub struct Frame {
    edge_origin: String,
    merchant: String,
    placement: &'static str,
    count: u32,
    /// The path that the navigation marks as the current one.
    here: &'static str,
}

impl Frame {
    pub fn new(shop: &Shop, basket: &Basket, here: &'static str) -> Self {
        Self {
            edge_origin: shop.edge_origin.to_string(),
            merchant: shop.merchant.to_string(),
            placement: "floating",
            count: basket.count(),
            here,
        }
    }

    /// For a page that has a place of its own for the panel.
    pub const fn placed(mut self, placement: &'static str) -> Self {
        self.placement = placement;
        self
    }
}

/// Pages show the basket of one shopper: no shared cache may keep them.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "private, no-cache"),
            ];
            (status, headers, text).into_response()
        }
        Err(error) => broken(&error),
    }
}

/// Something of ours failed: said in the log, not to the shopper.
pub fn broken(error: &dyn std::error::Error) -> Response {
    eprintln!("shop: {error}");
    let words =
        "Something on our side went wrong. Nothing was lost: go back and try again in a moment.";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

pub fn basket_of(headers: &HeaderMap) -> Basket {
    Basket::from_cookie(cookie(headers, basket::COOKIE).unwrap_or_default())
}

/// 303 to `path`, with the basket as it is now.
pub fn redirect_with(basket: &Basket, path: &str) -> Response {
    const THIRTY_DAYS_SECONDS: u32 = 30 * 24 * 60 * 60;
    let age_seconds = if basket.is_empty() {
        0
    } else {
        THIRTY_DAYS_SECONDS
    };
    let cookie = format!(
        "{}={}; Path=/; Max-Age={age_seconds}; HttpOnly; SameSite=Lax",
        basket::COOKIE,
        basket.to_cookie()
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to(path)).into_response()
}

/// The first cookie of that name. Cookies that aren't text are passed over.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
