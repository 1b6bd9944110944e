//! The console's first page: the funnel, the money, the latest referrals.

use grapevine_domain::money::Money;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::values;

/// Answers `{funnel, revenue, reward_cost, advocates, referrals, now}`.
pub fn show(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let currency = merchant.currency;
    let sum = |statement: &str| -> Result<Money, LedgerError> {
        let rows = books.sql.run(statement, values![currency.as_str()])?;
        let minor = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(Money { minor, currency })
    };
    let revenue = sum(
        "SELECT coalesce(sum(c.amount_minor - min(c.refunded_minor, c.amount_minor)), 0) \
         FROM conversions c JOIN referrals r ON r.conversion_id = c.id \
         WHERE r.status <> 'voided' AND c.currency = ?",
    )?;
    let cost = sum("SELECT coalesce(sum(amount_minor), 0) FROM rewards \
         WHERE status NOT IN ('voided', 'expired') AND currency = ?")?;
    let advocates = books.sql.run("SELECT count(*) FROM advocates", vec![])?;
    Ok(json!({
        "funnel": super::funnel::count(books)?,
        "revenue": revenue,
        "reward_cost": cost,
        "advocates": advocates.first().map_or(Ok(0), |row| row.int(0))?,
        "referrals": super::referrals::list(books, &super::referrals::Filter::default())?.get("data"),
        "now": crate::iso::Iso(books.now(&merchant)),
    }))
}
