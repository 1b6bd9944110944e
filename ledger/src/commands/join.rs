//! A shopper becomes an advocate, or is recognised.

use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use super::create_merchant::is_locale;
use super::record_share::placement_name;
use crate::books::Books;
use crate::command::Join;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::identity::{self, Customer, IdentityError, is_email};
use crate::keyring::Purpose;
use crate::reports::panel;
use crate::signed;
use crate::store::advocates::{self, Advocate};
use crate::store::merchant::Merchant;
use crate::store::{barred, counters, outbox};

/// How long a browser stays known.
const SESSION_DAYS: u32 = 180;

/// Most characters of an advocate's name.
const LONGEST_NAME: usize = 80;

/// How long nobody is sent a second sign-in link.
const SIGN_IN_PAUSE_MS: i64 = 60 * 1000;

/// Answers `{session, me}`; or `{check_mail: true}` when an address without a
/// signed identity is known already: then only its mailbox can open the page. Whom the
/// merchant removed for good is refused with `not_eligible`.
///
/// Atomicity: one transaction. Idempotency: joining twice makes one advocate.
pub fn run(books: &Books<'_>, join: Join) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let customer = join
        .customer
        .as_deref()
        .map(|token| known_customer(books, &merchant, token));
    let customer = customer.transpose()?;
    let email = customer
        .as_ref()
        .map(|customer| customer.email.clone())
        .or(join.email);
    let email = email
        .map(|email| email.trim().to_owned())
        .filter(|email| is_email(email));
    let Some(email) = email else {
        return Err(LedgerError::invalid(
            "invalid_email",
            "This does not look like an e-mail address.",
        ));
    };
    let email_key = books.email_key(&merchant, &email)?;
    let advocate = books.atomically(|| {
        if let Some(known) = advocates::by_email_key(books.sql, &email_key)? {
            let Some(customer) = &customer else {
                ask_to_sign_in(books, &known, now)?;
                return Ok(None);
            };
            advocates::set_customer(books.sql, &known.id, &customer.sub)?;
            super::prove_mailbox::verify(books, &merchant, &known, "merchant", now)?;
            return advocates::by_id(books.sql, &known.id);
        }
        if barred::has(books.sql, &email_key)? {
            let message = "The shop has ended this address's part in the programme.";
            let kind = RefusalKind::Forbidden;
            return Err(LedgerError::refused(kind, "not_eligible", message));
        }
        let advocate = Advocate {
            id: books.new_id("adv_"),
            email: email.clone(),
            email_key: email_key.clone(),
            name: customer.as_ref().and_then(|customer| customer.name.clone()),
            locale: if is_locale(&join.locale) {
                join.locale.clone()
            } else {
                merchant.locale.clone()
            },
            code: free_code(books)?,
            customer: customer.as_ref().map(|customer| customer.sub.clone()),
            verified_at: customer.as_ref().map(|_| now),
            unsubscribed_at: None,
            created_at: now,
            left_at: None,
            referred_by: None,
        };
        open(
            books,
            &advocate,
            placement_name(&join.placement),
            "shopper",
            now,
        )?;
        if customer.is_none() {
            let data = json!({ "expires_at": now.plus_days(7) });
            outbox::insert(books.sql, "confirm", &advocate, &data, now)?;
        }
        Ok(Some(advocate))
    })?;
    match advocate {
        None => Ok(json!({ "check_mail": true })),
        Some(advocate) => Ok(json!({
            "session": session(books, &merchant, &advocate.id, advocate.verified_at.is_some(), now),
            "me": panel::me(books, &merchant, &advocate, &join.origin)?,
        })),
    }
}

/// Mails a link that opens the advocate's page. Anybody can type an address, so
/// nobody's mailbox is filled by it: a link of the last minute has to do.
fn ask_to_sign_in(books: &Books<'_>, known: &Advocate, now: Timestamp) -> Result<(), LedgerError> {
    let last = outbox::last_sent(books.sql, &known.id, "sign_in")?;
    if last.is_some_and(|last| now < last.plus_ms(SIGN_IN_PAUSE_MS)) {
        return Ok(());
    }
    let data = json!({ "expires_at": now.plus_ms(60 * 60 * 1000) });
    outbox::insert(books.sql, "sign_in", known, &data, now)
}

/// Adds an advocate whose address the merchant vouches for, also one who was removed
/// for good. Answers `{id, email, name, code, link}`.
///
/// Atomicity: one transaction. Idempotency: a known address answers as it is,
/// and counts as confirmed from then on.
pub fn add(
    books: &Books<'_>,
    email: &str,
    name: Option<String>,
    origin: &str,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let email = email.trim();
    if !is_email(email) {
        return Err(LedgerError::invalid(
            "invalid_email",
            "email must be an e-mail address.",
        ));
    }
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > LONGEST_NAME)
    {
        let message = "name must have at most 80 characters.";
        return Err(LedgerError::invalid("invalid_name", message));
    }
    let email_key = books.email_key(&merchant, email)?;
    let advocate = books.atomically(|| {
        barred::remove(books.sql, &email_key)?;
        if let Some(known) = advocates::by_email_key(books.sql, &email_key)? {
            super::prove_mailbox::verify(books, &merchant, &known, "merchant", now)?;
            if known.name.is_none()
                && let Some(name) = &name
            {
                advocates::set_name(books.sql, &known.id, name)?;
                return Ok(Advocate {
                    name: Some(name.clone()),
                    ..known
                });
            }
            return Ok(known);
        }
        let advocate = Advocate {
            id: books.new_id("adv_"),
            email: email.to_owned(),
            email_key: email_key.clone(),
            name: name.clone(),
            locale: merchant.locale.clone(),
            code: free_code(books)?,
            customer: None,
            verified_at: Some(now),
            unsubscribed_at: None,
            created_at: now,
            left_at: None,
            referred_by: None,
        };
        open(books, &advocate, "api", "merchant", now)?;
        Ok(advocate)
    })?;
    Ok(json!({
        "id": advocate.id,
        "email": advocate.email,
        "name": advocate.name,
        "code": advocate.code,
        "link": panel::link(&merchant, origin, &advocate.code),
    }))
}

