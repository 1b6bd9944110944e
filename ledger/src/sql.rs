//! The thin door to SQLite: one trait with two implementations, the Durable
//! Object's storage (in the edge) and `rusqlite` (for tests, and a native
//! server some day). Everything is synchronous, so that no other request can
//! slip between a decision and its write.

use crate::error::LedgerError;

/// A value that goes into or comes out of SQLite.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Whole number; within ±2^53, since one implementation passes doubles.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}
impl From<grapevine_domain::time::Timestamp> for Value {
    fn from(value: grapevine_domain::time::Timestamp) -> Self {
        Self::Integer(value.0)
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of one row, by position in the `SELECT`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A whole number.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when there is none at that position.
    pub fn int(&self, at: usize) -> Result<i64, LedgerError> {
        match self.0.get(at) {
            Some(Value::Integer(value)) => Ok(*value),
            _ => Err(LedgerError::Corrupt("a column that should be a number")),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when there is none at that position.
    pub fn text(&self, at: usize) -> Result<String, LedgerError> {
        self.maybe_text(at)
            .ok_or(LedgerError::Corrupt("a column that should be a text"))
    }

    /// A whole number or NULL.
    #[must_use]
    pub fn maybe_int(&self, at: usize) -> Option<i64> {
        match self.0.get(at) {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// A text or NULL.
    #[must_use]
    pub fn maybe_text(&self, at: usize) -> Option<String> {
        match self.0.get(at) {
            Some(Value::Text(value)) => Some(value.clone()),
            _ => None,
        }
    }
}

/// What a transaction runs.
pub type Work<'a> = &'a mut dyn FnMut() -> Result<(), LedgerError>;

/// A SQLite database.
pub trait Sql {
    /// Runs one statement and returns its rows.
    ///
    /// # Errors
    /// [`LedgerError::Sql`] with the database's own message.
    fn run(&self, statement: &str, values: Vec<Value>) -> Result<Vec<Row>, LedgerError>;

    /// Runs several statements without values: migrations.
    ///
    /// # Errors
    /// [`LedgerError::Sql`] with the database's own message.
    fn script(&self, statements: &str) -> Result<(), LedgerError>;

    /// Runs `work` in one transaction. An error undoes all of it.
    ///
    /// # Errors
    /// What `work` returned, or [`LedgerError::Sql`] when the commit failed.
    fn transaction(&self, work: Work<'_>) -> Result<(), LedgerError>;
}

/// A list of values for a statement: `values![a, b, c]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Value::from($value)),*] };
}
