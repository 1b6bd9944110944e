//! Landings: a friend reached the shop with the widget loaded. Once a click.

use grapevine_domain::time::Timestamp;
use grapevine_domain::token::ClickToken;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Records a landing. `false` when this click had landed before.
pub fn insert(
    sql: &dyn Sql,
    click_id: &str,
    click: &ClickToken,
    channel: &str,
    at: Timestamp,
    page: &str,
) -> Result<bool, LedgerError> {
    let rows = sql.run(
        "INSERT INTO landings (click_id, code, channel, clicked_at, landed_at, page) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        values![click_id, click.code.as_str(), channel, click.at, at, page],
    )?;
    Ok(!rows.is_empty())
}

/// Records that a click led into a hidden frame, unless it had landed before its
/// person's eyes.
pub fn insert_hidden(sql: &dyn Sql, click_id: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO hidden_landings (click_id, landed_at) SELECT ?1, ?2 \
         WHERE NOT EXISTS (SELECT 1 FROM landings WHERE click_id = ?1) ON CONFLICT DO NOTHING",
        values![click_id, at],
    )?;
    Ok(())
}

/// Whether a click had led into a hidden frame by then.
pub fn was_hidden(sql: &dyn Sql, click_id: &str, until: Timestamp) -> Result<bool, LedgerError> {
    let statement = "SELECT 1 FROM hidden_landings WHERE click_id = ? AND landed_at <= ?";
    Ok(!sql.run(statement, values![click_id, until])?.is_empty())
}
