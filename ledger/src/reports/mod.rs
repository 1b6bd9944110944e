//! Questions that are asked of the books.

pub mod funnel;
pub mod overview;
pub mod panel;
pub mod referrals;

use grapevine_domain::reward::Offer;
use serde_json::{Value as Json, json};

/// An offer as the outside sees it: `{kind, money, basis_points}`.
#[must_use]
pub fn offered(offer: &Offer) -> Json {
    json!({ "kind": offer.kind(), "money": offer.money(), "basis_points": offer.basis_points() })
}
