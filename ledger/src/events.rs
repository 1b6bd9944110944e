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

/// Events of a command that are not written yet, and the end of the chain.
#[derive(Default)]
pub(crate) struct Log {
    head: Option<(i64, String)>,
    waiting: Vec<Json>,
}

/// Most events in one statement: what a bound text may hold is limited.
const AT_ONCE: usize = 500;

/// Appends an event; call it within the transaction of its cause. It is written at
/// the end of the command, together with the others.
pub(crate) fn append(
    books: &Books<'_>,
    at: Timestamp,
    event: Event<'_>,
) -> Result<(), LedgerError> {
    let mut log = books.log.borrow_mut();
    let (last, previous) = match log.head.take() {
        Some(head) => head,
        None => head(books.sql)?,
    };
    let seq = last + 1;
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
    log.waiting.push(serde_json::json!([
        seq,
        at.0,
        event.kind,
        event.subject,
        event.actor,
        data,
        hash
    ]));
    log.head = Some((seq, hash));
    Ok(())
}

/// Number and hash of the last event that is written.
pub(crate) fn head(sql: &dyn Sql) -> Result<(i64, String), LedgerError> {
    let last = sql.run(
        "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1",
        vec![],
    )?;
    match last.first() {
        Some(row) => Ok((row.int(0)?, row.text(1)?)),
        None => Ok((0, GENESIS.to_owned())),
    }
}

/// Writes what is waiting.
pub(crate) fn flush(books: &Books<'_>) -> Result<(), LedgerError> {
    let waiting = core::mem::take(&mut books.log.borrow_mut().waiting);
    for some in waiting.chunks(AT_ONCE) {
        let rows = Json::from(some.to_vec()).to_string();
        books.sql.run(
            "INSERT INTO events (seq, at, kind, subject, actor, data, hash) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, \
             value ->> 6 FROM json_each(?)",
            values![rows],
        )?;
    }
    Ok(())
}

/// What is to be checked: all of the log, or a part of it.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Begin after this event, whose hash is taken for granted.
    #[serde(default)]
    pub after: i64,
    /// How many events at most.
    #[serde(default)]
    pub limit: Option<u32>,
    /// An event that was noted earlier must be in the log with this hash: else the
    /// newest events have been cut off and replaced.
    #[serde(default)]
    pub anchor: Option<(i64, String)>,
}

/// What a check of the chain found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Chain {
    /// Every event is as it was written.
    Sound {
        /// The last event that was checked; with its hash it is the next anchor.
        sound: i64,
        /// Its hash.
        hash: String,
        /// Whether it is the last one.
        complete: bool,
    },
    /// Something was changed.
    Broken {
        /// The number of the first event that does not fit.
        broken_at: i64,
    },
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

const COLUMNS: &str = "seq, at, kind, subject, actor, data, hash";

/// Checks every event against the one before it. The newest events can be cut off
/// unnoticed, unless somebody has noted one of them as an anchor.
///
/// # Errors
/// When the database does not answer.
pub fn verify(sql: &dyn Sql, part: &Part) -> Result<Chain, LedgerError> {
    if let Some((seq, hash)) = &part.anchor
        && hash_of(sql, *seq)?.as_ref() != Some(hash)
    {
        return Ok(Chain::Broken { broken_at: *seq });
    }
    let mut seq = part.after.max(0);
    let mut previous = match seq {
        0 => GENESIS.to_owned(),
        _ => match hash_of(sql, seq)? {
            Some(hash) => hash,
            None => return Ok(Chain::Broken { broken_at: seq }),
        },
    };
    let mut left = part.limit.unwrap_or(u32::MAX);
    loop {
        let some = left.min(1_000);
        let rows = sql.run(
            &format!("SELECT {COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"),
            values![seq, some],
        )?;
        let found = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        for row in rows {
            let at = row.int(0)?;
            // A value of another type is a change like any other, not an error.
            let sealed = resealed(&previous, seq + 1, &row);
            match sealed {
                Some(hash) if at == seq + 1 && row.maybe_text(6).as_ref() == Some(&hash) => {
                    seq = at;
                    previous = hash;
                }
                _ => return Ok(Chain::Broken { broken_at: at }),
            }
        }
        left -= found;
        let complete = found < some;
        if complete || left == 0 {
            return Ok(Chain::Sound {
                sound: seq,
                hash: previous,
                complete: complete || hash_of(sql, seq + 1)?.is_none(),
            });
        }
    }
}

fn hash_of(sql: &dyn Sql, seq: i64) -> Result<Option<String>, LedgerError> {
    let rows = sql.run("SELECT hash FROM events WHERE seq = ?", values![seq])?;
    Ok(rows.first().and_then(|row| row.maybe_text(0)))
}

/// Most events of one answer.
const MOST: u32 = 1_000;

/// Events in their order, after a number: `{data, next}`. Each is whole, as it was
/// sealed: `data` is the text over which the hash goes.
pub fn list(books: &Books<'_>, after: i64, limit: u32) -> Result<Json, LedgerError> {
    let limit = limit.clamp(1, MOST);
    let rows = books.sql.run(
        &format!("SELECT {COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"),
        values![after, limit],
    )?;
    let mut data = Vec::new();
    for row in &rows {
        data.push(serde_json::json!({
            "seq": row.int(0)?,
            "at": row.int(1)?,
            "kind": row.text(2)?,
            "subject": row.text(3)?,
            "actor": row.text(4)?,
            "data": row.text(5)?,
            "hash": row.text(6)?,
        }));
    }
    let next = match rows.last() {
        Some(row) if rows.len() == limit as usize => Some(row.int(0)?),
        _ => None,
    };
    Ok(serde_json::json!({ "data": data, "next": next }))
}
