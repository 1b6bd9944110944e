//! Rewards become the person's: approved when the hold period is over, less what the
//! advocate owes; handed over by a code, or by the shop.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Clawback, HandOver, RewardStatus, Rule, Side, Step};
use grapevine_domain::time::Timestamp;
use std::rc::Rc;

use super::moves::{change_reward, move_referral, move_reward, tell};
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::coupons::{self, Coupon};
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, conversions, pools};

/// Approves a referral and every reward of it that waits for nothing else.
pub fn approve_referral(
    books: &Books<'_>,
    merchant: &Merchant,
    referral: &Referral,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    move_referral(books, referral, ReferralStatus::Approved, None, actor, now)?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status == RewardStatus::Pending && !is_held(books, &reward)? {
            approve(books, merchant, &reward, actor, now)?;
        }
    }
    Ok(())
}

/// An unverified advocate's reward waits for the address to be confirmed.
fn is_held(books: &Books<'_>, reward: &Reward) -> Result<bool, LedgerError> {
    if reward.side == Side::Friend {
        return Ok(false);
    }
    let advocate = advocates::by_id(books.sql, &reward.advocate_id)?;
    Ok(advocate.is_none_or(|advocate| advocate.verified_at.is_none()))
}

/// Approves a pending reward if nothing is awaited any more: it came back into a
/// referral that was approved before.
pub fn approve_if_free(
    books: &Books<'_>,
    merchant: &Merchant,
    reward: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let referral = match &reward.referral_id {
        Some(id) => referrals::by_id(books.sql, id)?,
        None => None,
    };
    let over = referral.is_none_or(|referral| {
        let by_word = reward.ruling == Some(Ruling::Stand) && reward.release_at <= now;
        referral.status == ReferralStatus::Approved
            || (by_word && referral.status == ReferralStatus::Voided)
    });
    if over && reward.status == RewardStatus::Pending && !is_held(books, reward)? {
        approve(books, merchant, reward, "system", now)?;
    }
    Ok(())
}

/// The programme that a reward was promised under.
pub fn program_of(books: &Books<'_>, reward: &Reward) -> Result<Rc<Program>, LedgerError> {
    let referral = match &reward.referral_id {
        Some(id) => referrals::by_id(books.sql, id)?,
        None => None,
    };
    let order = match &referral {
        Some(referral) => conversions::by_id(books.sql, &referral.conversion_id)?,
        None => None,
    };
    match order {
        Some(order) => books.program(order.program_version),
        None => Ok(books.live()?.1),
    }
}

/// What becomes of the worth of that reward when it is voided. A friend owes nothing:
/// nobody knows who it is.
pub fn clawback(books: &Books<'_>, reward: &Reward) -> Result<Clawback, LedgerError> {
    if reward.handed_minor == 0 {
        return Ok(Clawback::Debt);
    }
    if reward.side == Side::Friend || !reward.offer.is_money() {
        return Ok(Clawback::Forgive);
    }
    Ok(program_of(books, reward)?.clawback)
}

/// Approves a reward: keeps back what the advocate owes, and hands it over where a
/// code does that.
pub fn approve(
    books: &Books<'_>,
    merchant: &Merchant,
    reward: &Reward,
    actor: &str,
    now: Timestamp,
) -> Result<Reward, LedgerError> {
    let program = program_of(books, reward)?;
    let rules = program.side(reward.side);
    let mut approved = reward.clone();
    approved.status = RewardStatus::Approved;
    approved.reason = None;
    approved.credible = true; // whoever vouched for it: it is spent
    if reward.side == Side::Advocate && reward.offer.is_money() {
        let owed = rewards::owed(books.sql, &reward.advocate_id, reward.worth.currency)?;
        approved.withheld_minor = owed.min(reward.worth.minor);
        if approved.withheld_minor != 0 {
            let minor = approved.payable_minor();
            approved.steps.push(Step {
                rule: Rule::Debt,
                minor,
            });
        }
    }
    let days = rules.and_then(|rules| rules.expires_days);
    approved.expires_at = days.map(|days| now.plus_days(days));
    change_reward(books, Some(reward), &approved, actor, now)?;
    let given = hand_over(books, &program, &approved, now)?;
    if given.side == Side::Advocate && given.payable_minor() > 0 {
        tell(books, "reward_ready", merchant, &given, now)?;
    }
    Ok(given)
}

