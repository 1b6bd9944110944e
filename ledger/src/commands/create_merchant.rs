//! Opens a merchant's books.

use grapevine_domain::money::Currency;
use grapevine_domain::program::Program;
use serde_json::{Value as Json, json};

use super::change_merchant;
use crate::books::{Books, digest};
use crate::command::{NewMerchant, Settings};
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::identity::is_email;
use crate::store::merchant::{self, Merchant};
use crate::store::programs;

/// The furthest that a test merchant's clock begins from the real time: ten years.
const LONGEST_OFFSET_S: i64 = 10 * 366 * 86_400;

/// Answers with the [`Settings`].
///
/// Atomicity: one transaction. Idempotency: a second call is refused with
/// `merchant_exists` and changes nothing.
pub fn run(books: &Books<'_>, new: NewMerchant) -> Result<Json, LedgerError> {
    let currency = Currency::parse(&new.currency)
        .map_err(|error| LedgerError::invalid("invalid_currency", error.to_string()))?;
    check(&new)?;
    let program = new.program.unwrap_or_else(|| Program::starter(currency));
    let shop = grapevine_domain::validate::Shop {
        currency,
        average_order: None,
    };
    super::publish_program::check(&program, shop)?;
    let merchant = Merchant {
        slug: new.slug,
        name: new.name,
        shop_url: new.shop_url,
        email: new.email,
        currency,
        locale: new.locale,
        accent: new.accent,
        consent_required: new.consent_required,
        test: new.test,
        clock_offset_ms: new.clock_offset_seconds * 1000,
        key_generation: 1,
        identity_key: books.ring.current(),
        created_at: books.clock,
        paused_at: None,
        budget_state: String::new(),
        destinations: new.destinations,
        hosts: new.hosts,
        logo_url: new.logo_url,
        picture_url: new.picture_url,
        panel: "{}".to_owned(),
    };
    change_merchant::check(&merchant)?;
    super::publish_program::check_fallback(&program, &merchant)?;
    books.atomically(|| {
        if merchant::load(books.sql)?.is_some() {
            return Err(LedgerError::refused(
                RefusalKind::Conflict,
                "merchant_exists",
                "There is a merchant of this name already.",
            ));
        }
        merchant::insert(books.sql, &merchant)?;
        programs::insert(books.sql, 1, &program, books.clock)?;
        let data = json!({ "name": merchant.name, "program_version": 1 });
        let event = Event {
            kind: "merchant.created",
            subject: &merchant.slug,
            actor: "operator",
            data,
        };
        events::append(books, books.clock, event)
    })?;
    Ok(serde_json::to_value(settings(books)?)?)
}

/// Whether a text can name a merchant in links and file names.
pub(crate) fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text has the shape of a BCP 47 tag.
pub(crate) fn is_locale(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (2..=20).contains(&text.len()) && text.bytes().all(plain)
}

fn check(new: &NewMerchant) -> Result<(), LedgerError> {
    let refuse = |holds: bool, code: &str, message: &str| {
        if holds {
            Ok(())
        } else {
            Err(LedgerError::invalid(code, message))
        }
    };
    refuse(
        is_slug(&new.slug),
        "invalid_slug",
        "slug must be 2 to 40 lower-case letters, digits and inner hyphens.",
    )?;
    refuse(
        new.clock_offset_seconds == 0
            || new.test && new.clock_offset_seconds.abs() <= LONGEST_OFFSET_S,
        "invalid_clock_offset",
        "clock_offset_seconds is for test merchants, within ten years of now.",
    )?;
    refuse(
        is_email(&new.email),
        "invalid_email",
        "email must be an e-mail address.",
    )?;
    refuse(
        is_locale(&new.locale),
        "invalid_locale",
        "locale must be a language tag such as en or pt-BR.",
    )
}

/// What the edge keeps in memory.
pub fn settings(books: &Books<'_>) -> Result<Settings, LedgerError> {
    let merchant = books.merchant()?;
    let (program_version, program) = books.live()?;
    let paused = super::publish_program::paused(books, &merchant, &program, books.now(&merchant))?;
    let mut settings = Settings {
        panel: merchant.panel()?,
        paused: paused.is_some(),
        pause: paused.map(str::to_owned),
        slug: merchant.slug,
        name: merchant.name,
        shop_url: merchant.shop_url,
        currency: merchant.currency.as_str().to_owned(),
        locale: merchant.locale,
        accent: merchant.accent,
        consent_required: merchant.consent_required,
        test: merchant.test,
        clock_offset_ms: merchant.clock_offset_ms,
        key_generation: merchant.key_generation,
        program: Program::clone(&program),
        program_version,
        destinations: merchant.destinations,
        hosts: merchant.hosts,
        logo_url: merchant.logo_url,
        picture_url: merchant.picture_url,
        version: String::new(),
    };
    let digest = digest(serde_json::to_string(&settings)?.as_bytes());
    settings.version = digest.chars().take(16).collect();
    Ok(settings)
}
