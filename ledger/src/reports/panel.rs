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
use crate::store::advocates::{self, Advocate};
use crate::store::merchant::Merchant;
use crate::store::rewards::{self, Reward};
use crate::store::{conversions, referrals, shares};
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
        "owed": Money { minor: rewards::owed(books.sql, &advocate.id, merchant.currency)?, currency: merchant.currency },
        "rewards": listed,
        "now": Iso(now),
    }))
}

/// One advocate as the merchant sees it: the panel's numbers, and who it is.
pub fn advocate(books: &Books<'_>, id: &str, origin: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocates::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_advocate", "There is no such advocate."))?;
    let brought = advocates::brought(books.sql, id)?;
    let mut json = me(books, &merchant, &advocate, origin)?;
    if let Some(fields) = json.as_object_mut() {
        let silent = advocate.unsubscribed_at.is_some() || advocate.left_at.is_some();
        let email = Some(&advocate.email).filter(|_| advocate.left_at.is_none());
        let mut note = |name: &str, value: Json| fields.insert(name.to_owned(), value);
        note("id", json!(advocate.id));
        note("name", json!(advocate.name));
        note("email", json!(email));
        note("may_be_written_to", json!(!silent));
        note("joined_at", json!(Iso(advocate.created_at)));
        note("left_at", json!(advocate.left_at.map(Iso)));
        note("referred_by", json!(advocate.referred_by));
        note("brought_advocates", json!(brought));
    }
    Ok(json)
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
        let referral = match &reward.referral_id {
            Some(id) => referrals::by_id(books.sql, id)?,
            None => None,
        };
        let order = referral
            .as_ref()
            .map(|referral| conversions::by_id(books.sql, &referral.conversion_id));
        let confirmed = match order.transpose()?.flatten() {
            Some(order) if order.confirmed_at.is_none() => {
                books.program(order.program_version)?.browser_orders_pay
            }
            found => found.is_some() || reward.prize.is_some(),
        };
        let flagged = referral
            .as_ref()
            .is_some_and(|referral| referral.status == ReferralStatus::Flagged);
        let running = referral.is_some_and(|referral| {
            referral.status == ReferralStatus::Pending && referral.release_at > now
        });
        // The merchant's eye is on it: no date can be given.
        if flagged {
            awaits.push("review");
        }
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
    let mut json = super::given(reward);
    if let Some(fields) = json.as_object_mut() {
        let mut note = |name: &str, value: Json| fields.insert(name.to_owned(), value);
        note("id", json!(reward.id));
        note("status", json!(reward.status.as_str()));
        note("created_at", json!(Iso(reward.created_at)));
        note("release_at", json!(Iso(reward.release_at)));
        note("expires_at", json!(reward.expires_at.map(Iso)));
        note("awaits", json!(awaits));
        note("reason", json!(reward.reason));
        note("coupon", json!(reward.coupon));
        note("withheld_minor", json!(reward.withheld_minor));
    }
    Ok(json)
}
