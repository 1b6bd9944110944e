//! Daily counters, kept by the transaction of what they count.

use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

pub fn add(
    sql: &dyn Sql,
    at: Timestamp,
    measure: &str,
    dimension: &str,
    n: i64,
) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO counters (day, measure, dimension, n) VALUES (?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET n = n + excluded.n",
        values![at.day(), measure, dimension, n],
    )
    .map(drop)
}
