//! The event log: append-only, each entry sealed by a hash over the one before,
//! so that anyone with a copy can see whether something was changed.

use grapevine_domain::time::Timestamp;
use serde_json::Value as Json;

use crate::books::{Books, digest};
use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

/// Hash before the first event.
const GENESIS: &str = "grapevine";

/// One event to append.
pub(crate) struct Event<'a> {
    pub kind: &'static str,
    pub subject: &'a str,
    pub actor: &'a str,
    pub data: Json,
}

fn seal(
    previous: &str,
    seq: i64,
    at: i64,
    kind: &str,
    subject: &str,
    actor: &str,
    data: &str,
) -> String {
    // A JSON array, since it separates its parts without doubt.
    let row = serde_json::json!([previous, seq, at, kind, subject, actor, data]);
    digest(row.to_string().as_bytes())
}

/// Appends an event; call it within the transaction of its cause.
pub(crate) fn append(
    books: &Books<'_>,
    at: Timestamp,
    event: Event<'_>,
) -> Result<(), LedgerError> {
    let last = books.sql.run(
        "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1",
        vec![],
    )?;
    let (seq, previous) = match last.first() {
        Some(row) => (row.int(0)? + 1, row.text(1)?),
        None => (1, GENESIS.to_owned()),
    };
    let data = event.data.to_string();
    let hash = seal(
        &previous,
        seq,
        at.0,
        event.kind,
        event.subject,
        event.actor,
        &data,
    );
    books.sql.run(
        "INSERT INTO events (seq, at, kind, subject, actor, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        values![seq, at, event.kind, event.subject, event.actor, data, hash],
    )?;
    Ok(())
}

/// What a check of the chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// So many events, all of them as they were written.
    Sound(i64),
    /// The number of the first event that does not fit.
    BrokenAt(i64),
}

fn resealed(previous: &str, seq: i64, row: &Row) -> Option<String> {
    Some(seal(
        previous,
        seq,
        row.maybe_int(1)?,
        &row.maybe_text(2)?,
        &row.maybe_text(3)?,
        &row.maybe_text(4)?,
        &row.maybe_text(5)?,
    ))
}

/// Checks every event against the one before it. The newest events can be cut off
/// unnoticed: whoever wants to see that keeps the last number and hash elsewhere.
///
/// # Errors
/// When the database does not answer.
pub fn verify(sql: &dyn Sql) -> Result<Chain, LedgerError> {
    let mut previous = GENESIS.to_owned();
    let mut seq = 0;
    loop {
        let rows = sql.run(
            "SELECT seq, at, kind, subject, actor, data, hash FROM events WHERE seq > ? ORDER BY seq LIMIT 500",
            values![seq],
        )?;
        if rows.is_empty() {
            return Ok(Chain::Sound(seq));
        }
        for row in rows {
            let found = row.int(0)?;
            // A value of another type is a change like any other, not an error.
            let sealed = resealed(&previous, seq + 1, &row);
            match sealed {
                Some(hash) if found == seq + 1 && row.maybe_text(6).as_ref() == Some(&hash) => {
                    seq = found;
                    previous = hash;
                }
                _ => return Ok(Chain::BrokenAt(found)),
            }
        }
    }
}
