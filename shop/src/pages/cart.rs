//! The basket's page and its two forms.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};

use super::{Frame, basket_of, cookie, html, redirect_with};
use crate::app::Shop;
use crate::basket::{Basket, MOST_OF_ONE, Quote};
use crate::catalogue::{self, Product};
use crate::fields::{Fields, LONGEST_TOKENS, click_token};
use crate::money::Cents;

const PATH: &str = "/cart";

#[derive(Template)]
#[template(path = "cart.html")]
struct CartPage {
    frame: Frame,
    basket: Basket,
    quote: Quote,
}

/// `GET /cart`
pub async fn show(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let basket = basket_of(&headers);
    let page = CartPage {
        frame: Frame::new(&shop, &basket, PATH),
        quote: Quote::new(basket.goods(), Cents(0)),
        basket,
    };
    html(StatusCode::OK, &page)
}

/// `POST /cart/add` `product`, `quantity` (1 when absent): 303 to the basket. Until
/// the shopper agrees to cookies, the address alone carries who sent them: so it goes on.
pub async fn add(headers: HeaderMap, Form(fields): Form<Fields>) -> Response {
    let mut basket = basket_of(&headers);
    if let Some(product) = product(&fields) {
        basket.add(product, fields.number("quantity").unwrap_or(1));
    }
    let tokens = click_token(&fields.text("gv", LONGEST_TOKENS)).unwrap_or_default();
    match tokens.split('.').next() {
        Some(token) if !token.is_empty() && cookie(&headers, "gv_click").is_none() => {
            redirect_with(&basket, &format!("{PATH}?gv={token}"))
        }
        _ => redirect_with(&basket, PATH),
    }
}

/// `POST /cart/set` `product`, `quantity` (0 removes): 303 to the basket.
/// Not a number: nothing changes.
pub async fn set(headers: HeaderMap, Form(fields): Form<Fields>) -> Response {
    let mut basket = basket_of(&headers);
    if let (Some(product), Some(quantity)) = (product(&fields), fields.number("quantity")) {
        basket.set(product, quantity);
    }
    redirect_with(&basket, PATH)
}

/// Where a checkout goes that has nothing to sell.
pub fn redirect() -> Redirect {
    Redirect::to(PATH)
}

fn product(fields: &Fields) -> Option<&'static Product> {
    catalogue::find(&fields.text("product", 40))
}
