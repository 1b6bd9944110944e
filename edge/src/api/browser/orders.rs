//! An order as the buyer's browser tells it.

use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::LARGEST_MINOR;
use grapevine_ledger::command::{Command, Report};
use serde::Deserialize;
use serde_json::Value as Json;
use worker::Request;

use super::super::merchant::{invalid, money};
use crate::auth;
use crate::error::Error;
use crate::http;
use crate::tracker::cookie;

/// Most items of an order.
const MOST_ITEMS: usize = 200;
/// Most pieces of an item.
const MOST_PIECES: u32 = 1_000_000;
/// Longest name of an item, in characters.
const LONGEST_ITEM: usize = 500;

#[derive(Deserialize)]
struct Order {
    order_id: String,
    amount: i64,
    currency: String,
    email: Option<String>,
    token: Option<String>,
    coupon: Option<String>,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    name: Option<String>,
    /// Shops number their goods, or name them.
    id: Option<Json>,
    #[serde(default = "one")]
    quantity: u32,
    #[serde(default)]
    amount: i64,
}

const fn one() -> u32 {
    1
}

impl Item {
    /// What is wrong with it.
    fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let length = |text: &str| (1..=LONGEST_ITEM).contains(&text.chars().count());
        let named = match (&self.name, &self.id) {
            (Some(name), _) => length(name),
            (None, Some(Json::String(id))) => length(id),
            (None, Some(id)) => id.is_u64(),
            (None, None) => false,
        };
        if !named {
            Some((
                "name",
                "an item needs a name or an id of 1 to 500 characters",
            ))
        } else if !(1..=MOST_PIECES).contains(&self.quantity) {
            Some(("quantity", "must be 1 to 1,000,000"))
        } else if !(0..=LARGEST_MINOR).contains(&self.amount) {
            Some(("amount", "must be 0 to 1,000,000,000,000 minor units"))
        } else {
            None
        }
    }
}

/// Items are looked at, so that a mistake is seen where it is made, and then dropped:
/// nothing here goes by what was bought.
fn check(items: &[Item]) -> Result<(), Error> {
    if items.len() > MOST_ITEMS {
        let message = "items: an order can have at most 200.".to_owned();
        return Err(invalid("invalid_items", message));
    }
    for (number, item) in items.iter().enumerate() {
        if let Some((field, mistake)) = item.mistake() {
            let message = format!("items[{number}].{field}: {mistake}.");
            return Err(invalid("invalid_items", message));
        }
    }
    Ok(())
}

/// The command of an order. The clicks are those that the page knows and those of the
/// cookie.
pub(super) async fn read(request: &mut Request) -> Result<Command, Error> {
    let cookie = auth::cookie(request, cookie::NAME);
    let body: Order = http::json(request).await?;
    check(&body.items)?;
    Ok(Command::ReportConversion(Report {
        reporter: Reporter::Browser,
        order_id: body.order_id,
        kind: ConversionKind::Order,
        amount: Some(money(body.amount, &body.currency)?),
        email_consent: false,
        new_customer: None,
        checkout_started_at: None,
        click_tokens: cookie.into_iter().collect(),
        email: body.email.filter(|email| !email.is_empty()),
        click_token: body.token.filter(|token| !token.is_empty()),
        coupon: body.coupon.filter(|coupon| !coupon.is_empty()),
        ordered_at: None,
        idempotency_key: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(items: Json) -> Option<String> {
        let items: Vec<Item> = serde_json::from_value(items).unwrap();
        match check(&items) {
            Err(Error::Refused(refusal)) => Some(refusal.message),
            _ => None,
        }
    }

    #[test]
    fn items_as_shops_have_them_are_fine() {
        let fine = json!([
            { "name": "Tea", "quantity": 2, "amount": 1200, "colour": "green" },
            { "id": 17 },
            { "id": "sku-1", "amount": 0 },
        ]);
        assert_eq!(message(fine), None);
        assert_eq!(message(json!([])), None);
    }

    #[test]
    fn a_mistake_names_its_item_and_field() {
        for (item, place) in [
            (json!({ "quantity": 1 }), "items[1].name:"),
            (json!({ "name": "" }), "items[1].name:"),
            (json!({ "id": [1] }), "items[1].name:"),
            (json!({ "id": 1, "quantity": 0 }), "items[1].quantity:"),
            (json!({ "id": 1, "amount": -1 }), "items[1].amount:"),
        ] {
            let message = message(json!([{ "id": 1 }, item])).unwrap();
            assert!(message.starts_with(place), "{message}");
        }
        let many = vec![json!({ "id": 1 }); 201];
        assert!(message(json!(many)).unwrap().starts_with("items:"));
    }
}
