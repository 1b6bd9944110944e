//! Messages to people, written in the transaction of their cause. Sending them
//! is a job's work; without a transport the outbox page shows them.

use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::store::advocates::Advocate;
use crate::values;

/// A message as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Running number.
    pub id: i64,
    /// Which mail it is: `confirm`, `sign_in`, …
    pub template: String,
    /// Address.
    pub recipient: String,
    /// Language.
    pub locale: String,
    /// The advocate it is written to, or what it is about.
    pub advocate_id: String,
    /// What the template needs.
    pub data: Json,
    /// When its cause happened.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, template, recipient, locale, subject_id, data, created_at";

fn read(row: &Row) -> Result<Message, LedgerError> {
    Ok(Message {
        id: row.int(0)?,
        template: row.text(1)?,
        recipient: row.text(2)?,
        locale: row.text(3)?,
        advocate_id: row.text(4)?,
        data: serde_json::from_str(&row.text(5)?)?,
        created_at: Timestamp(row.int(6)?),
    })
}

pub fn insert(
    sql: &dyn Sql,
    template: &str,
    to: &Advocate,
    data: &Json,
    at: Timestamp,
) -> Result<(), LedgerError> {
    insert_to(sql, template, (&to.email, &to.locale), &to.id, data, at)
}

/// Writes to anybody: address and language, and what it is about.
pub fn insert_to(
    sql: &dyn Sql,
    template: &str,
    (recipient, locale): (&str, &str),
    subject_id: &str,
    data: &Json,
    at: Timestamp,
) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO outbox (kind, template, recipient, locale, subject_id, data, created_at) \
         VALUES ('mail', ?, ?, ?, ?, ?, ?)",
        values![
            template,
            recipient,
            locale,
            subject_id,
            data.to_string(),
            at
        ],
    )
    .map(drop)
}

/// The newest messages, newest first.
pub fn newest(sql: &dyn Sql, limit: u32) -> Result<Vec<Message>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM outbox ORDER BY id DESC LIMIT ?"),
        values![limit],
    )?;
    rows.iter().map(read).collect()
}

pub fn by_id(sql: &dyn Sql, id: i64) -> Result<Option<Message>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM outbox WHERE id = ?"),
        values![id],
    )?;
    rows.first().map(read).transpose()
}

/// When an advocate was last sent a mail of that template.
pub fn last_sent(
    sql: &dyn Sql,
    advocate_id: &str,
    template: &str,
) -> Result<Option<Timestamp>, LedgerError> {
    let rows = sql.run(
        "SELECT max(created_at) FROM outbox WHERE subject_id = ? AND template = ?",
        values![advocate_id, template],
    )?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}
