//! Money given back to a buyer.

use grapevine_domain::money::{LARGEST_MINOR, Money};
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::store::{conversions, refunds};

/// Answers the order as [`super::report_conversion::run`] does, or
/// `{conversion: null}` when it is not known yet: the refund is kept for it.
///
/// Atomicity: one transaction. Idempotency: by (order, refund).
pub fn run(
    books: &Books<'_>,
    order_id: &str,
    refund_id: &str,
    amount: Money,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    super::report_conversion::check_order_id(order_id)?;
    if refund_id.is_empty() || refund_id.len() > 100 {
        return Err(LedgerError::invalid(
            "invalid_refund_id",
            "refund_id must have 1 to 100 characters.",
        ));
    }
    if !(1..=LARGEST_MINOR).contains(&amount.minor) {
        return Err(LedgerError::invalid(
            "invalid_amount",
            "amount must be a whole number of minor units, from 1 to 1,000,000,000,000.",
        ));
    }
    books.atomically(|| {
        let now = books.now(&merchant);
        let order = conversions::by_order(books.sql, order_id)?;
        // A browser alone proves nothing of an order's currency.
        if let Some(order) = &order
            && order.confirmed_at.is_some()
            && order.amount.currency != amount.currency
        {
            let message = "A refund must be in the currency of its order.";
            return Err(LedgerError::invalid("other_currency", message));
        }
        if refunds::insert(books.sql, order_id, refund_id, amount, now)? {
            let data = json!({ "refund": refund_id, "amount": amount });
            let event = Event {
                kind: "order.refunded",
                subject: order_id,
                actor: "shop",
                data,
            };
            events::append(books, now, event)?;
            if let Some(before) = order {
                let currency = before.amount.currency;
                let mut order = before.clone();
                order.refunded_minor = refunds::sum(books.sql, order_id, currency.as_str())?;
                super::settle::settle(books, &merchant, Some(&before), &mut order, now)?;
            }
        } else if refunds::amount(books.sql, order_id, refund_id)?
            != Some((amount.minor, amount.currency.as_str().to_owned()))
        {
            return Err(LedgerError::refused(
                RefusalKind::Conflict,
                "refund_id_reused",
                "This refund_id came with another amount before.",
            ));
        }
        if conversions::by_order(books.sql, order_id)?.is_none() {
            return Ok(json!({ "conversion": null }));
        }
        crate::reports::referrals::conversion(books, order_id)
    })
}
