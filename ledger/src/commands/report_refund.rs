//! Money given back to a buyer, an order cancelled, an order paid after all.

use grapevine_domain::money::{LARGEST_MINOR, Money};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::store::conversions::{self, Conversion};
use crate::store::merchant::Merchant;
use crate::store::refunds;

/// Answers the order as [`super::report_conversion::run`] does, or
/// `{conversion: null}` when it is not known yet: the refund is kept for it. Without
/// an amount the whole order was taken back. More than the order came to is kept as
/// told, and counts as all of it.
///
/// Atomicity: one transaction. Idempotency: by (order, refund).
pub fn run(
    books: &Books<'_>,
    order_id: &str,
    refund_id: &str,
    amount: Option<Money>,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    super::report_conversion::check_order_id(order_id)?;
    if refund_id.trim().is_empty() || refund_id.len() > 100 {
        return Err(LedgerError::invalid(
            "invalid_refund_id",
            "refund_id must have 1 to 100 characters.",
        ));
    }
    if amount.is_some_and(|amount| !(1..=LARGEST_MINOR).contains(&amount.minor)) {
        return Err(LedgerError::invalid(
            "invalid_amount",
            "amount must be a whole number of minor units, from 1 to 1,000,000,000,000.",
        ));
    }
    let now = books.now(&merchant);
    let order = conversions::by_order(books.sql, order_id)?;
    // A browser alone proves nothing of an order's currency.
    if let (Some(order), Some(amount)) = (&order, amount)
        && order.confirmed_at.is_some()
        && order.amount.currency != amount.currency
    {
        let message = "A refund must be in the currency of its order.";
        return Err(LedgerError::invalid("other_currency", message));
    }
    if refunds::insert(books.sql, order_id, refund_id, amount, now)? {
        let data = json!({ "refund": refund_id, "amount": amount });
        note(books, "order.refunded", order_id, data, now)?;
        if let Some(before) = order {
            settle(books, &merchant, &before, now)?;
        }
    } else {
        let told = amount.map_or((0, String::new()), |amount| {
            (amount.minor, amount.currency.as_str().to_owned())
        });
        if refunds::amount(books.sql, order_id, refund_id)? != Some(told) {
            return Err(LedgerError::refused(
                RefusalKind::Conflict,
                "refund_id_reused",
                "This refund_id came with another amount before.",
            ));
        }
    }
    if conversions::by_order(books.sql, order_id)?.is_none() {
        return Ok(json!({ "conversion": null }));
    }
    crate::reports::referrals::conversion(books, order_id)
}

/// The order was paid after all: every refund of it so far is taken for undone, and
/// what they voided stands again. Answers as [`super::report_conversion::run`].
///
/// Atomicity: one transaction. Idempotency: an order without refunds stays as it is.
pub fn reinstate(books: &Books<'_>, order_id: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let before = conversions::by_order(books.sql, order_id)?
        .ok_or_else(|| LedgerError::not_found("unknown_order", "There is no such order."))?;
    let undone = refunds::undo(books.sql, order_id, now)?;
    if undone > 0 {
        let data = json!({ "refunds": undone });
        note(books, "order.reinstated", order_id, data, now)?;
        settle(books, &merchant, &before, now)?;
    }
    crate::reports::referrals::conversion(books, order_id)
}

fn note(
    books: &Books<'_>,
    kind: &'static str,
    order_id: &str,
    data: Json,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let event = Event {
        kind,
        subject: order_id,
        actor: "shop",
        data,
    };
    events::append(books, now, event)
}

fn settle(
    books: &Books<'_>,
    merchant: &Merchant,
    before: &Conversion,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut order = before.clone();
    super::report_conversion::refunds(books, &mut order)?;
    super::settle::settle(books, merchant, Some(before), &order, "shop", now)
}
