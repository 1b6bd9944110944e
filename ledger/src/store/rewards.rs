//! Rewards: one a side of a referral, and prizes.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::period::Span;
use grapevine_domain::reward::{Offer, RewardStatus, Rule, Side, Step};
use grapevine_domain::time::Timestamp;

use super::counters::Tally;
use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value};
use crate::values;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    pub id: String,
    /// `None` for a prize.
    pub referral_id: Option<String>,
    /// The period that a prize is for.
    pub prize: Option<String>,
    pub advocate_id: String,
    pub side: Side,
    pub offer: Offer,
    pub worth: Money,
    /// What it would be worth with an endless budget; its currency is the worth's.
    pub wanted_minor: i64,
    /// A cap let no more pass.
    pub limit_minor: Option<i64>,
    pub steps: Vec<Step>,
    pub status: RewardStatus,
    pub reason: Option<String>,
    /// The merchant's word.
    pub ruling: Option<Ruling>,
    pub credible: bool,
    pub coupon: Option<String>,
    pub reference: Option<String>,
    pub handed_minor: i64,
    pub withheld_minor: i64,
    pub forgiven_minor: i64,
    pub order_id: String,
    pub ordered_at: Timestamp,
    pub created_at: Timestamp,
    pub release_at: Timestamp,
    pub changed_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// Voided because the budget was spent; comes back when there is more of it.
pub const BUDGET_SPENT: &str = "budget_spent";
/// Voided because the advocate had the most already; comes back when there is room.
pub const CAP_REACHED: &str = "cap_reached";

impl Reward {
    /// Whether rules still work it out; afterwards only its own order changes it.
    pub const fn is_open(&self) -> bool {
        matches!(self.status, RewardStatus::Pending | RewardStatus::Voided)
    }

    /// Whether it is the person's, handed over or not.
    pub const fn is_settled(&self) -> bool {
        matches!(
            self.status,
            RewardStatus::Approved | RewardStatus::Issued | RewardStatus::Redeemed
        )
    }

    /// Whether it stands.
    pub const fn stands(&self) -> bool {
        !matches!(self.status, RewardStatus::Voided | RewardStatus::Expired)
    }

    /// A voided one as it is when it stands again: what was handed over is no longer
    /// forgiven, and counts.
    #[must_use]
    pub fn reopened(&self) -> Self {
        let passing = |step: &Step| matches!(step.rule, Rule::Budget | Rule::Debt);
        let steps = self.steps.iter().filter(|step| !passing(step));
        Self {
            status: RewardStatus::Pending,
            reason: None,
            forgiven_minor: 0,
            steps: steps.copied().collect(),
            ..self.clone()
        }
    }

    /// What is handed over when it is.
    pub const fn payable_minor(&self) -> i64 {
        self.worth.minor - self.withheld_minor
    }

    /// What it counts for; see [`super::counters`].
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::new();
        let (day, currency) = (self.ordered_at.day(), self.worth.currency.as_str());
        let mut count = |measure, dimension: &str, n| {
            tally.insert((day, measure, dimension.to_owned()), n);
        };
        if !self.credible {
            if self.stands() {
                count("unconfirmed_reward", self.side.as_str(), 1);
                count("unconfirmed_cost", currency, self.worth.minor);
            }
            return tally;
        }
        if self.stands() {
            count("reward", self.side.as_str(), 1);
            count("cost", currency, self.worth.minor);
        }
        let over_budget =
            self.status == RewardStatus::Voided && self.reason.as_deref() == Some(BUDGET_SPENT);
        if over_budget || self.status == RewardStatus::Pending {
            count("wanted", currency, self.wanted_minor);
        } else if self.stands() {
            count("wanted", currency, self.worth.minor);
        }
        tally
    }
}

const COLUMNS: &str = "id, referral_id, prize, advocate_id, side, offer, kind, amount_minor, \
                       wanted_minor, limit_minor, currency, steps, status, reason, ruling, credible, \
                       coupon, reference, handed_minor, withheld_minor, forgiven_minor, order_id, \
                       ordered_at, created_at, release_at, changed_at, expires_at";

