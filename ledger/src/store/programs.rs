//! Versions of the programme; the highest one is live.

use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

fn read(row: &Row) -> Result<(u32, Program), LedgerError> {
    let version = u32::try_from(row.int(0)?).map_err(|_| LedgerError::Corrupt("a version"))?;
    Ok((version, serde_json::from_str(&row.text(1)?)?))
}

pub fn live(sql: &dyn Sql) -> Result<(u32, Program), LedgerError> {
    let rows = sql.run(
        "SELECT version, document FROM programs ORDER BY version DESC LIMIT 1",
        vec![],
    )?;
    rows.first()
        .map_or(Err(LedgerError::Corrupt("no programme")), read)
}

pub fn version(sql: &dyn Sql, version: u32) -> Result<Program, LedgerError> {
    let rows = sql.run(
        "SELECT version, document FROM programs WHERE version = ?",
        values![version],
    )?;
    rows.first()
        .map_or(
            Err(LedgerError::Corrupt("a missing programme version")),
            read,
        )
        .map(|(_, program)| program)
}

pub fn insert(
    sql: &dyn Sql,
    version: u32,
    program: &Program,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let document = serde_json::to_string(program)?;
    sql.run(
        "INSERT INTO programs VALUES (?, ?, ?)",
        values![version, document, at],
    )
    .map(drop)
}
