//! `GET /demo/…`: one page for each place where the panel can stand, with what to do
//! to see it. The pages lie in `www/demo/placements`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Frame, basket_of, broken, html, texts};
use crate::app::Shop;

/// The page of one placement.
macro_rules! page {
    ($name:ident, $file:literal) => {
        #[derive(Template)]
        #[template(path = $file)]
        struct $name {
            frame: Frame,
        }
    };
}

page!(Index, "placements/index.html");
page!(Floating, "placements/floating.html");
page!(Inline, "placements/inline.html");
page!(PostPurchase, "placements/post-purchase.html");
page!(ExitIntent, "placements/exit-intent.html");
page!(Welcome, "placements/welcome.html");
page!(Strip, "placements/strip.html");
page!(AtTheEdge, "placements/page.html");

/// The friend whose link the demo follows.
const FRIEND: (&str, &str) = ("rosa@kettle-and-leaf.example", "Rosa");

fn frame(shop: &Shop, headers: &HeaderMap, placement: &'static str) -> Frame {
    Frame::new(shop, &basket_of(headers), "/demo").placed(placement)
}

/// `GET /demo`
pub async fn index(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = frame(&shop, &headers, "none");
    html(StatusCode::OK, &Index { frame })
}

/// `GET /demo/{place}`: 404 for a place that there is not.
pub async fn show(
    State(shop): State<Shop>,
    Path(place): Path<String>,
    headers: HeaderMap,
) -> Response {
    let frame = |placement| frame(&shop, &headers, placement);
    match place.as_str() {
        "floating" => html(
            StatusCode::OK,
            &Floating {
                frame: frame("floating"),
            },
        ),
        "inline" => html(
            StatusCode::OK,
            &Inline {
                frame: frame("inline"),
            },
        ),
        "post-purchase" => {
            let frame = frame("post-purchase");
            html(StatusCode::OK, &PostPurchase { frame })
        }
        "exit-intent" => {
            let frame = frame("exit-intent");
            html(StatusCode::OK, &ExitIntent { frame })
        }
        "welcome" => html(
            StatusCode::OK,
            &Welcome {
                frame: frame("welcome"),
            },
        ),
        "page" => html(
            StatusCode::OK,
            &AtTheEdge {
                frame: frame("page"),
            },
        ),
        _ => texts::not_found(State(shop), headers).await,
    }
}

/// `GET /demo/welcome/strip`: with a place that the shop keeps for the offer.
pub async fn strip(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = frame(&shop, &headers, "welcome");
    html(StatusCode::OK, &Strip { frame })
}

#[derive(Deserialize)]
pub struct Goal {
    #[serde(default)]
    to: String,
}

/// `GET /demo/welcome/link`: to a friend's link, which leads back to the page.
pub async fn follow(State(shop): State<Shop>, Query(goal): Query<Goal>) -> Response {
    let page = if goal.to == "strip" {
        "/demo/welcome/strip"
    } else {
        "/demo/welcome"
    };
    match shop.edge.link_of(FRIEND.0, FRIEND.1).await {
        Ok(link) => Redirect::to(&format!("{link}?c=copy&to={page}")).into_response(),
        Err(trouble) => broken(&std::io::Error::other(trouble.to_string())),
    }
}
