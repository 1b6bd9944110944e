//! Group commit: the batches of all isolates that wait become one segment and one row
//! of counts, in one statement.

use grapevine_domain::code::Code;
use grapevine_domain::share::numbers::name_of;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, ClickMemory, Counted, LARGEST_BATCH, RECORD, unpacked};
use crate::books::Books;
use crate::error::LedgerError;
use crate::store::vanity;
use crate::values;

/// Most bytes of one segment's records; a row of the platform's holds 2 MB.
const LARGEST_SEGMENT: usize = 1_000_000;
/// Most chosen codes in one batch.
const MOST_CHOSEN: usize = 10_000;
/// Most reasons in one batch, and the longest of them.
const MOST_REASONS: usize = 32;
const LONGEST_REASON: usize = 32;

/// `code_clicks` is brought up to date when the clicks since then are so many times
/// the rows to write, or are so many, or so old.
const CLICKS_A_ROW: i64 = 20;
const MOST_TAIL_CLICKS: i64 = 500_000;
const OLDEST_TAIL_MS: i64 = 24 * 3_600_000;
/// Fewer are not worth a look.
const LEAST_TAIL_CLICKS: i64 = 1_000;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Clicks that are in the books now: of a batch that was new, on codes of
    /// advocates who have not left.
    pub recorded: usize,
    /// Whether the batch had not come before.
    pub new: bool,
}

/// The counts of some days, by `measure dimension`.
type Days = BTreeMap<i64, BTreeMap<String, i64>>;

/// What is committed next.
#[derive(Default)]
struct Segment {
    names: Vec<u64>,
    bytes: Vec<u8>,
    days: Days,
}

/// Commits batches, in their order. A batch that is none is refused alone; a click on
/// a code that nobody has is counted among the dropped.
///
/// Atomicity: one statement for each megabyte of records. Idempotency: by the batch's
/// name.
///
/// # Errors
/// When the database fails: then nothing of the last segment is written, and the
/// batches can be sent again.
pub fn commit(
    books: &Books<'_>,
    batches: &[Batch],
) -> Result<Vec<Result<Receipt, LedgerError>>, LedgerError> {
    let outcome = books.with_clicks(|memory| commit_with(books, memory, batches));
    if outcome.is_err() {
        books.forget_clicks();
    }
    outcome
}

fn commit_with(
    books: &Books<'_>,
    memory: &mut ClickMemory,
    batches: &[Batch],
) -> Result<Vec<Result<Receipt, LedgerError>>, LedgerError> {
    let now = books.now(&books.merchant()?);
    learn(books, memory, batches)?;
    let mut receipts = Vec::with_capacity(batches.len());
    let mut segment = Segment::default();
    for batch in batches {
        if memory.has(batch.name) || segment.names.contains(&batch.name) {
            receipts.push(Ok(Receipt {
                recorded: 0,
                new: false,
            }));
            continue;
        }
        if segment.bytes.len() + batch.records.len() > LARGEST_SEGMENT {
            write(books, memory, core::mem::take(&mut segment), now.0)?;
        }
        receipts.push(add(&mut segment, memory, batch, now.day()));
    }
    write(books, memory, segment, now.0)?;
    let is_due = memory.tail_clicks >= LEAST_TAIL_CLICKS
        && (memory.tail_clicks / CLICKS_A_ROW >= i64::try_from(memory.tail.len()).unwrap_or(0)
            || memory.tail_clicks >= MOST_TAIL_CLICKS)
        || memory
            .tail_since
            .is_some_and(|since| now.0 - since > OLDEST_TAIL_MS);
    if is_due {
        roll_up(books, memory, now.day())?;
    }
    Ok(receipts)
}

/// Looks up the codes that are not in mind, all at once.
fn learn(
    books: &Books<'_>,
    memory: &mut ClickMemory,
    batches: &[Batch],
) -> Result<(), LedgerError> {
    let mut unseen: BTreeSet<Code> = BTreeSet::new();
    let mut last = None;
    for batch in batches {
        for counted in batch.records.chunks(RECORD).filter_map(Counted::of) {
            // Clicks of one code come in rows.
            if last.replace(counted.code) == Some(counted.code) {
                continue;
            }
            if let Some(code) = counted.code(&batch.chosen)
                && memory.given(&code).is_none()
            {
                unseen.insert(code);
            }
        }
        last = None;
    }
    if unseen.is_empty() {
        return Ok(());
    }
    let texts: Vec<&str> = unseen.iter().map(Code::as_str).collect();
    for (code, given) in vanity::known(books.sql, &texts)? {
        let code = Code::parse(&code).map_err(|_| LedgerError::Corrupt("a code"))?;
        let given = given.as_bytes().first_chunk();
        memory.learn(code, *given.ok_or(LedgerError::Corrupt("a code"))?);
    }
    Ok(())
}

