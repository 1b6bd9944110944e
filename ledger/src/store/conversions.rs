//! Orders and sign-ups as reported, with the decision that was made about them.

use grapevine_domain::attribution::{Candidate, Decision, Lost, Source};
use grapevine_domain::conversion::{ConversionKind, Order, Ruling};
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value};
use crate::values;

/// A click that a token proved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProvedClick {
    /// When it happened.
    pub at: Timestamp,
    /// Random name of the click, as text.
    pub id: String,
    /// The advocate's code.
    pub code: String,
    /// The channel's stable name; empty where unknown.
    pub channel: String,
    /// Arm of an experiment.
    #[serde(default)]
    pub variant: u8,
}

/// What the merchant decided about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruled {
    /// Whether it counts.
    pub ruling: Ruling,
    /// For whom, where the merchant says so.
    pub advocate: Option<String>,
    /// In the merchant's words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    pub id: String,
    pub order_id: String,
    pub kind: ConversionKind,
    pub amount: Money,
    /// Sum of refunds, as told; can be above the amount.
    pub refunded_minor: i64,
    pub cancelled: bool,
    pub friend_key: Option<String>,
    /// Only with the friend's consent.
    pub friend_email: Option<String>,
    pub said_not_new: bool,
    /// Sorted, each once.
    pub clicks: Vec<ProvedClick>,
    pub coupon: Option<String>,
    pub checkout_at: Option<Timestamp>,
    pub ordered_at: Timestamp,
    pub reported_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub program_version: u32,
    pub ruling: Option<Ruled>,
    /// Its number since the friend came; 0: nobody brought them.
    pub position: u32,
    /// It would be a referral that stands, had nothing of it been given back.
    pub given_back: bool,
    pub decision: Decision,
    pub verdict: String,
}

/// Which orders come first among several of one person, or with one coupon: those
/// that the shop confirmed, since anybody can report the others; then the older;
/// between equal times the order's number decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(bool, Timestamp, String);

impl Conversion {
    pub fn rank(&self) -> Rank {
        Rank(
            self.confirmed_at.is_none(),
            self.ordered_at,
            self.order_id.clone(),
        )
    }

    /// What was paid, and what of it was kept, as the rules see it.
    pub const fn kept(&self) -> Money {
        self.as_order().kept()
    }

    /// The order on its own, as if its friend had come with it.
    pub const fn as_order(&self) -> Order {
        Order {
            kind: self.kind,
            amount: self.amount,
            refunded_minor: self.refunded_minor,
            cancelled: self.cancelled,
            ordered_at: self.ordered_at,
            position: 1,
            came_at: self.ordered_at,
            ordered_before: None,
            said_not_new: self.said_not_new,
        }
    }

    /// Who brought the friend with this very order, whatever came before it.
    pub fn brought_by(&self) -> Option<&Candidate> {
        match &self.decision.winner {
            Some(winner) if winner.source != Source::EarlierOrder => Some(winner),
            _ => {
                let second = |(_, lost): &&(Candidate, Lost)| *lost == Lost::EarlierOrderWon;
                self.decision.losers.iter().find(second).map(|(c, _)| c)
            }
        }
    }
}

const COLUMNS: &str = "id, order_id, amount_minor, currency, refunded_minor, friend_key, clicks, \
                       coupon, ordered_at, reported_at, confirmed_at, program_version, decision, \
                       verdict, kind, friend_email, said_not_new, checkout_at, cancelled, ruling, \
                       position, given_back";

