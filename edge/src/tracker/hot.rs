//! The doors between `entry.js` and the hot path.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use worker::Env;

use super::hit::{self, Hit};
use super::{clicks, hosts, redirect, settings};
use crate::{bindings, clock, limits};

/// What is left to do after an answer.
pub enum Job {
    /// Carry a merchant's clicks to the books.
    Carry(String),
    /// Read a merchant's settings again.
    Refresh(String),
    /// Ask again whose a host is.
    RefreshHost(String),
    /// Ask the platform whether a network goes too far.
    AskPlatform(limits::Question),
}

thread_local! {
    static JOBS: RefCell<Vec<Job>> = const { RefCell::new(Vec::new()) };
}

/// Leaves a job for after the answer.
pub fn leave(job: Job) {
    JOBS.with_borrow_mut(|jobs| jobs.push(job));
}

/// Whether something is left to do.
pub fn is_something_left() -> bool {
    JOBS.with_borrow(|jobs| !jobs.is_empty())
}

/// The names of the headers that [`follow`] reads, separated by line breaks.
#[wasm_bindgen]
pub fn signs(env: Env) -> String {
    bindings::settings(&env).map_or_else(|_| String::new(), |known| hit::names(&known))
}

/// Answers a referral link at once, where that takes nothing but what is in memory:
/// a mark, the address, a line break, the cookie. The mark is `+` when something is
/// left to do, else a space. For a network that asks without end the mark is `!`, and
/// there follow the seconds that it should wait, a line break and what it is told.
/// Nothing where the long way must be taken.
#[wasm_bindgen]
pub fn follow(text: &str) -> Option<String> {
    let hit = Hit::parse(text)?;
    let known = bindings::known()?;
    let by_host;
    let merchant = match hit.link.merchant {
        "" => {
            by_host = hosts::known(hit.link.host())??;
            &*by_host
        }
        merchant => merchant,
    };
    let route = settings::at_once(merchant)?;
    let way = match redirect::at_once(&hit, &route, &known, clock::now())? {
        Ok(way) => way,
        Err(too_many) => return Some(format!("!{}\n{}", too_many.retry_after_s, limits::TOO_MANY)),
    };
    let mark = if is_something_left() { '+' } else { ' ' };
    let mut answer = String::with_capacity(way.location.len() + way.cookie.len() + 2);
    answer.push(mark);
    answer.push_str(&way.location);
    answer.push('\n');
    answer.push_str(&way.cookie);
    Some(answer)
}

/// Does what is left to do; runs on after the answer.
#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures)]
pub async fn background(env: Env) {
    let jobs = JOBS.take();
    let work = jobs.into_iter().map(|job| run(job, &env));
    futures_util::future::join_all(work).await;
}

async fn run(job: Job, env: &Env) {
    let outcome = match job {
        Job::Carry(merchant) => {
            clicks::carry(&merchant, env).await;
            Ok(())
        }
        Job::Refresh(merchant) => settings::refresh(env, &merchant).await,
        Job::RefreshHost(host) => hosts::refresh(env, &host).await,
        Job::AskPlatform(question) => {
            limits::ask_platform(env, question).await;
            Ok(())
        }
    };
    if let Err(error) = outcome {
        error.log();
    }
}
