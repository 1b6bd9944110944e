//! [`Sql`] on `rusqlite`.

use rusqlite::Connection;
use rusqlite::limits::Limit;
use rusqlite::types::{Value as Stored, ValueRef};

use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value, Work};

/// Most `SELECT`s that one statement puts together by `UNION` and the like.
const MOST_SELECTS: i32 = 5;

/// A database in memory or in a file.
pub struct NativeSql(Connection);

impl NativeSql {
    /// An empty database in memory.
    ///
    /// # Errors
    /// When SQLite cannot open one.
    pub fn in_memory() -> Result<Self, LedgerError> {
        let connection = Connection::open_in_memory().map_err(error)?;
        // More statements than the books have, so that each is prepared once.
        connection.set_prepared_statement_cache_capacity(500);
        // As in a Durable Object: what is refused there must not pass here.
        connection
            .set_limit(Limit::SQLITE_LIMIT_COMPOUND_SELECT, MOST_SELECTS)
            .map_err(error)?;
        Ok(Self(connection))
    }

    /// A database in a file, made where there is none. It waits for no disk: for
    /// benches, not for business.
    ///
    /// # Errors
    /// When SQLite cannot open it.
    pub fn open(path: &std::path::Path) -> Result<Self, LedgerError> {
        let connection = Connection::open(path).map_err(error)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;",
            )
            .map_err(error)?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(Self(connection))
    }
}

fn error(error: rusqlite::Error) -> LedgerError {
    LedgerError::Sql(error.to_string())
}

impl Sql for NativeSql {
    fn run(&self, statement: &str, values: Vec<Value>) -> Result<Vec<Row>, LedgerError> {
        let mut prepared = self.0.prepare_cached(statement).map_err(error)?;
        let columns = prepared.column_count();
        let values = values.into_iter().map(|value| match value {
            Value::Null => Stored::Null,
            Value::Integer(value) => Stored::Integer(value),
            Value::Text(value) => Stored::Text(value),
            Value::Blob(value) => Stored::Blob(value),
        });
        let mut found = prepared
            .query(rusqlite::params_from_iter(values))
            .map_err(error)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(error)? {
            let mut cells = Vec::with_capacity(columns);
            for at in 0..columns {
                cells.push(match row.get_ref(at).map_err(error)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(value) => Value::Integer(value),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                    ValueRef::Real(_) => return Err(LedgerError::Corrupt("a float in the books")),
                });
            }
            rows.push(Row(cells));
        }
        Ok(rows)
    }

    fn script(&self, statements: &str) -> Result<(), LedgerError> {
        self.0.execute_batch(statements).map_err(error)
    }

    fn transaction(&self, work: Work<'_>) -> Result<(), LedgerError> {
        let transaction = self.0.unchecked_transaction().map_err(error)?;
        work()?; // dropping the transaction rolls back
        transaction.commit().map_err(error)
    }
}
