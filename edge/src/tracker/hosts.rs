//! Hosts that are one merchant's alone, in the isolate's memory: there a link needs no
//! name of the merchant.

use grapevine_domain::time::Timestamp;
use grapevine_ledger::directory::Question;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Env;

use super::hot::{self, Job};
use crate::error::Error;
use crate::{clock, ledger_client};

/// Answers older than this are asked for again, and used meanwhile.
const FRESH_MS: i64 = 20_000;
/// Answers older than this are waited for.
const OLDEST_MS: i64 = 300_000;
/// How long nobody else asks while one request does.
const ASKED_MS: i64 = 5_000;
/// Most hosts in mind.
const MOST: usize = 2_000;

struct Kept {
    /// `None`: it is nobody's.
    merchant: Option<Rc<str>>,
    read_at: Timestamp,
    /// Until when nobody asks again.
    until: Timestamp,
}

thread_local! {
    static HOSTS: RefCell<HashMap<String, Kept>> = RefCell::new(HashMap::new());
}

/// Whose a host is, as far as the isolate knows: `Some(None)` for nobody's.
pub fn known(host: &str) -> Option<Option<Rc<str>>> {
    let now = clock::now();
    HOSTS.with_borrow_mut(|hosts| {
        let kept = hosts.get_mut(host)?;
        // A clock that was set back must not keep anything for longer than meant.
        if !(0..OLDEST_MS).contains(&(now.0 - kept.read_at.0)) {
            return None;
        }
        if now >= kept.until {
            kept.until = now.plus_ms(ASKED_MS);
            hot::leave(Job::RefreshHost(host.to_owned()));
        }
        Some(kept.merchant.clone())
    })
}

/// Whose a host is; asks the list of merchants where the isolate does not know.
///
/// # Errors
/// When the list does not answer.
pub async fn merchant(env: &Env, host: &str) -> Result<Option<Rc<str>>, Error> {
    match known(host) {
        Some(known) => Ok(known),
        None => read(env, host).await,
    }
}

/// Asks again.
///
/// # Errors
/// When the list does not answer.
pub async fn refresh(env: &Env, host: &str) -> Result<(), Error> {
    read(env, host).await.map(drop)
}

async fn read(env: &Env, host: &str) -> Result<Option<Rc<str>>, Error> {
    let read_at = clock::now();
    let question = Question::Host {
        host: host.to_owned(),
    };
    let merchant = match ledger_client::directory(env, &question).await? {
        Json::String(slug) => Some(Rc::from(slug)),
        _ => None,
    };
    HOSTS.with_borrow_mut(|hosts| {
        if hosts.len() >= MOST {
            hosts.clear(); // simple, rare, and every entry can be had again
        }
        let kept = Kept {
            merchant: merchant.clone(),
            read_at,
            until: read_at.plus_ms(FRESH_MS),
        };
        hosts.insert(host.to_owned(), kept);
    });
    Ok(merchant)
}

/// Forgets everything, since something has just changed.
pub fn forget() {
    HOSTS.with_borrow_mut(HashMap::clear);
}
