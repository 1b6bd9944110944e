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
//! | `bought` | currency | those that are orders, or sign-ups that were paid for |
//! | `returned` | | of these, those of which something was given back |
//! | `again` | | later ones of friends whom somebody had brought |
//! | `referral` | channel | referrals that stand, of such orders |
//! | `referral_placement`, `referral_variant` | | the same |
//! | `referral_bought` | currency | those that are orders, or were paid for |
//! | `referral_gross`, `referral_kept` | currency | minor units of them |
//! | `channel_kept` | channel and currency | minor units of them |
//! | `referral_returned` | | those of which something was given back |
//! | `given_back` | currency | orders that would be such, had nothing been given back |
//! | `given_back_gross` | currency | minor units of them, before refunds |
//! | `convert_s` | seconds, rounded | referrals by the time from click to order |
//! | `reward` | side | rewards that stand, of such orders |
//! | `cost` | currency | what they are worth, minor units |
//! | `wanted` | currency | what they would be worth with an endless budget |
//! | `unconfirmed` | | referrals that stand, of orders that only a browser reported |
//! | `unconfirmed_kept` | currency | minor units of them |
//! | `unconfirmed_reward` | side | rewards that stand, of such orders |
//! | `unconfirmed_cost` | currency | minor units of them |
//!
//! Impressions and what was dropped have no other record. Everything else can be
//! counted again from the event log, the click segments and the landings.
//!
//! What isolates report of the latest days stands in `click_days`, one row a day, and
//! is added by every question here.

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

/// Sums by measure and dimension.
pub type Sums = BTreeMap<String, BTreeMap<String, i64>>;

/// Every dimension of the measures `?1`. The table is ordered by measure, dimension and
/// day: each step jumps over the days of one dimension, so that what a question costs
/// depends on its own days and not on the age of the books.
const KEYS: &str = "WITH RECURSIVE keys (measure, dimension) AS ( \
     SELECT m.value, (SELECT min(c.dimension) FROM counters c WHERE c.measure = m.value) \
     FROM json_each(?1) m UNION ALL \
     SELECT k.measure, (SELECT min(c.dimension) FROM counters c \
     WHERE c.measure = k.measure AND c.dimension > k.dimension) FROM keys k \
     WHERE k.dimension IS NOT NULL)";

/// The sums of several measures over the days from `first` up to, but not including,
/// `end`; dimensions that come to nothing are left out. One call and one row, since
/// each costs more than what is in it.
pub fn sums(
    books: &Books<'_>,
    measures: &[&str],
    first: i64,
    end: i64,
) -> Result<Sums, LedgerError> {
    flush(books)?;
    let statement = format!(
        "{KEYS} SELECT json_group_array(json_array(measure, dimension, n)) FROM ( \
         SELECT k.measure, k.dimension, (SELECT sum(c.n) FROM counters c \
         WHERE c.measure = k.measure AND c.dimension = k.dimension \
         AND c.day >= ?2 AND c.day < ?3) AS n FROM keys k WHERE k.dimension IS NOT NULL \
         UNION ALL SELECT measure, dimension, n FROM latest_counts \
         WHERE day >= ?2 AND day < ?3 AND measure IN (SELECT value FROM json_each(?1)))"
    );
    let mut sums = Sums::new();
    let values = values![json!(measures).to_string(), first, end];
    for (measure, dimension, n) in
        table::<(String, String, Option<i64>)>(books, &statement, values)?
    {
        // Left out here: a condition on the sum would work it out twice.
        if let Some(n) = n.filter(|n| *n != 0) {
            *sums
                .entry(measure)
                .or_default()
                .entry(dimension)
                .or_default() += n;
        }
    }
    Ok(sums)
}

/// A measure in one dimension, with its counts by day.
pub type Daily = (String, String, Vec<(i64, i64)>);

/// The same day by day, for measures that have few dimensions.
pub fn by_day(
    books: &Books<'_>,
    measures: &[&str],
    first: i64,
    end: i64,
) -> Result<Vec<Daily>, LedgerError> {
    flush(books)?;
    let statement = format!(
        "{KEYS} SELECT json_group_array(json_array(k.measure, k.dimension, json((\
         SELECT json_group_array(json_array(c.day, c.n)) FROM counters c \
         WHERE c.measure = k.measure AND c.dimension = k.dimension \
         AND c.day >= ?2 AND c.day < ?3)))) FROM ( \
         SELECT measure, dimension FROM keys WHERE dimension IS NOT NULL) k"
    );
    let latest = "SELECT json_group_array(json_array(measure, dimension, \
         json_array(json_array(day, n)))) FROM latest_counts \
         WHERE day >= ?2 AND day < ?3 AND measure IN (SELECT value FROM json_each(?1))";
    let values = || values![json!(measures).to_string(), first, end];
    let mut all: Vec<Daily> = table(books, &statement, values())?;
    for (measure, dimension, days) in table::<Daily>(books, latest, values())? {
        let known = all
            .iter_mut()
            .find(|(m, d, _)| *m == measure && *d == dimension);
        match known {
            // A late click's day may have been taken apart already.
            Some((_, _, known)) => {
                for (day, n) in days {
                    match known.iter_mut().find(|(known, _)| *known == day) {
                        Some((_, count)) => *count += n,
                        None => known.push((day, n)),
                    }
                }
            }
            None => all.push((measure, dimension, days)),
        }
    }
    Ok(all)
}

/// The one row of a statement, a JSON array of arrays.
fn table<T: serde::de::DeserializeOwned>(
    books: &Books<'_>,
    statement: &str,
    values: Vec<crate::sql::Value>,
) -> Result<Vec<T>, LedgerError> {
    let rows = books.sql.run(statement, values)?;
    let text = rows
        .first()
        .map_or_else(|| Ok("[]".to_owned()), |row| row.text(0))?;
    Ok(serde_json::from_str(&text)?)
}
