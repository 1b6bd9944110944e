//! What the panel shows an advocate.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use super::standing;
use crate::books::Books;
use crate::commands::join::advocate_of;
use crate::error::LedgerError;
use crate::identity::email_hint;
use crate::iso::Iso;
use crate::store::advocates::{self, Advocate};
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::vanity;
use crate::values;

/// How many rewards the panel lists.
const LISTED: u32 = 50;

/// An advocate's numbers: `?1` who, `?2` the currency, `?3` the code. What is owed
/// comes after it.
pub(crate) const NUMBERS: &str = "SELECT \
    (SELECT count(*) FROM shares WHERE advocate_id = ?1), \
    coalesce((SELECT n FROM code_clicks WHERE code = ?3), 0), \
    (SELECT count(*) FROM referrals WHERE advocate_id = ?1 AND status <> 'voided'), \
    coalesce(sum(iif(status = 'pending', amount_minor, 0)), 0), \
    coalesce(sum(iif(status IN ('approved', 'issued', 'redeemed'), amount_minor, 0)), 0),";

/// Answers `me`: code, link, numbers, rewards with what they wait for.
pub fn show(books: &Books<'_>, session: &str, origin: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = advocate_of(books, &merchant, session)?;
    me(books, &merchant, &advocate, origin)
}

/// An advocate's personal link at the edge that they talk to. A host that is this
/// merchant's alone needs no name of it.
pub(crate) fn link(merchant: &Merchant, origin: &str, code: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    if merchant.hosts.iter().any(|own| own == host) {
        format!("{origin}/r/{code}")
    } else {
        format!("{origin}/r/{}/{code}", merchant.slug)
    }
}

/// How often an advocate's links were followed.
pub(crate) fn clicks(books: &Books<'_>, advocate: &Advocate) -> Result<i64, LedgerError> {
    let currency = books.merchant()?.currency;
    Ok(Numbers::of(books, advocate, currency)?.clicks)
}

/// The advocate's own page: code, link, numbers, rewards with what they wait for.
pub(crate) fn me(
    books: &Books<'_>,
    merchant: &Merchant,
    advocate: &Advocate,
    origin: &str,
) -> Result<Json, LedgerError> {
    let currency = merchant.currency;
    let numbers = Numbers::of(books, advocate, currency)?;
    let money = |minor| Money { minor, currency };
    let now = books.now(merchant);
    let found = rewards::of_advocate(books.sql, &advocate.id, LISTED)?;
    let pending = found
        .iter()
        .filter(|reward| reward.status == RewardStatus::Pending);
    let ids: Vec<&str> = pending
        .filter_map(|reward| reward.referral_id.as_deref())
        .collect();
    let referrals = referrals::of_ids(books.sql, &ids)?;
    let verified = advocate.verified_at.is_some();
    let shown = |reward: &Reward| {
        let receipt = super::receipt::path(books.ring, &merchant.slug, &reward.id);
        let mut json = shown(reward, &referrals, verified, now);
        if let Some(fields) = json.as_object_mut() {
            fields.insert(
                "receipt_url".to_owned(),
                json!(format!("{origin}{receipt}")),
            );
        }
        json
    };
    let listed: Vec<Json> = found.iter().map(shown).collect();
    let chosen = vanity::of_advocate(books.sql, &advocate.id)?;
    let code = chosen.first().unwrap_or(&advocate.code);
    let (_, program) = books.live()?;
    let milestone = standing::milestone(books, &program, currency, &advocate.id)?;
    let rank = if merchant.panel()?.leaderboard {
        standing::rank(books, &program, &advocate.id, now)?
    } else {
        Json::Null
    };
    Ok(json!({
        "code": code,
        "link": link(merchant, origin, code),
        "verified": advocate.verified_at.is_some(),
        "email_hint": email_hint(&advocate.email),
        "numbers": {
            "shares": numbers.shares,
            "clicks": numbers.clicks,
            "friends": numbers.friends,
        },
        "pending": money(numbers.pending),
        "earned": money(numbers.earned),
        "owed": money(numbers.owed),
        "rewards": listed,
        "milestone": milestone,
        "rank": rank,
        "mails": advocate.unsubscribed_at.is_none() && advocate.left_at.is_none(),
        "own_codes": chosen.len(),
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

/// What an advocate has done so far, and what came of it.
struct Numbers {
    shares: i64,
    clicks: i64,
    friends: i64,
    /// Minor units in one currency.
    pending: i64,
    earned: i64,
    owed: i64,
}

impl Numbers {
    /// In one question, since each costs more than what it looks up.
    fn of(books: &Books<'_>, advocate: &Advocate, currency: Currency) -> Result<Self, LedgerError> {
        let values = values![
            advocate.id.as_str(),
            currency.as_str(),
            advocate.code.as_str()
        ];
        let rows = books
            .sql
            .run(&format!("{NUMBERS} {}", rewards::OWED), values)?;
        let row = rows.first().ok_or(LedgerError::Corrupt("no numbers"))?;
        let code = advocate.code.as_bytes().first_chunk();
        let latest =
            books.with_clicks(|clicks| Ok(code.and_then(|code| clicks.tail.get(code)).copied()))?;
        Ok(Self {
            shares: row.int(0)?,
            clicks: row.int(1)? + latest.unwrap_or(0),
            friends: row.int(2)?,
            pending: row.int(3)?,
            earned: row.int(4)?,
            owed: row.int(5)?.max(0),
        })
    }
}

/// What a pending reward still waits for.
pub(crate) fn awaits(
    reward: &Reward,
    referral: Option<&Referral>,
    verified: bool,
    now: Timestamp,
) -> Vec<&'static str> {
    let mut awaits = Vec::new();
    if reward.status == RewardStatus::Pending {
        let is = |status| referral.is_some_and(|referral| referral.status == status);
        let running = referral.is_some_and(|referral| referral.release_at > now);
        // The merchant's eye is on it: no date can be given.
        if is(ReferralStatus::Flagged) {
            awaits.push("review");
        }
        if running && is(ReferralStatus::Pending) {
            awaits.push("return_period");
        }
        if !referral.map_or(reward.prize.is_some(), |referral| referral.credible) {
            awaits.push("shop_confirmation");
        }
        if reward.side == Side::Advocate && !verified {
            awaits.push("address_confirmation");
        }
    }
    awaits
}

/// One reward with what it still waits for, given the referrals of pending ones.
fn shown(
    reward: &Reward,
    referrals: &BTreeMap<String, Referral>,
    verified: bool,
    now: Timestamp,
) -> Json {
    let id = reward.referral_id.as_ref();
    let referral = id.and_then(|id| referrals.get(id));
    let awaits = awaits(reward, referral, verified, now);
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
    json
}
