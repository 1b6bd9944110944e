//! Periods whose prizes are decided.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

pub fn insert(
    sql: &dyn Sql,
    period: &str,
    ends_at: Timestamp,
    at: Timestamp,
) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO prizes (period, ends_at, decided_at) VALUES (?, ?, ?)",
        values![period, ends_at, at],
    )
    .map(drop)
}

/// The end of the last period that was decided.
pub fn last_end(sql: &dyn Sql) -> Result<Option<Timestamp>, LedgerError> {
    let rows = sql.run("SELECT max(ends_at) FROM prizes", vec![])?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}
