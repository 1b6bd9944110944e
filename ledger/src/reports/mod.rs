//! Questions that are asked of the books.

pub mod answers;
pub(crate) mod figures;
pub mod funnel;
pub mod home;
pub mod overview;
pub mod panel;
pub mod receipt;
pub mod referrals;
pub mod rewards;
pub mod sketch;
mod standing;
pub mod stored;

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{Offer, TimeUnit};
use serde_json::{Value as Json, json};

use crate::store::rewards::Reward;

/// An offer as the outside sees it: `{kind, money, basis_points, name, quantity, unit}`.
/// `money` in the currency that is asked for; `name` of a thing or of who receives a
/// donation; `unit` of a free period.
#[must_use]
pub fn offered(offer: &Offer, currency: Currency) -> Json {
    let unit = match offer {
        Offer::FreePeriod {
            unit: TimeUnit::Days,
            ..
        } => Some("days"),
        Offer::FreePeriod {
            unit: TimeUnit::Months,
            ..
        } => Some("months"),
        _ => None,
    };
    json!({
        "kind": offer.kind(),
        "money": offer.money(currency),
        "basis_points": offer.basis_points(),
        "name": offer.name(),
        "quantity": offer.quantity(),
        "unit": unit,
    })
}

/// What a person gets of a reward: as [`given`], less what was kept back of it.
#[must_use]
pub fn handed(reward: &Reward) -> Json {
    let worth = Money {
        minor: reward.payable_minor(),
        ..reward.worth
    };
    given(&Reward {
        worth,
        ..reward.clone()
    })
}

/// What a reward gives: as [`offered`], `money` being what it is worth for its order.
#[must_use]
pub fn given(reward: &Reward) -> Json {
    let mut json = offered(&reward.offer, reward.worth.currency);
    if let Some(fields) = json.as_object_mut()
        && (reward.offer.is_money() || reward.offer.basis_points().is_some())
    {
        fields.insert("money".to_owned(), json!(reward.worth));
    }
    json
}
