//! Orders and referrals with their why: who referred, who was referred, did the friend
//! buy, how long did it take, how can both be reached.

use grapevine_domain::attribution::Candidate;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::rewards;
use crate::books::Books;
use crate::error::LedgerError;
use crate::identity::email_hint;
use crate::iso::Iso;
use crate::sql::{Row, Value};
use crate::store::advocates;
use crate::store::conversions::{self, Conversion};
use crate::store::referrals::{self as store, Referral};
use crate::store::rewards as reward_store;
use crate::values;

/// Most rows of one answer, and how many where nothing is said.
const MOST: u32 = 200;
const USUAL: u32 = 50;

/// A part of a long list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// `next` of the answer before.
    pub after: Option<String>,
    /// How many rows, 200 at most.
    pub limit: Option<u32>,
}

impl Page {
    pub(crate) fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }

    /// The row after which to go on.
    pub(crate) fn after(&self) -> Result<Option<(Timestamp, String)>, LedgerError> {
        let Some(text) = &self.after else {
            return Ok(None);
        };
        let parts = text.split_once('.');
        let place = parts.and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.to_owned())));
        let message = "after must be the `next` of an answer before.";
        place
            .map(Some)
            .ok_or_else(|| LedgerError::invalid("invalid_page", message))
    }
}

/// `{data, next}` of rows of which one more than asked for was looked up.
pub(crate) fn page(mut rows: Vec<(Timestamp, String, Json)>, limit: u32) -> Json {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(at, id, _)| format!("{}.{id}", at.0));
    let data: Vec<Json> = rows.into_iter().map(|(_, _, row)| row).collect();
    json!({ "data": data, "next": next })
}

/// Which referrals are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Only of this status.
    pub status: Option<String>,
    /// Only of this advocate.
    pub advocate_id: Option<String>,
    /// Where to go on, from the answer before.
    pub page: Page,
}

/// One order: `{conversion, referral, why}`.
pub fn conversion(books: &Books<'_>, order_id: &str) -> Result<Json, LedgerError> {
    let order = conversions::by_order(books.sql, order_id)?
        .ok_or_else(|| LedgerError::not_found("unknown_order", "There is no such order."))?;
    let referral = newest_of(store::of_conversion(books.sql, &order.id)?);
    let referral = match referral {
        Some(referral) => Some(described(books, &referral.id)?),
        None => None,
    };
    Ok(json!({ "conversion": order_json(&order), "referral": referral, "why": why(&order) }))
}

/// The one that stands, else the last one that was voided.
fn newest_of(all: Vec<Referral>) -> Option<Referral> {
    let standing = |r: &Referral| r.status != ReferralStatus::Voided;
    all.into_iter()
        .max_by_key(|referral| (standing(referral), referral.created_at))
}

fn order_json(order: &Conversion) -> Json {
    let refunded = Money {
        minor: order.refunded_minor,
        ..order.amount
    };
    json!({
        "id": order.id,
        "order_id": order.order_id,
        "kind": order.kind.as_str(),
        "amount": order.amount,
        "refunded": refunded,
        "kept": order.kept(),
        "cancelled": order.cancelled,
        "ordered_at": Iso(order.ordered_at),
        "reported_at": Iso(order.reported_at),
        "confirmed": order.confirmed_at.is_some(),
        "verdict": order.verdict,
        "position": order.position,
        "program_version": order.program_version,
        "ruling": order.ruling.as_ref().map(|ruled| json!({
            "ruling": ruled.ruling,
            "advocate_id": ruled.advocate,
            "reason": ruled.reason,
            "at": Iso(ruled.at),
        })),
    })
}

/// The decision about an order: winner and losers, each with a reason.
fn why(order: &Conversion) -> Json {
    let mut reasons = Vec::new();
    let line = |candidate: &Candidate, reason: &str| {
        json!({
            "source": candidate.source,
            "advocate_id": candidate.advocate,
            "at": Iso(candidate.at),
            "channel": candidate.channel,
            "reason": reason,
        })
    };
    if let Some(winner) = &order.decision.winner {
        reasons.push(line(winner, "won"));
    }
    for (loser, reason) in &order.decision.losers {
        reasons.push(line(loser, reason.as_str()));
    }
    Json::Array(reasons)
}