fn read(row: &Row) -> Result<Conversion, LedgerError> {
    let currency =
        Currency::parse(&row.text(3)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
    let number = |at| u32::try_from(row.int(at)?).map_err(|_| LedgerError::Corrupt("a number"));
    Ok(Conversion {
        id: row.text(0)?,
        order_id: row.text(1)?,
        kind: ConversionKind::parse(&row.text(14)?).ok_or(LedgerError::Corrupt("a kind"))?,
        amount: Money {
            minor: row.int(2)?,
            currency,
        },
        refunded_minor: row.int(4)?,
        cancelled: row.int(18)? != 0,
        friend_key: row.maybe_text(5),
        friend_email: row.maybe_text(15),
        said_not_new: row.int(16)? != 0,
        clicks: match row.maybe_text(6) {
            Some(text) => serde_json::from_str(&text)?,
            None => Vec::new(),
        },
        coupon: row.maybe_text(7),
        checkout_at: row.maybe_int(17).map(Timestamp),
        ordered_at: Timestamp(row.int(8)?),
        reported_at: Timestamp(row.int(9)?),
        confirmed_at: row.maybe_int(10).map(Timestamp),
        program_version: number(11)?,
        ruling: row
            .maybe_text(19)
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        position: number(20)?,
        given_back: row.int(21)? != 0,
        decision: serde_json::from_str(&row.text(12)?)?,
        verdict: row.text(13)?,
    })
}

fn many(sql: &dyn Sql, rest: &str, values: Vec<Value>) -> Result<Vec<Conversion>, LedgerError> {
    sql.run(&format!("SELECT {COLUMNS} FROM conversions {rest}"), values)?
        .iter()
        .map(read)
        .collect()
}

fn one(sql: &dyn Sql, rest: &str, value: &str) -> Result<Option<Conversion>, LedgerError> {
    Ok(many(sql, rest, values![value])?.into_iter().next())
}

pub fn by_order(sql: &dyn Sql, order_id: &str) -> Result<Option<Conversion>, LedgerError> {
    one(sql, "WHERE order_id = ?", order_id)
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Conversion>, LedgerError> {
    one(sql, "WHERE id = ?", id)
}

/// Writes a conversion with what it was led to by; `before` is what is written of it.
pub fn put(sql: &dyn Sql, before: Option<&Conversion>, c: &Conversion) -> Result<(), LedgerError> {
    let clicks = serde_json::to_string(&c.clicks)?;
    let clicks = Some(clicks).filter(|_| !c.clicks.is_empty());
    let ruling = c.ruling.as_ref().map(serde_json::to_string).transpose()?;
    let values = values![
        c.id.as_str(),
        c.order_id.as_str(),
        c.amount.minor,
        c.amount.currency.as_str(),
        c.refunded_minor,
        c.friend_key.clone(),
        clicks,
        c.coupon.clone(),
        c.ordered_at,
        c.reported_at,
        c.confirmed_at,
        c.program_version,
        serde_json::to_string(&c.decision)?,
        c.verdict.as_str(),
        c.kind.as_str(),
        c.friend_email.clone(),
        c.said_not_new,
        c.checkout_at,
        c.cancelled,
        ruling,
        c.position,
        c.given_back,
    ];
    sql.run(&super::upsert("conversions", COLUMNS), values)?;
    let known = before.map_or(&[][..], |before| &before.clicks);
    if known == c.clicks {
        return Ok(());
    }
    if !known.is_empty() {
        sql.run(
            "DELETE FROM conversion_clicks WHERE conversion_id = ?",
            values![c.id.as_str()],
        )?;
    }
    let ids: Vec<_> = c.clicks.iter().map(|click| click.id.as_str()).collect();
    sql.run(
        "INSERT INTO conversion_clicks (click_id, conversion_id) \
         SELECT DISTINCT value, ? FROM json_each(?)",
        values![c.id.as_str(), json!(ids).to_string()],
    )
    .map(drop)
}

/// Writes what was decided, and nothing else of it.
pub fn put_decision(sql: &dyn Sql, c: &Conversion) -> Result<(), LedgerError> {
    let decision = serde_json::to_string(&c.decision)?;
    let values = values![
        decision,
        c.verdict.as_str(),
        c.position,
        c.given_back,
        c.id.as_str()
    ];
    sql.run(
        "UPDATE conversions SET decision = ?, verdict = ?, position = ?, given_back = ? WHERE id = ?",
        values,
    )
    .map(drop)
}

/// By [`Rank`].
const BY_RANK: &str = "ORDER BY confirmed_at IS NULL, ordered_at, order_id LIMIT 100";

/// Orders of the same person, as far as e-mail or clicks tell, by rank; the order
/// itself among them.
pub fn of_same_person(sql: &dyn Sql, c: &Conversion) -> Result<Vec<Conversion>, LedgerError> {
    let ids: Vec<_> = c.clicks.iter().map(|click| click.id.as_str()).collect();
    if ids.is_empty() && c.friend_key.is_none() {
        return Ok(by_id(sql, &c.id)?.into_iter().collect());
    }
    many(
        sql,
        &format!(
            "WHERE friend_key = ? OR id = ? OR id IN (SELECT conversion_id FROM conversion_clicks \
             WHERE click_id IN (SELECT value FROM json_each(?))) {BY_RANK}"
        ),
        values![c.friend_key.clone(), c.id.as_str(), json!(ids).to_string()],
    )
}

/// Orders by a person's key, by rank.
pub fn of_friend(sql: &dyn Sql, friend_key: &str) -> Result<Vec<Conversion>, LedgerError> {
    many(
        sql,
        &format!("WHERE friend_key = ? {BY_RANK}"),
        values![friend_key],
    )
}

/// Orders that were reported with a coupon, by rank: the first one owns it.
pub fn with_coupon(sql: &dyn Sql, coupon: &str) -> Result<Vec<Conversion>, LedgerError> {
    many(sql, &format!("WHERE coupon = ? {BY_RANK}"), values![coupon])
}

/// Orders that came in a span of time, by rank, for a dry run.
pub fn between(
    sql: &dyn Sql,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<Conversion>, LedgerError> {
    many(
        sql,
        "WHERE ordered_at >= ? AND ordered_at < ? \
         ORDER BY confirmed_at IS NULL, ordered_at, order_id LIMIT ?",
        values![from, to, limit],
    )
}