/// Adds a batch to the segment, all of it or, where it is none, nothing.
fn add(
    segment: &mut Segment,
    memory: &ClickMemory,
    batch: &Batch,
    today: i64,
) -> Result<Receipt, LedgerError> {
    let is_batch = batch.records.len().is_multiple_of(RECORD)
        && batch.clicks() <= LARGEST_BATCH
        && batch.chosen.len() <= MOST_CHOSEN
        && batch.dropped.len() <= MOST_REASONS
        && batch
            .dropped
            .iter()
            .all(|(reason, n)| *n >= 0 && reason.len() <= LONGEST_REASON);
    if !is_batch {
        return Err(unpacked());
    }
    let began = segment.bytes.len();
    let mut counts: BTreeMap<(i64, u8, u8), i64> = BTreeMap::new();
    let mut nobodys = 0;
    for record in batch.records.chunks(RECORD) {
        let read = Counted::of(record).and_then(|counted| {
            let code = counted.code(&batch.chosen)?;
            Some((counted, memory.given(&code)))
        });
        let Some((counted, given)) = read else {
            segment.bytes.truncate(began);
            return Err(unpacked());
        };
        let Some(given) = given else {
            nobodys += 1;
            continue;
        };
        let front = record.get(..RECORD - given.len()).unwrap_or_default();
        segment.bytes.extend_from_slice(front);
        segment.bytes.extend_from_slice(&given);
        *counts
            .entry((counted.day, counted.channel, counted.variant))
            .or_default() += 1;
    }
    let mut count = |day: i64, measure: &str, dimension: &str, n: i64| {
        let day = segment.days.entry(day).or_default();
        *day.entry([measure, " ", dimension].concat()).or_default() += n;
    };
    for ((day, channel, variant), n) in counts {
        count(day, "click", name_of(channel), n);
        count(day, "click_variant", &variant.to_string(), n);
    }
    for (reason, n) in &batch.dropped {
        count(today, "dropped", reason, *n);
    }
    if nobodys > 0 {
        count(today, "dropped", "unknown_code", nobodys);
    }
    segment.names.push(batch.name);
    Ok(Receipt {
        recorded: (segment.bytes.len() - began) / RECORD,
        new: true,
    })
}

fn write(
    books: &Books<'_>,
    memory: &mut ClickMemory,
    segment: Segment,
    now: i64,
) -> Result<(), LedgerError> {
    if segment.names.is_empty() {
        return Ok(());
    }
    let names: Vec<u8> = segment.names.iter().flat_map(|n| n.to_be_bytes()).collect();
    let days: Vec<Json> = segment
        .days
        .iter()
        .map(|(day, counts)| json!([day, counts_of(counts)]))
        .collect();
    let clicks = i64::try_from(segment.bytes.len() / RECORD).unwrap_or(0);
    books.sql.run(
        "INSERT INTO click_commits (received_at, clicks, batches, bytes, days) VALUES (?, ?, ?, ?, ?)",
        values![now, clicks, names, segment.bytes.clone(), Json::from(days).to_string()],
    )?;
    memory.keep(segment.names);
    memory.add(now, &segment.bytes);
    Ok(())
}

fn counts_of(counts: &BTreeMap<String, i64>) -> Json {
    let counts: Map<String, Json> = counts
        .iter()
        .map(|(key, n)| (key.clone(), json!(n)))
        .collect();
    Json::Object(counts)
}

/// Writes the clicks of each code, and takes the counts of days that are over apart.
fn roll_up(books: &Books<'_>, memory: &mut ClickMemory, today: i64) -> Result<(), LedgerError> {
    let mut codes = Vec::with_capacity(memory.tail.len());
    for (code, n) in &memory.tail {
        let code = core::str::from_utf8(code).map_err(|_| LedgerError::Corrupt("a code"))?;
        codes.push(json!([code, n]));
    }
    books.atomically(|| {
        books.sql.run(
            "INSERT INTO code_clicks (code, n) SELECT value ->> 0, value ->> 1 FROM json_each(?) \
             WHERE true ON CONFLICT DO UPDATE SET n = n + excluded.n",
            values![json!(codes).to_string()],
        )?;
        books.sql.run(
            "UPDATE merchant SET clicks_counted_to = (SELECT max(id) FROM click_segments)",
            vec![],
        )?;
        books.sql.run(
            "INSERT INTO counters (day, measure, dimension, n) \
             SELECT day, measure, dimension, n FROM latest_counts WHERE day < ? \
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
            values![today - 1],
        )?;
        books
            .sql
            .run("DELETE FROM click_days WHERE day < ?", values![today - 1])
    })?;
    memory.counted();
    Ok(())
}
