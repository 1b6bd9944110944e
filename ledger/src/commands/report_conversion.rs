//! An order was placed: whoever says so, and however often.

use grapevine_domain::attribution::Decision;
use grapevine_domain::conversion::Reporter;
use grapevine_domain::money::LARGEST_MINOR;
use grapevine_domain::time::Timestamp;
use serde_json::Value as Json;

use crate::books::{Books, digest};
use crate::clicks;
use crate::command::Report;
use crate::error::{LedgerError, RefusalKind};
use crate::identity::is_email;
use crate::store::conversions::{self, Conversion};
use crate::store::merchant::Merchant;
use crate::store::{idempotency, programs, refunds};

/// How long after an order a browser may still add what it knows of it. Order
/// numbers can be guessed, so a late word from a browser changes nothing.
const BROWSER_MAY_ADD_MS: i64 = 30 * 60 * 1000;

/// Answers `{conversion, referral, why}`, see [`crate::reports::referrals::conversion`].
///
/// 1. An idempotency key that is known answers as before.
/// 2. The report is added to what is known of the order, or opens it.
/// 3. The order is judged again; so are the person's other orders.
///
/// Atomicity: one transaction. Idempotency: by order, and by key.
pub fn run(books: &Books<'_>, report: &Report) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    check(report)?;
    let hash = digest(serde_json::to_string(report)?.as_bytes());
    books.atomically(|| {
        if let Some(key) = &report.idempotency_key
            && let Some((known_hash, answer)) = idempotency::find(books.sql, key)?
        {
            if known_hash != hash {
                return Err(LedgerError::refused(
                    RefusalKind::Conflict,
                    "idempotency_key_reused",
                    "This Idempotency-Key came with another request before.",
                ));
            }
            return Ok(serde_json::from_str(&answer)?);
        }
        let now = books.now(&merchant);
        let before = conversions::by_order(books.sql, &report.order_id)?;
        let mut order = match &before {
            Some(known) => add(books, &merchant, known.clone(), report, now)?,
            None => open(books, &merchant, report, now)?,
        };
        super::settle::settle(books, &merchant, before.as_ref(), &mut order, now)?;
        let answer = crate::reports::referrals::conversion(books, &report.order_id)?;
        if let Some(key) = &report.idempotency_key {
            idempotency::insert(books.sql, key, &hash, &answer.to_string(), books.clock)?;
        }
        Ok(answer)
    })
}

pub(crate) fn check_order_id(order_id: &str) -> Result<(), LedgerError> {
    if (1..=100).contains(&order_id.len())
        && !order_id.trim().is_empty()
        && !order_id.chars().any(char::is_control)
    {
        return Ok(());
    }
    Err(LedgerError::invalid(
        "invalid_order_id",
        "order_id must have 1 to 100 printable characters.",
    ))
}

fn check(report: &Report) -> Result<(), LedgerError> {
    check_order_id(&report.order_id)?;
    if !(0..=LARGEST_MINOR).contains(&report.amount.minor) {
        return Err(LedgerError::invalid(
            "invalid_amount",
            "amount must be a whole number of minor units, from 0 to 1,000,000,000,000.",
        ));
    }
    if report
        .email
        .as_ref()
        .is_some_and(|email| !is_email(email.trim()))
    {
        return Err(LedgerError::invalid(
            "invalid_email",
            "email must be an e-mail address.",
        ));
    }
    if report
        .coupon
        .as_ref()
        .is_some_and(|coupon| coupon.len() > 100)
    {
        return Err(LedgerError::invalid(
            "invalid_coupon",
            "coupon must have at most 100 characters.",
        ));
    }
    let key_length = report.idempotency_key.as_ref().map_or(1, String::len);
    if !(1..=200).contains(&key_length) {
        let message = "Idempotency-Key must have 1 to 200 characters.";
        return Err(LedgerError::invalid("invalid_idempotency_key", message));
    }
    Ok(())
}

/// What a report proves of a click. A token that proves nothing is passed over:
/// the order itself is real, and must not be lost for it.
fn click_of(
    books: &Books<'_>,
    merchant: &Merchant,
    report: &Report,
) -> Option<conversions::ProvedClick> {
    let token = clicks::open(books, merchant, report.click_token.as_deref()?).ok()?;
    Some(clicks::proved(&token))
}

fn friend_key(
    books: &Books<'_>,
    merchant: &Merchant,
    report: &Report,
) -> Result<Option<String>, LedgerError> {
    report
        .email
        .as_ref()
        .map(|email| books.email_key(merchant, email))
        .transpose()
}

fn coupon_of(report: &Report) -> Option<String> {
    report
        .coupon
        .as_ref()
        .map(|text| super::claim_coupon::canonical(text))
        .filter(|text| !text.is_empty())
}

fn open(
    books: &Books<'_>,
    merchant: &Merchant,
    report: &Report,
    now: Timestamp,
) -> Result<Conversion, LedgerError> {
    let (program_version, _) = programs::live(books.sql)?;
    let from_server = report.reporter == Reporter::Server;
    // Only the shop's server is believed about the past; nobody about the future.
    let claimed = report.ordered_at.filter(|_| from_server);
    let ordered_at = claimed.map_or(now, |iso| iso.0.min(now));
    Ok(Conversion {
        id: books.new_id("cnv_"),
        order_id: report.order_id.clone(),
        amount: report.amount,
        refunded_minor: refunds::sum(books.sql, &report.order_id, report.amount.currency.as_str())?,
        friend_key: friend_key(books, merchant, report)?,
        click: click_of(books, merchant, report),
        coupon: coupon_of(report),
        ordered_at,
        reported_at: now,
        confirmed_at: from_server.then_some(now),
        program_version,
        decision: Decision::default(),
        verdict: String::new(),
    })
}

/// The second report adds what the first did not know. The shop's server has the
/// last word on amount and person; a browser only fills gaps, only at once, and
/// only when it means the same purchase.
fn add(
    books: &Books<'_>,
    merchant: &Merchant,
    mut order: Conversion,
    report: &Report,
    now: Timestamp,
) -> Result<Conversion, LedgerError> {
    let person = friend_key(books, merchant, report)?;
    let same_purchase =
        report.amount == order.amount || (person.is_some() && person == order.friend_key);
    if report.reporter == Reporter::Server {
        if let Some(claimed) = report.ordered_at {
            order.ordered_at = order.ordered_at.min(claimed.0);
        }
        if order.confirmed_at.is_none() {
            order.confirmed_at = Some(now);
            order.amount = report.amount;
            // Order numbers can be guessed ahead. What a browser said of one holds
            // when it knew the sum that was paid, or who paid it.
            if !same_purchase {
                order.friend_key = None;
                order.coupon = None;
                order.click = None;
            }
            order.friend_key = person.clone().or(order.friend_key);
            order.coupon = coupon_of(report).or(order.coupon);
            order.click = click_of(books, merchant, report).or(order.click);
        }
    } else if now.0 - order.reported_at.0 > BROWSER_MAY_ADD_MS || !same_purchase {
        return Ok(order);
    }
    order.friend_key = order.friend_key.or(person);
    order.coupon = order.coupon.or_else(|| coupon_of(report));
    order.click = order.click.or_else(|| click_of(books, merchant, report));
    order.refunded_minor =
        refunds::sum(books.sql, &order.order_id, order.amount.currency.as_str())?;
    Ok(order)
}
