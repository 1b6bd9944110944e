//! Clicks, in batches: each isolate of the edge gathers what it answered and sends it
//! here as packed records; the batches of many isolates are committed together
//! ([`commit()`]) and kept as they came.
//!
//! A record is 32 bytes: `time 6 (milliseconds, big-endian) | click id 8 |
//! visitor 8 (daily-salted hash, zero where unknown) | channel 1 | variant 1 |
//! code 8`. In a batch the code of a click on a chosen code is its place among the
//! batch's `chosen`, big-endian, below 2^16; in the books it is the owner's given code.

mod commit;
mod memory;

use grapevine_domain::code::{Code, LENGTH};
use grapevine_domain::share::numbers::name_of;
use grapevine_domain::time::Timestamp;
use grapevine_domain::token::ClickToken;
use serde::{Deserialize, Serialize};

use crate::books::{Books, hex};
use crate::command::Counts;
use crate::error::{LedgerError, RefusalKind};
use crate::keyring::{Purpose, mac16};
use crate::store::conversions::ProvedClick;
use crate::store::merchant::Merchant;

pub use commit::{Receipt, commit};
pub(crate) use memory::ClickMemory;

/// Bytes of one record.
pub const RECORD: usize = 32;
/// Most clicks in one batch: 320 KB of records.
pub const LARGEST_BATCH: usize = 10_000;

/// Clicks that an isolate answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Random; a batch sent twice counts once.
    pub name: u64,
    /// Packed records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<u8>,
    /// The chosen codes that records point to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<Code>,
    /// What was redirected but not counted, by reason.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub dropped: Counts,
}

impl Batch {
    /// How many clicks there are.
    #[must_use]
    pub fn clicks(&self) -> usize {
        self.records.len() / RECORD
    }

    /// As it is sent: everything but the records as a line of JSON, then the records.
    ///
    /// # Errors
    /// When there is no JSON of it.
    pub fn encode(&self) -> Result<Vec<u8>, LedgerError> {
        let head = Self {
            name: self.name,
            records: Vec::new(),
            chosen: self.chosen.clone(),
            dropped: self.dropped.clone(),
        };
        let mut bytes = serde_json::to_vec(&head)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.records);
        Ok(bytes)
    }

    /// Reads what was sent.
    ///
    /// # Errors
    /// `invalid_batch` for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(unpacked)?;
        let (head, records) = bytes.split_at_checked(end).ok_or_else(unpacked)?;
        let mut batch: Self = serde_json::from_slice(head).map_err(|_| unpacked())?;
        batch.records = records.get(1..).unwrap_or_default().to_vec();
        Ok(batch)
    }
}

/// Packs one click. `place` is where a chosen code stands among the batch's `chosen`.
#[must_use]
pub fn pack(
    at: Timestamp,
    click_id: u64,
    visitor: [u8; 8],
    channel: u8,
    variant: u8,
    code: Code,
    place: u16,
) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let mut short = [0; LENGTH];
    if code.is_vanity() {
        if let Some(slot) = short.last_chunk_mut() {
            *slot = place.to_be_bytes();
        }
    } else {
        for (slot, byte) in short.iter_mut().zip(code.as_str().bytes()) {
            *slot = byte;
        }
    }
    let time = at.0.to_be_bytes();
    let parts = time
        .into_iter()
        .skip(2)
        .chain(click_id.to_be_bytes())
        .chain(visitor)
        .chain([channel, variant])
        .chain(short);
    for (slot, part) in record.iter_mut().zip(parts) {
        *slot = part;
    }
    record
}

/// What the books count of a packed click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    day: i64,
    channel: u8,
    variant: u8,
    /// Characters of a given code, or the place of a chosen one.
    code: [u8; LENGTH],
}

impl Counted {
    fn of(record: &[u8]) -> Option<Self> {
        let (time, rest) = record.split_first_chunk::<6>()?;
        let [t0, t1, t2, t3, t4, t5] = *time;
        let at = Timestamp(i64::from_be_bytes([0, 0, t0, t1, t2, t3, t4, t5]));
        let (channel, variant) = (*rest.get(16)?, *rest.get(17)?);
        let code = *rest.get(18..)?.first_chunk()?;
        Some(Self {
            day: at.day(),
            channel,
            variant,
            code,
        })
    }

    /// The code, with the batch's chosen ones.
    fn code(self, chosen: &[Code]) -> Option<Code> {
        if let [0, 0, 0, 0, 0, 0, high, low] = self.code {
            let place = usize::from(u16::from_be_bytes([high, low]));
            return chosen.get(place).copied().filter(Code::is_vanity);
        }
        Code::parse(core::str::from_utf8(&self.code).ok()?).ok()
    }
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
        let given = Code::from_random([9; 7]);
        let chosen = [
            Code::parse("anna").unwrap(),
            Code::parse("bea-tea-time").unwrap(),
        ];
        let at = Timestamp(1_795_000_000_123);
        for (code, place) in [(given, 0), (chosen[0], 0), (chosen[1], 1)] {
            let record = pack(at, 5, [1; 8], 3, 2, code, place);
            let counted = Counted::of(&record).unwrap();
            assert_eq!(
                (counted.day, counted.channel, counted.variant),
                (at.day(), 3, 2)
            );
            assert_eq!(counted.code(&chosen), Some(code));
        }
        let nowhere = pack(at, 5, [1; 8], 3, 2, chosen[1], 7);
        assert_eq!(Counted::of(&nowhere).unwrap().code(&chosen), None);
    }

    #[test]
    fn a_batch_reads_back() {
        let batch = Batch {
            name: u64::MAX,
            records: vec![b'\n'; 2 * RECORD],
            chosen: vec![Code::parse("anna").unwrap()],
            dropped: Counts::from([("bot".to_owned(), 2)]),
        };
        let bytes = batch.encode().unwrap();
        assert_eq!(Batch::decode(&bytes).unwrap(), batch);
        for wrong in [&b""[..], b"{}", b"[]\n", b"{\"name\":-1}\n", b"x\ny"] {
            assert!(Batch::decode(wrong).is_err(), "{wrong:?}");
        }
    }
}
