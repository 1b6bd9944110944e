//! A friend takes the offer and gets a coupon; a checkout asks whether it is good.

use grapevine_domain::code::Code;
use grapevine_domain::program::Program;
use grapevine_domain::reward::{HandOver, RewardStatus, Side, default_pattern};
use grapevine_domain::time::Timestamp;
use grapevine_domain::validate::LONGEST_NAME;
use serde_json::{Value as Json, json};

use super::hand_over;
use crate::books::Books;
use crate::clicks;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::reports::{handed, offered};
use crate::store::coupons::{self, Coupon};
use crate::store::{advocates, counters, pools, rewards};

/// Most codes in one upload.
const MOST_CODES: usize = 1_000;

/// Answers `{coupon, friend_reward, minimum_order, expires_at, used}`; a coupon
/// that an order has used is no longer shown. Of several tokens, newest first, the
/// first counts that holds.
///
/// Atomicity: one transaction. Idempotency: one coupon a click.
pub fn run(books: &Books<'_>, tokens: &str) -> Result<Json, LedgerError> {
    super::record_landing::first_that_holds(tokens, |token| claim(books, token))
}

fn claim(books: &Books<'_>, token: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let token = clicks::open(books, &merchant, token)?;
    let click = clicks::proved(&token);
    books.atomically(|| {
        let (_, program) = books.live()?;
        let expires_at = token.at.plus_days(program.window_days);
        if let Some(known) = coupons::by_click(books.sql, &click.id)? {
            let until = known.expires_at.unwrap_or(expires_at);
            return super::record_landing::offer(books, Some(&known), until, now);
        }
        let owner = advocates::by_code(books.sql, &click.code)?;
        let Some(advocate) = owner.filter(|owner| owner.left_at.is_none()) else {
            let message = "The person behind this link has left.";
            return Err(LedgerError::not_found("unknown_code", message));
        };
        if expires_at < now {
            let message = "This offer has ended.";
            return Err(LedgerError::refused(
                RefusalKind::Forbidden,
                "offer_ended",
                message,
            ));
        }
        super::publish_program::refuse_while_paused(books, &merchant, &program, now)?;
        let coupon = Coupon {
            code: free_coupon(books, &program, &click.id, now)?,
            advocate_id: advocate.id.clone(),
            click_id: Some(click.id.clone()),
            reward_id: None,
            channel: click.channel.clone(),
            created_at: now,
            expires_at: Some(expires_at),
            order_id: None,
        };
        coupons::insert(books.sql, &coupon)?;
        counters::add(books, now, "claim", &click.channel, 1);
        let data = json!({ "click": click.id, "channel": click.channel, "coupon": coupon.code });
        let event = Event {
            kind: "offer.claimed",
            subject: &advocate.id,
            actor: "friend",
            data,
        };
        events::append(books, now, event)?;
        super::record_landing::offer(books, Some(&coupon), expires_at, now)
    })
}

/// The next code for a friend, by pattern or out of the programme's pool.
fn free_coupon(
    books: &Books<'_>,
    program: &Program,
    click: &str,
    now: Timestamp,
) -> Result<String, LedgerError> {
    let by = program
        .friend
        .as_ref()
        .map(|rules| rules.handed_over_by(Side::Friend, &rules.offer));
    match by {
        Some(HandOver::Pattern { pattern }) => hand_over::new_code(books, &pattern),
        Some(HandOver::Pool { pool }) => match hand_over::take(books, &pool, click, now)? {
            Some(code) => Ok(code),
            None => {
                let message = "There are no codes left just now. Please try again later.";
                Err(LedgerError::refused(
                    RefusalKind::Conflict,
                    "no_coupons_left",
                    message,
                ))
            }
        },
        // A friend who gets nothing at the checkout still brings a code along, so that
        // the order is known to be the advocate's.
        _ => hand_over::new_code(books, default_pattern(Side::Friend)),
    }
}

/// A coupon as typed, in whatever case and spacing, in the one form in which it is
/// kept: ours as given out, the shop's own in capitals.
pub(crate) fn canonical(books: &Books<'_>, typed: &str) -> Result<String, LedgerError> {
    let known = coupons::by_code(books.sql, typed)?;
    Ok(known.map_or_else(|| typed.trim().to_uppercase(), |coupon| coupon.code))
}

