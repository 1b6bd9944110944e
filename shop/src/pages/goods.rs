//! Home, the three categories, and a page for each product.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Frame, basket_of, html, texts};
use crate::app::Shop;
use crate::catalogue::{self, Category, PRODUCTS, Product};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    products: Vec<&'static Product>,
}

#[derive(Template)]
#[template(path = "category.html")]
struct Listing {
    frame: Frame,
    category: Category,
    products: Vec<&'static Product>,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage {
    frame: Frame,
    product: &'static Product,
    beside: Vec<&'static Product>,
}

/// `GET /`
pub async fn home(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let frame = Frame::new(&shop, &basket_of(&headers), "/");
    html(
        StatusCode::OK,
        &Home {
            frame,
            products: PRODUCTS.iter().collect(),
        },
    )
}

/// `GET /coffee`
pub async fn coffee(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    listing(&shop, &headers, Category::Coffee)
}

/// `GET /tea`
pub async fn tea(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    listing(&shop, &headers, Category::Tea)
}

/// `GET /gear`
pub async fn gear(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    listing(&shop, &headers, Category::Gear)
}

fn listing(shop: &Shop, headers: &HeaderMap, category: Category) -> Response {
    let frame = Frame::new(shop, &basket_of(headers), category.path());
    let products = catalogue::of(category);
    html(
        StatusCode::OK,
        &Listing {
            frame,
            category,
            products,
        },
    )
}

/// `GET /products/{slug}`: 200, 404.
pub async fn product(
    State(shop): State<Shop>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(product) = catalogue::find(&slug) else {
        return texts::not_found(State(shop), headers).await;
    };
    let frame = Frame::new(&shop, &basket_of(&headers), product.category.path());
    let beside = catalogue::beside(product);
    html(
        StatusCode::OK,
        &ProductPage {
            frame,
            product,
            beside,
        },
    )
}
