//! What the merchant decides by hand: about an order and its referral, about a single
//! reward. Every decision is kept with its reason and can be taken back.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::allocate::{self, Touched};
use super::budget::Place;
use super::moves::{change_reward, move_reward, void_reward};
use super::{hand_over, settle};
use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::reports;
use crate::store::conversions::{self, Conversion, Ruled};
use crate::store::merchant::Merchant;
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, referrals};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A decision about an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// It counts, and the hold period is over.
    Approve {
        /// In the merchant's words.
        reason: Option<String>,
    },
    /// It does not count.
    Void {
        /// In the merchant's words.
        reason: Option<String>,
    },
    /// It counts after all, when the hold period is over.
    Reinstate {
        /// In the merchant's words.
        reason: Option<String>,
    },
    /// It counts for that advocate.
    Assign {
        /// Who.
        advocate_id: String,
        /// In the merchant's words.
        reason: Option<String>,
    },
    /// What was decided by hand is taken back: the rules decide.
    Undo {
        /// In the merchant's words.
        reason: Option<String>,
    },
}

impl Decision {
    const fn name(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Void { .. } => "void",
            Self::Reinstate { .. } => "reinstate",
            Self::Assign { .. } => "assign",
            Self::Undo { .. } => "undo",
        }
    }

    fn reason(&self) -> Option<String> {
        match self {
            Self::Approve { reason }
            | Self::Void { reason }
            | Self::Reinstate { reason }
            | Self::Assign { reason, .. }
            | Self::Undo { reason } => reason.clone(),
        }
    }
}

fn check_reason(reason: Option<&str>) -> Result<(), LedgerError> {
    if reason.is_none_or(|reason| reason.chars().count() <= LONGEST_REASON) {
        return Ok(());
    }
    let message = "reason must have at most 500 characters.";
    Err(LedgerError::invalid("invalid_reason", message))
}

pub(super) fn wrong_status(message: String) -> LedgerError {
    LedgerError::refused(RefusalKind::Conflict, "wrong_status", message)
}

/// Decides about a referral. Answers `{referral, why, events}`.
///
/// Atomicity: one transaction. Idempotency: the same decision again changes nothing
/// but its time. Refuses with `wrong_status` what the referral's status does not allow.
pub fn referral(books: &Books<'_>, id: &str, decision: Decision) -> Result<Json, LedgerError> {
    let found = referrals::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_referral", "There is no such referral."))?;
    let order = conversions::by_id(books.sql, &found.conversion_id)?
        .ok_or(LedgerError::Corrupt("a referral without its order"))?;
    let refuse = |holds: bool, message: &str| {
        if holds {
            return Ok(());
        }
        Err(wrong_status(format!(
            "{message} This one is {}.",
            found.status.as_str()
        )))
    };
    match decision {
        Decision::Approve { .. } => refuse(
            found.status != ReferralStatus::Voided,
            "Only a pending or flagged referral can be approved; reinstate a voided one first.",
        )?,
        Decision::Reinstate { .. } => refuse(
            found.status == ReferralStatus::Voided
                || order
                    .ruling
                    .as_ref()
                    .is_some_and(|ruled| ruled.ruling == Ruling::Stand),
            "Only a voided referral can be reinstated.",
        )?,
        _ => {}
    }
    // The referral stays this advocate's, whoever the rules would choose.
    let owner = match &decision {
        Decision::Assign { advocate_id, .. } => Some(advocate_id.clone()),
        Decision::Undo { .. } | Decision::Void { .. } => order
            .ruling
            .as_ref()
            .and_then(|ruled| ruled.advocate.clone()),
        _ => Some(found.advocate_id.clone()),
    };
    rule(books, &order, decision, owner)?;
    reports::referrals::one(books, id)
}

/// Decides about an order, also one that nobody has brought so far. Answers as
/// [`super::report_conversion::run`].
///
/// Atomicity: one transaction. Idempotency: as [`referral`].
pub fn order(books: &Books<'_>, order_id: &str, decision: Decision) -> Result<Json, LedgerError> {
    let order = conversions::by_order(books.sql, order_id)?
        .ok_or_else(|| LedgerError::not_found("unknown_order", "There is no such order."))?;
    let owner = match &decision {
        Decision::Assign { advocate_id, .. } => Some(advocate_id.clone()),
        _ => order
            .ruling
            .as_ref()
            .and_then(|ruled| ruled.advocate.clone()),
    };
    rule(books, &order, decision, owner)?;
    reports::referrals::conversion(books, order_id)
}

fn rule(
    books: &Books<'_>,
    before: &Conversion,
    decision: Decision,
    owner: Option<String>,
) -> Result<(), LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let reason = decision.reason();
    check_reason(reason.as_deref())?;
    if let Decision::Assign { advocate_id, .. } = &decision {
        let advocate = advocates::by_id(books.sql, advocate_id)?;
        if advocate.is_none_or(|advocate| advocate.left_at.is_some()) {
            let message = "There is no such advocate.";
            return Err(LedgerError::not_found("unknown_advocate", message));
        }
    }
    let ruling = match decision {
        Decision::Approve { .. } => Some(Ruling::Approve),
        Decision::Void { .. } => Some(Ruling::Void),
        Decision::Reinstate { .. } | Decision::Assign { .. } => Some(Ruling::Stand),
        Decision::Undo { .. } => None,
    };
    let ruled = ruling.map(|ruling| Ruled {
        ruling,
        advocate: owner,
        reason: reason.clone(),
        at: now,
    });
    let data = json!({ "decision": decision.name(), "reason": reason });
    let event = Event {
        kind: "order.decided",
        subject: &before.order_id,
        actor: "merchant",
        data,
    };
    events::append(books, now, event)?;
    let order = Conversion {
        ruling: ruled,
        ..before.clone()
    };
    settle::settle(books, &merchant, Some(before), &order, "merchant", now)
}