/// A reward of `SELECT` with [`COLUMNS`].
fn read(row: &Row) -> Result<Reward, LedgerError> {
    let currency =
        Currency::parse(&row.text(10)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
    let ruling = match row.maybe_text(14).as_deref() {
        None => None,
        Some("approve") => Some(Ruling::Approve),
        Some("stand") => Some(Ruling::Stand),
        Some("void") => Some(Ruling::Void),
        Some(_) => return Err(LedgerError::Corrupt("a ruling")),
    };
    Ok(Reward {
        id: row.text(0)?,
        referral_id: row.maybe_text(1),
        prize: row.maybe_text(2),
        advocate_id: row.text(3)?,
        side: match row.text(4)?.as_str() {
            "advocate" => Side::Advocate,
            "friend" => Side::Friend,
            _ => return Err(LedgerError::Corrupt("a side")),
        },
        offer: serde_json::from_str(&row.text(5)?)?,
        worth: Money {
            minor: row.int(7)?,
            currency,
        },
        wanted_minor: row.int(8)?,
        limit_minor: row.maybe_int(9),
        steps: serde_json::from_str(&row.text(11)?)?,
        status: RewardStatus::parse(&row.text(12)?).ok_or(LedgerError::Corrupt("a status"))?,
        reason: row.maybe_text(13),
        ruling,
        credible: row.int(15)? != 0,
        coupon: row.maybe_text(16),
        reference: row.maybe_text(17),
        handed_minor: row.int(18)?,
        withheld_minor: row.int(19)?,
        forgiven_minor: row.int(20)?,
        order_id: row.text(21)?,
        ordered_at: Timestamp(row.int(22)?),
        created_at: Timestamp(row.int(23)?),
        release_at: Timestamp(row.int(24)?),
        changed_at: Timestamp(row.int(25)?),
        expires_at: row.maybe_int(26).map(Timestamp),
    })
}

/// Writes a reward, new or changed.
pub fn put(sql: &dyn Sql, r: &Reward) -> Result<(), LedgerError> {
    let ruling = r.ruling.map(|ruling| match ruling {
        Ruling::Approve => "approve",
        Ruling::Stand => "stand",
        Ruling::Void => "void",
    });
    let values = values![
        r.id.as_str(),
        r.referral_id.clone(),
        r.prize.clone(),
        r.advocate_id.as_str(),
        r.side.as_str(),
        serde_json::to_string(&r.offer)?,
        r.offer.kind(),
        r.worth.minor,
        r.wanted_minor,
        r.limit_minor,
        r.worth.currency.as_str(),
        serde_json::to_string(&r.steps)?,
        r.status.as_str(),
        r.reason.clone(),
        ruling,
        r.credible,
        r.coupon.clone(),
        r.reference.clone(),
        r.handed_minor,
        r.withheld_minor,
        r.forgiven_minor,
        r.order_id.as_str(),
        r.ordered_at,
        r.created_at,
        r.release_at,
        r.changed_at,
        r.expires_at,
    ];
    sql.run(&super::upsert("rewards", COLUMNS), values)
        .map(drop)
}

fn many(sql: &dyn Sql, rest: &str, values: Vec<Value>) -> Result<Vec<Reward>, LedgerError> {
    sql.run(&format!("SELECT {COLUMNS} FROM rewards {rest}"), values)?
        .iter()
        .map(read)
        .collect()
}

fn sum(sql: &dyn Sql, what: &str, rest: &str, values: Vec<Value>) -> Result<i64, LedgerError> {
    let rows = sql.run(
        &format!("SELECT coalesce(sum({what}), 0) FROM rewards WHERE {rest}"),
        values,
    )?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

pub fn by_id(sql: &dyn Sql, id: &str) -> Result<Option<Reward>, LedgerError> {
    Ok(many(sql, "WHERE id = ?", values![id])?.into_iter().next())
}

/// The newest ones of both sides, newest first; after a place in that order.
pub fn newest(
    sql: &dyn Sql,
    status: Option<&str>,
    advocate_id: Option<&str>,
    after: Option<(Timestamp, String)>,
    limit: u32,
) -> Result<Vec<Reward>, LedgerError> {
    let (at, id) = after.unzip();
    many(
        sql,
        "WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR advocate_id = ?2) \
         AND (?3 IS NULL OR (created_at, id) < (?3, ?4)) ORDER BY created_at DESC, id DESC LIMIT ?5",
        values![status, advocate_id, at, id, limit],
    )
}

/// Both sides of a referral, the advocate's first.
pub fn of_referral(sql: &dyn Sql, referral_id: &str) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE referral_id = ? ORDER BY side",
        values![referral_id],
    )
}

