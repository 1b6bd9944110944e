//! Group commit: clicks gather in the isolate while a batch is under way, and
//! leave as the next one. At low load a click leaves at once; at high load
//! batches are large and the books are asked rarely.

use base64ct::{Base64, Encoding};
use grapevine_domain::time::Timestamp;
use grapevine_ledger::clicks::{Batch, LARGEST_BATCH, RECORD};
use grapevine_ledger::command::{Command, Counts};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use worker::{Context, Delay, Env};

use super::visitor::Dropped;
use crate::error::Error;
use crate::{clock, ledger_client};

/// How long clicks gather between two batches.
const LINGER_MS: u64 = 50;
/// Longest time for which the books can ask to be left alone, and longest wait
/// before a batch that failed is sent again.
const LONGEST_PAUSE_MS: u64 = 5_000;
/// A request's background work may last 30 seconds after its answer on
/// Cloudflare; well before that the next request takes over.
const SHIFT_MS: i64 = 15_000;
/// Most clicks of one merchant that wait in an isolate.
const MOST_WAITING: usize = 50_000;

#[derive(Default)]
struct Waiting {
    records: Vec<u8>,
    dropped: Counts,
    /// The batch that was sent, until the books have it: the request that carries it
    /// can be cut off, and then the next one sends it again.
    under_way: Option<Rc<Command>>,
    /// When the request that carries them to the books began; `None` when none does.
    carried_since: Option<Timestamp>,
}

thread_local! {
    static WAITING: RefCell<HashMap<String, Waiting>> = RefCell::new(HashMap::new());
}

/// Records what became of a request, without keeping its answer waiting.
pub fn record(merchant: &str, click: Result<[u8; RECORD], Dropped>, env: &Env, context: &Context) {
    let now = clock::now();
    let carry = WAITING.with_borrow_mut(|all| {
        let waiting = match all.get_mut(merchant) {
            Some(waiting) => waiting,
            None => all.entry(merchant.to_owned()).or_default(),
        };
        match click {
            Ok(record) if waiting.records.len() < MOST_WAITING * RECORD => {
                waiting.records.extend(record);
            }
            Ok(_) => *waiting.dropped.entry("overflow".to_owned()).or_default() += 1,
            Err(reason) => *waiting.dropped.entry(reason.code().to_owned()).or_default() += 1,
        }
        // A clock that was set back ends a shift too.
        let carried = waiting
            .carried_since
            .is_some_and(|since| (0..SHIFT_MS).contains(&(now.0 - since.0)));
        if !carried {
            waiting.carried_since = Some(now);
        }
        !carried
    });
    if carry {
        context.wait_until(carry_all(merchant.to_owned(), now, env.clone()));
    }
}

/// The batch to send: the one that did not arrive yet, else what has gathered since.
/// `None` ends the shift, because nothing waits or because another request has
/// taken over.
fn take(merchant: &str, shift: Timestamp) -> Option<Rc<Command>> {
    WAITING.with_borrow_mut(|all| {
        let waiting = all.get_mut(merchant)?;
        if waiting.carried_since != Some(shift) {
            return None;
        }
        if let Some(batch) = &waiting.under_way {
            return Some(batch.clone());
        }
        if waiting.records.is_empty() && waiting.dropped.is_empty() {
            all.remove(merchant);
            return None;
        }
        let length = waiting.records.len().min(LARGEST_BATCH * RECORD);
        let rest = waiting.records.split_off(length);
        let records = core::mem::replace(&mut waiting.records, rest);
        let batch = Rc::new(Command::RecordClicks(Batch {
            batch: format!("{:016x}{:016x}", clock::random_u64(), clock::random_u64()),
            records: Base64::encode_string(&records),
            dropped: core::mem::take(&mut waiting.dropped),
        }));
        waiting.under_way = Some(batch.clone());
        Some(batch)
    })
}

/// Takes a batch off the list, since there is an answer about it. What the books
/// refused is at least counted, and shown with the next batch.
fn settle(merchant: &str, batch: &Rc<Command>, is_recorded: bool) {
    WAITING.with_borrow_mut(|all| {
        let Some(waiting) = all.get_mut(merchant) else {
            return;
        };
        let mine = waiting
            .under_way
            .take_if(|under_way| Rc::ptr_eq(under_way, batch));
        if let (Some(Command::RecordClicks(batch)), false) = (mine.as_deref(), is_recorded) {
            let lost = batch.records.len() / 4 * 3 / RECORD;
            if lost > 0 {
                *waiting.dropped.entry("lost".to_owned()).or_default() +=
                    i64::try_from(lost).unwrap_or(0);
            }
        }
    });
}

/// Sends batch after batch, each until the books have it. A batch has a name, so one
/// whose answer was lost, or that two requests send, counts once.
async fn carry_all(merchant: String, shift: Timestamp, env: Env) {
    let mut failures = 0;
    while let Some(batch) = take(&merchant, shift) {
        let pause_ms = match ledger_client::call(&env, &merchant, &batch).await {
            Ok(answer) => {
                settle(&merchant, &batch, true);
                failures = 0;
                let asked = answer.get("pause_ms").and_then(serde_json::Value::as_u64);
                asked.unwrap_or(0)
            }
            // A "no" stays one, however often it is asked.
            Err(Error::Refused(refusal)) => {
                settle(&merchant, &batch, false);
                worker::console_error!("clicks of {merchant} were refused: {}", refusal.code);
                0
            }
            Err(error) => {
                error.log();
                failures += 1;
                LINGER_MS << failures.min(7)
            }
        };
        let pause_ms = pause_ms.clamp(LINGER_MS, LONGEST_PAUSE_MS);
        Delay::from(Duration::from_millis(pause_ms)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(merchant: &str, shift: Timestamp) {
        WAITING.with_borrow_mut(|all| {
            let waiting = all.entry(merchant.to_owned()).or_default();
            waiting.records.extend([0; 2 * RECORD]);
            waiting.carried_since = Some(shift);
        });
    }

    fn takes_over(merchant: &str, shift: Timestamp) {
        WAITING.with_borrow_mut(|all| all.get_mut(merchant).unwrap().carried_since = Some(shift));
    }

    #[test]
    fn a_batch_stays_until_the_books_have_it_whoever_carries_it() {
        let (first, second) = (Timestamp(1), Timestamp(2));
        gathered("acme", first);
        let batch = take("acme", first).unwrap();
        takes_over("acme", second);
        assert!(take("acme", first).is_none(), "its shift is over");
        let again = take("acme", second).unwrap();
        assert!(Rc::ptr_eq(&batch, &again));
        settle("acme", &again, true);
        assert!(take("acme", second).is_none(), "nothing waits");
    }

    #[test]
    fn refused_clicks_are_counted() {
        let shift = Timestamp(1);
        gathered("acme", shift);
        let batch = take("acme", shift).unwrap();
        settle("acme", &batch, false);
        let next = take("acme", shift).unwrap();
        let Command::RecordClicks(Batch {
            records, dropped, ..
        }) = &*next
        else {
            panic!("not clicks")
        };
        assert_eq!((records.as_str(), dropped.get("lost")), ("", Some(&2)));
        settle("acme", &next, false);
        assert!(take("acme", shift).is_none(), "a count is not counted");
    }
}
