//! Asks that nobody asked for, and what else the ask governor wants to know of a person.

use grapevine_domain::ask::{Deed, Moment, Unasked};
use grapevine_domain::time::Timestamp;

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

/// Most asks that are looked at: no budget is larger.
const MOST_ASKS: usize = grapevine_domain::panel::check::LARGEST_BUDGET as usize;

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

/// All that the governor goes by: asks, and of everything else when it was last so; of
/// orders the first, too. In one question, since each costs more than what it looks up.
pub fn past(
    sql: &dyn Sql,
    person: &str,
    advocate_id: Option<&str>,
) -> Result<Vec<Moment>, LedgerError> {
    const QUESTION: &str = "SELECT 'dismissed', max(at) FROM asks WHERE person_key = ?1 AND deed = 'dismissed' \
        UNION ALL SELECT 'shared', max(shared_at) FROM shares WHERE advocate_id = ?2 \
        UNION ALL SELECT 'refunded', max(r.refunded_at) FROM conversions c \
          JOIN refunds r ON r.order_id = c.order_id WHERE c.friend_key = ?1 AND r.undone_at IS NULL \
        UNION ALL SELECT 'poor', max(answered_at) FROM answers WHERE person_key = ?1 AND score <= 6 \
        UNION ALL SELECT 'answered', max(answered_at) FROM answers WHERE person_key = ?1 AND score > 6 \
        UNION ALL SELECT 'bought', min(ordered_at) FROM conversions WHERE friend_key = ?1 AND kind = 'order' \
        UNION ALL SELECT 'bought', max(ordered_at) FROM conversions WHERE friend_key = ?1 AND kind = 'order' \
        UNION ALL SELECT * FROM (SELECT 'asked', at FROM asks WHERE person_key = ?1 AND deed = 'asked' \
          ORDER BY at DESC LIMIT ?3)";
    let most = i64::try_from(MOST_ASKS).unwrap_or(i64::MAX);
    let values = values![person, advocate_id.unwrap_or_default(), most];
    let rows = sql.run(QUESTION, values)?;
    let moments = rows.iter().map(moment).collect::<Result<Vec<_>, _>>()?;
    Ok(moments.into_iter().flatten().collect())
}

fn moment(row: &Row) -> Result<Option<Moment>, LedgerError> {
    let deed = match row.text(0)?.as_str() {
        ASKED => Deed::Asked,
        DISMISSED => Deed::Dismissed,
        "shared" => Deed::Shared,
        "refunded" => Deed::Refunded,
        "poor" => Deed::PoorAnswer,
        "answered" => Deed::Answered,
        "bought" => Deed::Bought,
        _ => return Err(LedgerError::Corrupt("a deed that nobody does")),
    };
    let at = row.maybe_int(1).map(Timestamp);
    Ok(at.map(|at| Moment { deed, at }))
}

/// Takes away what is known of a person who left.
pub fn erase(sql: &dyn Sql, person: &str) -> Result<(), LedgerError> {
    sql.run("DELETE FROM asks WHERE person_key = ?", values![person])
        .map(drop)
}
