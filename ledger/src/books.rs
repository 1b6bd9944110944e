//! What every command works with: the database, the keys, the time and chance.

use core::cell::{Cell, RefCell};
use grapevine_domain::code::{ALPHABET, Code};
use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::clicks::ClickMemory;
use crate::error::LedgerError;
use crate::events::Log;
use crate::keyring::{Keyring, Purpose, hash};
use crate::sql::Sql;
use crate::store::counters::Tally;
use crate::store::merchant::{self, Merchant};
use crate::store::programs;

/// One merchant's books, opened for one command.
pub struct Books<'a> {
    pub(crate) sql: &'a dyn Sql,
    pub(crate) ring: &'a Keyring,
    /// The real time.
    pub(crate) clock: Timestamp,
    random: &'a dyn Fn(&mut [u8]),
    in_transaction: Cell<bool>,
    /// Events and counts of the command under way, written together at its end.
    pub(crate) log: RefCell<Log>,
    pub(crate) tally: RefCell<Tally>,
    memory: Rc<Memory>,
}

/// What an object keeps in mind from one command to the next: nobody else writes to
/// its tables. Whoever changes what is known says so; a command that fails forgets what
/// it may have changed.
#[derive(Default)]
pub struct Memory {
    /// Whether the tables are known to be those of this code.
    migrated: Cell<bool>,
    known: RefCell<Known>,
    clicks: RefCell<Option<ClickMemory>>,
    /// The version of the settings, and until when it is taken to be so.
    settings: RefCell<Option<(String, Timestamp)>>,
}

/// Some of the settings change by the time alone, such as the end of a campaign.
const SETTINGS_STAND_MS: i64 = 5_000;

#[derive(Default)]
struct Known {
    merchant: Option<Merchant>,
    live: Option<(u32, Rc<Program>)>,
    versions: BTreeMap<u32, Rc<Program>>,
}

impl<'a> Books<'a> {
    /// Opens books. `clock` is the real time, `random` fills a slice with
    /// unpredictable bytes.
    #[must_use]
    pub fn new(
        sql: &'a dyn Sql,
        ring: &'a Keyring,
        clock: Timestamp,
        random: &'a dyn Fn(&mut [u8]),
    ) -> Self {
        Self {
            sql,
            ring,
            clock,
            random,
            in_transaction: Cell::new(false),
            log: RefCell::default(),
            tally: RefCell::default(),
            memory: Rc::default(),
        }
    }

    /// The same, with what was learnt in earlier commands on the same tables.
    #[must_use]
    pub fn remembering(mut self, memory: &Rc<Memory>) -> Self {
        self.memory = Rc::clone(memory);
        self
    }

    pub(crate) fn is_migrated(&self) -> bool {
        self.memory.migrated.get()
    }

    pub(crate) fn has_migrated(&self) {
        self.memory.migrated.set(true);
    }

    /// Forgets what is known of clicks: a commit failed.
    pub(crate) fn forget_clicks(&self) {
        *self.memory.clicks.borrow_mut() = None;
    }

    /// The version of the settings.
    pub(crate) fn settings_version(&self) -> Result<String, LedgerError> {
        if let Some((version, until)) = &*self.memory.settings.borrow()
            && self.clock < *until
        {
            return Ok(version.clone());
        }
        let version = crate::commands::create_merchant::settings(self)?.version;
        let until = self.clock.plus_ms(SETTINGS_STAND_MS);
        *self.memory.settings.borrow_mut() = Some((version.clone(), until));
        Ok(version)
    }

    /// Forgets whose the codes are, since somebody left.
    pub(crate) fn forget_codes(&self) {
        if let Some(clicks) = &mut *self.memory.clicks.borrow_mut() {
            clicks.forget_codes();
        }
    }

    /// Works with what is in mind of clicks.
    pub(crate) fn with_clicks<T>(
        &self,
        work: impl FnOnce(&mut ClickMemory) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let known = self.memory.clicks.borrow_mut().take();
        let mut clicks = match known {
            Some(known) => known,
            None => ClickMemory::load(self.sql)?,
        };
        let result = work(&mut clicks);
        *self.memory.clicks.borrow_mut() = Some(clicks);
        result
    }

