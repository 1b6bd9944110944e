//! Whether a shopper may be asked who did not ask.

use grapevine_domain::ask::{Rules, Unasked, Verdict, decide, history};
use grapevine_domain::panel::Panel;
use serde_json::{Value as Json, json};

use super::{person, publish_program};
use crate::books::Books;
use crate::command::Ask;
use crate::error::LedgerError;
use crate::store::asks;

/// Answers `{ask, survey, why, quiet_ms}`, by what the browser remembers and, of
/// somebody who is known, by what is in the books; then an ask that is granted is
/// written down.
///
/// Atomicity: one transaction. Idempotency: none; each ask that is granted counts.
pub fn run(books: &Books<'_>, ask: &Ask) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let placement = unasked(&ask.placement)?;
    let (_, program) = books.live()?;
    let paused = publish_program::paused(books, &merchant, &program, now)?.is_some();
    let rules = rules(&merchant.panel()?, paused);
    let mut past = history::read(&ask.history, ask.browser_now, now);
    let person = person::find(books, &merchant, &ask.visitor)?;
    if let Some(person) = &person {
        let known = asks::past(books.sql, &person.key, person.advocate_id.as_deref())?;
        past = history::together(&past, &known);
    }
    let verdict = decide(&rules, placement, &past, now);
    if let (Verdict::Ask { .. }, Some(person)) = (verdict, &person) {
        asks::asked(books.sql, &person.key, placement, now)?;
    }
    Ok(told(verdict))
}

/// A placement at which nobody asked for the panel.
pub(super) fn unasked(placement: &str) -> Result<Unasked, LedgerError> {
    Unasked::parse(placement).ok_or_else(|| {
        let message = "placement must be exit-intent or post-purchase.";
        LedgerError::invalid("invalid_placement", message)
    })
}

/// What the governor goes by.
#[must_use]
pub fn rules(panel: &Panel, paused: bool) -> Rules {
    Rules {
        asks: panel.asks,
        survey: panel.survey,
        paused,
    }
}

/// The governor's answer as a browser reads it.
#[must_use]
pub fn told(verdict: Verdict) -> Json {
    let (ask, survey, why, quiet_ms) = match verdict {
        Verdict::Ask { survey } => (true, survey, None, 0),
        Verdict::Quiet { why, quiet_ms } => (false, false, Some(why.code()), quiet_ms),
    };
    json!({ "ask": ask, "survey": survey, "why": why, "quiet_ms": quiet_ms })
}
