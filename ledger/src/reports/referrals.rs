//! Orders, referrals and rewards with their why.

use grapevine_domain::attribution::Candidate;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::identity::email_hint;
use crate::iso::Iso;
use crate::store::advocates;
use crate::store::conversions::{self, Conversion};
use crate::store::referrals::{self as store, Referral};
use crate::store::rewards::{self as reward_store, Reward};
use crate::values;

/// How many rows a list answers with.
const LISTED: u32 = 200;

/// One order: `{conversion, referral, why}`.
pub fn conversion(books: &Books<'_>, order_id: &str) -> Result<Json, LedgerError> {
    let order = conversions::by_order(books.sql, order_id)?
        .ok_or_else(|| LedgerError::not_found("unknown_order", "There is no such order."))?;
    let referral = newest_of(store::of_conversion(books.sql, &order.id)?);
    let referral = referral
        .map(|referral| describe(books, &referral, &order))
        .transpose()?;
    Ok(json!({ "conversion": order_json(&order), "referral": referral, "why": why(&order) }))
}

/// The one that stands, else the last one that was voided.
fn newest_of(all: Vec<Referral>) -> Option<Referral> {
    let standing = |r: &Referral| r.status != grapevine_domain::referral::ReferralStatus::Voided;
    all.into_iter()
        .max_by_key(|referral| (standing(referral), referral.created_at))
}

fn order_json(order: &Conversion) -> Json {
    json!({
        "id": order.id,
        "order_id": order.order_id,
        "amount": order.amount,
        "refunded": { "minor": order.refunded_minor, "currency": order.amount.currency },
        "ordered_at": Iso(order.ordered_at),
        "reported_at": Iso(order.reported_at),
        "confirmed": order.confirmed_at.is_some(),
        "verdict": order.verdict,
        "program_version": order.program_version,
    })
}

/// The decision about an order: winner and losers, each with a reason.
fn why(order: &Conversion) -> Json {
    let mut reasons = Vec::new();
    let line = |candidate: &Candidate, reason: Json| {
        json!({
            "source": candidate.source,
            "advocate_id": candidate.advocate,
            "at": Iso(candidate.at),
            "channel": candidate.channel,
            "reason": reason,
        })
    };
    if let Some(winner) = &order.decision.winner {
        reasons.push(line(winner, json!("won")));
    }
    for (loser, reason) in &order.decision.losers {
        reasons.push(line(loser, json!(reason)));
    }
    Json::Array(reasons)
}

fn reward_json(reward: &Reward) -> Json {
    json!({
        "id": reward.id,
        "referral_id": reward.referral_id,
        "side": reward.side.as_str(),
        "kind": reward.kind,
        "status": reward.status.as_str(),
        "money": reward.worth,
        "basis_points": reward.basis_points,
        "created_at": Iso(reward.created_at),
        "release_at": Iso(reward.release_at),
        "reason": reward.reason,
    })
}

fn describe(
    books: &Books<'_>,
    referral: &Referral,
    order: &Conversion,
) -> Result<Json, LedgerError> {
    let advocate = advocates::by_id(books.sql, &referral.advocate_id)?;
    let rewards = reward_store::of_referral(books.sql, &referral.id)?;
    Ok(json!({
        "id": referral.id,
        "status": referral.status.as_str(),
        "reason": referral.reason,
        "source": referral.source,
        "channel": referral.channel,
        "created_at": Iso(referral.created_at),
        "release_at": Iso(referral.release_at),
        "order_id": order.order_id,
        "amount": order.amount,
        "advocate": advocate.map(|advocate| json!({
            "id": advocate.id,
            "name": advocate.name,
            "email_hint": email_hint(&advocate.email),
            "verified": advocate.verified_at.is_some(),
        })),
        "rewards": rewards.iter().map(reward_json).collect::<Vec<_>>(),
    }))
}

fn with_order(books: &Books<'_>, referral: &Referral) -> Result<(Conversion, Json), LedgerError> {
    let order = conversions::by_id(books.sql, &referral.conversion_id)?
        .ok_or(LedgerError::Corrupt("a referral without its order"))?;
    let json = describe(books, referral, &order)?;
    Ok((order, json))
}

/// The newest referrals, newest first.
pub fn newest(books: &Books<'_>) -> Result<Json, LedgerError> {
    let mut list = Vec::new();
    for referral in store::newest(books.sql, LISTED)? {
        list.push(with_order(books, &referral)?.1);
    }
    Ok(Json::Array(list))
}

/// One referral with its decision and its history: `{referral, why, events}`.
pub fn one(books: &Books<'_>, id: &str) -> Result<Json, LedgerError> {
    let referral = store::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_referral", "There is no such referral."))?;
    let (order, json) = with_order(books, &referral)?;
    let rows = books.sql.run(
        "SELECT at, kind, subject, actor, data FROM events WHERE subject = ? OR subject = ? \
         OR subject IN (SELECT id FROM rewards WHERE referral_id = ?) ORDER BY seq",
        values![id, order.order_id.as_str(), id],
    )?;
    let mut history = Vec::new();
    for row in rows {
        let data: Json = serde_json::from_str(&row.text(4)?)?;
        history.push(json!({
            "at": Iso(grapevine_domain::time::Timestamp(row.int(0)?)),
            "kind": row.text(1)?,
            "subject": row.text(2)?,
            "actor": row.text(3)?,
            "data": data,
        }));
    }
    Ok(json!({ "referral": json, "why": why(&order), "events": history }))
}

/// The newest rewards of both sides, newest first.
pub fn rewards(books: &Books<'_>) -> Result<Json, LedgerError> {
    let rewards = reward_store::newest(books.sql, LISTED)?;
    Ok(Json::Array(rewards.iter().map(reward_json).collect()))
}