/// Everything that the merchant asks about referrals, in one query.
const QUESTION: &str = "SELECT r.id, r.status, r.reason, r.source, r.channel, r.placement, \
    r.variant, r.created_at, r.release_at, r.order_id, r.ordered_at, r.clicked_at, r.shared_at, \
    c.amount_minor, c.currency, c.refunded_minor, c.cancelled, c.kind, c.friend_key, c.friend_email, \
    c.position, a.id, a.name, a.email, a.verified_at, a.unsubscribed_at, a.left_at, a.referred_by, \
    (SELECT l.landed_at FROM landings l WHERE l.click_id = c.decision ->> '$.winner.click'), \
    (SELECT k.created_at FROM coupons k WHERE k.click_id = c.decision ->> '$.winner.click'), \
    (SELECT f.id FROM advocates f WHERE f.email_key = c.friend_key) \
    FROM referrals r JOIN conversions c ON c.id = r.conversion_id \
    LEFT JOIN advocates a ON a.id = r.advocate_id";

fn read(row: &Row) -> Result<(Timestamp, String, Json), LedgerError> {
    let currency =
        Currency::parse(&row.text(14)?).map_err(|_| LedgerError::Corrupt("a currency"))?;
    let amount = row.int(13)?;
    let cancelled = row.int(16)? != 0;
    let kept = if cancelled {
        0
    } else {
        (amount - row.int(15)?).max(0)
    };
    let time = |at| row.maybe_int(at).map(|ms| Iso(Timestamp(ms)));
    let seconds = |from: usize, to: usize| {
        let (from, to) = (row.maybe_int(from)?, row.maybe_int(to)?);
        Some((to - from).max(0) / 1000)
    };
    let money = |minor| Money { minor, currency };
    let (id, created_at) = (row.text(0)?, Timestamp(row.int(7)?));
    let advocate = row.maybe_text(21).map(|advocate| {
        let email = row.maybe_text(23).filter(|email| !email.is_empty());
        let silent = row.maybe_int(25).is_some() || row.maybe_int(26).is_some();
        json!({
            "id": advocate,
            "name": row.maybe_text(22),
            "email_hint": email.as_deref().map(email_hint).unwrap_or_default(),
            "email": email.filter(|_| !silent),
            "verified": row.maybe_int(24).is_some(),
            "left": row.maybe_int(26).is_some(),
            "referred_by": row.maybe_text(27),
        })
    });
    let json = json!({
        "id": id,
        "status": row.text(1)?,
        "reason": row.maybe_text(2),
        "source": row.text(3)?,
        "channel": row.text(4)?,
        "placement": row.text(5)?,
        "variant": row.int(6)?,
        "created_at": Iso(created_at),
        "release_at": time(8),
        "order_id": row.text(9)?,
        "kind": row.text(17)?,
        "amount": money(amount),
        "kept": money(kept),
        "bought": !cancelled && (kept > 0 || amount == 0),
        "advocate": advocate,
        "friend": {
            "key": row.maybe_text(18),
            "email": row.maybe_text(19),
            "advocate_id": row.maybe_text(30),
            "order": row.int(20)?,
        },
        "times": {
            "shared_at": time(12),
            "clicked_at": time(11),
            "landed_at": time(28),
            "claimed_at": time(29),
            "ordered_at": time(10),
            "share_to_click_s": seconds(12, 11),
            "click_to_order_s": seconds(11, 10),
        },
    });
    Ok((created_at, id, json))
}

type Shown = (Timestamp, String, Json);

fn ask(books: &Books<'_>, rest: &str, values: Vec<Value>) -> Result<Vec<Shown>, LedgerError> {
    let rows = books.sql.run(&format!("{QUESTION} {rest}"), values)?;
    let mut found = rows.iter().map(read).collect::<Result<Vec<Shown>, _>>()?;
    let ids: Vec<&str> = found.iter().map(|(_, id, _)| id.as_str()).collect();
    let mut all = reward_store::of_referrals(books.sql, &ids)?
        .into_iter()
        .peekable();
    // Both come sorted by the same list of ids.
    for (_, id, json) in &mut found {
        let mut mine = Vec::new();
        while let Some(reward) = all.next_if(|reward| reward.referral_id.as_ref() == Some(id)) {
            mine.push(rewards::show(&reward));
        }
        if let Some(fields) = json.as_object_mut() {
            fields.insert("rewards".to_owned(), Json::Array(mine));
        }
    }
    Ok(found)
}

