//! What is stored about an advocate, for their own eyes.

use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::commands::join::advocate_of;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::store::vanity;
use crate::values;

/// How many rows of each kind: `?1` who, `?2` the keyed hash of the address.
const COUNTS: &str = "SELECT \
    (SELECT count(*) FROM shares WHERE advocate_id = ?1), \
    (SELECT count(*) FROM rewards WHERE advocate_id = ?1 AND side = 'advocate'), \
    (SELECT count(*) FROM outbox WHERE subject_id = ?1), \
    (SELECT count(*) FROM answers WHERE person_key = ?2), \
    (SELECT count(*) FROM asks WHERE person_key = ?2)";

/// Answers `{email, name, customer, joined_at, language, codes, shares, clicks, rewards,
/// mails, answers, asks}`: what stands there as it is, of the rest how much there is.
pub fn show(books: &Books<'_>, session: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocate_of(books, &merchant, session)?;
    let values = values![advocate.id.as_str(), advocate.email_key.as_str()];
    let rows = books.sql.run(COUNTS, values)?;
    let row = rows.first().ok_or(LedgerError::Corrupt("no counts"))?;
    let mut codes = vec![advocate.code.clone()];
    codes.extend(vanity::of_advocate(books.sql, &advocate.id)?);
    Ok(json!({
        "email": advocate.email,
        "name": advocate.name,
        "customer": advocate.customer,
        "joined_at": Iso(advocate.created_at),
        "language": advocate.locale,
        "codes": codes,
        "shares": row.int(0)?,
        "clicks": super::panel::clicks(books, &advocate)?,
        "rewards": row.int(1)?,
        "mails": row.int(2)?,
        "answers": row.int(3)?,
        "asks": row.int(4)?,
    }))
}
