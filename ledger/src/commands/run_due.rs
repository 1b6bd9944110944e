//! What time brings: rewards whose hold period is over. Also the test clock.

use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::{DAY_MS, Timestamp};
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::store::merchant::{self, Merchant};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, outbox, referrals};

/// How many referrals are loaded at a time.
const AT_ONCE: u32 = 100;
/// The furthest that a clock is moved, all steps together: ten years.
const FURTHEST_S: i64 = 10 * 366 * DAY_MS / 1000;

/// Approves every referral whose hold period is over. Answers `{approved}`.
///
/// Atomicity: one transaction. Idempotency: what is approved is no longer due.
pub fn run(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let approved = books.atomically(|| approve_due(books, &merchant, now))?;
    Ok(json!({ "approved": approved }))
}

/// Approves all that is due, a page at a time; how many there were.
fn approve_due(
    books: &Books<'_>,
    merchant: &Merchant,
    now: Timestamp,
) -> Result<usize, LedgerError> {
    let mut approved = 0;
    loop {
        let due = referrals::due(books.sql, now, AT_ONCE)?;
        for referral in &due {
            approve(books, merchant, referral, now)?;
        }
        approved += due.len();
        if due.len() < AT_ONCE as usize {
            return Ok(approved);
        }
    }
}

fn approve(
    books: &Books<'_>,
    merchant: &Merchant,
    referral: &referrals::Referral,
    now: Timestamp,
) -> Result<(), LedgerError> {
    super::moves::move_referral(
        books,
        referral,
        ReferralStatus::Approved,
        None,
        "system",
        now,
    )?;
    let advocate = advocates::by_id(books.sql, &referral.advocate_id)?;
    let verified = advocate.is_some_and(|advocate| advocate.verified_at.is_some());
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        // An unverified advocate's reward waits for the address to be confirmed.
        let held = reward.side == Side::Advocate && !verified;
        if reward.status == RewardStatus::Pending && !held {
            super::moves::move_reward(books, &reward, RewardStatus::Approved, None, "system", now)?;
            if reward.side == Side::Advocate {
                tell_ready(books, merchant, &reward, now)?;
            }
        }
    }
    Ok(())
}

/// Tells an advocate that a reward is theirs.
pub(crate) fn tell_ready(
    books: &Books<'_>,
    merchant: &Merchant,
    reward: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(advocate) = advocates::by_id(books.sql, &reward.advocate_id)? else {
        return Ok(());
    };
    if advocate.unsubscribed_at.is_some() {
        return Ok(());
    }
    let data = json!({
        "reward": { "kind": reward.kind, "money": reward.worth, "basis_points": null },
        "merchant": merchant.name,
    });
    outbox::insert(books.sql, "reward_ready", &advocate, &data, now)
}

/// Answers `{now, test}`: the merchant's time.
pub fn clock(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    Ok(json!({ "now": Iso(books.now(&merchant)), "test": merchant.test }))
}

/// Moves a test merchant's clock forward and does what is then due. Answers
/// `{now, test, approved}`.
///
/// Atomicity: one transaction, so that a repeated call after a failure moves the
/// clock once. Idempotency: none; each answered call moves the clock.
pub fn advance(books: &Books<'_>, seconds: i64) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    if !merchant.test {
        let message = "Only a test merchant's clock can be moved.";
        return Err(LedgerError::refused(
            RefusalKind::Forbidden,
            "not_a_test_merchant",
            message,
        ));
    }
    let room_s = FURTHEST_S - merchant.clock_offset_ms / 1000;
    if !(0..=room_s).contains(&seconds) {
        let message = "advance_seconds must not be negative, and all steps together at most \
                       316,224,000 (ten years).";
        return Err(LedgerError::invalid("invalid_step", message));
    }
    let moved = Merchant {
        clock_offset_ms: merchant.clock_offset_ms + seconds * 1000,
        ..merchant
    };
    let approved = books.atomically(|| {
        let now = books.now(&moved);
        merchant::set_clock_offset(books.sql, moved.clock_offset_ms)?;
        let data = json!({ "seconds": seconds });
        let event = Event {
            kind: "clock.moved",
            subject: &moved.slug,
            actor: "merchant",
            data,
        };
        events::append(books, now, event)?;
        approve_due(books, &moved, now)
    })?;
    Ok(json!({ "now": Iso(books.now(&moved)), "test": moved.test, "approved": approved }))
}
