//! Merchants' settings in the isolate's memory: refreshed in the background, so
//! that a request waits for them only when the isolate has never seen the
//! merchant.

use grapevine_domain::time::Timestamp;
use grapevine_ledger::command::Settings;
use grapevine_ledger::directory::Question;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::{Context, Env};

use crate::error::Error;
use crate::{clock, ledger_client};

/// Settings older than this are refreshed, and served meanwhile.
const FRESH_MS: i64 = 15_000;
/// How long nobody else asks while one request does. It may be cut off before it
/// has an answer, so this is a time and not a flag that somebody must take back.
const ASKED_MS: i64 = 5_000;
/// How long an unknown merchant's name is refused without asking.
const UNKNOWN_MS: i64 = 10_000;
/// Most merchants that an isolate keeps in mind.
const MOST: usize = 2_000;

struct Kept {
    /// `None`: there is no such merchant.
    settings: Option<Rc<Settings>>,
    /// Until when nobody asks the books.
    until: Timestamp,
}

impl Kept {
    /// A clock that was set back must not keep anything for longer than ever meant.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (1..=FRESH_MS).contains(&(self.until.0 - now.0))
    }
}

thread_local! {
    static MEMORY: RefCell<HashMap<String, Kept>> = RefCell::new(HashMap::new());
}

enum Found {
    Fresh(Rc<Settings>),
    Stale(Rc<Settings>),
    Unknown,
    Missing,
}

fn look(merchant: &str) -> Found {
    let now = clock::now();
    MEMORY.with_borrow_mut(|memory| match memory.get_mut(merchant) {
        None => Found::Missing,
        Some(kept) => match (&kept.settings, kept.is_fresh(now)) {
            (None, true) => Found::Unknown,
            (None, false) => Found::Missing,
            (Some(settings), true) => Found::Fresh(settings.clone()),
            (Some(settings), false) => {
                kept.until = now.plus_ms(ASKED_MS);
                Found::Stale(settings.clone())
            }
        },
    })
}

fn keep(merchant: &str, settings: Option<Rc<Settings>>) {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() >= MOST && !memory.contains_key(merchant) {
            // Names that a stranger made up must not drive out the merchants.
            memory.retain(|_, kept| kept.settings.is_some());
            if memory.len() >= MOST {
                memory.clear(); // simple, rare, and every entry can be had again
            }
        }
        let span = if settings.is_some() {
            FRESH_MS
        } else {
            UNKNOWN_MS
        };
        let until = clock::now().plus_ms(span);
        let kept = Kept { settings, until };
        memory.insert(merchant.to_owned(), kept);
    });
}

async fn read(env: &Env, merchant: &str) -> Result<Rc<Settings>, Error> {
    match ledger_client::settings(env, merchant).await {
        Ok(settings) => {
            let settings = Rc::new(settings);
            keep(merchant, Some(settings.clone()));
            Ok(settings)
        }
        Err(error) => {
            if matches!(error, Error::Refused(_)) {
                keep(merchant, None);
            }
            Err(error)
        }
    }
}

/// Reads the settings of a merchant that this isolate has not seen. The list of
/// merchants is asked first: a stranger's made-up name must not open books, each
/// of which is a file where the edge runs on one machine.
async fn read_unseen(env: &Env, merchant: &str) -> Result<Rc<Settings>, Error> {
    let slug = merchant.to_owned();
    let known = if ledger_client::is_slug(merchant) {
        ledger_client::directory(env, &Question::Has { slug }).await?
    } else {
        Json::Bool(false)
    };
    if known != Json::Bool(true) {
        keep(merchant, None);
        return Err(Error::NotFound);
    }
    read(env, merchant).await.map_err(unknown)
}

/// A merchant's settings for the hot path; a refresh runs after the answer.
///
/// # Errors
/// [`Error::NotFound`] for no merchant, [`Error::Internal`] when the books do not
/// answer and nothing is in memory.
pub async fn get(env: &Env, merchant: &str, context: &Context) -> Result<Rc<Settings>, Error> {
    match look(merchant) {
        Found::Fresh(settings) => Ok(settings),
        Found::Stale(settings) => {
            let (env, merchant) = (env.clone(), merchant.to_owned());
            context.wait_until(async move {
                if let Err(error) = read(&env, &merchant).await {
                    error.log();
                }
            });
            Ok(settings)
        }
        Found::Unknown => Err(Error::NotFound),
        Found::Missing => read_unseen(env, merchant).await,
    }
}

/// A merchant's settings anywhere else: from memory while fresh, else read.
///
/// # Errors
/// As [`get`].
pub async fn load(env: &Env, merchant: &str) -> Result<Rc<Settings>, Error> {
    match look(merchant) {
        Found::Fresh(settings) => Ok(settings),
        Found::Unknown => Err(Error::NotFound),
        Found::Stale(_) => read(env, merchant).await.map_err(unknown),
        Found::Missing => read_unseen(env, merchant).await,
    }
}

/// Forgets a merchant's settings, since they have just changed.
pub fn forget(merchant: &str) {
    MEMORY.with_borrow_mut(|memory| memory.remove(merchant));
}

fn unknown(error: Error) -> Error {
    match error {
        Error::Refused(_) => Error::NotFound,
        other => other,
    }
}
