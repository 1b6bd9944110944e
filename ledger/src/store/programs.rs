//! Versions of the programme; the highest one is live.

use grapevine_domain::period::Period;
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

/// The draft, where there is one, with when it was saved.
pub fn draft(sql: &dyn Sql) -> Result<Option<(Program, Timestamp)>, LedgerError> {
    let rows = sql.run("SELECT document, saved_at FROM drafts", vec![])?;
    rows.first()
        .map(|row| Ok((serde_json::from_str(&row.text(0)?)?, Timestamp(row.int(1)?))))
        .transpose()
}

pub fn save_draft(sql: &dyn Sql, program: &Program, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO drafts (id, document, saved_at) VALUES (1, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, saved_at = excluded.saved_at",
        values![serde_json::to_string(program)?, at],
    )
    .map(drop)
}

pub fn drop_draft(sql: &dyn Sql) -> Result<(), LedgerError> {
    sql.run("DELETE FROM drafts", vec![]).map(drop)
}

/// The version that was live at that time; the first one before there was any.
pub fn version_at(sql: &dyn Sql, at: Timestamp) -> Result<u32, LedgerError> {
    let rows = sql.run(
        "SELECT max(version) FROM programs WHERE published_at <= ? OR version = 1",
        values![at],
    )?;
    let version = rows
        .first()
        .map_or(Err(LedgerError::Corrupt("no programme")), |row| row.int(0))?;
    u32::try_from(version).map_err(|_| LedgerError::Corrupt("a version"))
}

/// Since when there has been a prize for periods of that kind, in one version after the
/// other up to the live one.
pub fn prize_since(sql: &dyn Sql, per: Period) -> Result<Timestamp, LedgerError> {
    let per = serde_json::to_value(per)?;
    let rows = sql.run(
        "SELECT min(published_at) FROM programs WHERE version > coalesce((SELECT max(version) \
         FROM programs WHERE document ->> '$.prize.per' IS NOT ?), 0)",
        values![per.as_str()],
    )?;
    rows.first()
        .map_or(Err(LedgerError::Corrupt("no programme")), |row| {
            Ok(Timestamp(row.int(0)?))
        })
}