/// Both sides of several referrals, in the order of the ids, the advocate's first.
pub fn of_referrals(sql: &dyn Sql, ids: &[&str]) -> Result<Vec<Reward>, LedgerError> {
    let columns: Vec<String> = COLUMNS
        .split(',')
        .map(|name| format!("w.{}", name.trim()))
        .collect();
    let columns = columns.join(", ");
    let rows = sql.run(
        &format!(
            "SELECT {columns} FROM json_each(?) j JOIN rewards w ON w.referral_id = j.value \
             ORDER BY j.key, w.side"
        ),
        values![serde_json::json!(ids).to_string()],
    )?;
    rows.iter().map(read).collect()
}

/// An advocate's own rewards, newest order first.
pub fn of_advocate(
    sql: &dyn Sql,
    advocate_id: &str,
    limit: u32,
) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE advocate_id = ? AND side = 'advocate' ORDER BY ordered_at DESC, order_id DESC LIMIT ?",
        values![advocate_id, limit],
    )
}

/// The advocate's own rewards that waited only for the address to be confirmed.
pub fn held_for_confirmation(sql: &dyn Sql, advocate_id: &str) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE advocate_id = ? AND side = 'advocate' AND status = 'pending' AND (referral_id IS NULL \
         OR EXISTS (SELECT 1 FROM referrals WHERE referrals.id = referral_id \
         AND referrals.status = 'approved')) ORDER BY ordered_at, order_id",
        values![advocate_id],
    )
}

/// Approved ones that no code was found for, and that are to be handed over by one:
/// their pool was empty. By release, order and id, after a place in that order.
pub fn waiting_for_a_code(
    sql: &dyn Sql,
    after: &(Timestamp, String, String),
    limit: u32,
) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE status = 'approved' AND coupon IS NULL AND side = 'advocate' AND prize IS NULL \
         AND (release_at, order_id, id) > (?, ?, ?) ORDER BY release_at, order_id, id LIMIT ?",
        values![after.0, after.1.as_str(), after.2.as_str(), limit],
    )
}

/// Pending ones that the merchant gave back, when their time has come.
pub fn due_by_word(sql: &dyn Sql, now: Timestamp, limit: u32) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE ruling = 'stand' AND status = 'pending' AND release_at <= ? AND EXISTS \
         (SELECT 1 FROM referrals f WHERE f.id = referral_id AND f.status = 'voided') \
         AND (side = 'friend' OR EXISTS (SELECT 1 FROM advocates a WHERE a.id = advocate_id \
         AND a.verified_at IS NOT NULL)) ORDER BY release_at, id LIMIT ?",
        values![now, limit],
    )
}

/// When the next of them is.
pub fn next_by_word(sql: &dyn Sql) -> Result<Option<Timestamp>, LedgerError> {
    let rows = sql.run(
        "SELECT min(release_at) FROM rewards WHERE ruling = 'stand' AND status = 'pending' AND EXISTS \
         (SELECT 1 FROM referrals f WHERE f.id = referral_id AND f.status = 'voided') \
         AND (side = 'friend' OR EXISTS (SELECT 1 FROM advocates a WHERE a.id = advocate_id \
         AND a.verified_at IS NOT NULL))",
        vec![],
    )?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}

/// Approved or handed over, and not used in time.
pub fn expired(sql: &dyn Sql, now: Timestamp, limit: u32) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE expires_at <= ? AND expires_at IS NOT NULL AND status IN ('approved', 'issued') \
         ORDER BY expires_at, id LIMIT ?",
        values![now, limit],
    )
}

/// When the next one expires.
pub fn next_expiry(sql: &dyn Sql) -> Result<Option<Timestamp>, LedgerError> {
    let rows = sql.run(
        "SELECT min(expires_at) FROM rewards WHERE expires_at IS NOT NULL \
         AND status IN ('approved', 'issued')",
        vec![],
    )?;
    Ok(rows.first().and_then(|row| row.maybe_int(0)).map(Timestamp))
}

