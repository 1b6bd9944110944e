//! Advocates, each with a personal code.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value};
use crate::values;

#[derive(Clone, Debug)]
pub struct Advocate {
    pub id: String,
    pub email: String,
    pub email_key: String,
    pub name: Option<String>,
    pub locale: String,
    pub code: String,
    pub customer: Option<String>,
    pub verified_at: Option<Timestamp>,
    pub unsubscribed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Left the programme: nothing is earned by the code any more.
    pub left_at: Option<Timestamp>,
    /// The advocate who brought this one.
    pub referred_by: Option<String>,
}

const COLUMNS: &str = "id, email, email_key, name, locale, code, customer, verified_at, unsubscribed_at, created_at, \
     left_at, referred_by";

fn read(row: &Row) -> Result<Advocate, LedgerError> {
    Ok(Advocate {
        id: row.text(0)?,
        email: row.text(1)?,
        email_key: row.text(2)?,
        name: row.maybe_text(3),
        locale: row.text(4)?,
        code: row.text(5)?,
        customer: row.maybe_text(6),
        verified_at: row.maybe_int(7).map(Timestamp),
        unsubscribed_at: row.maybe_int(8).map(Timestamp),
        created_at: Timestamp(row.int(9)?),
        left_at: row.maybe_int(10).map(Timestamp),
        referred_by: row.maybe_text(11),
    })
}

fn one(sql: &dyn Sql, column: &str, value: Value) -> Result<Option<Advocate>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM advocates WHERE {column} = ?"),
        vec![value],
    )?;
    rows.first().map(read).transpose()
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Advocate>, LedgerError> {
    one(sql, "id", id.into())
}

pub fn by_email_key(sql: &dyn Sql, key: &str) -> Result<Option<Advocate>, LedgerError> {
    one(sql, "email_key", key.into())
}

/// By the given code or one that the advocate chose.
pub fn by_code(sql: &dyn Sql, code: &str) -> Result<Option<Advocate>, LedgerError> {
    let given = one(sql, "code", code.into())?;
    if given.is_some() {
        return Ok(given);
    }
    match super::vanity::owner(sql, code)? {
        Some(id) => by_id(sql, &id),
        None => Ok(None),
    }
}

pub fn insert(sql: &dyn Sql, a: &Advocate) -> Result<(), LedgerError> {
    let values = values![
        a.id.as_str(),
        a.email.as_str(),
        a.email_key.as_str(),
        a.name.clone(),
        a.locale.as_str(),
        a.code.as_str(),
        a.customer.clone(),
        a.verified_at,
        a.unsubscribed_at,
        a.created_at,
        a.left_at,
        a.referred_by.clone(),
    ];
    let statement =
        format!("INSERT INTO advocates ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sql.run(&statement, values).map(drop)
}

pub fn set_verified(sql: &dyn Sql, id: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET verified_at = ? WHERE id = ?",
        values![at, id],
    )
    .map(drop)
}

pub fn set_customer(sql: &dyn Sql, id: &str, customer: &str) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET customer = ? WHERE id = ?",
        values![customer, id],
    )
    .map(drop)
}

pub fn set_unsubscribed(sql: &dyn Sql, id: &str, at: Option<Timestamp>) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET unsubscribed_at = ? WHERE id = ?",
        values![at, id],
    )
    .map(drop)
}

pub fn set_name(sql: &dyn Sql, id: &str, name: &str) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET name = ? WHERE id = ?",
        values![name, id],
    )
    .map(drop)
}

pub fn set_referred_by(sql: &dyn Sql, id: &str, by: Option<&str>) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET referred_by = ? WHERE id = ?",
        values![by, id],
    )
    .map(drop)
}

/// Marks an advocate as gone and erases who it was. The code stays taken.
pub fn erase(sql: &dyn Sql, id: &str, at: Timestamp) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE advocates SET email = '', email_key = 'left:' || id, name = NULL, customer = NULL, \
         left_at = ?, unsubscribed_at = coalesce(unsubscribed_at, ?) WHERE id = ?",
        values![at, at, id],
    )?;
    sql.run("DELETE FROM outbox WHERE subject_id = ?", values![id])
        .map(drop)
}

/// How many advocates came as this one's friends.
pub fn brought(sql: &dyn Sql, id: &str) -> Result<i64, LedgerError> {
    let rows = sql.run(
        "SELECT count(*) FROM advocates WHERE referred_by = ?",
        values![id],
    )?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Every advocate's id, key and time of leaving.
pub fn keys(sql: &dyn Sql) -> Result<Vec<(String, String, Option<Timestamp>)>, LedgerError> {
    let rows = sql.run("SELECT id, email_key, left_at FROM advocates", vec![])?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.maybe_int(2).map(Timestamp))))
        .collect()
}
