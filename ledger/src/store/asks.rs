//! Asks that nobody asked for, and what else the ask governor wants to know of a person.

use grapevine_domain::ask::{Deed, Moment, Unasked};
use grapevine_domain::panel::check::LARGEST_BUDGET;
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

const ASKED: &str = "asked";
const DISMISSED: &str = "dismissed";

fn insert(
    sql: &dyn Sql,
    person: &str,
    deed: &str,
    placement: Unasked,
    at: Timestamp,
) -> Result<(), LedgerError> {
    sql.run(
        "INSERT INTO asks (person_key, deed, placement, at) VALUES (?, ?, ?, ?)",
        values![person, deed, placement.as_str(), at],
    )
    .map(drop)
}

pub fn asked(
    sql: &dyn Sql,
    person: &str,
    placement: Unasked,
    at: Timestamp,
) -> Result<(), LedgerError> {
    insert(sql, person, ASKED, placement, at)
}

pub fn dismissed(
    sql: &dyn Sql,
    person: &str,
    placement: Unasked,
    at: Timestamp,
) -> Result<(), LedgerError> {
    insert(sql, person, DISMISSED, placement, at)
}

/// When a person last said no.
pub fn last_dismissed(sql: &dyn Sql, person: &str) -> Result<Option<Timestamp>, LedgerError> {
    let rows = sql.run(
        "SELECT max(at) FROM asks WHERE person_key = ? AND deed = ?",
        values![person, DISMISSED],
    )?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}

/// When things were last so of a person `?1`, an advocate `?2`; of orders the first, too.
/// In one question, since each costs more than what it looks up.
const LAST: &str = "SELECT \
    (SELECT max(at) FROM asks WHERE person_key = ?1 AND deed = 'dismissed'), \
    (SELECT max(shared_at) FROM shares WHERE advocate_id = ?2), \
    (SELECT max(r.refunded_at) FROM conversions c JOIN refunds r ON r.order_id = c.order_id \
      WHERE c.friend_key = ?1 AND r.undone_at IS NULL), \
    (SELECT max(answered_at) FROM answers WHERE person_key = ?1 AND score <= 6), \
    (SELECT max(answered_at) FROM answers WHERE person_key = ?1 AND score > 6), \
    (SELECT min(ordered_at) FROM conversions WHERE friend_key = ?1 AND kind = 'order'), \
    (SELECT max(ordered_at) FROM conversions WHERE friend_key = ?1 AND kind = 'order')";

/// What the columns of [`LAST`] are about.
const DEEDS: [Deed; 7] = [
    Deed::Dismissed,
    Deed::Shared,
    Deed::Refunded,
    Deed::PoorAnswer,
    Deed::Answered,
    Deed::Bought,
    Deed::Bought,
];

/// All that the governor goes by.
pub fn past(
    sql: &dyn Sql,
    person: &str,
    advocate_id: Option<&str>,
) -> Result<Vec<Moment>, LedgerError> {
    let values = values![person, advocate_id.unwrap_or_default()];
    let last = sql.run(LAST, values)?;
    let last = last.first().ok_or(LedgerError::Corrupt("no moments"))?;
    let mut past = Vec::new();
    for (place, deed) in DEEDS.into_iter().enumerate() {
        past.extend(last.maybe_int(place).map(|at| Moment {
            deed,
            at: Timestamp(at),
        }));
    }
    let asked = sql.run(
        "SELECT at FROM asks WHERE person_key = ? AND deed = ? ORDER BY at DESC LIMIT ?",
        values![person, ASKED, LARGEST_BUDGET],
    )?;
    for row in &asked {
        past.push(Moment {
            deed: Deed::Asked,
            at: Timestamp(row.int(0)?),
        });
    }
    Ok(past)
}

/// Takes away what is known of a person who left.
pub fn erase(sql: &dyn Sql, person: &str) -> Result<(), LedgerError> {
    sql.run("DELETE FROM asks WHERE person_key = ?", values![person])
        .map(drop)
}
