//! An advocate wants no mails any more, or wants them again.

use serde_json::{Value as Json, json};

use super::join::advocate_of;
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::advocates;

/// Answers `{mails}`: whether the advocate may be written to.
///
/// Atomicity: one transaction. Idempotency: the same again changes nothing.
pub fn run(books: &Books<'_>, session: &str, on: bool) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let advocate = advocate_of(books, &merchant, session)?;
    if advocate.unsubscribed_at.is_none() != on {
        advocates::set_unsubscribed(books.sql, &advocate.id, (!on).then_some(now))?;
        let event = Event {
            kind: if on {
                "advocate.subscribed"
            } else {
                "advocate.unsubscribed"
            },
            subject: &advocate.id,
            actor: "shopper",
            data: json!({}),
        };
        events::append(books, now, event)?;
    }
    Ok(json!({ "mails": on }))
}
