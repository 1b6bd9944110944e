//! Coupons given out to friends: one a click, each of them once.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

#[derive(Clone, Debug)]
pub struct Coupon {
    pub code: String,
    pub advocate_id: String,
    pub click_id: String,
    pub channel: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub order_id: Option<String>,
}

const COLUMNS: &str = "code, advocate_id, click_id, channel, created_at, expires_at, order_id";

fn read(row: &Row) -> Result<Coupon, LedgerError> {
    Ok(Coupon {
        code: row.text(0)?,
        advocate_id: row.text(1)?,
        click_id: row.text(2)?,
        channel: row.text(3)?,
        created_at: Timestamp(row.int(4)?),
        expires_at: Timestamp(row.int(5)?),
        order_id: row.maybe_text(6),
    })
}

pub fn by_code(sql: &dyn Sql, code: &str) -> Result<Option<Coupon>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM coupons WHERE code = ?"),
        values![code],
    )?;
    rows.first().map(read).transpose()
}

pub fn by_click(sql: &dyn Sql, click_id: &str) -> Result<Option<Coupon>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM coupons WHERE click_id = ?"),
        values![click_id],
    )?;
    rows.first().map(read).transpose()
}

pub fn insert(sql: &dyn Sql, c: &Coupon) -> Result<(), LedgerError> {
    let values = values![
        c.code.as_str(),
        c.advocate_id.as_str(),
        c.click_id.as_str(),
        c.channel.as_str(),
        c.created_at,
        c.expires_at,
        c.order_id.clone(),
    ];
    sql.run(
        &format!("INSERT INTO coupons ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"),
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
