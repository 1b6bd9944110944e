//! Somebody answered the survey: how likely it is that they recommend the shop.

use serde_json::{Value as Json, json};

use super::person;
use super::record_share::placement_name;
use super::report_conversion::check_order_id;
use crate::books::Books;
use crate::command::NewAnswer;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::answers::{self, Answer};

/// Most characters of an answer.
const LONGEST_TEXT: usize = 2_000;
/// Most characters of an answer's name.
const LONGEST_ID: usize = 64;

/// Keeps an answer for the merchant; the same `answer_id` again changes score and words,
/// which often come later. Answers null.
///
/// Atomicity: one transaction. Idempotency: by `answer_id`.
pub fn run(books: &Books<'_>, new: NewAnswer) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    if !(1..=LONGEST_ID).contains(&new.answer_id.len()) {
        return Err(LedgerError::invalid(
            "invalid_answer_id",
            "answer_id must have 1 to 64 characters.",
        ));
    }
    let score = u32::try_from(new.score).ok().filter(|score| *score <= 10);
    let score =
        score.ok_or_else(|| LedgerError::invalid("invalid_score", "score must be 0 to 10."))?;
    let text = tidy(&new.text)?;
    if let Some(order_id) = &new.order_id {
        check_order_id(order_id)?;
    }
    let before = answers::by_id(books.sql, &new.answer_id)?;
    let person = person::find(books, &merchant, &new.visitor)?;
    let (person_key, advocate_id) = match person {
        Some(person) => (Some(person.key), person.advocate_id),
        None => (None, None),
    };
    let placement = placement_name(&new.placement);
    let answer = match before.clone() {
        // Who and what it was about stays as it was said first.
        Some(before) => Answer {
            score,
            text: if text.is_empty() { before.text } else { text },
            person_key: before.person_key.or(person_key),
            advocate_id: before.advocate_id.or(advocate_id),
            order_id: before.order_id.or(new.order_id),
            ..before
        },
        None => Answer {
            id: new.answer_id,
            score,
            text,
            placement: placement.to_owned(),
            person_key,
            advocate_id,
            order_id: new.order_id,
            answered_at: now,
        },
    };
    if before.as_ref() != Some(&answer) {
        answers::put(books.sql, &answer)?;
    }
    // The log is never changed, so it holds nobody's words.
    if before.is_none_or(|before| before.score != score) {
        let event = Event {
            kind: "answer.given",
            subject: &answer.id,
            actor: "shopper",
            data: json!({ "score": score, "placement": answer.placement }),
        };
        events::append(books, now, event)?;
    }
    Ok(Json::Null)
}

/// A text as people write it: its lines, without other marks that no key writes.
fn tidy(text: &str) -> Result<String, LedgerError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let plain = |letter: char| letter == '\n' || letter == '\t' || !letter.is_control();
    if text.chars().all(plain) && text.chars().count() <= LONGEST_TEXT {
        Ok(text.to_owned())
    } else {
        let message = "text must have at most 2,000 printable characters.";
        Err(LedgerError::invalid("invalid_text", message))
    }
}
