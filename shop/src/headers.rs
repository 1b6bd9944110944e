//! Response headers and the one check that every request passes.
//!
//! Responsible for: the policy that a careful merchant sends, with no room for
//! inline script or style and only the edge as a guest; refusing forms that
//! another site's page sends.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::Shop;

/// `'wasm-unsafe-eval'` allows WebAssembly and nothing else: no `eval`.
pub fn content_security_policy(edge: &str) -> String {
    [
        "default-src 'none'".to_owned(),
        format!("script-src 'self' {edge} 'wasm-unsafe-eval'"),
        "style-src 'self'".to_owned(),
        format!("img-src 'self' data: {edge}"),
        format!("connect-src 'self' {edge}"),
        format!("frame-src {edge}"),
        "form-action 'self'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "base-uri 'none'".to_owned(),
    ]
    .join("; ")
}

pub async fn guard(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && comes_from_elsewhere(&request) {
        let words = "This form was sent from another site, so we did nothing with it.";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, shop.policy.clone());
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin-allow-popups",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Every browser of the last years says where a request comes from; clients
/// that don't say (curl, tests) have no shopper's cookies to misuse.
fn comes_from_elsewhere(request: &Request) -> bool {
    request
        .headers()
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site")
}
