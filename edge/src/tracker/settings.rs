//! Merchants' settings in the isolate's memory, with what the hot path makes of them
//! once: refreshed in the background, so that a request waits for them only where the
//! isolate knows nothing of the merchant, or nothing recent enough.

use grapevine_domain::link::split_origin;
use grapevine_domain::time::Timestamp;
use grapevine_domain::token::{ClickToken, MAC_LENGTH};
use grapevine_ledger::command::Settings;
use grapevine_ledger::directory::Question;
use grapevine_ledger::keyring::{Keyring, Purpose, Signer};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Env;

use super::cookie;
use super::hot::{self, Job};
use crate::error::Error;
use crate::http::host_and_port;
use crate::{bindings, clock, ledger_client};

/// Settings older than this are refreshed, and served meanwhile.
const FRESH_MS: i64 = 15_000;
/// Settings older than this are waited for: what a merchant publishes is seen
/// everywhere within 30 seconds.
const OLDEST_MS: i64 = 25_000;
/// How long nobody else asks while one request does. It may be cut off before it
/// has an answer, so this is a time and not a flag that somebody must take back.
const ASKED_MS: i64 = 5_000;
/// How long an unknown merchant's name is refused without asking.
const UNKNOWN_MS: i64 = 10_000;
/// Most merchants that an isolate keeps in mind.
const MOST: usize = 2_000;

/// A merchant on the hot path.
pub struct Route {
    pub settings: Rc<Settings>,
    /// The keys of click tokens by number: the first signs, all prove.
    keys: Vec<(u8, Signer)>,
    /// Derives the day's key for visitors.
    pub visitors: super::visitor::Salts,
    /// The shop's address up to its fragment, with a path.
    pub front: String,
    /// The fragment, with `#`.
    pub fragment: String,
    /// Where a link leads when the campaign is over.
    pub fallback: Option<String>,
    /// All that follows the cookie's value, for the host that was asked last.
    attributes: RefCell<(String, Rc<str>)>,
}

impl Route {
    fn of(settings: Settings, ring: &Keyring) -> Result<Self, Error> {
        let secret = ring
            .derive(ring.current(), Purpose::Click, &settings.slug)
            .ok_or_else(|| Error::Internal("no signing key".to_owned()))?;
        let keys = ring.numbers().filter_map(|number| {
            let key = ring.derive(number, Purpose::Click, &settings.slug)?;
            Some((number, Signer::new(&key)))
        });
        let keys = keys.collect();
        let (front, fragment) = match settings.shop_url.find('#') {
            Some(at) => settings.shop_url.split_at(at),
            None => (settings.shop_url.as_str(), ""),
        };
        let mut front = front.to_owned();
        if split_origin(&front).is_some_and(|(_, path)| path.is_empty()) {
            front.push('/');
        }
        let allowed = |url: &String| {
            grapevine_domain::link::is_allowed(url, &settings.shop_url, &settings.destinations)
        };
        Ok(Self {
            keys,
            visitors: super::visitor::Salts::new(secret),
            front,
            fragment: fragment.to_owned(),
            fallback: settings.program.fallback_url.clone().filter(allowed),
            attributes: RefCell::new((String::new(), Rc::from(""))),
            settings: Rc::new(settings),
        })
    }

    /// Number of the key that signs.
    pub fn key(&self) -> u8 {
        self.keys.first().map_or(0, |(number, _)| *number)
    }

    /// The proof of a token under that key.
    pub fn sign(&self, bytes: &[u8]) -> [u8; MAC_LENGTH] {
        self.keys
            .first()
            .map_or([0; MAC_LENGTH], |(_, signer)| signer.mac16(bytes))
    }

    /// Opens a token of this merchant.
    pub fn open(&self, token: &str) -> Option<ClickToken> {
        let mac = |number: u8, bytes: &[u8]| {
            let (_, signer) = self.keys.iter().find(|(known, _)| *known == number)?;
            Some(signer.mac16(bytes))
        };
        ClickToken::open(token, mac).ok()
    }

    /// All that follows the cookie's value on this host of the edge.
    pub fn cookie_attributes(&self, host: &str) -> Rc<str> {
        let mut kept = self.attributes.borrow_mut();
        if kept.0 != host || kept.1.is_empty() {
            let attributes = cookie::attributes(&self.settings, host_and_port(host).0);
            *kept = (host.to_owned(), Rc::from(attributes));
        }
        kept.1.clone()
    }
}

struct Kept {
    /// `None`: there is no such merchant.
    route: Option<Rc<Route>>,
    /// When the books said so.
    read_at: Timestamp,
    /// Until when nobody asks the books.
    until: Timestamp,
}

thread_local! {
    static MEMORY: RefCell<HashMap<String, Kept>> = RefCell::new(HashMap::new());
}

enum Found {
    Here(Rc<Route>),
    Unknown,
    Missing,
}

/// What is in memory. Leaves the refresh of what grows old for after the answer.
fn look(merchant: &str) -> Found {
    let now = clock::now();
    MEMORY.with_borrow_mut(|memory| {
        let Some(kept) = memory.get_mut(merchant) else {
            return Found::Missing;
        };
        // A clock that was set back must not keep anything for longer than ever meant.
        let age_ms = now.0 - kept.read_at.0;
        let Some(route) = &kept.route else {
            let is_fresh = (0..UNKNOWN_MS).contains(&age_ms);
            return if is_fresh {
                Found::Unknown
            } else {
                Found::Missing
            };
        };
        if !(0..OLDEST_MS).contains(&age_ms) {
            return Found::Missing;
        }
        if now >= kept.until {
            kept.until = now.plus_ms(ASKED_MS);
            hot::leave(Job::Refresh(merchant.to_owned()));
        }
        Found::Here(route.clone())
    })
}

