//! From panels seen to rewards given.

use serde::{Deserialize, Serialize};

use crate::books::Books;
use crate::command::Counts;
use crate::error::LedgerError;
use crate::values;

/// The funnel since the beginning. Counts, except where a name says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Panels that were seen.
    pub impressions: i64,
    /// Presses of share buttons.
    pub shares: i64,
    /// People who followed a link.
    pub clicks: i64,
    /// Of them, who reached the shop with the widget loaded.
    pub landings: i64,
    /// Of them, who took the offer.
    pub claims: i64,
    /// Referrals that stand, pending or approved.
    pub conversions: i64,
    /// Rewards of both sides that stand.
    pub rewards: i64,
    /// Clicks by channel; the empty name where it is unknown.
    pub clicks_by_channel: Counts,
    /// Shares by channel.
    pub shares_by_channel: Counts,
    /// What was redirected but not counted, by reason.
    pub dropped: Counts,
}

fn by_dimension(books: &Books<'_>, measure: &str) -> Result<Counts, LedgerError> {
    let statement = "SELECT dimension, sum(n) FROM counters WHERE measure = ? GROUP BY dimension";
    let rows = books.sql.run(statement, values![measure])?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

fn one(books: &Books<'_>, statement: &str) -> Result<i64, LedgerError> {
    books
        .sql
        .run(statement, vec![])?
        .first()
        .map_or(Ok(0), |row| row.int(0))
}

/// Counts.
pub fn count(books: &Books<'_>) -> Result<Funnel, LedgerError> {
    let sum = |counts: &Counts| counts.values().sum();
    let clicks_by_channel = by_dimension(books, "click")?;
    let shares_by_channel = by_dimension(books, "share")?;
    Ok(Funnel {
        impressions: sum(&by_dimension(books, "impression")?),
        shares: sum(&shares_by_channel),
        clicks: sum(&clicks_by_channel),
        landings: sum(&by_dimension(books, "landing")?),
        claims: sum(&by_dimension(books, "claim")?),
        conversions: one(
            books,
            "SELECT count(*) FROM referrals WHERE status <> 'voided'",
        )?,
        rewards: one(
            books,
            "SELECT count(*) FROM rewards WHERE status <> 'voided'",
        )?,
        clicks_by_channel,
        shares_by_channel,
        dropped: by_dimension(books, "dropped")?,
    })
}
