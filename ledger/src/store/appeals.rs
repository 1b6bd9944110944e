//! Appeals: one open at a time for a reward.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    pub id: String,
    pub reward_id: String,
    pub text: String,
    pub filed_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub answer: Option<String>,
}

const COLUMNS: &str = "id, reward_id, text, filed_at, closed_at, answer";

fn read(row: &Row) -> Result<Appeal, LedgerError> {
    Ok(Appeal {
        id: row.text(0)?,
        reward_id: row.text(1)?,
        text: row.text(2)?,
        filed_at: Timestamp(row.int(3)?),
        closed_at: row.maybe_int(4).map(Timestamp),
        answer: row.maybe_text(5),
    })
}

/// Writes an appeal, new or changed.
pub fn put(sql: &dyn Sql, appeal: &Appeal) -> Result<(), LedgerError> {
    let values = values![
        appeal.id.as_str(),
        appeal.reward_id.as_str(),
        appeal.text.as_str(),
        appeal.filed_at,
        appeal.closed_at,
        appeal.answer.clone(),
    ];
    sql.run(&super::upsert("appeals", COLUMNS), values)
        .map(drop)
}

/// The last one of a reward.
pub fn last(sql: &dyn Sql, reward_id: &str) -> Result<Option<Appeal>, LedgerError> {
    let rows = sql.run(
        &format!(
            "SELECT {COLUMNS} FROM appeals WHERE reward_id = ? \
             ORDER BY closed_at IS NOT NULL, filed_at DESC, id DESC LIMIT 1"
        ),
        values![reward_id],
    )?;
    rows.first().map(read).transpose()
}

/// The reward stands again: nothing is left to ask for.
pub fn close(sql: &dyn Sql, reward_id: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE appeals SET closed_at = ? WHERE reward_id = ? AND closed_at IS NULL",
        values![at, reward_id],
    )
    .map(drop)
}

/// Takes away what an advocate who left has written, here and in what the merchant
/// was sent.
pub fn erase(sql: &dyn Sql, advocate_id: &str) -> Result<(), LedgerError> {
    sql.run(
        "DELETE FROM outbox WHERE template = 'appeal' AND subject_id IN \
         (SELECT id FROM rewards WHERE advocate_id = ? AND side = 'advocate')",
        values![advocate_id],
    )?;
    sql.run(
        "UPDATE appeals SET text = '' WHERE reward_id IN \
         (SELECT id FROM rewards WHERE advocate_id = ? AND side = 'advocate')",
        values![advocate_id],
    )
    .map(drop)
}
