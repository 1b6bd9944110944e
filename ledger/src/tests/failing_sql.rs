//! A database that fails on demand.

use std::cell::Cell;

use crate::error::LedgerError;
use crate::native::NativeSql;
use crate::sql::{Row, Sql, Value, Work};

/// A database whose n-th statement can be made to fail. The end of a transaction
/// counts as a statement too: a commit can fail like anything else.
pub struct FailingSql {
    pub inner: NativeSql,
    pub left: Cell<Option<u32>>,
    /// How many statements there were.
    pub count: Cell<u32>,
}

impl FailingSql {
    fn tick(&self) -> Result<(), LedgerError> {
        self.count.set(self.count.get() + 1);
        match self.left.get() {
            Some(0) => Err(LedgerError::Sql("failed on purpose".to_owned())),
            Some(left) => {
                self.left.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Sql for FailingSql {
    fn run(&self, statement: &str, values: Vec<Value>) -> Result<Vec<Row>, LedgerError> {
        self.tick()?;
        self.inner.run(statement, values)
    }
    fn script(&self, statements: &str) -> Result<(), LedgerError> {
        self.tick()?;
        self.inner.script(statements)
    }
    fn transaction(&self, work: Work<'_>) -> Result<(), LedgerError> {
        self.inner.transaction(&mut || {
            work()?;
            self.tick()
        })
    }
}
