//! What a shopper decided about cookies.

use grapevine_domain::link::host_of;
use grapevine_domain::token::{ClickToken, MOST_TOGETHER, SEPARATOR};
use grapevine_ledger::command::Settings;
use grapevine_ledger::keyring::{Purpose, mac16};
use serde::Deserialize;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http;
use crate::tracker::cookie;
use crate::{auth, bindings};

#[derive(Deserialize)]
struct Consent {
    given: bool,
    #[serde(default)]
    token: String,
}

/// `POST /b/{merchant}/consent` `{given, token?}`: the shopper has decided. 204.
///
/// Given: what the page knows and what the cookie knew is kept in the cookie, which
/// outlives what a script may keep; on another site than the shop's nothing is set.
/// Withdrawn: the cookie is deleted. A token that proves nothing is passed over.
pub(super) async fn consent(
    request: &mut Request,
    edge: &str,
    env: &Env,
    merchant: &Settings,
) -> Result<Response, Error> {
    let before = auth::cookie(request, cookie::NAME).unwrap_or_default();
    let Consent { given, token } = http::json(request).await?;
    let host = host_of(edge);
    let set = if given {
        let tokens = proved(&format!("{token}.{before}"), env, merchant)?;
        let shared = cookie::domain(merchant, host).is_some() && !tokens.is_empty();
        shared.then(|| cookie::keep(merchant, host, &tokens))
    } else {
        Some(cookie::forget(merchant, host))
    };
    let response = Response::empty()?.with_status(204);
    if let Some(set) = set {
        response.headers().set("Set-Cookie", &set)?;
    }
    Ok(response)
}

/// Those of a list of tokens that are this merchant's, newest first.
fn proved(tokens: &str, env: &Env, merchant: &Settings) -> Result<String, Error> {
    let ring = &bindings::settings(env)?.ring;
    let mac = |number: u8, bytes: &[u8]| {
        let key = ring.derive(number, Purpose::Click, &merchant.slug)?;
        Some(mac16(&key, bytes))
    };
    let opened = |text| Some((ClickToken::open(text, mac).ok()?.at, text));
    let parts = tokens.split(SEPARATOR).take(4 * MOST_TOGETHER);
    let mut known: Vec<_> = parts.filter_map(opened).collect();
    known.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(cookie::joined(known.into_iter().map(|(_, text)| text)))
}
