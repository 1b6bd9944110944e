//! Somebody used a link from a mail, so the address is theirs.

use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::keyring::Purpose;
use crate::signed::{self, SignedError};
use crate::store::advocates::{self, Advocate};
use crate::store::merchant::Merchant;
use crate::store::rewards;

/// Answers `{verified, name, accent, locale}`: what the page before the button needs.
pub fn peek(books: &Books<'_>, token: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let advocate = owner(books, &merchant, token)?;
    Ok(json!({
        "verified": advocate.verified_at.is_some(),
        "name": merchant.name,
        "accent": merchant.accent,
        "locale": advocate.locale,
    }))
}

/// Answers `{session, shop_url}`.
///
/// Atomicity: one transaction. Idempotency: a second use changes nothing.
pub fn run(books: &Books<'_>, token: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let advocate = owner(books, &merchant, token)?;
    books.atomically(|| verify(books, &merchant, &advocate, "shopper", now))?;
    Ok(json!({
        "session": super::join::session(books, &merchant, &advocate.id, true, now),
        "shop_url": merchant.shop_url,
    }))
}

fn owner(books: &Books<'_>, merchant: &Merchant, token: &str) -> Result<Advocate, LedgerError> {
    let now = books.now(merchant);
    let id = signed::open(books.ring, Purpose::Mailbox, &merchant.slug, token, now);
    let id = id.map_err(|error| match error {
        SignedError::Expired => LedgerError::refused(
            RefusalKind::Forbidden,
            "link_expired",
            "This link is too old. Ask for a new one in the shop.",
        ),
        SignedError::Forged => LedgerError::refused(
            RefusalKind::Forbidden,
            "link_broken",
            "This link is not complete.",
        ),
    })?;
    advocates::by_id(books.sql, &id)?
        .ok_or_else(|| LedgerError::not_found("unknown_advocate", "This person has left."))
}

/// Marks an address as proved, by whoever vouches for it, and releases what waited
/// for that.
pub(crate) fn verify(
    books: &Books<'_>,
    merchant: &Merchant,
    advocate: &Advocate,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if advocate.verified_at.is_some() {
        return Ok(());
    }
    advocates::set_verified(books.sql, &advocate.id, now)?;
    let event = Event {
        kind: "advocate.verified",
        subject: &advocate.id,
        actor,
        data: json!({}),
    };
    events::append(books, now, event)?;
    for reward in rewards::held_for_confirmation(books.sql, &advocate.id)? {
        super::hand_over::approve_if_free(books, merchant, &reward, now)?;
    }
    Ok(())
}
