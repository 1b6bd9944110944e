//! Drafts of the programme, and what is live.

use grapevine_domain::link::is_allowed;
use grapevine_domain::money::Money;
use grapevine_domain::program::Program;
use grapevine_domain::reward::{HandOver, Side};
use grapevine_domain::time::Timestamp;
use grapevine_domain::validate::{Findings, Problem, Shop};
use serde_json::{Value as Json, json};

use super::budget::{self, State};
use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::store::merchant::{self, Merchant};
use crate::store::{pools, programs};
use crate::values;

/// Publishes a programme, or the draft where none is given. Answers
/// `{version, program, paused, warnings}`. What began under an older version keeps it.
/// `base_version`: refused with `program_changed` when another version is live than
/// the caller has seen.
///
/// Atomicity: one transaction. Idempotency: publishing what is live already makes no
/// new version.
pub fn run(
    books: &Books<'_>,
    program: Option<Program>,
    base_version: Option<u32>,
) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let from_draft = program.is_none();
    let program = match program {
        Some(program) => program,
        None => programs::draft(books.sql)?
            .map(|(draft, _)| draft)
            .ok_or_else(|| {
                let message = "There is no draft: save one first, or send the programme itself.";
                LedgerError::refused(RefusalKind::Conflict, "no_draft", message)
            })?,
    };
    let mut findings = check(&program, shop(books, &merchant)?)?;
    check_fallback(&program, &merchant)?;
    warn_of_empty_pools(books, &program, &mut findings)?;
    let (live, current) = books.live()?;
    if base_version.is_some_and(|base| base != live) {
        let message = format!("Version {live} is live by now: look at it first.");
        return Err(LedgerError::refused(
            RefusalKind::Conflict,
            "program_changed",
            message,
        ));
    }
    if *current != program {
        let now = books.now(&merchant);
        programs::insert(books.sql, live + 1, &program, now)?;
        books.forget();
        note(
            books,
            &merchant,
            "program.published",
            json!({ "version": live + 1 }),
            now,
        )?;
        budget::changed(books, &merchant, now)?;
    }
    if from_draft {
        programs::drop_draft(books.sql)?;
    }
    let mut answer = show(books)?;
    if let Some(fields) = answer.as_object_mut() {
        fields.insert(
            "warnings".to_owned(),
            serde_json::to_value(findings.warnings)?,
        );
    }
    Ok(answer)
}

fn note(
    books: &Books<'_>,
    merchant: &Merchant,
    kind: &'static str,
    data: Json,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let event = Event {
        kind,
        subject: &merchant.slug,
        actor: "merchant",
        data,
    };
    events::append(books, now, event)
}

/// Keeps a draft, whatever is wrong with it. Answers as [`preview`], with `saved_at`.
///
/// Atomicity: one statement. Idempotency: the last draft is kept.
pub fn save_draft(books: &Books<'_>, program: &Program) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    programs::save_draft(books.sql, program, books.now(&merchant))?;
    draft(books)
}

/// The draft: `{program, problems, warnings, saved_at}`.
pub fn draft(books: &Books<'_>) -> Result<Json, LedgerError> {
    let Some((program, saved_at)) = programs::draft(books.sql)? else {
        return Err(LedgerError::not_found("no_draft", "There is no draft."));
    };
    let mut answer = preview(books, &program)?;
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("saved_at".to_owned(), json!(Iso(saved_at)));
    }
    Ok(answer)
}

/// What would be said of a programme: `{program, problems, warnings}`.
pub fn preview(books: &Books<'_>, program: &Program) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let mut findings = program.validate(shop(books, &merchant)?);
    warn_of_empty_pools(books, program, &mut findings)?;
    let Findings { problems, warnings } = findings;
    Ok(json!({ "program": program, "problems": problems, "warnings": warnings }))
}

