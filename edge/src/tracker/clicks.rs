//! Group commit: clicks gather in the isolate while a batch is under way, and
//! leave as the next one. At low load a click leaves at once; at high load
//! batches are large and the books are asked rarely.

use base64ct::{Base64, Encoding};
use grapevine_domain::time::Timestamp;
use grapevine_ledger::clicks::{Batch, LARGEST_BATCH, RECORD};
use grapevine_ledger::command::{Command, Counts};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;
use worker::{Context, Delay, Env};

use super::visitor::Dropped;
use crate::{clock, ledger_client};

/// How long clicks gather between two batches.
const LINGER: Duration = Duration::from_millis(50);
/// Waits between tries of a batch that failed; then it is given up and counted.
const RETRIES_MS: [u64; 7] = [100, 200, 400, 800, 1_600, 3_200, 6_400];
/// A request's background work may last 30 seconds after its answer on
/// Cloudflare; well before that the next request takes over.
const SHIFT_MS: i64 = 15_000;
/// Most clicks of one merchant that wait in an isolate.
const MOST_WAITING: usize = 50_000;

#[derive(Default)]
struct Waiting {
    records: Vec<u8>,
    dropped: Counts,
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
        let carried = waiting
            .carried_since
            .is_some_and(|since| now.0 - since.0 < SHIFT_MS);
        if !carried {
            waiting.carried_since = Some(now);
        }
        !carried
    });
    if carry {
        context.wait_until(carry_all(merchant.to_owned(), now, env.clone()));
    }
}

/// The next batch; `None` ends the shift, because nothing waits or because another
/// request has taken over.
fn take(merchant: &str, shift: Timestamp) -> Option<Batch> {
    WAITING.with_borrow_mut(|all| {
        let waiting = all.get_mut(merchant)?;
        if waiting.carried_since != Some(shift) {
            return None;
        }
        if waiting.records.is_empty() && waiting.dropped.is_empty() {
            all.remove(merchant);
            return None;
        }
        let length = waiting.records.len().min(LARGEST_BATCH * RECORD);
        let rest = waiting.records.split_off(length);
        let records = core::mem::replace(&mut waiting.records, rest);
        Some(Batch {
            batch: format!("{:016x}{:016x}", clock::random_u64(), clock::random_u64()),
            records: Base64::encode_string(&records),
            dropped: core::mem::take(&mut waiting.dropped),
        })
    })
}

async fn carry_all(merchant: String, shift: Timestamp, env: Env) {
    while let Some(batch) = take(&merchant, shift) {
        let pause = send(&merchant, batch, &env).await;
        Delay::from(LINGER.max(pause)).await;
    }
}

/// Sends one batch until it is in the books. A batch has a name, so a try whose
/// answer was lost does no harm. Returns how long the books want to be left alone.
async fn send(merchant: &str, batch: Batch, env: &Env) -> Duration {
    let lost = batch.records.len() / 4 * 3 / RECORD;
    let command = Command::RecordClicks(batch);
    for wait in RETRIES_MS.into_iter().map(Some).chain([None]) {
        match ledger_client::call(env, merchant, &command).await {
            Ok(answer) => {
                let pause = answer.get("pause_ms").and_then(serde_json::Value::as_u64);
                return Duration::from_millis(pause.unwrap_or(0).min(5_000));
            }
            Err(error) => error.log(),
        }
        match wait {
            Some(wait) => Delay::from(Duration::from_millis(wait)).await,
            None => count_lost(merchant, lost),
        }
    }
    Duration::ZERO
}

/// What could not be recorded is at least counted, and shown with the next batch
/// that can.
fn count_lost(merchant: &str, lost: usize) {
    worker::console_error!("{lost} clicks of {merchant} could not be recorded");
    WAITING.with_borrow_mut(|all| {
        let waiting = all.entry(merchant.to_owned()).or_default();
        *waiting.dropped.entry("lost".to_owned()).or_default() += i64::try_from(lost).unwrap_or(0);
    });
}
