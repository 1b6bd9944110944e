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
