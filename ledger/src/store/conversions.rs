//! Orders as reported, with the decision that was made about them.

use grapevine_domain::attribution::Decision;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::LedgerError;
use crate::sql::{Row, Sql};
use crate::values;

/// A click that a token proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedClick {
    /// Random name of the click, as text.
    pub id: String,
    /// The advocate's code.
    pub code: String,
    /// The channel's stable name; empty where unknown.
    pub channel: String,
    /// When it happened.
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Conversion {
    pub id: String,
    pub order_id: String,
    pub amount: Money,
    pub refunded_minor: i64,
    pub friend_key: Option<String>,
    pub click: Option<ProvedClick>,
    pub coupon: Option<String>,
    pub ordered_at: Timestamp,
    pub reported_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub program_version: u32,
    pub decision: Decision,
    pub verdict: String,
}

const COLUMNS: &str = "id, order_id, amount_minor, currency, refunded_minor, friend_key, click, \
                       coupon, ordered_at, reported_at, confirmed_at, program_version, decision, verdict";

fn read(row: &Row) -> Result<Conversion, LedgerError> {
    let currency =
        Currency::parse(&row.text(3)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
    Ok(Conversion {
        id: row.text(0)?,
        order_id: row.text(1)?,
        amount: Money {
            minor: row.int(2)?,
            currency,
        },
        refunded_minor: row.int(4)?,
        friend_key: row.maybe_text(5),
        click: row
            .maybe_text(6)
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        coupon: row.maybe_text(7),
        ordered_at: Timestamp(row.int(8)?),
        reported_at: Timestamp(row.int(9)?),
        confirmed_at: row.maybe_int(10).map(Timestamp),
        program_version: u32::try_from(row.int(11)?)
            .map_err(|_| LedgerError::Corrupt("a version"))?,
        decision: serde_json::from_str(&row.text(12)?)?,
        verdict: row.text(13)?,
    })
}

pub fn by_order(sql: &dyn Sql, order_id: &str) -> Result<Option<Conversion>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM conversions WHERE order_id = ?"),
        values![order_id],
    )?;
    rows.first().map(read).transpose()
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Conversion>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM conversions WHERE id = ?"),
        values![id],
    )?;
    rows.first().map(read).transpose()
}

/// Writes a conversion, new or changed.
pub fn put(sql: &dyn Sql, c: &Conversion) -> Result<(), LedgerError> {
    let click = c.click.as_ref().map(serde_json::to_string).transpose()?;
    let values = values![
        c.id.as_str(),
        c.order_id.as_str(),
        c.amount.minor,
        c.amount.currency.as_str(),
        c.refunded_minor,
        c.friend_key.clone(),
        click,
        c.coupon.clone(),
        c.ordered_at,
        c.reported_at,
        c.confirmed_at,
        c.program_version,
        serde_json::to_string(&c.decision)?,
        c.verdict.as_str(),
        c.click.as_ref().map(|click| click.id.clone()),
    ];
    let statement = format!(
        "INSERT OR REPLACE INTO conversions ({COLUMNS}, click_id) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    sql.run(&statement, values).map(drop)
}

/// Which orders come first among several of one person, or with one coupon: those
/// that the shop confirmed, since anybody can report the others; then the older;
/// between equal times the order's number decides.
const RANK: &str = "ORDER BY confirmed_at IS NULL, ordered_at, order_id LIMIT 100";

/// Orders of the same person, as far as e-mail or click tell, by rank: the first
/// is the one that can count as the person's first order.
pub fn of_same_person(sql: &dyn Sql, c: &Conversion) -> Result<Vec<Conversion>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM conversions WHERE friend_key = ? OR click_id = ? {RANK}"),
        values![
            c.friend_key.clone(),
            c.click.as_ref().map(|click| click.id.clone())
        ],
    )?;
    rows.iter().map(read).collect()
}

/// Orders that were reported with a coupon, by rank: the first one owns it.
pub fn with_coupon(sql: &dyn Sql, coupon: &str) -> Result<Vec<Conversion>, LedgerError> {
    let rows = sql.run(
        &format!("SELECT {COLUMNS} FROM conversions WHERE coupon = ? {RANK}"),
        values![coupon],
    )?;
    rows.iter().map(read).collect()
}
