//! Answers to requests that carried an idempotency key, written in the same
//! transaction as their effect.

use grapevine_domain::time::{DAY_MS, Timestamp};

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// How long an answer is kept.
const KEPT_MS: i64 = 3 * DAY_MS;

/// The stored answer with the hash of its request.
pub fn find(sql: &dyn Sql, key: &str) -> Result<Option<(String, String)>, LedgerError> {
    let rows = sql.run(
        "SELECT request_hash, answer FROM idempotency WHERE key = ?",
        values![key],
    )?;
    rows.first()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .transpose()
}

pub fn insert(
    sql: &dyn Sql,
    key: &str,
    hash: &str,
    answer: &str,
    real_time: Timestamp,
) -> Result<(), LedgerError> {
    sql.run(
        "DELETE FROM idempotency WHERE created_at < ?",
        values![real_time.plus_ms(-KEPT_MS)],
    )?;
    sql.run(
        "INSERT INTO idempotency VALUES (?, ?, ?, ?)",
        values![key, hash, answer, real_time],
    )
    .map(drop)
}
