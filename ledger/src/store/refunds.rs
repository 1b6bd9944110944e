//! Refunds of orders; kept also when the order is not known yet.

use grapevine_domain::money::Money;
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Records a refund, of an amount or of the whole order. `false` when it is known
/// already.
pub fn insert(
    sql: &dyn Sql,
    order_id: &str,
    refund_id: &str,
    amount: Option<Money>,
    at: Timestamp,
) -> Result<bool, LedgerError> {
    let rows = sql.run(
        "INSERT INTO refunds (order_id, refund_id, amount_minor, currency, whole, refunded_at) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        values![
            order_id,
            refund_id,
            amount.map_or(0, |amount| amount.minor),
            amount.map_or_else(String::new, |amount| amount.currency.as_str().to_owned()),
            amount.is_none(),
            at
        ],
    )?;
    Ok(!rows.is_empty())
}

/// What was given back of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refunded {
    /// Sum of refunds in the order's currency.
    pub minor: i64,
    /// Whether all of it was, whatever it came to.
    pub whole: bool,
}

/// What stands of an order's refunds in its currency.
pub fn of_order(sql: &dyn Sql, order_id: &str, currency: &str) -> Result<Refunded, LedgerError> {
    let rows = sql.run(
        "SELECT coalesce(sum(iif(currency = ?, amount_minor, 0)), 0), coalesce(max(whole), 0) \
         FROM refunds WHERE order_id = ? AND undone_at IS NULL",
        values![currency, order_id],
    )?;
    rows.first().map_or(Ok(Refunded::default()), |row| {
        Ok(Refunded {
            minor: row.int(0)?,
            whole: row.int(1)? != 0,
        })
    })
}

/// Takes all refunds of an order so far for undone; how many there were.
pub fn undo(sql: &dyn Sql, order_id: &str, at: Timestamp) -> Result<usize, LedgerError> {
    let rows = sql.run(
        "UPDATE refunds SET undone_at = ? WHERE order_id = ? AND undone_at IS NULL RETURNING 1",
        values![at, order_id],
    )?;
    Ok(rows.len())
}

/// Minor units and currency of one refund; zero and none when it was of the whole.
pub fn amount(
    sql: &dyn Sql,
    order_id: &str,
    refund_id: &str,
) -> Result<Option<(i64, String)>, LedgerError> {
    let rows = sql.run(
        "SELECT amount_minor, currency FROM refunds WHERE order_id = ? AND refund_id = ?",
        values![order_id, refund_id],
    )?;
    rows.first()
        .map(|row| Ok((row.int(0)?, row.text(1)?)))
        .transpose()
}
