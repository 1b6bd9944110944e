//! Rewards: one a side of a referral.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value};
use crate::values;

#[derive(Clone, Debug)]
pub struct Reward {
    pub id: String,
    pub referral_id: String,
    pub advocate_id: String,
    pub side: Side,
    pub kind: String,
    pub worth: Money,
    pub basis_points: Option<u32>,
    pub status: RewardStatus,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub release_at: Timestamp,
    pub changed_at: Timestamp,
}

const COLUMNS: &str = "id, referral_id, advocate_id, side, kind, amount_minor, currency, basis_points, \
                       status, reason, created_at, release_at, changed_at";

fn read(row: &Row) -> Result<Reward, LedgerError> {
    let currency =
        Currency::parse(&row.text(6)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
    Ok(Reward {
        id: row.text(0)?,
        referral_id: row.text(1)?,
        advocate_id: row.text(2)?,
        side: match row.text(3)?.as_str() {
            "advocate" => Side::Advocate,
            "friend" => Side::Friend,
            _ => return Err(LedgerError::Corrupt("a side")),
        },
        kind: row.text(4)?,
        worth: Money {
            minor: row.int(5)?,
            currency,
        },
        basis_points: row
            .maybe_int(7)
            .and_then(|points| u32::try_from(points).ok()),
        status: RewardStatus::parse(&row.text(8)?).ok_or(LedgerError::Corrupt("a status"))?,
        reason: row.maybe_text(9),
        created_at: Timestamp(row.int(10)?),
        release_at: Timestamp(row.int(11)?),
        changed_at: Timestamp(row.int(12)?),
    })
}

pub fn insert(sql: &dyn Sql, r: &Reward) -> Result<(), LedgerError> {
    let values = values![
        r.id.as_str(),
        r.referral_id.as_str(),
        r.advocate_id.as_str(),
        r.side.as_str(),
        r.kind.as_str(),
        r.worth.minor,
        r.worth.currency.as_str(),
        r.basis_points,
        r.status.as_str(),
        r.reason.clone(),
        r.created_at,
        r.release_at,
        r.changed_at,
    ];
    sql.run(
        &format!("INSERT INTO rewards ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        values,
    )
    .map(drop)
}

pub fn set_status(
    sql: &dyn Sql,
    id: &str,
    status: RewardStatus,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let values = values![status.as_str(), reason, at, id];
    sql.run(
        "UPDATE rewards SET status = ?, reason = ?, changed_at = ? WHERE id = ?",
        values,
    )
    .map(drop)
}

/// Changes what a reward is worth and when it is released.
pub fn set_terms(
    sql: &dyn Sql,
    id: &str,
    worth: Money,
    release_at: Timestamp,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let values = values![worth.minor, worth.currency.as_str(), release_at, at, id];
    sql.run(
        "UPDATE rewards SET amount_minor = ?, currency = ?, release_at = ?, changed_at = ? WHERE id = ?",
        values,
    )
    .map(drop)
}

fn many(sql: &dyn Sql, rest: &str, values: Vec<Value>) -> Result<Vec<Reward>, LedgerError> {
    sql.run(&format!("SELECT {COLUMNS} FROM rewards {rest}"), values)?
        .iter()
        .map(read)
        .collect()
}

pub fn of_referral(sql: &dyn Sql, referral_id: &str) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE referral_id = ? ORDER BY side",
        values![referral_id],
    )
}

/// An advocate's own rewards, newest first.
pub fn of_advocate(
    sql: &dyn Sql,
    advocate_id: &str,
    limit: u32,
) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE advocate_id = ? AND side = 'advocate' ORDER BY created_at DESC, id LIMIT ?",
        values![advocate_id, limit],
    )
}

/// The advocate's own rewards that waited only for the address to be confirmed.
pub fn held_for_confirmation(sql: &dyn Sql, advocate_id: &str) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE advocate_id = ? AND side = 'advocate' AND status = 'pending' AND EXISTS \
         (SELECT 1 FROM referrals WHERE referrals.id = referral_id AND referrals.status = 'approved')",
        values![advocate_id],
    )
}

/// The newest ones of both sides, newest first.
pub fn newest(sql: &dyn Sql, limit: u32) -> Result<Vec<Reward>, LedgerError> {
    many(sql, "ORDER BY created_at DESC, id LIMIT ?", values![limit])
}
