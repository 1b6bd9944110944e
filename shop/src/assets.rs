//! Static files, embedded: style sheet, pictures, the one small script.
//!
//! Guarantees: a tag by content, so that a browser asks each time and is told
//! "unchanged" in a few bytes; an edit is seen at the next request.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

const SVG: &str = "image/svg+xml";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

macro_rules! demo {
    ($file:literal) => {
        include_bytes!(concat!("../../www/demo/", $file)).as_slice()
    };
}

/// `GET /order.js`: reports the order from the browser, see the file itself.
pub async fn order_script(headers: HeaderMap) -> Response {
    answer(&headers, JS, demo!("order.js"))
}

/// `GET /favicon.ico`, which browsers ask for unasked.
pub async fn favicon(headers: HeaderMap) -> Response {
    answer(&headers, SVG, demo!("mark.svg"))
}

/// `GET /assets/{file}`: 200, 304 for a known tag, 404.
pub async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let (kind, bytes) = match file.as_str() {
        "shop.css" => (CSS, demo!("shop.css")),
        "placements.js" => (JS, demo!("placements.js")),
        "mark.svg" => (SVG, demo!("mark.svg")),
        "hero.svg" => (SVG, demo!("hero.svg")),
        "guji.svg" => (SVG, demo!("products/guji.svg")),
        "huila.svg" => (SVG, demo!("products/huila.svg")),
        "night-shift.svg" => (SVG, demo!("products/night-shift.svg")),
        "slow-sunday.svg" => (SVG, demo!("products/slow-sunday.svg")),
        "sencha.svg" => (SVG, demo!("products/sencha.svg")),
        "earl-grey.svg" => (SVG, demo!("products/earl-grey.svg")),
        "chamomile.svg" => (SVG, demo!("products/chamomile.svg")),
        "oolong.svg" => (SVG, demo!("products/oolong.svg")),
        "kettle.svg" => (SVG, demo!("products/kettle.svg")),
        "dripper.svg" => (SVG, demo!("products/dripper.svg")),
        "cups.svg" => (SVG, demo!("products/cups.svg")),
        "grinder.svg" => (SVG, demo!("products/grinder.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    answer(&headers, kind, bytes)
}

fn answer(headers: &HeaderMap, kind: &'static str, bytes: &'static [u8]) -> Response {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let caching = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, kind)], bytes).into_response()
}
