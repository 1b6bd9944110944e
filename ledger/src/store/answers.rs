//! Answers to the survey.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub id: String,
    /// 0 to 10.
    pub score: u32,
    /// Empty where there are no words.
    pub text: String,
    pub placement: String,
    /// Keyed hash of the address, of somebody who is known.
    pub person_key: Option<String>,
    pub advocate_id: Option<String>,
    pub order_id: Option<String>,
    pub answered_at: Timestamp,
}

const COLUMNS: &str = "id, score, text, placement, person_key, advocate_id, order_id, answered_at";

fn read(row: &Row) -> Result<Answer, LedgerError> {
    let score = u32::try_from(row.int(1)?);
    Ok(Answer {
        id: row.text(0)?,
        score: score.map_err(|_| LedgerError::Corrupt("a score"))?,
        text: row.text(2)?,
        placement: row.text(3)?,
        person_key: row.maybe_text(4),
        advocate_id: row.maybe_text(5),
        order_id: row.maybe_text(6),
        answered_at: Timestamp(row.int(7)?),
    })
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Answer>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM answers WHERE id = ?"),
        values![id],
    )?;
    rows.first().map(read).transpose()
}

/// Writes an answer, new or changed.
pub fn put(sql: &dyn Sql, answer: &Answer) -> Result<(), LedgerError> {
    let values = values![
        answer.id.as_str(),
        answer.score,
        answer.text.as_str(),
        answer.placement.as_str(),
        answer.person_key.clone(),
        answer.advocate_id.clone(),
        answer.order_id.clone(),
        answer.answered_at,
    ];
    sql.run(&super::upsert("answers", COLUMNS), values)
        .map(drop)
}

/// The newest ones from a place on, newest first.
pub fn newest(
    sql: &dyn Sql,
    after: Option<(Timestamp, String)>,
    limit: u32,
) -> Result<Vec<Answer>, LedgerError> {
    let (at, id) = after.unzip();
    let rows = sql.run(
        &format!(
            "SELECT {COLUMNS} FROM answers WHERE (?1 IS NULL OR (answered_at, id) < (?1, ?2)) \
             ORDER BY answered_at DESC, id DESC LIMIT ?3"
        ),
        values![at, id, limit],
    )?;
    rows.iter().map(read).collect()
}

/// Takes away the words of a person who left, and whose the scores were.
pub fn erase(sql: &dyn Sql, person: &str) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE answers SET text = '', person_key = NULL, advocate_id = NULL, order_id = NULL \
         WHERE person_key = ?",
        values![person],
    )
    .map(drop)
}