/// What is done with a single reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardAct {
    /// It is the person's now, before the hold period is over.
    Approve,
    /// The shop has handed it over.
    Issue,
    /// It was used.
    Redeem,
    /// It is taken back.
    Void,
    /// It stands again, whatever voided it.
    Reinstate,
}

/// Does it, and notes in whose words. Answers the reward as it is then.
///
/// Atomicity: one transaction. Idempotency: what is done already answers the same
/// again, and leaves no trace. Refuses with `wrong_status` what the reward's status does not allow.
pub fn reward(
    books: &Books<'_>,
    id: &str,
    act: RewardAct,
    reason: Option<String>,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    check_reason(reason.as_deref())?;
    let found = rewards::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_reward", "There is no such reward."))?;
    let words = reason.clone();
    match act {
        RewardAct::Approve => approve(books, &merchant, &found, now)?,
        RewardAct::Issue => issue(books, &found, reason, now)?,
        RewardAct::Redeem => redeem(books, &found, reason, now)?,
        RewardAct::Void => take_back(books, &merchant, &found, reason, now)?,
        RewardAct::Reinstate => give_back(books, &merchant, &found, now)?,
    }
    if rewards::by_id(books.sql, id)?.as_ref() != Some(&found) {
        let event = Event {
            kind: "reward.decided",
            subject: id,
            actor: "merchant",
            data: json!({ "decision": act, "reason": words }),
        };
        events::append(books, now, event)?;
    }
    reports::rewards::one(books, id)
}

fn refuse(found: &Reward, sentence: &str) -> LedgerError {
    wrong_status(format!("{sentence} This one is {}.", found.status.as_str()))
}

fn approve(
    books: &Books<'_>,
    merchant: &Merchant,
    found: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    match found.status {
        RewardStatus::Approved | RewardStatus::Issued | RewardStatus::Redeemed => Ok(()),
        RewardStatus::Pending => {
            let ruled = Reward {
                ruling: Some(Ruling::Approve),
                ..found.clone()
            };
            let approved = hand_over::approve(books, merchant, &ruled, "merchant", now)?;
            work_out_again(books, merchant, &approved, now)
        }
        _ => Err(refuse(found, "Only a pending reward can be approved.")),
    }
}

fn issue(
    books: &Books<'_>,
    found: &Reward,
    reference: Option<String>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    match found.status {
        RewardStatus::Issued | RewardStatus::Redeemed => Ok(()),
        RewardStatus::Approved => {
            let noted = Reward {
                reference,
                ..found.clone()
            };
            hand_over::issue(books, &noted, found.coupon.clone(), now).map(drop)
        }
        _ => Err(refuse(found, "Only an approved reward can be handed over.")),
    }
}

fn redeem(
    books: &Books<'_>,
    found: &Reward,
    reference: Option<String>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let issued = match found.status {
        RewardStatus::Redeemed => return Ok(()),
        RewardStatus::Issued => found.clone(),
        RewardStatus::Approved => {
            issue(books, found, reference, now)?;
            rewards::by_id(books.sql, &found.id)?
                .ok_or(LedgerError::Corrupt("a reward that has gone"))?
        }
        _ => {
            return Err(refuse(
                found,
                "Only a reward that was handed over can be used.",
            ));
        }
    };
    move_reward(
        books,
        &issued,
        RewardStatus::Redeemed,
        None,
        "merchant",
        now,
    )
    .map(drop)
}

fn take_back(
    books: &Books<'_>,
    merchant: &Merchant,
    found: &Reward,
    reason: Option<String>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let ruled = Reward {
        ruling: Some(Ruling::Void),
        reference: reason.or_else(|| found.reference.clone()),
        ..found.clone()
    };
    if found.status == RewardStatus::Voided {
        let ruled = Reward {
            reason: Some("declined".to_owned()),
            ..ruled
        };
        change_reward(books, Some(found), &ruled, "merchant", now)?;
        // The budget had refused it, and it had kept its place under a cap.
        return work_out_again(books, merchant, found, now);
    }
    if !void_reward(books, &ruled, "declined", "merchant", now)? {
        return Err(refuse(found, "An expired reward cannot be voided."));
    }
    work_out_again(books, merchant, found, now)?;
    if found.side == Side::Advocate {
        let told = Reward {
            reason: Some("declined".to_owned()),
            ..found.clone()
        };
        super::moves::tell(books, "reward_declined", merchant, &told, now)?;
    }
    Ok(())
}

fn give_back(
    books: &Books<'_>,
    merchant: &Merchant,
    found: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if found.status != RewardStatus::Voided {
        if found.ruling == Some(Ruling::Stand) {
            return Ok(());
        }
        return Err(refuse(found, "Only a voided reward can be reinstated."));
    }
    let after = Reward {
        ruling: Some(Ruling::Stand),
        credible: true,
        ..found.reopened()
    };
    change_reward(books, Some(found), &after, "merchant", now)?;
    work_out_again(books, merchant, &after, now)?;
    let after = rewards::by_id(books.sql, &found.id)?
        .ok_or(LedgerError::Corrupt("a reward that has gone"))?;
    hand_over::approve_if_free(books, merchant, &after, now)
}

/// Others may have more or less room now.
fn work_out_again(
    books: &Books<'_>,
    merchant: &Merchant,
    reward: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut touched = Touched::default();
    touched.advocate(&reward.advocate_id, reward.ordered_at, &reward.order_id);
    touched.spending.insert(Place::of(reward));
    touched.room(books, reward)?;
    allocate::run(books, merchant, touched, now)
}
