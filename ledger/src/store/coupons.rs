//! Coupons that were given out: a friend's for a click, or an advocate's own for a
//! reward. No code is given out twice.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

#[derive(Clone, Debug)]
pub struct Coupon {
    pub code: String,
    pub advocate_id: String,
    pub click_id: Option<String>,
    pub reward_id: Option<String>,
    pub channel: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub order_id: Option<String>,
}

const COLUMNS: &str =
    "code, advocate_id, click_id, reward_id, channel, created_at, expires_at, order_id";

fn read(row: &Row) -> Result<Coupon, LedgerError> {
    Ok(Coupon {
        code: row.text(0)?,
        advocate_id: row.text(1)?,
        click_id: row.maybe_text(2),
        reward_id: row.maybe_text(3),
        channel: row.text(4)?,
        created_at: Timestamp(row.int(5)?),
        expires_at: row.maybe_int(6).map(Timestamp),
        order_id: row.maybe_text(7),
    })
}

fn one(sql: &dyn Sql, column: &str, value: &str) -> Result<Option<Coupon>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM coupons WHERE {column} = ?"),
        values![value],
    )?;
    rows.first().map(read).transpose()
}

/// A code as people type it: without hyphens and spaces, in capitals.
pub fn plain(code: &str) -> String {
    let kept = code.chars().filter(|c| !matches!(c, ' ' | '-'));
    kept.collect::<String>().to_uppercase()
}

/// By the code as typed.
pub fn by_code(sql: &dyn Sql, typed: &str) -> Result<Option<Coupon>, LedgerError> {
    one(sql, "plain", &plain(typed))
}

pub fn by_click(sql: &dyn Sql, click_id: &str) -> Result<Option<Coupon>, LedgerError> {
    one(sql, "click_id", click_id)
}

pub fn insert(sql: &dyn Sql, c: &Coupon) -> Result<(), LedgerError> {
    let values = values![
        c.code.as_str(),
        c.advocate_id.as_str(),
        c.click_id.clone(),
        c.reward_id.clone(),
        c.channel.as_str(),
        c.created_at,
        c.expires_at,
        c.order_id.clone(),
        plain(&c.code),
    ];
    sql.run(
        &format!("INSERT INTO coupons ({COLUMNS}, plain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        values,
    )
    .map(drop)
}

/// Gives a coupon to the order that it belongs to, or to none.
pub fn set_order(sql: &dyn Sql, code: &str, order_id: Option<&str>) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE coupons SET order_id = ? WHERE code = ?",
        values![order_id, code],
    )
    .map(drop)
}
