//! An advocate leaves the programme.

use serde_json::{Value as Json, json};

use super::join::advocate_of;
use super::settle;
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::advocates::{self, Advocate};
use crate::store::merchant::Merchant;
use crate::store::{answers, appeals, asks, barred, conversions, referrals};

/// The merchant removes an advocate: see [`end`]. Who may not return is refused when
/// joining anew, until the merchant adds them itself; of somebody who has left already
/// nothing is known that could be refused. Answers `{id, left: true}`.
///
/// Atomicity: one transaction. Idempotency: who has left has left.
pub fn run(books: &Books<'_>, id: &str, may_return: bool) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocates::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_advocate", "There is no such advocate."))?;
    if !may_return && advocate.left_at.is_none() {
        barred::insert(books.sql, &advocate.email_key, books.now(&merchant))?;
    }
    end(books, &merchant, &advocate, "merchant")?;
    Ok(json!({ "id": id, "left": true }))
}

/// An advocate leaves in the panel: see [`end`]; may return at any time. Answers
/// `{left: true}`.
///
/// Atomicity: one transaction. Idempotency: the session of who has left opens nothing.
pub fn by_session(books: &Books<'_>, session: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocate_of(books, &merchant, session)?;
    end(books, &merchant, &advocate, "shopper")?;
    Ok(json!({ "left": true }))
}

/// Ends an advocate's part in the programme: the code earns nothing any more, what is
/// still held is lost, name, address and what they wrote are erased. What was approved
/// stays in the books.
fn end(
    books: &Books<'_>,
    merchant: &Merchant,
    advocate: &Advocate,
    actor: &'static str,
) -> Result<(), LedgerError> {
    let now = books.now(merchant);
    let id = advocate.id.as_str();
    if advocate.left_at.is_none() {
        advocates::erase(books.sql, id, now)?;
        books.forget_codes();
        appeals::erase(books.sql, id)?;
        asks::erase(books.sql, &advocate.email_key)?;
        answers::erase(books.sql, &advocate.email_key)?;
        let event = Event {
            kind: "advocate.left",
            subject: id,
            actor,
            data: json!({}),
        };
        events::append(books, now, event)?;
        for referral in referrals::held_of(books.sql, id, now)? {
            if let Some(order) = conversions::by_id(books.sql, &referral.conversion_id)? {
                settle::settle(books, merchant, Some(&order), &order, actor, now)?;
            }
        }
    }
    Ok(())
}
