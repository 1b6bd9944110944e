//! Presses of share buttons.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Records a press. `false` when it is known already.
pub fn insert(
    sql: &dyn Sql,
    press_id: &str,
    advocate_id: &str,
    channel: &str,
    placement: &str,
    at: Timestamp,
) -> Result<bool, LedgerError> {
    let rows = sql.run(
        "INSERT INTO shares (press_id, advocate_id, channel, placement, shared_at) \
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        values![press_id, advocate_id, channel, placement, at],
    )?;
    Ok(!rows.is_empty())
}

/// The last press on a channel before a click: when, and in which placement.
pub fn before(
    sql: &dyn Sql,
    advocate_id: &str,
    channel: &str,
    click: Timestamp,
) -> Result<Option<(Timestamp, String)>, LedgerError> {
    let rows = sql.run(
        "SELECT shared_at, placement FROM shares WHERE advocate_id = ? AND channel = ? \
         AND shared_at <= ? ORDER BY shared_at DESC LIMIT 1",
        values![advocate_id, channel, click],
    )?;
    rows.first()
        .map(|row| Ok((Timestamp(row.int(0)?), row.text(1)?)))
        .transpose()
}
