//! Somebody asks the shop to look at a declined reward again, and the shop answers.

use grapevine_domain::reward::RewardStatus;
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use super::decide::wrong_status;
use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::reports::{self, handed, receipt};
use crate::store::appeals::{self, Appeal};
use crate::store::outbox;
use crate::store::rewards::{self, Reward};

/// Longest appeal and answer, in characters.
pub const LONGEST: usize = 1_000;

/// Whether somebody can appeal now: the reward is declined, no appeal is open, and what
/// was answered last was about an earlier decision.
pub(crate) fn is_possible(reward: &Reward, last: Option<&Appeal>) -> bool {
    let heard = last.is_some_and(|appeal| {
        appeal
            .closed_at
            .is_none_or(|closed| closed >= reward.changed_at)
    });
    reward.status == RewardStatus::Voided && !heard
}

/// A text as people write it: its lines, without other marks that no key writes.
fn tidy(text: &str, code: &str) -> Result<String, LedgerError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let plain = text
        .chars()
        .all(|letter| letter == '\n' || !letter.is_control());
    if plain && (1..=LONGEST).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        let message = "The text must have 1 to 1,000 characters.";
        Err(LedgerError::invalid(code, message))
    }
}

/// Files an appeal by the token of a receipt, tells the merchant by mail, and answers
/// the receipt as it is then.
///
/// Atomicity: one transaction. Idempotency: the same text again while it is open
/// changes nothing; another one is refused with `appeal_open`. Refuses with
/// `no_appeal` what was not declined or was answered already.
pub fn file(books: &Books<'_>, token: &str, text: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let reward = receipt::reward_of(books, &merchant, token)?;
    let text = tidy(text, "invalid_text")?;
    let last = appeals::last(books.sql, &reward.id)?;
    if let Some(open) = last.as_ref().filter(|last| last.closed_at.is_none()) {
        if open.text == text {
            return receipt::show(books, token);
        }
        let message = "The shop is looking at it already.";
        return Err(LedgerError::refused(
            RefusalKind::Conflict,
            "appeal_open",
            message,
        ));
    }
    if !is_possible(&reward, last.as_ref()) {
        let message = "Nothing was declined here, or the shop has answered already.";
        return Err(LedgerError::refused(
            RefusalKind::Conflict,
            "no_appeal",
            message,
        ));
    }
    let appeal = Appeal {
        id: books.new_id("ap_"),
        reward_id: reward.id.clone(),
        text,
        filed_at: now,
        closed_at: None,
        answer: None,
    };
    appeals::put(books.sql, &appeal)?;
    // Not the text: what is in the chain can never be erased.
    note(books, "reward.appealed", &appeal, "shopper", now)?;
    let data = json!({
        "reward": handed(&reward),
        "reward_id": reward.id,
        "order_id": reward.order_id,
        "side": reward.side.as_str(),
        "reason": reward.reason,
        "ordered_at": Iso(reward.ordered_at),
        "text": appeal.text,
    });
    outbox::insert_to(
        books.sql,
        "appeal",
        (&merchant.email, &merchant.locale),
        &reward.id,
        &data,
        now,
    )?;
    receipt::show(books, token)
}

/// The merchant answers the open appeal, and the decision stays as it is. Answers the
/// reward. (Reinstating the reward closes its appeal, too.)
///
/// Atomicity: one transaction. Idempotency: the same answer again changes nothing.
pub fn answer(books: &Books<'_>, id: &str, words: &str) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    if rewards::by_id(books.sql, id)?.is_none() {
        let message = "There is no such reward.";
        return Err(LedgerError::not_found("unknown_reward", message));
    }
    let words = tidy(words, "invalid_answer")?;
    match appeals::last(books.sql, id)? {
        Some(open) if open.closed_at.is_none() => {
            let closed = Appeal {
                closed_at: Some(now),
                answer: Some(words),
                ..open
            };
            appeals::put(books.sql, &closed)?;
            note(books, "reward.appeal_answered", &closed, "merchant", now)?;
        }
        Some(closed) if closed.answer.as_ref() == Some(&words) => {}
        _ => return Err(wrong_status("This reward has no open appeal.".to_owned())),
    }
    reports::rewards::one(books, id)
}

fn note(
    books: &Books<'_>,
    kind: &'static str,
    appeal: &Appeal,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let event = Event {
        kind,
        subject: &appeal.reward_id,
        actor,
        data: json!({ "appeal": appeal.id }),
    };
    events::append(books, now, event)
}
