//! Everything about a span of days, from the counters alone.

use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;

/// Answers the funnel for now.
pub fn show(
    books: &Books<'_>,
    _from: Option<&str>,
    _to: Option<&str>,
) -> Result<Json, LedgerError> {
    Ok(json!({ "funnel": super::funnel::count(books)? }))
}