    pub(crate) fn merchant(&self) -> Result<Merchant, LedgerError> {
        if let Some(merchant) = &self.memory.known.borrow().merchant {
            return Ok(merchant.clone());
        }
        match merchant::load(self.sql)? {
            Some(merchant) => {
                self.memory.known.borrow_mut().merchant = Some(merchant.clone());
                Ok(merchant)
            }
            None => self.unknown_merchant(),
        }
    }

    /// Forgets what was read of the merchant and the programme, since it changed.
    pub(crate) fn forget(&self) {
        *self.memory.settings.borrow_mut() = None;
        *self.memory.known.borrow_mut() = Known::default();
    }

    /// The live programme and its version.
    pub(crate) fn live(&self) -> Result<(u32, Rc<Program>), LedgerError> {
        if let Some(live) = &self.memory.known.borrow().live {
            return Ok(live.clone());
        }
        let (version, program) = programs::live(self.sql)?;
        let live = (version, Rc::new(program));
        self.memory.known.borrow_mut().live = Some(live.clone());
        Ok(live)
    }

    /// A version of the programme.
    pub(crate) fn program(&self, version: u32) -> Result<Rc<Program>, LedgerError> {
        if let Some(program) = self.memory.known.borrow().versions.get(&version) {
            return Ok(program.clone());
        }
        let program = match self.live()? {
            (live, program) if live == version => program,
            _ => Rc::new(programs::version(self.sql, version)?),
        };
        let mut known = self.memory.known.borrow_mut();
        known.versions.insert(version, program.clone());
        Ok(program)
    }

    pub(crate) fn unknown_merchant<T>(&self) -> Result<T, LedgerError> {
        Err(LedgerError::not_found(
            "unknown_merchant",
            "There is no such merchant.",
        ))
    }

    /// The merchant's time: the real one, moved for test merchants.
    pub(crate) fn now(&self, merchant: &Merchant) -> Timestamp {
        self.clock.plus_ms(merchant.clock_offset_ms)
    }

    /// A new identifier: the prefix and 80 random bits.
    pub(crate) fn new_id(&self, prefix: &str) -> String {
        let mut bytes = [0; 10];
        (self.random)(&mut bytes);
        let mut id = String::from(prefix);
        for byte in bytes {
            id.push_str(&format!("{byte:02x}"));
        }
        id
    }

    pub(crate) fn new_code(&self) -> Code {
        let mut random = [0; 7];
        (self.random)(&mut random);
        Code::from_random(random)
    }

    /// A text by a pattern: each `#` becomes a capital letter or digit that nobody
    /// mistakes for another.
    pub(crate) fn fill(&self, pattern: &str) -> String {
        let blank = |character| {
            if character != '#' {
                return character;
            }
            let mut byte = [0];
            // 248 is the last multiple of 31 that a byte holds: what is above would
            // make the first letters more frequent.
            loop {
                (self.random)(&mut byte);
                let [value] = byte;
                if value < 248 {
                    let letter = ALPHABET.get(usize::from(value % 31)).copied();
                    return char::from(letter.unwrap_or(b'2')).to_ascii_uppercase();
                }
            }
        };
        pattern.chars().map(blank).collect()
    }

    /// The keyed hash under which an e-mail address is recognised.
    pub(crate) fn email_key(
        &self,
        merchant: &Merchant,
        email: &str,
    ) -> Result<String, LedgerError> {
        let key = self
            .ring
            .derive(merchant.identity_key, Purpose::Identity, &merchant.slug)
            .ok_or(LedgerError::Corrupt(
                "the master key behind its identities is not on the ring",
            ))?;
        let normal = crate::identity::normal_email(email);
        Ok(hex(&hash(&key, &[b"email/", normal.as_bytes()])[..16]))
    }

    /// Runs `work` in one transaction, or as a part of the one under way: then an
    /// error must be passed on, since only the whole is undone.
    pub(crate) fn atomically<T>(
        &self,
        mut work: impl FnMut() -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        if self.in_transaction.get() {
            return work();
        }
        let mut result = None;
        self.in_transaction.set(true);
        let outcome = self.sql.transaction(&mut || {
            result = Some(work()?);
            Ok(())
        });
        self.in_transaction.set(false);
        outcome?;
        result.ok_or(LedgerError::Corrupt("a transaction that ran nothing"))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 as text.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