/// A programme can be published before its codes are uploaded, but nobody gets one.
fn warn_of_empty_pools(
    books: &Books<'_>,
    program: &Program,
    findings: &mut Findings,
) -> Result<(), LedgerError> {
    for (side, rules) in program.sides() {
        let Some(HandOver::Pool { pool }) = &rules.hand_over else {
            continue;
        };
        if pools::has_some(books.sql, pool)? {
            continue;
        }
        let what = match side {
            Side::Friend => "no friend can take the offer",
            Side::Advocate => "approved rewards wait",
        };
        findings.warnings.push(Problem {
            path: format!("{}.hand_over.pool", side.as_str()),
            sentence: format!("The pool {pool} has no codes: {what} until some are uploaded."),
        });
    }
    Ok(())
}

/// Answers `{version, program, paused}`.
pub fn show(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let (version, program) = books.live()?;
    let paused = paused(books, &merchant, &program, books.now(&merchant))?;
    Ok(json!({ "version": version, "program": *program, "paused": paused }))
}

/// Stops the programme, or lets it go on. Answers as [`show`]. What was promised
/// already stays promised.
///
/// Atomicity: one transaction. Idempotency: a programme that is stopped stays so.
pub fn pause(books: &Books<'_>, stop: bool) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    if merchant.paused_at.is_some() != stop {
        merchant::set_paused(books.sql, stop.then_some(now))?;
        books.forget();
        let kind = if stop {
            "program.paused"
        } else {
            "program.resumed"
        };
        note(books, &merchant, kind, json!({ "why": "merchant" }), now)?;
    }
    show(books)
}

/// Why nothing new is promised: `merchant`, `ended` or `budget`; `None` while it is.
pub(crate) fn paused(
    books: &Books<'_>,
    merchant: &Merchant,
    program: &Program,
    now: Timestamp,
) -> Result<Option<&'static str>, LedgerError> {
    if merchant.paused_at.is_some() {
        return Ok(Some("merchant"));
    }
    if program.has_ended(now) {
        return Ok(Some("ended"));
    }
    let (state, _) = budget::state(books, program, now)?;
    Ok((state == State::Spent).then_some("budget"))
}

pub(crate) fn refuse_while_paused(
    books: &Books<'_>,
    merchant: &Merchant,
    program: &Program,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if paused(books, merchant, program, now)?.is_none() {
        return Ok(());
    }
    let message = "This offer is paused at the moment.";
    Err(LedgerError::refused(
        RefusalKind::Forbidden,
        "program_paused",
        message,
    ))
}

/// What a programme is measured against: the shop's currency and its usual order.
fn shop(books: &Books<'_>, merchant: &Merchant) -> Result<Shop, LedgerError> {
    let currency = merchant.currency;
    let rows = books.sql.run(
        "SELECT coalesce(sum(iif(measure = 'gross' AND dimension = ?, n, 0)), 0), \
         coalesce(sum(iif(measure = 'orders' AND dimension = 'order', n, 0)), 0) \
         FROM counters WHERE measure IN ('gross', 'orders')",
        values![currency.as_str()],
    )?;
    let (minor, orders) = rows.first().map_or(Ok((0, 0)), |row| {
        Ok::<_, LedgerError>((row.int(0)?, row.int(1)?))
    })?;
    let all = Money { minor, currency };
    Ok(Shop {
        currency,
        average_order: all.share(1, orders).filter(|average| average.minor > 0),
    })
}

/// Refuses a programme whose links would in the end lead where none of this merchant's
/// may.
pub(crate) fn check_fallback(program: &Program, merchant: &Merchant) -> Result<(), LedgerError> {
    let allowed = |url: &String| is_allowed(url, &merchant.shop_url, &merchant.destinations);
    if program.fallback_url.as_ref().is_none_or(allowed) {
        return Ok(());
    }
    let message =
        "fallback_url: It must be on the shop's host, or within the merchant's destinations.";
    Err(LedgerError::invalid("invalid_program", message))
}

/// Refuses a programme with mistakes, naming all of them.
pub(crate) fn check(program: &Program, shop: Shop) -> Result<Findings, LedgerError> {
    let findings = program.validate(shop);
    if findings.problems.is_empty() {
        return Ok(findings);
    }
    let sentences: Vec<_> = findings
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.sentence))
        .collect();
    Err(LedgerError::invalid("invalid_program", sentences.join(" ")))
}
