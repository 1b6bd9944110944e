//! Daily counters, kept by the transaction of what they count: the roll-ups from
//! which every report is made.
//!
//! Measures, by the day (UTC) on which it happened, orders by their own time, with
//! their dimension:
//!
//! | measure | dimension | counts |
//! |---|---|---|
//! | `impression`, `joined` | placement | panels seen, advocates who joined |
//! | `share`, `click`, `landing`, `claim` | channel | |
//! | `share_placement` | placement | shares |
//! | `click_variant` | variant | clicks |
//! | `dropped` | reason | redirects that were not counted |
//! | `orders` | kind | orders and sign-ups that the shop stands for |
//! | `gross`, `kept` | currency | minor units of them, before and after refunds |
//! | `returned` | | those of which something was given back |
//! | `again` | | later ones of friends whom somebody had brought |
//! | `referral` | channel | referrals that stand, of such orders |
//! | `referral_placement`, `referral_variant` | | the same |
//! | `referral_gross`, `referral_kept` | currency | minor units of them |
//! | `channel_kept` | channel and currency | minor units of them |
//! | `referral_returned` | | those of which something was given back |
//! | `convert_s` | seconds, rounded | referrals by the time from click to order |
//! | `reward` | side | rewards that stand, of such orders |
//! | `cost` | currency | what they are worth, minor units |
//! | `wanted` | currency | what they would be worth with an endless budget |

use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use crate::books::Books;
use crate::error::LedgerError;
use crate::values;

/// Day, measure, dimension.
pub type Key = (i64, &'static str, String);
/// Counts that are not written yet.
pub type Tally = BTreeMap<Key, i64>;

/// Adds to a counter; written at the end of the command.
pub fn add(books: &Books<'_>, at: Timestamp, measure: &'static str, dimension: &str, n: i64) {
    let key = (at.day(), measure, dimension.to_owned());
    *books.tally.borrow_mut().entry(key).or_default() += n;
}

/// Replaces what was counted of something by what it counts for now.
pub fn replace(books: &Books<'_>, before: Tally, after: Tally) {
    let mut tally = books.tally.borrow_mut();
    for (key, n) in before {
        *tally.entry(key).or_default() -= n;
    }
    for (key, n) in after {
        *tally.entry(key).or_default() += n;
    }
}

/// Writes what is waiting.
pub fn flush(books: &Books<'_>) -> Result<(), LedgerError> {
    let tally = core::mem::take(&mut *books.tally.borrow_mut());
    let rows: Vec<Json> = tally
        .iter()
        .filter(|(_, n)| **n != 0)
        .map(|((day, measure, dimension), n)| json!([day, measure, dimension, n]))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Json::from(rows).to_string();
    books
        .sql
        .run(
            "INSERT INTO counters (day, measure, dimension, n) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true \
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
            values![rows],
        )
        .map(drop)
}

/// The sum of a counter over the days from `first` up to, but not including, `end`.
pub fn sum(
    books: &Books<'_>,
    measure: &str,
    dimension: &str,
    first: i64,
    end: i64,
) -> Result<i64, LedgerError> {
    flush(books)?;
    let rows = books.sql.run(
        "SELECT coalesce(sum(n), 0) FROM counters \
         WHERE measure = ? AND dimension = ? AND day >= ? AND day < ?",
        values![measure, dimension, first, end],
    )?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}
