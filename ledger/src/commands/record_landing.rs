//! A friend reached the shop.

use grapevine_domain::time::Timestamp;
use grapevine_domain::token::SEPARATOR;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::clicks;
use crate::error::{LedgerError, RefusalKind};
use crate::iso::Iso;
use crate::store::coupons::{self, Coupon};
use crate::store::{advocates, counters, landings};

/// Longest path that is kept.
const LONGEST_PAGE: usize = 300;
/// Most tokens that are looked at.
const MOST_TOKENS: usize = 20;

/// Answers `{friend_reward, minimum_order, coupon, expires_at, used}`: the friend's
/// offer, with the coupon if it was claimed. Of several tokens, newest first, the
/// first counts that holds. Refuses `unknown_code` when nobody (any more) stands
/// behind the link: a friend must not be promised what nobody gives.
///
/// A landing in a hidden frame is nobody's visit: it is set aside, and a click that
/// led there first brings no order by itself.
///
/// Atomicity: one transaction. Idempotency: a click lands once.
pub fn run(books: &Books<'_>, tokens: &str, page: &str, hidden: bool) -> Result<Json, LedgerError> {
    first_that_holds(tokens, |token| land(books, token, page, hidden))
}

/// Tries tokens one by one; what is wrong with the first where none holds.
pub(crate) fn first_that_holds(
    tokens: &str,
    mut attempt: impl FnMut(&str) -> Result<Json, LedgerError>,
) -> Result<Json, LedgerError> {
    let mut tokens = tokens.split(SEPARATOR).take(MOST_TOKENS);
    let first = attempt(tokens.next().unwrap_or_default());
    let Err(LedgerError::Refused(_)) = first else {
        return first;
    };
    tokens
        .map(attempt)
        .find(|outcome| !matches!(outcome, Err(LedgerError::Refused(_))))
        .unwrap_or(first)
}

fn land(books: &Books<'_>, token: &str, page: &str, hidden: bool) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let token = clicks::open(books, &merchant, token)?;
    let click = clicks::proved(&token);
    let owner = advocates::by_code(books.sql, &click.code)?;
    if owner.is_none_or(|owner| owner.left_at.is_some()) {
        let message = "The person behind this link has left.";
        return Err(LedgerError::not_found("unknown_code", message));
    }
    let page: String = page
        .split(['?', '#'])
        .next()
        .unwrap_or("")
        .chars()
        .take(LONGEST_PAGE)
        .collect();
    books.atomically(|| {
        let (_, program) = books.live()?;
        let expires_at = token.at.plus_days(program.window_days);
        let coupon = coupons::by_click(books.sql, &click.id)?;
        let offer = offer(books, coupon.as_ref(), expires_at, now)?;
        if hidden {
            counters::add(books, now, "dropped", "hidden_frame", 1);
            landings::insert_hidden(books.sql, &click.id, now)?;
        } else if landings::insert(books.sql, &click.id, &token, &click.channel, now, &page)? {
            counters::add(books, now, "landing", &click.channel, 1);
        }
        Ok(offer)
    })
}

/// The friend's offer as the widget shows it.
pub(crate) fn offer(
    books: &Books<'_>,
    coupon: Option<&Coupon>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Json, LedgerError> {
    if expires_at < now {
        let message = "This offer has ended.";
        return Err(LedgerError::refused(
            RefusalKind::Forbidden,
            "offer_ended",
            message,
        ));
    }
    let merchant = books.merchant()?;
    let (_, program) = books.live()?;
    let currency = merchant.currency;
    let friend = program.friend.as_ref();
    let minimum = program.minimum_order.as_ref();
    Ok(json!({
        "friend_reward": friend.map(|rules| crate::reports::offered(&rules.offer, currency)),
        "minimum_order": minimum.and_then(|minimum| minimum.get(currency)),
        "coupon": coupon.filter(|coupon| coupon.order_id.is_none()).map(|coupon| &coupon.code),
        "used": coupon.is_some_and(|coupon| coupon.order_id.is_some()),
        "expires_at": Iso(expires_at),
    }))
}