/// What an advocate has had of own rewards in a span: those that are settled or that
/// the merchant gave, and open ones before a rank, whatever the budget says of them:
/// they keep their place until it lets them pass. Number, and minor units in a currency.
pub fn used(
    sql: &dyn Sql,
    advocate_id: &str,
    currency: Currency,
    span: Span,
    before: &(Timestamp, String),
) -> Result<(i64, i64), LedgerError> {
    let rows = sql.run(
        "SELECT count(*), coalesce(sum(iif(currency = ?, amount_minor, 0)), 0) FROM rewards \
         WHERE advocate_id = ? AND side = 'advocate' AND prize IS NULL AND credible = 1 \
         AND ordered_at >= ? AND ordered_at < ? AND (status IN ('approved', 'issued', 'redeemed', 'expired') \
         OR ((status = 'pending' OR (status = 'voided' AND reason = 'budget_spent')) \
         AND (ruling = 'stand' OR (ordered_at, order_id) < (?, ?))))",
        values![
            currency.as_str(),
            advocate_id,
            in_sql(span.start),
            in_sql(span.end),
            before.0,
            before.1.as_str()
        ],
    )?;
    rows.first()
        .map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// A point in time as the databases take it: within ±2^53.
pub const fn in_sql(at: Timestamp) -> Timestamp {
    const FURTHEST: i64 = 9_007_199_254_740_991;
    if at.0 > FURTHEST {
        Timestamp(FURTHEST)
    } else if at.0 < -FURTHEST {
        Timestamp(-FURTHEST)
    } else {
        at
    }
}

/// What settled rewards of a span come to in a currency.
pub fn settled(sql: &dyn Sql, currency: Currency, span: Span) -> Result<i64, LedgerError> {
    sum(
        sql,
        "amount_minor",
        "credible = 1 AND currency = ? AND ordered_at >= ? AND ordered_at < ? \
         AND status IN ('approved', 'issued', 'redeemed')",
        values![currency.as_str(), in_sql(span.start), in_sql(span.end)],
    )
}

/// Rewards of a span that the budget can still refuse or let pass, by rank, the
/// friend's before the advocate's.
pub fn open_by_rank(
    sql: &dyn Sql,
    currency: Currency,
    span: Span,
) -> Result<Vec<Reward>, LedgerError> {
    many(
        sql,
        "WHERE credible = 1 AND currency = ? AND ordered_at >= ? AND ordered_at < ? \
         AND (status = 'pending' OR (status = 'voided' AND reason = 'budget_spent')) \
         ORDER BY ordered_at, order_id, side DESC",
        values![currency.as_str(), in_sql(span.start), in_sql(span.end)],
    )
}

/// Whether the budget refused any of a span.
pub fn any_over_budget(sql: &dyn Sql, currency: Currency, span: Span) -> Result<bool, LedgerError> {
    let rows = sql.run(
        "SELECT 1 FROM rewards WHERE status = 'voided' AND reason = 'budget_spent' \
         AND currency = ? AND ordered_at >= ? AND ordered_at < ? LIMIT 1",
        values![currency.as_str(), in_sql(span.start), in_sql(span.end)],
    )?;
    Ok(!rows.is_empty())
}

/// The currencies and orders of rewards that a budget can still refuse, or refused,
/// the oldest first.
pub fn open_places(sql: &dyn Sql) -> Result<Vec<(Currency, Timestamp)>, LedgerError> {
    let rows = sql.run(
        "SELECT DISTINCT currency, ordered_at FROM rewards \
         WHERE (status = 'pending' AND credible = 1) \
         OR (status = 'voided' AND reason = 'budget_spent') ORDER BY ordered_at",
        vec![],
    )?;
    rows.iter()
        .map(|row| {
            let currency =
                Currency::parse(&row.text(0)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
            Ok((currency, Timestamp(row.int(1)?)))
        })
        .collect()
}

/// What an advocate `?1` owes in a currency `?2`; the end of a `SELECT` over the
/// advocate's own rewards in it.
pub const OWED: &str = "coalesce(sum(iif(kind IN \
    ('amount_off', 'store_credit', 'cash', 'gift_card', 'donation'), CASE status \
    WHEN 'issued' THEN handed_minor - forgiven_minor - amount_minor \
    WHEN 'redeemed' THEN handed_minor - forgiven_minor - amount_minor \
    WHEN 'expired' THEN -withheld_minor \
    WHEN 'approved' THEN handed_minor - forgiven_minor - withheld_minor \
    ELSE handed_minor - forgiven_minor END, 0)), 0) \
    FROM rewards WHERE advocate_id = ?1 AND side = 'advocate' AND currency = ?2";

/// What an advocate owes in a currency: the value of rewards that were handed over
/// and voided, less what was kept back since. Never stored, so it cannot go astray.
pub fn owed(sql: &dyn Sql, advocate_id: &str, currency: Currency) -> Result<i64, LedgerError> {
    let values = values![advocate_id, currency.as_str()];
    let rows = sql.run(&format!("SELECT {OWED}"), values)?;
    let owed = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(owed)
}
