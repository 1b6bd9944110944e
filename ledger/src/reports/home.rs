//! The console's first page: the funnel, the money, the latest referrals.

use grapevine_domain::money::Money;
use serde_json::{Value as Json, json};

use super::funnel;
use crate::books::Books;
use crate::error::LedgerError;

/// Answers `{funnel, revenue, reward_cost, advocates, referrals, now}`: `revenue` of
/// referrals that stand, after refunds, and what their rewards are worth, in the shop's
/// own currency, also of orders that only a browser reported.
pub fn show(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let currency = merchant.currency;
    let money = [
        "referral_kept",
        "unconfirmed_kept",
        "cost",
        "unconfirmed_cost",
    ];
    let sums = funnel::ever(books, &[&funnel::MEASURES[..], &money[..]].concat())?;
    let sum = |measures: [&str; 2]| {
        let of = |measure| sums.get(measure)?.get(currency.as_str()).copied();
        Money {
            minor: measures.into_iter().filter_map(of).sum(),
            currency,
        }
    };
    let advocates = books.sql.run("SELECT count(*) FROM advocates", vec![])?;
    let latest = super::referrals::list(books, &super::referrals::Filter::default())?;
    Ok(json!({
        "funnel": funnel::of(&sums),
        "revenue": sum(["referral_kept", "unconfirmed_kept"]),
        "reward_cost": sum(["cost", "unconfirmed_cost"]),
        "advocates": advocates.first().map_or(Ok(0), |row| row.int(0))?,
        "referrals": latest.get("data"),
        "now": crate::iso::Iso(books.now(&merchant)),
    }))
}
