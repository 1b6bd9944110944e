//! Replays stored orders against a draft: what it would have cost, earned and blocked,
//! beside the live programme over the same orders.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::program::Program;
use grapevine_domain::replay::{Outcome, Past, People, Person, replay};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use super::candidates;
use crate::books::Books;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::store::advocates;
use crate::store::conversions::{self, Conversion};
use crate::store::rewards::in_sql;

/// Most orders that are played.
const MOST: u32 = 20_000;

/// Answers `{orders, cut, draft, live}`, each of the two `{referrals, rewards, cost,
/// revenue, blocked, refused}`; `cut` when there were more orders than are played.
/// Nothing is written.
pub fn run(
    books: &Books<'_>,
    draft: &Program,
    from: Option<Iso>,
    to: Option<Iso>,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let findings = draft.validate(grapevine_domain::validate::Shop {
        currency: merchant.currency,
        average_order: None,
    });
    if let Some(problem) = findings.problems.first() {
        let message = format!("{}: {}", problem.path, problem.sentence);
        return Err(LedgerError::invalid("invalid_program", message));
    }
    let from = in_sql(from.map_or(Timestamp(i64::MIN), |iso| iso.0));
    let to = in_sql(to.map_or(Timestamp(i64::MAX), |iso| iso.0));
    let mut orders = conversions::between(books.sql, from, to, MOST + 1)?;
    let cut = orders.len() > MOST as usize;
    orders.truncate(MOST as usize);
    let (past, people) = past(books, &orders)?;
    let (_, live) = books.live()?;
    let told = |program: &Program| tell(&replay(program, &past, &people), &past);
    Ok(json!({
        "orders": past.len(),
        "cut": cut,
        "draft": told(draft),
        "live": told(&live),
    }))
}

/// Orders, sorted by rank, as the rules see them, and the people in them.
pub(crate) fn past(
    books: &Books<'_>,
    orders: &[Conversion],
) -> Result<(Vec<Past>, People), LedgerError> {
    let mut by_friend: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_click: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, order) in orders.iter().enumerate() {
        if let Some(key) = &order.friend_key {
            by_friend.entry(key).or_default().push(at);
        }
        for click in &order.clicks {
            by_click.entry(&click.id).or_default().push(at);
        }
    }
    let mut past = Vec::with_capacity(orders.len());
    for (at, order) in orders.iter().enumerate() {
        let mut kin = vec![at];
        if let Some(key) = &order.friend_key {
            kin.extend(by_friend.get(key.as_str()).into_iter().flatten());
        }
        for click in &order.clicks {
            kin.extend(by_click.get(click.id.as_str()).into_iter().flatten());
        }
        kin.sort_unstable();
        kin.dedup();
        past.push(Past {
            order: order.as_order(),
            order_id: order.order_id.clone(),
            checkout_at: order.checkout_at,
            candidates: candidates::of(books, order)?.standing,
            kin,
            friend: order.friend_key.clone(),
            ruling: order.ruling.as_ref().map(|ruled| ruled.ruling),
            confirmed: order.confirmed_at.is_some()
                || order.ruling.as_ref().map(|ruled| ruled.ruling) == Some(Ruling::Approve),
        });
    }
    let people = advocates::keys(books.sql)?
        .into_iter()
        .map(|(id, key, left_at)| (id, Person { key, left_at }))
        .collect();
    Ok((past, people))
}

fn amounts(sums: &BTreeMap<Currency, i64>) -> Vec<Money> {
    let money = |(currency, minor): (&Currency, &i64)| Money {
        minor: *minor,
        currency: *currency,
    };
    sums.iter().map(money).collect()
}

fn tell(outcome: &Outcome, orders: &[Past]) -> Json {
    let mut blocked: BTreeMap<&str, u32> = BTreeMap::new();
    let mut revenue: BTreeMap<Currency, i64> = BTreeMap::new();
    let mut referrals = 0;
    for (at, (past, verdict)) in orders.iter().zip(&outcome.verdicts).enumerate() {
        if outcome.stands(at) {
            referrals += 1;
            *revenue.entry(past.order.amount.currency).or_default() += past.order.kept().minor;
        } else {
            *blocked.entry(verdict).or_default() += 1;
        }
    }
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    for reason in outcome.refused.values() {
        *refused.entry(reason).or_default() += 1;
    }
    json!({
        "referrals": referrals,
        "rewards": outcome.rewards.len(),
        "cost": amounts(&outcome.cost()),
        "prizes": amounts(&outcome.prizes),
        "revenue": amounts(&revenue),
        "blocked": blocked,
        "refused": refused,
    })
}
