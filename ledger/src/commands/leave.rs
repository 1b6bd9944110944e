//! An advocate leaves the programme.

use serde_json::{Value as Json, json};

use super::settle;
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::{advocates, appeals, conversions, referrals};

/// Ends an advocate's part in the programme: the code earns nothing any more, what is
/// still held is lost, name and address are erased. What was approved stays in the
/// books. Answers `{id, left: true}`.
///
/// Atomicity: one transaction. Idempotency: who has left has left.
pub fn run(books: &Books<'_>, id: &str, actor: &'static str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let advocate = advocates::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_advocate", "There is no such advocate."))?;
    if advocate.left_at.is_none() {
        advocates::erase(books.sql, id, now)?;
        books.forget_codes();
        appeals::erase(books.sql, id)?;
        let event = Event {
            kind: "advocate.left",
            subject: id,
            actor,
            data: json!({}),
        };
        events::append(books, now, event)?;
        for referral in referrals::held_of(books.sql, id, now)? {
            if let Some(order) = conversions::by_id(books.sql, &referral.conversion_id)? {
                settle::settle(books, &merchant, Some(&order), &order, actor, now)?;
            }
        }
    }
    Ok(json!({ "id": id, "left": true }))
}
