//! Statuses move, along their arrows only, each move with its event.

use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::json;

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, outbox};

/// Writes to the advocate, unless they asked for silence.
pub fn tell(
    books: &Books<'_>,
    advocate_id: &str,
    template: &str,
    merchant: &Merchant,
    offer: &Offer,
    referral: &Referral,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(advocate) = advocates::by_id(books.sql, advocate_id)? else {
        return Ok(());
    };
    if advocate.unsubscribed_at.is_some() {
        return Ok(());
    }
    let data = json!({
        "reward": crate::reports::offered(offer),
        "release_at": Iso(referral.release_at),
        "reason": referral.reason,
        "merchant": merchant.name,
    });
    outbox::insert(books.sql, template, &advocate, &data, now)
}

/// Moves a referral along one of its arrows and records it.
pub fn move_referral(
    books: &Books<'_>,
    referral: &Referral,
    to: ReferralStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if !referral.status.can_become(to) {
        return Err(LedgerError::Corrupt("a referral against its arrows"));
    }
    referrals::set_status(books.sql, &referral.id, to, reason)?;
    let kind = match to {
        ReferralStatus::Pending => "referral.reinstated",
        ReferralStatus::Flagged => "referral.flagged",
        ReferralStatus::Approved => "referral.approved",
        ReferralStatus::Voided => "referral.voided",
    };
    let data = json!({ "from": referral.status.as_str(), "reason": reason });
    events::append(
        books,
        now,
        Event {
            kind,
            subject: &referral.id,
            actor,
            data,
        },
    )
}

/// Moves a reward along one of its arrows and records it.
pub fn move_reward(
    books: &Books<'_>,
    reward: &Reward,
    to: RewardStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if !reward.status.can_become(to) {
        return Err(LedgerError::Corrupt("a reward against its arrows"));
    }
    rewards::set_status(books.sql, &reward.id, to, reason, now)?;
    let kind = match to {
        RewardStatus::Pending => "reward.reinstated",
        RewardStatus::Approved => "reward.approved",
        RewardStatus::Issued => "reward.issued",
        RewardStatus::Redeemed => "reward.redeemed",
        RewardStatus::Expired => "reward.expired",
        RewardStatus::Voided => "reward.voided",
    };
    let data = json!({ "from": reward.status.as_str(), "reason": reason });
    events::append(
        books,
        now,
        Event {
            kind,
            subject: &reward.id,
            actor,
            data,
        },
    )
}

/// Voids a referral and what of its rewards can be. The advocate is told only of
/// orders that are `credible`: anybody can report one to a browser's address.
pub fn void(
    books: &Books<'_>,
    merchant: &Merchant,
    referral: &Referral,
    reason: &str,
    credible: bool,
    now: Timestamp,
) -> Result<(), LedgerError> {
    move_referral(
        books,
        referral,
        ReferralStatus::Voided,
        Some(reason),
        "system",
        now,
    )?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status.can_become(RewardStatus::Voided) {
            move_reward(
                books,
                &reward,
                RewardStatus::Voided,
                Some(reason),
                "system",
                now,
            )?;
            if reward.side == Side::Advocate && credible {
                let offer = Offer::StoreCredit {
                    money: reward.worth,
                };
                let told = Referral {
                    reason: Some(reason.to_owned()),
                    ..referral.clone()
                };
                tell(
                    books,
                    &referral.advocate_id,
                    "reward_declined",
                    merchant,
                    &offer,
                    &told,
                    now,
                )?;
            }
        }
    }
    Ok(())
}

/// What was voided by the facts stands again by the facts.
pub fn reinstate(
    books: &Books<'_>,
    referral: &Referral,
    now: Timestamp,
) -> Result<(), LedgerError> {
    move_referral(
        books,
        referral,
        ReferralStatus::Pending,
        None,
        "system",
        now,
    )?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status == RewardStatus::Voided {
            move_reward(books, &reward, RewardStatus::Pending, None, "system", now)?;
        }
    }
    Ok(())
}
