//! Publishes a version of the programme.

use grapevine_domain::money::Currency;
use grapevine_domain::program::Program;
use serde_json::{Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::programs;

/// Answers `{version, program}`. Orders that began under an older version keep it.
///
/// Atomicity: one transaction. Idempotency: publishing what is live already
/// makes no new version.
pub fn run(books: &Books<'_>, program: Program) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    check(&program, merchant.currency)?;
    books.atomically(|| {
        let (live, current) = programs::live(books.sql)?;
        if current == program {
            return Ok(());
        }
        let now = books.now(&merchant);
        programs::insert(books.sql, live + 1, &program, now)?;
        let data = json!({ "version": live + 1 });
        let event = Event {
            kind: "program.published",
            subject: &merchant.slug,
            actor: "merchant",
            data,
        };
        events::append(books, now, event)
    })?;
    show(books)
}

/// Answers `{version, program}`.
pub fn show(books: &Books<'_>) -> Result<Json, LedgerError> {
    let (version, program) = programs::live(books.sql)?;
    Ok(json!({ "version": version, "program": program }))
}

/// Refuses a programme with mistakes, naming all of them.
pub(crate) fn check(program: &Program, currency: Currency) -> Result<(), LedgerError> {
    let problems = program.problems(currency);
    if problems.is_empty() {
        return Ok(());
    }
    let sentences: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.sentence))
        .collect();
    Err(LedgerError::invalid("invalid_program", sentences.join(" ")))
}
