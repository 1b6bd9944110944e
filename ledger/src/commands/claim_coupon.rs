//! A friend takes the offer and gets a coupon; a checkout asks whether it is good.

use grapevine_domain::code::Code;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::clicks;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::reports::offered;
use crate::store::coupons::{self, Coupon};
use crate::store::{advocates, counters, programs};

/// What every coupon begins with.
const PREFIX: &str = "HELLO";

/// Answers `{coupon, friend_reward, minimum_order, expires_at, used}`; a coupon
/// that an order has used is no longer shown.
///
/// Atomicity: one transaction. Idempotency: one coupon a click.
pub fn run(books: &Books<'_>, token: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let token = clicks::open(books, &merchant, token)?;
    let click = clicks::proved(&token);
    books.atomically(|| {
        let (_, program) = programs::live(books.sql)?;
        let expires_at = token.at.plus_days(program.window_days);
        if let Some(known) = coupons::by_click(books.sql, &click.id)? {
            return super::record_landing::offer(books, Some(&known), known.expires_at, now);
        }
        let Some(advocate) = advocates::by_code(books.sql, &click.code)? else {
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
        let coupon = Coupon {
            code: free_coupon(books)?,
            advocate_id: advocate.id.clone(),
            click_id: click.id.clone(),
            channel: click.channel.clone(),
            created_at: now,
            expires_at,
            order_id: None,
        };
        coupons::insert(books.sql, &coupon)?;
        counters::add(books.sql, now, "claim", &click.channel, 1)?;
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

/// `HELLO-` and two groups of four that nobody has.
fn free_coupon(books: &Books<'_>) -> Result<String, LedgerError> {
    for _ in 0..20 {
        let code = books.new_code();
        let (head, tail) = code.as_str().split_at(4);
        let text = format!("{PREFIX}-{head}-{tail}").to_uppercase();
        if coupons::by_code(books.sql, &text)?.is_none() {
            return Ok(text);
        }
    }
    Err(LedgerError::Corrupt(
        "no free coupon: the source of chance repeats itself",
    ))
}

/// A coupon as typed, in whatever case and spacing, in the one form in which it is
/// kept: ours as given out, the shop's own in capitals.
pub(crate) fn canonical(typed: &str) -> String {
    let upper = typed.trim().to_uppercase();
    let bare: String = upper.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    match bare
        .strip_prefix(PREFIX)
        .map(|code| (code.get(..4), code.get(4..)))
    {
        Some((Some(head), Some(tail))) if tail.len() == 4 => format!("{PREFIX}-{head}-{tail}"),
        _ => upper,
    }
}

/// Answers `{code, reward, minimum_order, usable, reason, expires_at}`. A personal
/// code, told aloud or typed, counts as a coupon that anybody may use once.
pub fn check(books: &Books<'_>, typed: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let (_, program) = programs::live(books.sql)?;
    let (code, reason, expires_at) =
        if let Some(coupon) = coupons::by_code(books.sql, &canonical(typed))? {
            let reason = if coupon.order_id.is_some() {
                Some("coupon_used")
            } else if coupon.expires_at < now {
                Some("coupon_expired")
            } else {
                None
            };
            (coupon.code, reason, Some(Iso(coupon.expires_at)))
        } else {
            let personal = Code::parse(typed).ok();
            let known = personal
                .map(|code| advocates::by_code(books.sql, code.as_str()))
                .transpose()?;
            match known.flatten() {
                Some(advocate) => (advocate.code, None, None),
                None => {
                    return Err(LedgerError::not_found(
                        "unknown_coupon",
                        "There is no such code.",
                    ));
                }
            }
        };
    Ok(json!({
        "code": code,
        "reward": offered(&program.friend),
        "minimum_order": program.minimum_order,
        "usable": reason.is_none(),
        "reason": reason,
        "expires_at": expires_at,
    }))
}
