//! `/v1/*` for the shop's server: `Authorization: Bearer <secret key>`. One file a
//! resource.
//!
//! Every handler answers 401 without a valid key, and passes on the books' own
//! answers and refusals.

pub mod advocates;
pub mod answers;
pub mod clock;
pub mod conversions;
pub mod coupons;
pub mod events;
pub mod mails;
pub mod panel;
pub mod program;
pub mod referrals;
pub mod reports;
pub mod rewards;

use grapevine_domain::money::{Currency, Money};
use grapevine_ledger::command::Command;
use grapevine_ledger::error::{Refusal, RefusalKind};
use grapevine_ledger::reports::referrals::Page;
use serde_json::Value as Json;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{json_response, query_parameter};
use crate::{auth, ledger_client};

async fn ask(request: &Request, env: &Env, command: &Command) -> Result<Json, Error> {
    let merchant = auth::merchant(request, env).await?;
    ledger_client::call(env, &merchant.slug, command).await
}

/// Has the merchant's books carry out a command, and passes their answer on.
async fn show(request: &Request, env: &Env, command: Command) -> Result<Response, Error> {
    json_response(200, &ask(request, env, &command).await?)
}

/// An amount from a body.
///
/// # Errors
/// 422 `invalid_currency` when the currency is none.
pub fn money(minor: i64, currency: &str) -> Result<Money, Error> {
    let currency = Currency::parse(currency)
        .map_err(|error| invalid("invalid_currency", format!("currency: {error}.")))?;
    Ok(Money { minor, currency })
}

/// A path segment as it was meant.
fn decode(segment: &str) -> Result<String, Error> {
    js_sys::decode_uri_component(segment)
        .map(String::from)
        .map_err(|_| Error::NotFound)
}

/// Refuses parameters that the route does not know: a filter with a typo would
/// otherwise answer everything.
///
/// # Errors
/// 422 `unknown_parameter`.
fn only(url: &str, known: &[&str]) -> Result<(), Error> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let names = query.split('&').map(|pair| pair.split('=').next());
    let stranger = |name: &&str| !name.is_empty() && !known.contains(name);
    match names.flatten().find(stranger) {
        None => Ok(()),
        Some(name) => Err(invalid(
            "unknown_parameter",
            format!(
                "There is no parameter {name} here, only {}.",
                known.join(", ")
            ),
        )),
    }
}

/// A value that makes no sense: 422.
pub fn invalid(code: &str, message: String) -> Error {
    Error::Refused(Refusal {
        kind: RefusalKind::Invalid,
        code: code.to_owned(),
        message,
    })
}

/// A whole number of the query; 422 when it is something else.
fn number<T: core::str::FromStr>(url: &str, name: &str) -> Result<Option<T>, Error> {
    let Some(text) = query_parameter(url, name) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        invalid(
            &format!("invalid_{name}"),
            format!("{name} must be a whole number that is not negative."),
        )
    })
}

/// `?after=…&limit=…` of a list.
fn page(url: &str) -> Result<Page, Error> {
    only(url, &["status", "advocate", "after", "limit"])?;
    Ok(Page {
        after: query_parameter(url, "after"),
        limit: number(url, "limit")?,
    })
}
