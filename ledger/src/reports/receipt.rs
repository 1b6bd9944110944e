//! The receipt of a reward: what counted, what is still awaited and until when, why it
//! was declined. For the person whose reward it is, by a signed link.

use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use super::{handed, panel};
use crate::books::Books;
use crate::commands::appeal;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::keyring::{Keyring, Purpose};
use crate::signed;
use crate::store::appeals::{self, Appeal};
use crate::store::merchant::Merchant;
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, conversions, referrals};
use crate::values;

/// The path of a reward's receipt at the edge. It holds nothing but the reward's random
/// name, and is always the same under one master key.
#[must_use]
pub fn path(ring: &Keyring, merchant: &str, reward_id: &str) -> String {
    // A receipt is worth as much in years as it is today.
    let for_ever = Timestamp::from_seconds(u32::MAX);
    let sealed = signed::seal(ring, Purpose::Receipt, merchant, reward_id, for_ever);
    format!("/s/{merchant}.{sealed}")
}

/// The reward that a receipt's token is for.
pub(crate) fn reward_of(
    books: &Books<'_>,
    merchant: &Merchant,
    token: &str,
) -> Result<Reward, LedgerError> {
    let now = books.now(merchant);
    let id = signed::open(books.ring, Purpose::Receipt, &merchant.slug, token, now);
    let reward = match id {
        Ok(id) => rewards::by_id(books.sql, &id)?,
        Err(_) => None,
    };
    reward.ok_or_else(|| LedgerError::not_found("unknown_receipt", "There is no such receipt."))
}

/// The receipt. Names nobody, neither advocate nor friend, and no order.
pub fn show(books: &Books<'_>, token: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let reward = reward_of(books, &merchant, token)?;
    let owner = advocates::by_id(books.sql, &reward.advocate_id)?;
    let referral = match &reward.referral_id {
        Some(id) => referrals::by_id(books.sql, id)?,
        None => None,
    };
    let order = match &referral {
        Some(referral) => conversions::by_id(books.sql, &referral.conversion_id)?,
        None => None,
    };
    let verified = owner
        .as_ref()
        .is_some_and(|owner| owner.verified_at.is_some());
    let locale = match (reward.side, &owner) {
        (Side::Advocate, Some(owner)) => &owner.locale,
        _ => &merchant.locale,
    };
    let last = appeals::last(books.sql, &reward.id)?;
    let channel = referral.as_ref().map(|referral| &referral.channel);
    Ok(json!({
        "side": reward.side.as_str(),
        "prize": reward.prize.is_some(),
        "reward": handed(&reward),
        "status": reward.status.as_str(),
        "reason": reward.reason,
        "source": referral.as_ref().map(|referral| &referral.source),
        "channel": channel.filter(|channel| !channel.is_empty()),
        "clicked_at": referral.as_ref().and_then(|referral| referral.clicked_at).map(Iso),
        "kind": order.map(|order| order.kind.as_str()),
        "ordered_at": Iso(reward.ordered_at),
        "release_at": Iso(reward.release_at),
        "expires_at": reward.expires_at.map(Iso),
        "awaits": panel::awaits(&reward, referral.as_ref(), verified, now),
        "history": history(books, &reward)?,
        "appeal": last.as_ref().map(appeal_json),
        "may_appeal": appeal::is_possible(&reward, last.as_ref()),
        "locale": locale,
        "now": Iso(now),
    }))
}

/// Where the reward has been: `{at, status}`, the oldest first.
fn history(books: &Books<'_>, reward: &Reward) -> Result<Vec<Json>, LedgerError> {
    crate::events::flush(books)?;
    let rows = books.sql.run(
        "SELECT at, data ->> '$.status' FROM events WHERE subject = ? AND kind LIKE 'reward.%' \
         AND kind <> 'reward.changed' AND data ->> '$.status' IS NOT NULL ORDER BY seq",
        values![reward.id.as_str()],
    )?;
    let mut history = Vec::new();
    for row in rows {
        let status = row.text(1)?;
        if RewardStatus::parse(&status).is_some() {
            history.push(json!({ "at": Iso(Timestamp(row.int(0)?)), "status": status }));
        }
    }
    Ok(history)
}

/// An appeal as both sides see it.
pub(crate) fn appeal_json(appeal: &Appeal) -> Json {
    json!({
        "id": appeal.id,
        "text": appeal.text,
        "filed_at": Iso(appeal.filed_at),
        "open": appeal.closed_at.is_none(),
        "closed_at": appeal.closed_at.map(Iso),
        "answer": appeal.answer,
    })
}
