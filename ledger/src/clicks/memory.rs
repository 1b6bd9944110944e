//! What an object keeps in mind of clicks, so that a commit is one statement: which
//! codes there are, which batches it has, and how many clicks each code got since
//! `code_clicks` was last brought up to date.

use grapevine_domain::code::{Code, LENGTH};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::{Counted, RECORD};
use crate::error::LedgerError;
use crate::sql::{Sql, Value};
use crate::values;

/// Of so many last segments the names of the batches are known: at most some ten
/// minutes, well beyond the time for which an isolate goes on sending a batch.
const SEGMENTS_IN_MIND: i64 = 2_000;
/// Most codes in mind.
const MOST_CODES: usize = 200_000;
/// Most names of batches in mind.
const MOST_BATCHES: usize = 200_000;

/// The characters of a given code.
pub type Given = [u8; LENGTH];

/// Made from the tables when an object wakes; forgotten when a command fails.
#[derive(Debug)]
pub struct ClickMemory {
    /// Codes in links with the given code of their owner.
    codes: HashMap<Code, Given>,
    batches: HashSet<u64>,
    /// The same, oldest first.
    in_order: VecDeque<u64>,
    /// Clicks of each code in the segments after `counted_to`.
    pub tail: BTreeMap<Given, i64>,
    /// How many clicks those are.
    pub tail_clicks: i64,
    /// When the first of them came.
    pub tail_since: Option<i64>,
}

impl ClickMemory {
    /// Reads what the tables hold.
    pub fn load(sql: &dyn Sql) -> Result<Self, LedgerError> {
        let mut memory = Self {
            codes: HashMap::new(),
            batches: HashSet::new(),
            tail: BTreeMap::new(),
            tail_clicks: 0,
            tail_since: None,
            in_order: VecDeque::new(),
        };
        let rows = sql.run(
            "SELECT batches FROM click_segments ORDER BY id DESC LIMIT ?",
            values![SEGMENTS_IN_MIND],
        )?;
        for row in rows.iter().rev() {
            let names = blob(row.0.first())?.chunks(8);
            let names = names.filter_map(|name| name.first_chunk().copied());
            memory.keep(names.map(u64::from_be_bytes));
        }
        let rows = sql.run(
            "SELECT received_at, bytes FROM click_segments \
             WHERE id > (SELECT clicks_counted_to FROM merchant) ORDER BY id",
            vec![],
        )?;
        for row in &rows {
            memory.add(row.int(0)?, blob(row.0.get(1))?);
        }
        Ok(memory)
    }

    /// Counts a segment's records, which came at `received_at`.
    pub fn add(&mut self, received_at: i64, records: &[u8]) {
        for counted in records.chunks(RECORD).filter_map(Counted::of) {
            *self.tail.entry(counted.code).or_default() += 1;
            self.tail_clicks += 1;
            self.tail_since.get_or_insert(received_at);
        }
    }

    /// The tail is in the table now.
    pub fn counted(&mut self) {
        self.tail.clear();
        self.tail_clicks = 0;
        self.tail_since = None;
    }

    /// Whether a batch is here already.
    pub fn has(&self, batch: u64) -> bool {
        self.batches.contains(&batch)
    }

    /// Keeps the names of batches in mind.
    pub fn keep(&mut self, names: impl IntoIterator<Item = u64>) {
        for name in names {
            self.batches.insert(name);
            self.in_order.push_back(name);
            if self.in_order.len() > MOST_BATCHES
                && let Some(oldest) = self.in_order.pop_front()
            {
                self.batches.remove(&oldest);
            }
        }
    }

    /// The given code of a code's owner, as far as it is in mind.
    pub fn given(&self, code: &Code) -> Option<Given> {
        self.codes.get(code).copied()
    }

    /// Keeps a code in mind with the given code of its owner.
    pub fn learn(&mut self, code: Code, given: Given) {
        if self.codes.len() >= MOST_CODES {
            self.codes.clear();
        }
        self.codes.insert(code, given);
    }

    /// Somebody left.
    pub fn forget_codes(&mut self) {
        self.codes.clear();
    }
}

fn blob(value: Option<&Value>) -> Result<&[u8], LedgerError> {
    match value {
        Some(Value::Blob(bytes)) => Ok(bytes),
        _ => Err(LedgerError::Corrupt("no bytes")),
    }
}
