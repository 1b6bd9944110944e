//! People whom the merchant removed and does not want back, by the keyed hash of their
//! address.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

pub fn insert(sql: &dyn Sql, person: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO barred VALUES (?, ?) ON CONFLICT DO NOTHING",
        values![person, at],
    )
    .map(drop)
}

pub fn has(sql: &dyn Sql, person: &str) -> Result<bool, LedgerError> {
    let rows = sql.run("SELECT 1 FROM barred WHERE person_key = ?", values![person])?;
    Ok(!rows.is_empty())
}

/// The merchant wants them back after all.
pub fn remove(sql: &dyn Sql, person: &str) -> Result<(), LedgerError> {
    sql.run("DELETE FROM barred WHERE person_key = ?", values![person])
        .map(drop)
}
