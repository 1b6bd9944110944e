//! A panel was seen; a share button was pressed.

use grapevine_domain::share::channels;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::{counters, shares};

/// Where a panel can stand (product word: placement).
const PLACEMENTS: [&str; 6] = [
    "floating",
    "inline",
    "post-purchase",
    "exit-intent",
    "welcome",
    "page",
];

/// A known placement, or `other`: the column never holds a stranger's text.
pub(crate) fn placement_name(text: &str) -> &'static str {
    PLACEMENTS
        .into_iter()
        .find(|known| *known == text)
        .unwrap_or("other")
}

/// Answers null.
///
/// Atomicity: one statement. Idempotency: none; an impression is a count only.
pub fn impression(books: &Books<'_>, placement: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    counters::add(books, now, "impression", placement_name(placement), 1);
    Ok(Json::Null)
}

/// Answers null.
///
/// Atomicity: one transaction. Idempotency: by `press_id`.
pub fn run(
    books: &Books<'_>,
    session: &str,
    channel: &str,
    placement: &str,
    press_id: &str,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = super::join::sharer_of(books, &merchant, session)?;
    let Some(channel) = channels::find(channel) else {
        return Err(LedgerError::invalid(
            "unknown_channel",
            "There is no such channel.",
        ));
    };
    if press_id.is_empty() || press_id.len() > 64 {
        return Err(LedgerError::invalid(
            "invalid_press_id",
            "press_id must have 1 to 64 characters.",
        ));
    }
    let placement = placement_name(placement);
    books.atomically(|| {
        let now = books.now(&merchant);
        if shares::insert(
            books.sql,
            press_id,
            &advocate.id,
            channel.name,
            placement,
            now,
        )? {
            counters::add(books, now, "share", channel.name, 1);
            counters::add(books, now, "share_placement", placement, 1);
            let data = json!({ "channel": channel.name, "placement": placement });
            events::append(
                books,
                now,
                Event {
                    kind: "share.created",
                    subject: &advocate.id,
                    actor: "shopper",
                    data,
                },
            )?;
        }
        Ok(Json::Null)
    })
}
