//! Referrals: advocate, friend's order, status.

use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

#[derive(Clone, Debug)]
pub struct Referral {
    pub id: String,
    pub conversion_id: String,
    pub advocate_id: String,
    pub source: String,
    pub channel: String,
    pub status: ReferralStatus,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub release_at: Timestamp,
}

const COLUMNS: &str =
    "id, conversion_id, advocate_id, source, channel, status, reason, created_at, release_at";

fn read(row: &Row) -> Result<Referral, LedgerError> {
    Ok(Referral {
        id: row.text(0)?,
        conversion_id: row.text(1)?,
        advocate_id: row.text(2)?,
        source: row.text(3)?,
        channel: row.text(4)?,
        status: ReferralStatus::parse(&row.text(5)?).ok_or(LedgerError::Corrupt("a status"))?,
        reason: row.maybe_text(6),
        created_at: Timestamp(row.int(7)?),
        release_at: Timestamp(row.int(8)?),
    })
}

pub fn insert(sql: &dyn Sql, r: &Referral) -> Result<(), LedgerError> {
    let values = values![
        r.id.as_str(),
        r.conversion_id.as_str(),
        r.advocate_id.as_str(),
        r.source.as_str(),
        r.channel.as_str(),
        r.status.as_str(),
        r.reason.clone(),
        r.created_at,
        r.release_at,
    ];
    sql.run(
        &format!("INSERT INTO referrals ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        values,
    )
    .map(drop)
}

pub fn set_status(
    sql: &dyn Sql,
    id: &str,
    status: ReferralStatus,
    reason: Option<&str>,
) -> Result<(), LedgerError> {
    let values = values![status.as_str(), reason, id];
    sql.run(
        "UPDATE referrals SET status = ?, reason = ? WHERE id = ?",
        values,
    )
    .map(drop)
}

/// Brings what describes a referral in line with its order.
pub fn describe(
    sql: &dyn Sql,
    id: &str,
    source: &str,
    channel: &str,
    release_at: Timestamp,
) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE referrals SET source = ?, channel = ?, release_at = ? WHERE id = ?",
        values![source, channel, release_at, id],
    )
    .map(drop)
}

/// Replaces the reason of one that stays voided.
pub fn set_reason(sql: &dyn Sql, id: &str, reason: &str) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE referrals SET reason = ? WHERE id = ?",
        values![reason, id],
    )
    .map(drop)
}

fn many(
    sql: &dyn Sql,
    rest: &str,
    values: Vec<crate::sql::Value>,
) -> Result<Vec<Referral>, LedgerError> {
    sql.run(&format!("SELECT {COLUMNS} FROM referrals {rest}"), values)?
        .iter()
        .map(read)
        .collect()
}

/// All referrals of an order, oldest first; at most one is not voided.
pub fn of_conversion(sql: &dyn Sql, conversion_id: &str) -> Result<Vec<Referral>, LedgerError> {
    many(
        sql,
        "WHERE conversion_id = ? ORDER BY created_at, id",
        values![conversion_id],
    )
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Referral>, LedgerError> {
    Ok(many(sql, "WHERE id = ?", values![id])?.into_iter().next())
}

/// Pending ones whose hold period is over, oldest first.
pub fn due(sql: &dyn Sql, now: Timestamp, limit: u32) -> Result<Vec<Referral>, LedgerError> {
    many(
        sql,
        "WHERE status = 'pending' AND release_at <= ? AND EXISTS (SELECT 1 FROM conversions c \
         JOIN programs p ON p.version = c.program_version WHERE c.id = conversion_id \
         AND (c.confirmed_at IS NOT NULL OR json_extract(p.document, '$.browser_orders_pay'))) \
         ORDER BY release_at, id LIMIT ?",
        values![now, limit],
    )
}

/// When the next hold period ends.
pub fn next_release(sql: &dyn Sql, after: Timestamp) -> Result<Option<Timestamp>, LedgerError> {
    let statement =
        "SELECT min(release_at) FROM referrals WHERE status = 'pending' AND release_at > ?";
    let rows = sql.run(statement, values![after])?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}

/// The newest ones, newest first.
pub fn newest(sql: &dyn Sql, limit: u32) -> Result<Vec<Referral>, LedgerError> {
    many(sql, "ORDER BY created_at DESC, id LIMIT ?", values![limit])
}
