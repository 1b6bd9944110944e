//! What the panel shows an advocate.

use grapevine_domain::money::Money;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::clicks;
use crate::commands::join::advocate_of;
use crate::error::LedgerError;
use crate::identity::email_hint;
use crate::iso::Iso;
use crate::store::advocates::Advocate;
use crate::store::merchant::Merchant;
use crate::store::rewards::{self, Reward};
use crate::store::{conversions, programs, referrals, shares};
use crate::values;

/// How many rewards the panel lists.
const LISTED: u32 = 50;

/// Answers `me`: code, link, numbers, rewards with what they wait for.
pub fn show(books: &Books<'_>, session: &str, origin: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocate_of(books, &merchant, session)?;
    me(books, &merchant, &advocate, origin)
}

/// An advocate's personal link at the edge that they talk to.
pub(crate) fn link(merchant: &Merchant, origin: &str, code: &str) -> String {
    format!("{origin}/r/{}/{code}", merchant.slug)
}

/// The advocate's own page: code, link, numbers, rewards with what they wait for.
pub(crate) fn me(
    books: &Books<'_>,
    merchant: &Merchant,
    advocate: &Advocate,
    origin: &str,
) -> Result<Json, LedgerError> {
    let friends = books.sql.run(
        "SELECT count(*) FROM referrals WHERE advocate_id = ? AND status IN ('pending', 'flagged', 'approved')",
        values![advocate.id.as_str()],
    )?;
    let sums = books.sql.run(
        "SELECT coalesce(sum(iif(status = 'pending', amount_minor, 0)), 0), \
         coalesce(sum(iif(status IN ('approved', 'issued', 'redeemed'), amount_minor, 0)), 0) \
         FROM rewards WHERE advocate_id = ? AND side = 'advocate' AND currency = ?",
        values![advocate.id.as_str(), merchant.currency.as_str()],
    )?;
    let money = |at| -> Result<Money, LedgerError> {
        let minor = sums.first().map_or(Ok(0), |row| row.int(at))?;
        Ok(Money {
            minor,
            currency: merchant.currency,
        })
    };
    let now = books.now(merchant);
    let mut listed = Vec::new();
    for reward in rewards::of_advocate(books.sql, &advocate.id, LISTED)? {
        listed.push(shown(books, &reward, advocate.verified_at.is_some(), now)?);
    }
    Ok(json!({
        "code": advocate.code,
        "link": link(merchant, origin, &advocate.code),
        "verified": advocate.verified_at.is_some(),
        "email_hint": email_hint(&advocate.email),
        "numbers": {
            "shares": shares::count(books.sql, &advocate.id)?,
            "clicks": clicks::of_code(books, &advocate.code)?,
            "friends": friends.first().map_or(Ok(0), |row| row.int(0))?,
        },
        "pending": money(0)?,
        "earned": money(1)?,
        "rewards": listed,
        "now": Iso(now),
    }))
}

/// One reward with what it still waits for.
fn shown(
    books: &Books<'_>,
    reward: &Reward,
    verified: bool,
    now: Timestamp,
) -> Result<Json, LedgerError> {
    let mut awaits = Vec::new();
    if reward.status == RewardStatus::Pending {
        let referral = referrals::by_id(books.sql, &reward.referral_id)?;
        let order = referral
            .as_ref()
            .map(|referral| conversions::by_id(books.sql, &referral.conversion_id));
        let confirmed = match order.transpose()?.flatten() {
            Some(order) if order.confirmed_at.is_none() => {
                programs::version(books.sql, order.program_version)?.browser_orders_pay
            }
            found => found.is_some(),
        };
        let running = referral.is_some_and(|referral| {
            referral.status == ReferralStatus::Pending && referral.release_at > now
        });
        if running {
            awaits.push("return_period");
        }
        if !confirmed {
            awaits.push("shop_confirmation");
        }
        if reward.side == Side::Advocate && !verified {
            awaits.push("address_confirmation");
        }
    }
    Ok(json!({
        "id": reward.id,
        "kind": reward.kind,
        "status": reward.status.as_str(),
        "money": reward.worth,
        "basis_points": reward.basis_points,
        "created_at": Iso(reward.created_at),
        "release_at": Iso(reward.release_at),
        "awaits": awaits,
        "reason": reward.reason,
    }))
}