fn described(books: &Books<'_>, id: &str) -> Result<Json, LedgerError> {
    let found = ask(books, "WHERE r.id = ?", values![id])?;
    let found = found.into_iter().next();
    found
        .map(|(_, _, json)| json)
        .ok_or_else(|| LedgerError::not_found("unknown_referral", "There is no such referral."))
}

/// Referrals, newest first: `{data, next}`.
pub fn list(books: &Books<'_>, filter: &Filter) -> Result<Json, LedgerError> {
    if let Some(status) = &filter.status
        && ReferralStatus::parse(status).is_none()
    {
        let message = "status must be pending, flagged, approved or voided.";
        return Err(LedgerError::invalid("invalid_status", message));
    }
    let (at, id) = filter.page.after()?.unzip();
    let limit = filter.page.limit();
    let rows = ask(
        books,
        "WHERE (?1 IS NULL OR r.status = ?1) AND (?2 IS NULL OR r.advocate_id = ?2) \
         AND (?3 IS NULL OR (r.created_at, r.id) < (?3, ?4)) \
         ORDER BY r.created_at DESC, r.id DESC LIMIT ?5",
        values![
            filter.status.clone(),
            filter.advocate_id.clone(),
            at,
            id,
            limit + 1
        ],
    )?;
    Ok(page(rows, limit))
}

fn order_of(books: &Books<'_>, id: &str) -> Result<Conversion, LedgerError> {
    let referral = store::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_referral", "There is no such referral."))?;
    conversions::by_id(books.sql, &referral.conversion_id)?
        .ok_or(LedgerError::Corrupt("a referral without its order"))
}

/// One referral with its decision and its history: `{referral, conversion, why, events}`.
pub fn one(books: &Books<'_>, id: &str) -> Result<Json, LedgerError> {
    let order = order_of(books, id)?;
    crate::events::flush(books)?;
    let rows = books.sql.run(
        "SELECT at, kind, subject, actor, data FROM events WHERE subject = ? OR subject = ? \
         OR subject IN (SELECT id FROM rewards WHERE referral_id = ?) ORDER BY seq",
        values![id, order.order_id.as_str(), id],
    )?;
    let mut history = Vec::new();
    for row in rows {
        let data: Json = serde_json::from_str(&row.text(4)?)?;
        history.push(json!({
            "at": Iso(Timestamp(row.int(0)?)),
            "kind": row.text(1)?,
            "subject": row.text(2)?,
            "actor": row.text(3)?,
            "data": data,
        }));
    }
    Ok(json!({
        "referral": described(books, id)?,
        "conversion": order_json(&order),
        "why": why(&order),
        "events": history,
    }))
}

/// Why a referral counts, or does not: `{referral_id, status, verdict, winner, losers,
/// rewards, ruling}`, each candidate with the advocate's name and a reason.
pub fn told(books: &Books<'_>, id: &str) -> Result<Json, LedgerError> {
    let order = order_of(books, id)?;
    let referral = described(books, id)?;
    let candidate = |candidate: &Candidate, reason: &str| -> Result<Json, LedgerError> {
        let advocate = match &candidate.advocate {
            Some(id) => advocates::by_id(books.sql, id)?,
            None => None,
        };
        let name = advocate.and_then(|advocate| {
            let hint = Some(email_hint(&advocate.email)).filter(|hint| !hint.is_empty());
            advocate.name.or(hint)
        });
        Ok(json!({
            "source": candidate.source,
            "advocate_id": candidate.advocate,
            "advocate_name": name,
            "at": Iso(candidate.at),
            "channel": candidate.channel,
            "reason": reason,
        }))
    };
    let winner = match &order.decision.winner {
        Some(winner) => Some(candidate(winner, "won")?),
        None => None,
    };
    let losers = order.decision.losers.iter();
    let losers = losers.map(|(loser, reason)| candidate(loser, reason.as_str()));
    let losers = losers.collect::<Result<Vec<Json>, _>>()?;
    Ok(json!({
        "referral_id": id,
        "status": referral.get("status"),
        "reason": referral.get("reason"),
        "order_id": order.order_id,
        "verdict": order.verdict,
        "winner": winner,
        "losers": losers,
        "rewards": referral.get("rewards"),
        "ruling": order_json(&order).get("ruling"),
    }))
}
