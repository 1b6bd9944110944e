//! Codes that advocates chose. One that was given up stays its owner's: it may be
//! printed somewhere.

use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Whose it is.
pub fn owner(sql: &dyn Sql, code: &str) -> Result<Option<String>, LedgerError> {
    let rows = sql.run(
        "SELECT advocate_id FROM vanity_codes WHERE code = ?",
        values![code],
    )?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// All that an advocate chose, newest first.
pub fn of_advocate(sql: &dyn Sql, id: &str) -> Result<Vec<String>, LedgerError> {
    let rows = sql.run(
        "SELECT code FROM vanity_codes WHERE advocate_id = ? ORDER BY chosen_at DESC, code",
        values![id],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Chooses a code, or chooses it again.
pub fn choose(sql: &dyn Sql, code: &str, id: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO vanity_codes VALUES (?, ?, ?) \
         ON CONFLICT DO UPDATE SET chosen_at = excluded.chosen_at",
        values![code, id, at],
    )
    .map(drop)
}

/// Of these codes, given and chosen ones, those of advocates who have not left: each
/// with the given code of its owner.
pub fn known(sql: &dyn Sql, codes: &[&str]) -> Result<Vec<(String, String)>, LedgerError> {
    let codes: Json = json!(codes);
    let rows = sql.run(
        "SELECT j.value, a.code FROM json_each(?) j JOIN advocates a \
         ON a.code = j.value OR a.id = (SELECT advocate_id FROM vanity_codes WHERE code = j.value) \
         WHERE a.left_at IS NULL",
        values![codes.to_string()],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}
