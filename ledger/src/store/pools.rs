//! Codes that the merchant uploaded, to be given out once each.

use grapevine_domain::time::Timestamp;
use serde_json::json;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Adds codes to a pool; how many of them were new.
pub fn add(sql: &dyn Sql, pool: &str, codes: &[String], at: Timestamp) -> Result<i64, LedgerError> {
    let rows = sql.run(
        "INSERT INTO pool_codes (code, pool, added_at) SELECT value, ?, ? FROM json_each(?) WHERE true \
         ON CONFLICT DO NOTHING RETURNING 1",
        values![pool, at, json!(codes).to_string()],
    )?;
    i64::try_from(rows.len()).map_err(|_| LedgerError::Corrupt("a count"))
}

/// Codes that can be given out: not taken, and nobody has them from elsewhere.
const FREE: &str = "p.pool = ? AND p.taken_at IS NULL AND NOT EXISTS (SELECT 1 FROM coupons c \
    WHERE c.plain = upper(replace(replace(p.code, '-', ''), ' ', '')))";

/// Takes the next code out of a pool, for good. Codes that somebody has already are
/// passed over.
pub fn take(sql: &dyn Sql, pool: &str, at: Timestamp) -> Result<Option<String>, LedgerError> {
    let rows = sql.run(
        &format!(
            "UPDATE pool_codes SET taken_at = ? WHERE code = (SELECT p.code FROM pool_codes p \
             WHERE {FREE} ORDER BY p.added_at, p.code LIMIT 1) RETURNING code"
        ),
        values![at, pool],
    )?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// Whether a pool has a code to give out.
pub fn has_some(sql: &dyn Sql, pool: &str) -> Result<bool, LedgerError> {
    let statement = format!("SELECT 1 FROM pool_codes p WHERE {FREE} LIMIT 1");
    Ok(!sql.run(&statement, values![pool])?.is_empty())
}

/// How many codes each pool still has: name, left, given out.
pub fn state(sql: &dyn Sql) -> Result<Vec<(String, i64, i64)>, LedgerError> {
    let rows = sql.run(
        "SELECT pool, sum(taken_at IS NULL), sum(taken_at IS NOT NULL) FROM pool_codes \
         GROUP BY pool ORDER BY pool",
        vec![],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))
        .collect()
}

/// How many codes a pool still has; counted up to `most`.
pub fn left(sql: &dyn Sql, pool: &str, most: i64) -> Result<i64, LedgerError> {
    let rows = sql.run(
        "SELECT count(*) FROM (SELECT 1 FROM pool_codes WHERE pool = ? AND taken_at IS NULL LIMIT ?)",
        values![pool, most],
    )?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}
