//! Somebody closed what had opened unasked.

use serde_json::Value as Json;

use super::{ask, person};
use crate::books::Books;
use crate::command::Visitor;
use crate::error::LedgerError;
use crate::store::asks;

/// Within this time it is the same "no".
const SAME_MS: i64 = 60_000;

/// Writes it down of somebody who is known. Answers null.
///
/// Atomicity: one transaction. Idempotency: within a minute the same again changes
/// nothing.
pub fn run(books: &Books<'_>, placement: &str, visitor: &Visitor) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let placement = ask::unasked(placement)?;
    if let Some(person) = person::find(books, &merchant, visitor)? {
        let last = asks::last_dismissed(books.sql, &person.key)?;
        if last.is_none_or(|last| last.plus_ms(SAME_MS) <= now) {
            asks::dismissed(books.sql, &person.key, placement, now)?;
        }
    }
    Ok(Json::Null)
}
