//! Answers to the survey, as the merchant reads them.

use serde_json::{Value as Json, json};

use super::referrals::{Page, page};
use crate::books::Books;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::store::advocates;
use crate::store::answers::{self, Answer};

/// Newest first: `{data, next}`, each `{id, score, text, at, placement, advocate,
/// order_id}`, the advocate being `{id, name, email}` where it is known; the address
/// only of somebody who may be written to.
pub fn list(books: &Books<'_>, wanted: &Page) -> Result<Json, LedgerError> {
    books.merchant()?;
    let limit = wanted.limit();
    let found = answers::newest(books.sql, wanted.after()?, limit + 1)?;
    let mut rows = Vec::with_capacity(found.len());
    for answer in found {
        let shown = shown(books, &answer)?;
        rows.push((answer.answered_at, answer.id, shown));
    }
    Ok(page(rows, limit))
}

fn shown(books: &Books<'_>, answer: &Answer) -> Result<Json, LedgerError> {
    let advocate = match &answer.advocate_id {
        Some(id) => advocates::by_id(books.sql, id)?,
        None => None,
    };
    let advocate = advocate.map(|advocate| {
        let email = Some(&advocate.email).filter(|_| advocate.unsubscribed_at.is_none());
        json!({ "id": advocate.id, "name": advocate.name, "email": email })
    });
    Ok(json!({
        "id": answer.id,
        "score": answer.score,
        "text": answer.text,
        "at": Iso(answer.answered_at),
        "placement": answer.placement,
        "advocate": advocate,
        "order_id": answer.order_id,
    }))
}