/// Puts codes into a pool. Answers `{pool, added, known, left}`: how many were new,
/// how many some pool had already, how many the pool can still give out.
///
/// Atomicity: one transaction. Idempotency: a code is in one pool, once.
pub fn fill(books: &Books<'_>, pool: &str, codes: &[String]) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let refuse = |holds: bool, code: &str, message: &str| {
        if holds {
            Ok(())
        } else {
            Err(LedgerError::invalid(code, message))
        }
    };
    let plain = |text: &str, most: usize| {
        (1..=most).contains(&text.chars().count())
            && text.trim() == text
            && !text.chars().any(char::is_control)
    };
    refuse(
        plain(pool, LONGEST_NAME),
        "invalid_pool",
        "pool must have 1 to 100 printable characters.",
    )?;
    refuse(
        (1..=MOST_CODES).contains(&codes.len()),
        "invalid_codes",
        "codes must be a list of 1 to 1,000 codes; send more in several requests.",
    )?;
    refuse(
        codes
            .iter()
            .all(|code| plain(code, 60) && !coupons::plain(code).is_empty()),
        "invalid_codes",
        "Each code must have 1 to 60 printable characters.",
    )?;
    let added = pools::add(books.sql, pool, codes, now)?;
    let known = i64::try_from(codes.len()).unwrap_or(0) - added;
    let data = json!({ "added": added, "known": known });
    let event = Event {
        kind: "coupons.added",
        subject: pool,
        actor: "merchant",
        data,
    };
    events::append(books, now, event)?;
    super::run_due::hand_over_waiting(books, now)?;
    let left = pools::state(books.sql)?;
    let left = left
        .iter()
        .find(|(name, ..)| name == pool)
        .map_or(0, |(_, left, _)| *left);
    Ok(json!({ "pool": pool, "added": added, "known": known, "left": left }))
}

/// Answers a list of `{pool, left, given_out}`.
pub fn pools(books: &Books<'_>) -> Result<Json, LedgerError> {
    let pools = pools::state(books.sql)?;
    let one = |(pool, left, given): &(String, i64, i64)| json!({ "pool": pool, "left": left, "given_out": given });
    Ok(Json::Array(pools.iter().map(one).collect()))
}

/// Answers `{code, reward, minimum_order, usable, reason, expires_at}`. A personal
/// code, told aloud or typed, counts as a coupon that anybody may use once.
pub fn check(books: &Books<'_>, typed: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let (_, program) = books.live()?;
    let friend = program.friend.as_ref().map(|rules| &rules.offer);
    let minimum = program.minimum_order.as_ref();
    let minimum = minimum.and_then(|minimum| minimum.get(merchant.currency));
    let Some(coupon) = coupons::by_code(books.sql, typed)? else {
        let personal = Code::parse(typed).ok();
        let known = personal
            .map(|code| advocates::by_code(books.sql, code.as_str()))
            .transpose()?;
        let Some(advocate) = known.flatten().filter(|known| known.left_at.is_none()) else {
            let message = "There is no such code.";
            return Err(LedgerError::not_found("unknown_coupon", message));
        };
        return Ok(json!({
            "code": advocate.code,
            "reward": friend.map(|offer| offered(offer, merchant.currency)),
            "minimum_order": minimum,
            "usable": true,
            "reason": null,
            "expires_at": null,
        }));
    };
    let own = match &coupon.reward_id {
        Some(id) => rewards::by_id(books.sql, id)?,
        None => None,
    };
    let over = coupon.expires_at.is_some_and(|at| at < now);
    let reason = match &own {
        _ if coupon.order_id.is_some() => Some("coupon_used"),
        Some(reward) if reward.status == RewardStatus::Redeemed => Some("coupon_used"),
        Some(reward) if reward.status == RewardStatus::Expired => Some("coupon_expired"),
        Some(reward) if reward.status != RewardStatus::Issued => Some("coupon_withdrawn"),
        _ if over => Some("coupon_expired"),
        _ => None,
    };
    let reward = match &own {
        Some(reward) => Some(handed(reward)),
        None => friend.map(|offer| offered(offer, merchant.currency)),
    };
    Ok(json!({
        "code": coupon.code,
        "reward": reward,
        "minimum_order": minimum.filter(|_| own.is_none()),
        "usable": reason.is_none(),
        "reason": reason,
        "expires_at": coupon.expires_at.map(Iso),
    }))
}
