//! Ends mails to an advocate, by the link that every mail carries.

use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::keyring::Purpose;
use crate::signed;
use crate::store::advocates;

/// Answers `{name, accent, locale, done}`. With `peek` it only looks.
///
/// Atomicity: one transaction. Idempotency: a second call changes nothing.
pub fn run(books: &Books<'_>, token: &str, peek: bool) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let id = signed::open(books.ring, Purpose::Unsubscribe, &merchant.slug, token, now);
    let advocate = id
        .ok()
        .map(|id| advocates::by_id(books.sql, &id))
        .transpose()?
        .flatten();
    let Some(advocate) = advocate else {
        let message = "This link is not complete.";
        return Err(LedgerError::refused(
            RefusalKind::Forbidden,
            "link_broken",
            message,
        ));
    };
    let mut done = advocate.unsubscribed_at.is_some();
    if !peek && !done {
        books.atomically(|| {
            advocates::set_unsubscribed(books.sql, &advocate.id, Some(now))?;
            let event = Event {
                kind: "advocate.unsubscribed",
                subject: &advocate.id,
                actor: "shopper",
                data: json!({}),
            };
            events::append(books, now, event)
        })?;
        done = true;
    }
    Ok(json!({
        "name": merchant.name,
        "accent": merchant.accent,
        "locale": advocate.locale,
        "done": done,
    }))
}
