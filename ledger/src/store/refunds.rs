//! Refunds of orders; kept also when the order is not known yet.

use grapevine_domain::money::Money;
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Records a refund. `false` when it is known already.
pub fn insert(
    sql: &dyn Sql,
    order_id: &str,
    refund_id: &str,
    amount: Money,
    at: Timestamp,
) -> Result<bool, LedgerError> {
    let rows = sql.run(
        "INSERT INTO refunds (order_id, refund_id, amount_minor, currency, refunded_at) \
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        values![
            order_id,
            refund_id,
            amount.minor,
            amount.currency.as_str(),
            at
        ],
    )?;
    Ok(!rows.is_empty())
}

/// Sum of an order's refunds in its currency.
pub fn sum(sql: &dyn Sql, order_id: &str, currency: &str) -> Result<i64, LedgerError> {
    let rows = sql.run(
        "SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = ? AND currency = ?",
        values![order_id, currency],
    )?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Minor units and currency of one refund.
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