fn open(
    books: &Books<'_>,
    advocate: &Advocate,
    placement: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    advocates::insert(books.sql, advocate)?;
    super::chain::record_new(books, advocate)?;
    counters::add(books, now, "joined", placement, 1);
    let data = json!({ "code": advocate.code, "placement": placement, "verified": advocate.verified_at.is_some() });
    events::append(
        books,
        now,
        Event {
            kind: "advocate.joined",
            subject: &advocate.id,
            actor,
            data,
        },
    )
}

/// A code that nobody has. Chance finds one at once: there are 27 thousand
/// million.
fn free_code(books: &Books<'_>) -> Result<String, LedgerError> {
    for _ in 0..20 {
        let code = books.new_code().as_str().to_owned();
        if advocates::by_code(books.sql, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(LedgerError::Corrupt(
        "no free code: the source of chance repeats itself",
    ))
}

/// Ends the subject of a session that began before the address was proved. Once
/// somebody has proved it, such a session opens nothing: whoever began it may
/// have typed another person's address.
const UNPROVED: &str = "?";

/// A session for an advocate, valid for half a year. `proved`: whoever gets it has
/// shown that the address is theirs.
pub(crate) fn session(
    books: &Books<'_>,
    merchant: &Merchant,
    advocate_id: &str,
    proved: bool,
    now: Timestamp,
) -> String {
    let expires = now.plus_days(SESSION_DAYS);
    let subject = format!("{advocate_id}{}", if proved { "" } else { UNPROVED });
    signed::seal(
        books.ring,
        Purpose::Session,
        &merchant.slug,
        &subject,
        expires,
    )
}

/// The advocate of a session, and whether it began with a proof.
fn read_session(
    books: &Books<'_>,
    merchant: &Merchant,
    session: &str,
) -> Result<Option<(Advocate, bool)>, LedgerError> {
    let now = books.now(merchant);
    let subject = signed::open(books.ring, Purpose::Session, &merchant.slug, session, now);
    let subject = subject.unwrap_or_default();
    let (id, proved) = match subject.strip_suffix(UNPROVED) {
        Some(id) => (id, false),
        None => (subject.as_str(), true),
    };
    let advocate = advocates::by_id(books.sql, id)?;
    let here = advocate.filter(|advocate| advocate.left_at.is_none());
    Ok(here.map(|advocate| (advocate, proved)))
}

fn expired() -> LedgerError {
    let message = "Please enter your e-mail address again.";
    LedgerError::refused(RefusalKind::Unauthorized, "session_expired", message)
}

/// The advocate who may see and change what is theirs.
pub(crate) fn advocate_of(
    books: &Books<'_>,
    merchant: &Merchant,
    session: &str,
) -> Result<Advocate, LedgerError> {
    known_advocate(books, merchant, session)?.ok_or_else(expired)
}

/// The same, where a session that opens nothing is no reason to refuse.
pub(super) fn known_advocate(
    books: &Books<'_>,
    merchant: &Merchant,
    session: &str,
) -> Result<Option<Advocate>, LedgerError> {
    let known = read_session(books, merchant, session)?;
    Ok(known
        .filter(|(advocate, proved)| *proved || advocate.verified_at.is_none())
        .map(|(advocate, _)| advocate))
}

/// The advocate whose link a browser shares: any session will do, since a press
/// only counts, and the link is no secret.
pub(crate) fn sharer_of(
    books: &Books<'_>,
    merchant: &Merchant,
    session: &str,
) -> Result<Advocate, LedgerError> {
    let known = read_session(books, merchant, session)?;
    known.map(|(advocate, _)| advocate).ok_or_else(expired)
}

pub(super) fn known_customer(
    books: &Books<'_>,
    merchant: &Merchant,
    token: &str,
) -> Result<Customer, LedgerError> {
    let refused = |error: IdentityError| {
        let (code, message) = match error {
            IdentityError::Malformed => (
                "identity_malformed",
                "The identity token must be a JWT with alg HS256 and the claims sub, email, iat and exp.",
            ),
            IdentityError::Forged => (
                "identity_forged",
                "The identity token is not signed with the merchant's secret key.",
            ),
            IdentityError::Expired => (
                "identity_expired",
                "The identity token is out of date, or not valid yet.",
            ),
        };
        LedgerError::refused(RefusalKind::Unauthorized, code, message)
    };
    // A ring can hold several master keys, and each gives a secret key of its own.
    let mut last = IdentityError::Forged;
    for number in books.ring.numbers() {
        let purpose = Purpose::SecretKey;
        let key = books
            .ring
            .api_key_by(number, purpose, &merchant.slug, merchant.key_generation);
        let Some(key) = key else { continue };
        // By the real time: the shop's clock is not moved with a test merchant's.
        match identity::open_jwt(token, &key, books.clock) {
            Ok(customer) => return Ok(customer),
            Err(error) => last = error,
        }
        if last != IdentityError::Forged {
            break;
        }
    }
    Err(refused(last))
}
