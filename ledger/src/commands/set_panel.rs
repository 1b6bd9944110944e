//! The merchant's settings of the panel.

use grapevine_domain::panel::Panel;
use serde_json::{Map, Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::merchant;

/// The whole document, with what is usual where the merchant said nothing.
pub fn show(books: &Books<'_>) -> Result<Json, LedgerError> {
    Ok(serde_json::to_value(books.merchant()?.panel()?)?)
}

/// Takes a whole document: what it leaves out is as usual again. Answers as [`show`].
/// Refused with `invalid_panel`, which names every mistake.
///
/// Atomicity: one transaction. Idempotency: the same again changes nothing.
pub fn run(books: &Books<'_>, panel: &Panel) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let problems = panel.check(merchant.test);
    if !problems.is_empty() {
        let sentences: Vec<String> = problems.into_iter().map(|one| one.sentence).collect();
        return Err(LedgerError::invalid("invalid_panel", sentences.join(" ")));
    }
    let before = merchant.panel()?;
    if before != *panel {
        merchant::set_panel(books.sql, &serde_json::to_string(panel)?)?;
        books.forget();
        let event = Event {
            kind: "panel.changed",
            subject: &merchant.slug,
            actor: "merchant",
            data: changes(
                &serde_json::to_value(before)?,
                &serde_json::to_value(panel)?,
            ),
        };
        events::append(books, books.now(&merchant), event)?;
    }
    Ok(serde_json::to_value(panel)?)
}

/// What is another, `{name: {from, to}}`.
fn changes(before: &Json, after: &Json) -> Json {
    let mut data = Map::new();
    for (name, value) in after.as_object().into_iter().flatten() {
        let was = before.get(name).unwrap_or(&Json::Null);
        if was != value {
            data.insert(name.clone(), json!({ "from": was, "to": value }));
        }
    }
    Json::Object(data)
}
