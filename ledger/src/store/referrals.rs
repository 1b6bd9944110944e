//! Referrals: advocate, friend's order, status.

use grapevine_domain::period::Span;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::time::Timestamp;
use std::collections::BTreeMap;

use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value};
use crate::values;

#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The shop stands for the order, or the programme takes a browser's word.
    pub credible: bool,
    pub order_id: String,
    pub ordered_at: Timestamp,
    pub clicked_at: Option<Timestamp>,
    /// The share that the click probably came from: the last on its channel before it.
    pub shared_at: Option<Timestamp>,
    pub placement: String,
    pub variant: u8,
}

const COLUMNS: &str = "id, conversion_id, advocate_id, source, channel, status, reason, created_at, \
                       release_at, credible, order_id, ordered_at, clicked_at, shared_at, placement, variant";

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
        credible: row.int(9)? != 0,
        order_id: row.text(10)?,
        ordered_at: Timestamp(row.int(11)?),
        clicked_at: row.maybe_int(12).map(Timestamp),
        shared_at: row.maybe_int(13).map(Timestamp),
        placement: row.text(14)?,
        variant: u8::try_from(row.int(15)?).map_err(|_| LedgerError::Corrupt("a variant"))?,
    })
}

/// Writes a referral, new or changed.
pub fn put(sql: &dyn Sql, r: &Referral) -> Result<(), LedgerError> {
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
        r.credible,
        r.order_id.as_str(),
        r.ordered_at,
        r.clicked_at,
        r.shared_at,
        r.placement.as_str(),
        u32::from(r.variant),
    ];
    sql.run(&super::upsert("referrals", COLUMNS), values)
        .map(drop)
}

fn many(sql: &dyn Sql, rest: &str, values: Vec<Value>) -> Result<Vec<Referral>, LedgerError> {
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

/// Referrals by their ids.
pub fn of_ids(sql: &dyn Sql, ids: &[&str]) -> Result<BTreeMap<String, Referral>, LedgerError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let values = values![serde_json::json!(ids).to_string()];
    let found = many(sql, "WHERE id IN (SELECT value FROM json_each(?))", values)?;
    Ok(found.into_iter().map(|r| (r.id.clone(), r)).collect())
}

/// An advocate's that stand, from a rank on, by rank: those whose order the shop
/// stands for, by the order of their orders; then the others.
pub fn standing_from(
    sql: &dyn Sql,
    advocate_id: &str,
    from: &(Timestamp, String),
) -> Result<Vec<Referral>, LedgerError> {
    let mut found = many(
        sql,
        "WHERE advocate_id = ? AND status <> 'voided' AND credible = 1 \
         AND (ordered_at, order_id) >= (?, ?) ORDER BY ordered_at, order_id",
        values![advocate_id, from.0, from.1.as_str()],
    )?;
    found.extend(many(
        sql,
        "WHERE advocate_id = ? AND status <> 'voided' AND credible = 0 ORDER BY ordered_at, order_id",
        values![advocate_id],
    )?);
    Ok(found)
}

/// How many of an advocate's stand and come before a rank.
pub fn standing_before(
    sql: &dyn Sql,
    advocate_id: &str,
    rank: &(Timestamp, String),
) -> Result<u32, LedgerError> {
    let rows = sql.run(
        "SELECT count(*) FROM referrals WHERE advocate_id = ? AND status <> 'voided' \
         AND credible = 1 AND (ordered_at, order_id) < (?, ?)",
        values![advocate_id, rank.0, rank.1.as_str()],
    )?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    u32::try_from(count).map_err(|_| LedgerError::Corrupt("a count"))
}

/// An advocate's that are not approved, as far as they stand or their hold period
/// runs, by rank.
pub fn held_of(
    sql: &dyn Sql,
    advocate_id: &str,
    now: Timestamp,
) -> Result<Vec<Referral>, LedgerError> {
    many(
        sql,
        "WHERE advocate_id = ? AND (status IN ('pending', 'flagged') \
         OR (status = 'voided' AND release_at > ?)) ORDER BY ordered_at, order_id",
        values![advocate_id, now],
    )
}

/// Pending ones whose hold period is over, oldest first.
pub fn due(sql: &dyn Sql, now: Timestamp, limit: u32) -> Result<Vec<Referral>, LedgerError> {
    many(
        sql,
        "WHERE status = 'pending' AND release_at <= ? AND credible = 1 \
         ORDER BY release_at, ordered_at, order_id LIMIT ?",
        values![now, limit],
    )
}

/// When the next hold period ends.
pub fn next_release(sql: &dyn Sql) -> Result<Option<Timestamp>, LedgerError> {
    let statement =
        "SELECT min(release_at) FROM referrals WHERE status = 'pending' AND credible = 1";
    let rows = sql.run(statement, vec![])?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}

/// The advocates with most approved referrals whose orders came in a span of time:
/// id and number, the best first, among equals who was there earlier. Whoever has left
/// gets nothing any more.
pub fn best(
    sql: &dyn Sql,
    from: Timestamp,
    to: Timestamp,
    minimum: u32,
    places: u32,
) -> Result<Vec<(String, i64)>, LedgerError> {
    let rows = sql.run(
        "SELECT advocate_id, count(*) AS friends FROM referrals WHERE status = 'approved' \
         AND ordered_at >= ? AND ordered_at < ? AND NOT EXISTS (SELECT 1 FROM advocates a \
         WHERE a.id = advocate_id AND a.left_at IS NOT NULL) GROUP BY advocate_id HAVING friends >= ? \
         ORDER BY friends DESC, max(ordered_at), advocate_id LIMIT ?",
        values![from, to, minimum, places],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// The advocates who brought somebody whose order came in a span of time and stands, the
/// best first as in [`best`]. Whoever has left is not among them.
pub fn leaders(sql: &dyn Sql, span: Span) -> Result<Vec<String>, LedgerError> {
    let rows = sql.run(
        "SELECT advocate_id FROM referrals WHERE status <> 'voided' AND credible = 1 \
         AND ordered_at >= ? AND ordered_at < ? AND NOT EXISTS (SELECT 1 FROM advocates a \
         WHERE a.id = advocate_id AND a.left_at IS NOT NULL) GROUP BY advocate_id \
         ORDER BY count(*) DESC, max(ordered_at), advocate_id",
        values![span.start, span.end],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}