fn keep(merchant: &str, route: Option<Rc<Route>>, read_at: Timestamp) {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() >= MOST && !memory.contains_key(merchant) {
            // Names that a stranger made up must not drive out the merchants.
            memory.retain(|_, kept| kept.route.is_some());
            if memory.len() >= MOST {
                memory.clear(); // simple, rare, and every entry can be had again
            }
        }
        let kept = Kept {
            route,
            read_at,
            until: read_at.plus_ms(FRESH_MS),
        };
        memory.insert(merchant.to_owned(), kept);
    });
}

async fn read(env: &Env, merchant: &str) -> Result<Rc<Route>, Error> {
    let read_at = clock::now();
    match ledger_client::settings(env, merchant).await {
        Ok(settings) => {
            let route = Rc::new(Route::of(settings, &bindings::settings(env)?.ring)?);
            keep(merchant, Some(route.clone()), read_at);
            Ok(route)
        }
        Err(Error::Refused(_)) => {
            keep(merchant, None, read_at);
            Err(Error::NotFound)
        }
        Err(error) => Err(error),
    }
}

/// Reads the settings of a merchant that this isolate has not seen. The list of
/// merchants is asked first: a stranger's made-up name must not open books, each
/// of which is a file where the edge runs on one machine.
async fn read_unseen(env: &Env, merchant: &str) -> Result<Rc<Route>, Error> {
    let is_seen = MEMORY.with_borrow(|memory| {
        memory
            .get(merchant)
            .is_some_and(|kept| kept.route.is_some())
    });
    if is_seen {
        return read(env, merchant).await;
    }
    let slug = merchant.to_owned();
    let known = if ledger_client::is_slug(merchant) {
        ledger_client::directory(env, &Question::Has { slug }).await?
    } else {
        Json::Bool(false)
    };
    if known != Json::Bool(true) {
        keep(merchant, None, clock::now());
        return Err(Error::NotFound);
    }
    read(env, merchant).await
}

/// A merchant, if the memory holds it.
pub fn at_once(merchant: &str) -> Option<Rc<Route>> {
    match look(merchant) {
        Found::Here(route) => Some(route),
        Found::Unknown | Found::Missing => None,
    }
}

/// A merchant for a link.
///
/// # Errors
/// [`Error::NotFound`] for no merchant, [`Error::Internal`] when the books do not
/// answer and nothing recent is in memory.
pub async fn route(env: &Env, merchant: &str) -> Result<Rc<Route>, Error> {
    match look(merchant) {
        Found::Here(route) => Ok(route),
        Found::Unknown => Err(Error::NotFound),
        Found::Missing => match read_unseen(env, merchant).await {
            // A link that leads by yesterday's settings is better than none.
            Err(Error::Internal(message)) => match oldest(merchant) {
                Some(route) => {
                    Error::Internal(message).log();
                    Ok(route)
                }
                None => Err(Error::Internal(message)),
            },
            other => other,
        },
    }
}

/// What is in memory however old it is.
fn oldest(merchant: &str) -> Option<Rc<Route>> {
    MEMORY.with_borrow(|memory| memory.get(merchant)?.route.clone())
}

/// A merchant's settings anywhere else: from memory while fresh, else read.
///
/// # Errors
/// As [`route`].
pub async fn load(env: &Env, merchant: &str) -> Result<Rc<Settings>, Error> {
    let fresh = MEMORY.with_borrow(|memory| {
        let kept = memory.get(merchant)?;
        let span_ms = if kept.route.is_some() {
            FRESH_MS
        } else {
            UNKNOWN_MS
        };
        let is_fresh = (0..span_ms).contains(&(clock::now().0 - kept.read_at.0));
        is_fresh.then(|| kept.route.clone())
    });
    match fresh {
        Some(Some(route)) => Ok(route.settings.clone()),
        Some(None) => Err(Error::NotFound),
        None => Ok(read_unseen(env, merchant).await?.settings.clone()),
    }
}

/// Reads a merchant's settings again.
///
/// # Errors
/// As [`route`].
pub async fn refresh(env: &Env, merchant: &str) -> Result<(), Error> {
    read(env, merchant).await.map(drop)
}

/// The books said which version holds, as of `read_at`: the same one is fresh again,
/// another one must be read.
pub async fn confirm(env: &Env, merchant: &str, version: &str, read_at: Timestamp) {
    let is_same = MEMORY.with_borrow_mut(|memory| {
        let Some(kept) = memory.get_mut(merchant) else {
            return true;
        };
        let known = kept.route.as_ref();
        let is_same = known.is_some_and(|route| route.settings.version == version);
        if is_same && read_at > kept.read_at {
            kept.read_at = read_at;
            kept.until = read_at.plus_ms(FRESH_MS);
        }
        is_same
    });
    if !is_same && let Err(error) = read(env, merchant).await {
        error.log();
    }
}

/// Forgets a merchant's settings, since they have just changed.
pub fn forget(merchant: &str) {
    MEMORY.with_borrow_mut(|memory| memory.remove(merchant));
}
