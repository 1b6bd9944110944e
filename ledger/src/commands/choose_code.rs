//! An advocate chooses a code that is easier to remember than the one given out.

use grapevine_domain::code::{Code, CodeError};
use serde_json::{Value as Json, json};

use super::join::advocate_of;
use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::reports::panel;
use crate::store::{advocates, vanity};

/// Most codes that one advocate chooses: each stays taken for good.
const MOST_CHOSEN: usize = 5;

/// Answers `{code, link}`. The given code and those chosen before go on working.
///
/// Refused: `invalid_code` with the reason in words, `code_taken`, `too_many_codes`.
///
/// Atomicity: one transaction. Idempotency: choosing what one has changes nothing.
pub fn run(
    books: &Books<'_>,
    session: Option<String>,
    advocate: Option<String>,
    code: &str,
    origin: &str,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let (advocate, actor) = match (session, advocate) {
        (Some(session), _) => (advocate_of(books, &merchant, &session)?, "shopper"),
        (None, id) => {
            let known = advocates::by_id(books.sql, &id.unwrap_or_default())?;
            let known = known.filter(|known| known.left_at.is_none());
            let missing =
                || LedgerError::not_found("unknown_advocate", "There is no such advocate.");
            (known.ok_or_else(missing)?, "merchant")
        }
    };
    let code = chosen(code)?;
    let mine = vanity::of_advocate(books.sql, &advocate.id)?;
    let is_newest = mine.first().is_some_and(|newest| newest == code.as_str());
    if !is_newest {
        let owner = vanity::owner(books.sql, code.as_str())?;
        if owner.is_some_and(|owner| owner != advocate.id) {
            return Err(conflict("code_taken", "Somebody else has this code."));
        }
        if mine.len() >= MOST_CHOSEN && !mine.iter().any(|one| one == code.as_str()) {
            let message =
                "A code can be chosen five times; one of the earlier ones can be taken again.";
            return Err(conflict("too_many_codes", message));
        }
        vanity::choose(books.sql, code.as_str(), &advocate.id, now)?;
        let event = Event {
            kind: "advocate.code_chosen",
            subject: &advocate.id,
            actor,
            data: json!({ "code": code.as_str() }),
        };
        events::append(books, now, event)?;
    }
    Ok(json!({
        "code": code.as_str(),
        "link": panel::link(&merchant, origin, code.as_str()),
    }))
}

fn conflict(code: &str, message: &str) -> LedgerError {
    LedgerError::refused(RefusalKind::Conflict, code, message)
}

fn chosen(text: &str) -> Result<Code, LedgerError> {
    let of_eight = "A code of exactly eight letters and digits cannot be chosen: those are given \
                    out. Make it longer or shorter.";
    let message = match Code::parse(text) {
        Ok(code) if code.is_vanity() => return Ok(code),
        Ok(_) | Err(CodeError::Check) => of_eight,
        Err(CodeError::Character) if letters(text) == 8 => of_eight,
        Err(CodeError::Character) => {
            "A code has letters from a to z, digits, and hyphens between them."
        }
        Err(CodeError::Length) => "A code has 3 to 20 characters.",
        Err(CodeError::Reserved) => "This word cannot be a code.",
    };
    Err(LedgerError::invalid("invalid_code", message))
}

fn letters(text: &str) -> usize {
    let count = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let rest = text
        .trim()
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if rest { count } else { 0 }
}
