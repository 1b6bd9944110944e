//! An order was placed: whoever says so, and however often.

use grapevine_domain::attribution::Decision;
use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::{LARGEST_MINOR, Money};
use grapevine_domain::time::Timestamp;
use grapevine_domain::token::SEPARATOR;
use serde_json::Value as Json;

use crate::books::{Books, digest};
use crate::clicks;
use crate::command::Report;
use crate::error::{LedgerError, RefusalKind};
use crate::identity::is_email;
use crate::iso::Iso;
use crate::store::conversions::{self, Conversion};
use crate::store::merchant::Merchant;
use crate::store::{idempotency, refunds};

/// How long after an order a browser may still add what it knows of it. Order
/// numbers can be guessed, so a late word from a browser changes nothing.
const BROWSER_MAY_ADD_MS: i64 = 30 * 60 * 1000;

/// Most clicks that are kept of one order.
const MOST_CLICKS: usize = 20;
/// Most tokens of one report that are looked at: as many lists of a browser as
/// clicks are kept.
const MOST_TOKENS: usize = 5 * MOST_CLICKS;

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
        let order = match &before {
            Some(known) => add(books, &merchant, known.clone(), report, now)?,
            None => open(books, &merchant, report, now)?,
        };
        if before.as_ref() != Some(&order) {
            let actor = match report.reporter {
                Reporter::Browser => "browser",
                Reporter::Server => "shop",
            };
            super::settle::settle(books, &merchant, before.as_ref(), &order, actor, now)?;
        }
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
    let amount = report.amount.map(|amount| amount.minor);
    if !amount.is_none_or(|minor| (0..=LARGEST_MINOR).contains(&minor)) {
        return Err(LedgerError::invalid(
            "invalid_amount",
            "amount must be a whole number of minor units, from 0 to 1,000,000,000,000.",
        ));
    }
    if amount.is_none() && report.kind == ConversionKind::Order {
        return Err(LedgerError::invalid(
            "invalid_amount",
            "An order needs an amount and a currency; only a sign-up has none.",
        ));
    }
    if report.click_tokens.len() > MOST_CLICKS {
        return Err(LedgerError::invalid(
            "invalid_click_tokens",
            "click_tokens can have at most 20 tokens.",
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

/// What a report proves of clicks. Each text may be one token or several, as a
/// browser hands them in. One that proves nothing is passed over: the order itself is
/// real, and must not be lost for it.
fn clicks_of(
    books: &Books<'_>,
    merchant: &Merchant,
    report: &Report,
) -> Vec<conversions::ProvedClick> {
    let texts = report.click_token.iter().chain(&report.click_tokens);
    let tokens = texts.flat_map(|text| text.split(SEPARATOR));
    let open = |token: &str| clicks::open(books, merchant, token).ok();
    tokens
        .take(MOST_TOKENS)
        .filter_map(open)
        .map(|token| clicks::proved(&token))
        .collect()
}

fn add_clicks(order: &mut Conversion, more: Vec<conversions::ProvedClick>) {
    order.clicks.extend(more);
    order.clicks.sort();
    order.clicks.dedup();
    order.clicks.truncate(MOST_CLICKS);
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

fn coupon_of(books: &Books<'_>, report: &Report) -> Result<Option<String>, LedgerError> {
    let typed = report.coupon.as_deref().map(str::trim).unwrap_or_default();
    if typed.is_empty() {
        return Ok(None);
    }
    super::claim_coupon::canonical(books, typed).map(Some)
}

/// The address itself, where its owner agreed that it is kept.
fn friend_email(report: &Report) -> Option<String> {
    let email = report.email.as_ref().filter(|_| report.email_consent)?;
    Some(email.trim().to_owned())
}

fn open(
    books: &Books<'_>,
    merchant: &Merchant,
    report: &Report,
    now: Timestamp,
) -> Result<Conversion, LedgerError> {
    let (program_version, _) = books.live()?;
    let from_server = report.reporter == Reporter::Server;
    // Only the shop's server is believed about the past; nobody about the future.
    let believed = |iso: Option<Iso>| iso.filter(|_| from_server).map(|iso| iso.0.min(now));
    let amount = report.amount.unwrap_or(Money::zero(merchant.currency));
    let mut order = Conversion {
        id: books.new_id("cnv_"),
        order_id: report.order_id.clone(),
        kind: report.kind,
        amount,
        refunded_minor: 0,
        cancelled: false,
        friend_key: friend_key(books, merchant, report)?,
        friend_email: friend_email(report),
        said_not_new: from_server && report.new_customer == Some(false),
        clicks: Vec::new(),
        coupon: coupon_of(books, report)?,
        checkout_at: believed(report.checkout_started_at),
        ordered_at: believed(report.ordered_at).unwrap_or(now),
        reported_at: now,
        confirmed_at: from_server.then_some(now),
        program_version,
        ruling: None,
        position: 0,
        given_back: false,
        decision: Decision::default(),
        verdict: String::new(),
    };
    add_clicks(&mut order, clicks_of(books, merchant, report));
    refunds(books, &mut order)?;
    Ok(order)
}

/// What was given back of an order so far.
pub(crate) fn refunds(books: &Books<'_>, order: &mut Conversion) -> Result<(), LedgerError> {
    let currency = order.amount.currency;
    let refunded = refunds::of_order(books.sql, &order.order_id, currency.as_str())?;
    order.refunded_minor = refunded.minor;
    order.cancelled = refunded.whole;
    Ok(())
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
    if report.kind != order.kind {
        let message = "This order_id was reported as another kind of event before.";
        return Err(LedgerError::refused(
            RefusalKind::Conflict,
            "other_kind",
            message,
        ));
    }
    let amount = report.amount.unwrap_or(order.amount);
    let person = friend_key(books, merchant, report)?;
    let same_purchase = amount == order.amount || (person.is_some() && person == order.friend_key);
    if report.reporter == Reporter::Server {
        if let Some(claimed) = report.ordered_at {
            order.ordered_at = order.ordered_at.min(claimed.0);
        }
        if let Some(started) = report.checkout_started_at {
            let started = started.0.min(now);
            order.checkout_at = Some(order.checkout_at.map_or(started, |at| at.min(started)));
        }
        order.said_not_new |= report.new_customer == Some(false);
        if order.confirmed_at.is_none() {
            order.confirmed_at = Some(now);
            order.amount = amount;
            // Order numbers can be guessed ahead. What a browser said of one holds
            // when it knew the sum that was paid, or who paid it.
            if !same_purchase {
                order.friend_key = None;
                order.friend_email = None;
                order.coupon = None;
                order.clicks.clear();
            }
            if person.is_some() && person != order.friend_key {
                order.friend_email = None;
            }
            order.friend_key = person.clone().or(order.friend_key);
            order.coupon = coupon_of(books, report)?.or(order.coupon);
        }
    } else if now.0 - order.reported_at.0 > BROWSER_MAY_ADD_MS || !same_purchase {
        return Ok(order);
    }
    order.friend_key = order.friend_key.or(person.clone());
    if person == order.friend_key {
        order.friend_email = order.friend_email.or_else(|| friend_email(report));
    }
    if order.coupon.is_none() {
        order.coupon = coupon_of(books, report)?;
    }
    add_clicks(&mut order, clicks_of(books, merchant, report));
    refunds(books, &mut order)?;
    Ok(order)
}
