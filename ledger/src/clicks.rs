//! Clicks, in batches: each isolate of the edge gathers what it answered and
//! sends it here as packed records, which are kept as they came.
//!
//! A record is 32 bytes: `time 6 (milliseconds, big-endian) | click id 8 |
//! visitor 8 (daily-salted hash, zero where unknown) | channel 1 | variant 1 |
//! code 8`.

use base64ct::{Base64, Encoding};
use grapevine_domain::code::Code;
use grapevine_domain::share::numbers::name_of;
use grapevine_domain::time::Timestamp;
use grapevine_domain::token::ClickToken;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use crate::books::{Books, hex};
use crate::command::Counts;
use crate::error::{LedgerError, RefusalKind};
use crate::keyring::{Purpose, mac16};
use crate::store::conversions::ProvedClick;
use crate::store::counters::{self, Tally};
use crate::store::merchant::Merchant;
use crate::values;

/// Bytes of one record.
pub const RECORD: usize = 32;
/// Most clicks in one batch: 32 KB of records.
pub const LARGEST_BATCH: usize = 1_000;

/// Clicks that an isolate answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// Random name; a batch sent twice counts once.
    pub batch: String,
    /// Packed records, base64.
    pub records: String,
    /// What was redirected but not counted, by reason.
    pub dropped: Counts,
}

/// Packs one click.
#[must_use]
pub fn pack(
    at: Timestamp,
    click_id: u64,
    visitor: [u8; 8],
    channel: u8,
    variant: u8,
    code: Code,
) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let time = at.0.to_be_bytes();
    let parts = time
        .into_iter()
        .skip(2)
        .chain(click_id.to_be_bytes())
        .chain(visitor)
        .chain([channel, variant])
        .chain(code.as_str().bytes());
    for (slot, part) in record.iter_mut().zip(parts) {
        *slot = part;
    }
    record
}

/// Day, channel number, variant and code of a packed click.
fn read(record: &[u8]) -> Option<(i64, u8, u8, Code)> {
    let [t0, t1, t2, t3, t4, t5, rest @ ..] = record else {
        return None;
    };
    let at = Timestamp(i64::from_be_bytes([0, 0, *t0, *t1, *t2, *t3, *t4, *t5]));
    let (channel, variant, code) = (rest.get(16)?, rest.get(17)?, rest.get(18..)?);
    Some((
        at.day(),
        *channel,
        *variant,
        Code::parse(core::str::from_utf8(code).ok()?).ok()?,
    ))
}

/// Records a batch. Answers `{recorded, pause_ms}`: how many clicks were new, and
/// how long the isolate should gather before it sends the next batch.
///
/// Atomicity: one transaction. Idempotency: by the batch's name.
pub fn record(books: &Books<'_>, batch: &Batch) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let records = Base64::decode_vec(&batch.records)
        .ok()
        .filter(|bytes| bytes.len().is_multiple_of(RECORD) && bytes.len() <= LARGEST_BATCH * RECORD)
        .ok_or_else(unpacked)?;
    if batch.batch.is_empty() || batch.batch.len() > 64 || batch.dropped.values().any(|n| *n < 0) {
        return Err(unpacked());
    }
    let mut counts = Tally::new();
    let mut by_code: BTreeMap<Code, i64> = BTreeMap::new();
    for record in records.chunks(RECORD) {
        // All or nothing: what is kept and what is counted must agree.
        let (day, channel, variant, code) = read(record).ok_or_else(unpacked)?;
        let mut count = |measure, dimension: &str| {
            *counts
                .entry((day, measure, dimension.to_owned()))
                .or_default() += 1;
        };
        count("click", name_of(channel));
        count("click_variant", &variant.to_string());
        *by_code.entry(code).or_default() += 1;
    }
    let clicks = i64::try_from(records.len() / RECORD).unwrap_or(0);
    let codes: Vec<_> = by_code
        .iter()
        .map(|(code, n)| json!([code.as_str(), n]))
        .collect();
    books.atomically(|| {
        let now = books.now(&merchant);
        let new = books.sql.run(
            "INSERT INTO click_segments (batch, received_at, clicks, bytes) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO NOTHING RETURNING 1",
            values![batch.batch.as_str(), now, clicks, records.clone()],
        )?;
        if new.is_empty() {
            return Ok(json!({ "recorded": 0, "pause_ms": 0 }));
        }
        counters::replace(books, Tally::new(), counts.clone());
        if clicks > 0 {
            books.sql.run(
                "INSERT INTO code_clicks (code, n) SELECT value ->> 0, value ->> 1 FROM json_each(?) \
                 WHERE true ON CONFLICT DO UPDATE SET n = n + excluded.n",
                values![json!(codes).to_string()],
            )?;
        }
        for (reason, n) in &batch.dropped {
            counters::add(books, now, "dropped", reason, *n);
        }
        Ok(json!({ "recorded": clicks, "pause_ms": 0 }))
    })
}

fn unpacked() -> LedgerError {
    LedgerError::invalid("invalid_batch", "These are not packed clicks.")
}

/// Opens a click token of this merchant.
pub(crate) fn open(
    books: &Books<'_>,
    merchant: &Merchant,
    token: &str,
) -> Result<ClickToken, LedgerError> {
    let mac = |number: u8, bytes: &[u8]| {
        let key = books.ring.derive(number, Purpose::Click, &merchant.slug)?;
        Some(mac16(&key, bytes))
    };
    ClickToken::open(token, mac).map_err(|error| {
        LedgerError::refused(
            RefusalKind::Forbidden,
            error.code(),
            "This click cannot be proved.",
        )
    })
}

/// The click of a token, as the books keep it.
pub(crate) fn proved(token: &ClickToken) -> ProvedClick {
    ProvedClick {
        id: hex(&token.click_id.to_be_bytes()),
        code: token.code.as_str().to_owned(),
        channel: name_of(token.channel).to_owned(),
        at: token.at,
        variant: token.variant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_click_says_when_how_and_whose() {
        let code = Code::from_random([9; 7]);
        let at = Timestamp(1_795_000_000_123);
        let record = pack(at, 5, [1; 8], 3, 0, code);
        assert_eq!(read(&record), Some((at.day(), 3, 0, code)));
    }
}