/// Hands an approved reward over where no person is needed for it.
pub fn hand_over(
    books: &Books<'_>,
    program: &Program,
    reward: &Reward,
    now: Timestamp,
) -> Result<Reward, LedgerError> {
    if reward.offer.is_money() && reward.payable_minor() <= 0 {
        // All of it settled what was owed: nothing to hand over, nothing that can lapse.
        let settled = Reward {
            coupon: None,
            expires_at: None,
            ..reward.clone()
        };
        return change_to_issued(books, reward, settled, now);
    }
    let by = match (&reward.prize, program.side(reward.side)) {
        (None, Some(rules)) => rules.handed_over_by(reward.side, &reward.offer),
        _ => HandOver::Merchant,
    };
    if reward.side == Side::Friend
        && by != HandOver::Merchant
        && let Some(code) = used_coupon(books, reward)?
    {
        let issued = issue(books, reward, Some(code), now)?;
        return move_reward(books, &issued, RewardStatus::Redeemed, None, "system", now);
    }
    if let Some(code) = &reward.coupon {
        let issued = issue(books, reward, Some(code.clone()), now)?; // the same code again
        let used = coupons::by_code(books.sql, code)?.is_some_and(|own| own.order_id.is_some());
        return if used {
            move_reward(books, &issued, RewardStatus::Redeemed, None, "system", now)
        } else {
            Ok(issued)
        };
    }
    let owed_back = reward.side == Side::Advocate && reward.offer.is_money();
    if !owed_back && reward.handed_minor > 0 && reward.handed_minor >= reward.payable_minor() {
        return issue(books, reward, None, now); // the person has it already
    }
    if reward.side == Side::Friend {
        // Nobody knows where to send a code to: the shop sees it and may.
        return Ok(reward.clone());
    }
    let code = match by {
        HandOver::Merchant => None,
        HandOver::Pattern { pattern } => Some(new_code(books, &pattern)?),
        HandOver::Pool { pool } => take(books, &pool, &reward.id, now)?,
    };
    let Some(code) = code else {
        return Ok(reward.clone());
    };
    let coupon = Coupon {
        code: code.clone(),
        advocate_id: reward.advocate_id.clone(),
        click_id: None,
        reward_id: Some(reward.id.clone()),
        channel: String::new(),
        created_at: now,
        expires_at: reward.expires_at,
        order_id: None,
    };
    coupons::insert(books.sql, &coupon)?;
    issue(books, reward, Some(code), now)
}

/// The code that the friend of a reward used for the very order.
fn used_coupon(books: &Books<'_>, reward: &Reward) -> Result<Option<String>, LedgerError> {
    let Some(order) = conversions::by_order(books.sql, &reward.order_id)? else {
        return Ok(None);
    };
    let Some(typed) = order.coupon else {
        return Ok(None);
    };
    let known = coupons::by_code(books.sql, &typed)?;
    let used = known.is_none_or(|coupon| coupon.order_id.as_deref() == Some(&reward.order_id));
    // A personal code told aloud is a code too, though nobody's alone.
    Ok(used.then_some(typed))
}

/// Hands over: its value counts as given from now on.
pub fn issue(
    books: &Books<'_>,
    reward: &Reward,
    code: Option<String>,
    now: Timestamp,
) -> Result<Reward, LedgerError> {
    let handed = Reward {
        coupon: code,
        ..reward.clone()
    };
    change_to_issued(books, reward, handed, now)
}

fn change_to_issued(
    books: &Books<'_>,
    reward: &Reward,
    mut issued: Reward,
    now: Timestamp,
) -> Result<Reward, LedgerError> {
    issued.status = RewardStatus::Issued;
    issued.handed_minor = if reward.side == Side::Advocate && reward.offer.is_money() {
        // What they had of it before was kept back as a debt.
        reward.handed_minor + reward.payable_minor()
    } else {
        reward.handed_minor.max(reward.payable_minor())
    };
    change_reward(books, Some(reward), &issued, "system", now)?;
    Ok(issued)
}

/// A code by a pattern that nobody has.
pub fn new_code(books: &Books<'_>, pattern: &str) -> Result<String, LedgerError> {
    for _ in 0..50 {
        let code = books.fill(pattern);
        if coupons::by_code(books.sql, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(LedgerError::Corrupt(
        "no free code: the pattern is used up, or chance repeats itself",
    ))
}

/// Takes a code out of a pool. The merchant hears when it was the last one: whoever
/// is refused later leaves no trace, since a refusal undoes its transaction.
pub fn take(
    books: &Books<'_>,
    pool: &str,
    wanted_for: &str,
    now: Timestamp,
) -> Result<Option<String>, LedgerError> {
    let code = pools::take(books.sql, pool, now)?;
    if code.is_none() || !pools::has_some(books.sql, pool)? {
        let event = Event {
            kind: "program.pool_empty",
            subject: pool,
            actor: "system",
            data: serde_json::json!({ "wanted_for": wanted_for, "given": code.is_some() }),
        };
        events::append(books, now, event)?;
    }
    Ok(code)
}
