//! Brings a merchant's books to the schema that this code knows. Objects
//! migrate lazily, on their next wake; files are only ever added.

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// Every migration, oldest first; its number is its position counted from 1.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_books.sql"),
    include_str!("../migrations/0002_orders_by_coupon.sql"),
    include_str!("../migrations/0003_mails_by_person.sql"),
    include_str!("../migrations/0004_every_programme.sql"),
    include_str!("../migrations/0005_clicks_by_commit.sql"),
    include_str!("../migrations/0006_appeals.sql"),
    include_str!("../migrations/0007_hidden_landings.sql"),
    include_str!("../migrations/0008_panel.sql"),
];

/// The number of the last migration that these books have; 0 when nobody opened any.
///
/// # Errors
/// When the database does not answer.
pub fn version(sql: &dyn Sql) -> Result<i64, LedgerError> {
    let known =
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
    if sql
        .run(known, vec![])?
        .first()
        .map_or(Ok(0), |row| row.int(0))?
        == 0
    {
        return Ok(0);
    }
    let rows = sql.run("SELECT max(version) FROM schema_version", vec![])?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).unwrap_or(0))
}

/// Applies what is missing, all of it or nothing.
///
/// Atomicity: one transaction. Idempotency: a second call does nothing.
///
/// # Errors
/// [`LedgerError::NewerSchema`] when newer code wrote these books.
pub fn migrate(sql: &dyn Sql) -> Result<(), LedgerError> {
    migrate_from(sql, version(sql)?)
}

/// The same, of books whose version is known.
///
/// # Errors
/// As [`migrate`].
pub fn migrate_from(sql: &dyn Sql, found: i64) -> Result<(), LedgerError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(LedgerError::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    sql.transaction(&mut || {
        sql.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")?;
        for (number, migration) in (1i64..).zip(MIGRATIONS) {
            if number > found {
                sql.script(migration)?;
                sql.run("INSERT INTO schema_version VALUES (?)", values![number])?;
            }
        }
        Ok(())
    })
}
